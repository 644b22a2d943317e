import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPTS = ROOT / "scripts"


def run(script: str, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 - our own scripts
        ["/bin/sh", str(SCRIPTS / script), *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
    )


def program(folder: Path, name: str, text: str) -> Path:
    made = folder / name
    made.write_text(f"#!/bin/sh\n{text}\n")
    made.chmod(made.stat().st_mode | stat.S_IXUSR)
    return made


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A path with what a script needs, and neither apt, sudo, mosquitto nor any Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("id", "ls", "mktemp", "rm", "tail", "tr", "env", "cat", "touch", "chmod"):
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    return folder


def test_environment_is_made_with_pip_and_nothing_goes_to_stdout(tmp_path: Path) -> None:
    done = run("make-venv.sh", sys.executable, str(tmp_path / "venv"))
    assert (done.returncode, done.stdout) == (0, "")
    assert (tmp_path / "venv/bin/pip").exists()
    assert "making" in done.stderr


def test_old_python_is_refused_with_what_to_do(tmp_path: Path, tools: Path) -> None:
    old = program(tools, "python3", 'case "$1" in --version) echo Python 3.9.2;; *) exit 1;; esac')
    done = run("make-venv.sh", str(old), str(tmp_path / "venv"), PATH=str(tools))
    assert (done.returncode, done.stdout) == (1, "")
    assert "needs Python 3.11 or newer, and" in done.stderr
    assert "Python 3.9.2" in done.stderr
    assert "make demo PYTHON=" in done.stderr


def test_newer_python_under_another_name_is_found(tmp_path: Path, tools: Path) -> None:
    old = program(tools, "python3", "exit 1")
    program(tools, "python3.12", f'exec "{sys.executable}" "$@"')
    done = run("make-venv.sh", str(old), str(tmp_path / "venv"), PATH=str(tools))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "venv/bin/python").exists()


def test_python_without_ensurepip_and_without_help_is_told_what_to_install(
    tmp_path: Path, tools: Path
) -> None:
    bare = program(
        tools,
        "python3",
        f'case "$1$2" in -mvenv|-mpip) echo ensurepip is not available; exit 1;; esac\n'
        f'exec "{sys.executable}" "$@"',
    )
    done = run("make-venv.sh", str(bare), str(tmp_path / "venv"), PATH=str(tools), ECOHUB_APT="no")
    assert (done.returncode, done.stdout) == (1, "")
    assert "ensurepip is not available" in done.stderr
    assert "sudo apt install python3-venv" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_folder_that_is_no_environment_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "venv").mkdir()
    (tmp_path / "venv/precious").touch()
    done = run("make-venv.sh", sys.executable, str(tmp_path / "venv"))
    assert done.returncode == 1
    assert "move it away" in done.stderr
    assert (tmp_path / "venv/precious").exists()


def test_machine_without_apt_goes_on_with_the_embedded_broker(tools: Path) -> None:
    done = run("install-broker.sh", PATH=str(tools), ECOHUB_SBIN=str(tools))
    assert (done.returncode, done.stdout) == (0, "")
    assert "there is no apt here" in done.stderr
    assert "embedded broker" in done.stderr


def test_user_without_sudo_goes_on_with_the_embedded_broker(tools: Path) -> None:
    program(tools, "apt-get", "exit 99")
    (tools / "id").unlink()
    program(tools, "id", "echo 1000")
    done = run("install-broker.sh", PATH=str(tools), ECOHUB_SBIN=str(tools))
    assert (done.returncode, done.stdout) == (0, "")
    assert "neither root nor a sudo without password" in done.stderr


def test_apt_that_fails_does_not_fail_the_set_up(tools: Path) -> None:
    program(tools, "apt-get", "echo E: no network; exit 100")
    program(tools, "sudo", 'shift; exec "$@"')
    program(tools, "sh", 'exec /bin/sh "$@"')
    program(tools, "policy", "")
    done = run(
        "install-broker.sh",
        PATH=str(tools),
        ECOHUB_SBIN=str(tools),
        ECOHUB_POLICY=str(tools / "policy"),
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert "E: no network" in done.stderr
    assert "apt could not" in done.stderr


def test_service_of_debian_stays_off_and_the_policy_is_taken_back(tools: Path) -> None:
    policy = tools / "policy-rc.d"
    program(tools, "apt-get", f'[ -x "{policy}" ] && printf x >"{tools}/mosquitto"')
    program(tools, "systemctl", f'echo "$@" >"{tools}/systemctl.log"')
    program(tools, "sudo", 'shift; exec "$@"')
    program(tools, "sh", 'exec /bin/sh "$@"')
    done = run(
        "install-broker.sh", PATH=str(tools), ECOHUB_SBIN=str(tools), ECOHUB_POLICY=str(policy)
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert (tools / "mosquitto").exists()
    assert not policy.exists()
    assert "disable mosquitto.service" in (tools / "systemctl.log").read_text()


def test_present_mosquitto_is_left_as_it_is(tools: Path) -> None:
    program(tools, "mosquitto", "")
    done = run("install-broker.sh", PATH=str(tools), ECOHUB_SBIN=str(tools))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_apt_is_kept_out_when_told_so(tools: Path) -> None:
    done = run("install-broker.sh", PATH=str(tools), ECOHUB_SBIN=str(tools), ECOHUB_APT="no")
    assert done.returncode == 0
    assert "ECOHUB_APT=no" in done.stderr


@pytest.mark.parametrize("script", sorted(path.name for path in SCRIPTS.glob("*.sh")))
def test_script_is_plain_shell(script: str) -> None:
    done = subprocess.run(  # noqa: S603 - our own scripts
        ["/bin/sh", "-n", str(SCRIPTS / script)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_ci_script_is_plain_bash_and_stops_at_the_first_error() -> None:
    text = (ROOT / ".ci" / "run").read_text()
    assert "set -euo pipefail" in text
    assert "make check" in text


def test_recipes_of_make_are_not_echoed_so_that_stdout_is_the_command_s_own() -> None:
    lines = (ROOT / "Makefile").read_text().splitlines()
    recipes = [line[1:] for line in lines if line.startswith("\t")]
    assert recipes
    assert [line for line in recipes if not line.startswith(("@", "rm "))] == []
