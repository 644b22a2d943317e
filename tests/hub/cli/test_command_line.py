import re
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from hub.cli import commands
from hub.cli.commands import COMMANDS
from hub.cli.errors import CliError
from hub.config import Settings, load_settings
from tests.hub.cli.command_line import ecohub

DOCUMENT = Path(__file__).parents[3] / "docs" / "cli.md"
NAMES = [command.name for command in COMMANDS]


def errors(kind: type[CliError] = CliError) -> list[type[CliError]]:
    return [kind, *(deeper for one in kind.__subclasses__() for deeper in errors(one))]


def test_help_names_every_command() -> None:
    ended = ecohub("--help")
    assert ended.code == 0
    for name in [*NAMES, "simulate"]:
        assert f" {name.split()[0]} " in ended.out


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_help_json_and_exit_codes(name: str) -> None:
    ended = ecohub(*name.split(), "--help")
    assert ended.code == 0
    assert "--json" in ended.out
    assert "Exit codes: 0 done" in ended.out


def test_unknown_command_ends_with_2_and_names_the_closest() -> None:
    ended = ecohub("devicse")
    assert ended.code == 2
    assert "'devices'" in ended.err


def test_every_command_and_option_is_documented() -> None:
    text = DOCUMENT.read_text("utf-8")
    for name in [*NAMES, "simulate"]:
        assert f"`ecohub {name}" in text, name
        told = ecohub(*name.split(), "--help").out
        options = set(re.findall(r"(--[a-z-]{3,}) ", told)) - {"--help"}
        missing = [option for option in options if option not in text]
        assert not missing, f"{name}: {missing}"


def test_every_exit_code_is_documented() -> None:
    text = DOCUMENT.read_text("utf-8")
    for code in {error.exit_code for error in errors()} | {0, 2}:
        assert f"| {code} |" in text


def test_foreign_command_that_cannot_be_loaded_takes_no_other_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = EntryPoint("broken", "nowhere.to_be_found:app", commands.ENTRY_POINTS)
    monkeypatch.setattr(commands, "entry_points", lambda group: [broken])
    assert ecohub("version").code == 0
    assert "broken" in ecohub("--help").out
    ended = ecohub("broken")
    assert ended.code == 1
    assert "cannot be loaded" in ended.err


def test_help_loads_none_of_the_heavy_libraries() -> None:
    heavy = {"aiohttp", "pydantic_settings", "zeroconf", "sqlite_utils", "gmqtt", "paho"}
    script = (
        "import sys; from hub.cli.commands import build; build(['--help']);"
        f"print(sorted({heavy!r} & set(sys.modules)))"
    )
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=20
    )
    assert done.stdout.strip() == "[]"


def test_version_is_told_in_words_and_as_json() -> None:
    assert "protocol ECO/1.0" in ecohub("version").out
    assert ecohub("version", "--json").document["protocol"] == "1.0"


def test_wrong_settings_end_with_5_and_name_file_line_key_and_what_is_allowed(
    tmp_path: Path,
) -> None:
    file = tmp_path / "hub.toml"
    file.write_text('[api]\nprot = 8321\n\n[broker]\nkind = "rabbit"\n')
    ended = ecohub("run", "--config", str(file))
    assert ended.code == 5
    assert 'hub.toml:2: unknown key "prot" in [api]' in ended.err
    assert 'did you mean "port"?' in ended.err
    assert "hub.toml:5" in ended.err
    assert '"mosquitto"' in ended.err


def test_data_folder_that_is_none_ends_with_5(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ECOHUB_DATA", str(tmp_path / "file"))
    ended = ecohub("run")
    assert ended.code == 5
    assert "is not a folder" in ended.err
    assert "ECOHUB_DATA" in ended.err


def test_hub_toml_of_the_project_is_valid_and_its_comments_are_the_defaults(tmp_path: Path) -> None:
    shipped = DOCUMENT.parents[1] / "hub.toml"
    plain = load_settings(shipped)
    assert plain == load_settings(None)
    opened = tmp_path / "hub.toml"
    opened.write_text(re.sub(r"(?m)^# (?=[a-z_]+ = )", "", shipped.read_text("utf-8")))
    assert load_settings(opened) == plain
    tables = set(re.findall(r"(?m)^\[(\w+)\]", opened.read_text("utf-8")))
    assert tables == set(Settings.model_fields) - {"drivers"}
