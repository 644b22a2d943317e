import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # has no stubs of its own
import pytest

from hub.cli.children import Child, ChildError, Children, while_alive

ENVIRONMENT = dict(os.environ)


async def stubborn(children: Children, folder: Path) -> Child:
    """Start something that ignores SIGTERM and has a child of its own, in place of `ecohub`."""
    package = folder / "hub"
    (package / "cli").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "cli" / "__init__.py").touch()
    (package / "cli" / "__main__.py").write_text(
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "inner = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(inner.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    return await children.start(
        "stubborn", [], {**ENVIRONMENT, "PYTHONPATH": str(folder)}, is_read=True
    )


async def test_child_that_ends_says_how_with_its_last_words(tmp_path: Path) -> None:
    async with Children(tmp_path) as children:
        child = await children.start("lost", ["no-such-command"], ENVIRONMENT)
        with pytest.raises(ChildError, match="lost ended with 2") as caught:
            await while_alive(children.running, asyncio.sleep(60))
        assert "No such command" in caught.value.remedy
        assert str(child.log) in caught.value.remedy


async def test_life_goes_on_to_its_result_while_the_children_live(tmp_path: Path) -> None:
    async with Children(tmp_path) as children:
        await stubborn(children, tmp_path / "bin")
        assert await while_alive(children.running, asyncio.sleep(0.01, "done")) == "done"


async def test_error_of_life_is_told_when_no_child_ends(tmp_path: Path) -> None:
    async def life() -> None:
        raise LookupError("life")

    async with Children(tmp_path) as children:
        await stubborn(children, tmp_path / "bin")
        with pytest.raises(LookupError, match="life"):
            await while_alive(children.running, life())


async def test_child_that_does_not_end_is_killed_with_its_own_children(tmp_path: Path) -> None:
    children = Children(tmp_path)
    child = await stubborn(children, tmp_path / "bin")
    assert child.process.stdout is not None
    inner = psutil.Process(int(await child.process.stdout.readline()))
    await children.stop(within_s=0.5)
    assert child.process.returncode == -signal.SIGKILL
    inner.wait(timeout=5)


async def test_first_child_ends_after_those_that_need_it(tmp_path: Path) -> None:
    children = Children(tmp_path)
    first = await stubborn(children, tmp_path / "bin")
    second = await children.start("second", ["version"], ENVIRONMENT)
    assert [child.name for child in children.running] == ["stubborn", "second"]
    await second.process.wait()
    await children.stop(within_s=0.4)
    assert first.process.returncode == -signal.SIGKILL
    assert children.running == ()


def test_children_end_when_whoever_started_them_is_killed(tmp_path: Path) -> None:
    script = (
        "import asyncio, os, signal\n"
        "from pathlib import Path\n"
        "from hub.cli.children import Children\n"
        "async def main():\n"
        f"    children = Children(Path({str(tmp_path)!r}))\n"
        "    child = await children.start('demo', ['watch', '--hub', 'http://127.0.0.1:1',"
        " '--token', 'x'], {**os.environ, 'ECOHUB_TEST_WAIT': '1'})\n"
        "    print(child.process.pid, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=20
    )
    assert done.returncode == -signal.SIGKILL
    pid = int(done.stdout)
    if psutil.pid_exists(pid):
        psutil.Process(pid).wait(timeout=10)
