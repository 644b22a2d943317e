"""`ecohub spec new`, `lint` and `diff`: files in, a judgement and an exit code out."""

from pathlib import Path

import pytest

from protocol.product import parse_product
from tests.hub.cli.command_line import ecohub


@pytest.fixture
def socket(tmp_path: Path) -> Path:
    file = tmp_path / "socket.json"
    words = ["--vendor", "acme", "--product", "one", "--with", "outlet.power_w"]
    ended = ecohub("spec", "new", "smart_plug", *words, "--out", str(file))
    assert ended.code == 0
    return file


def changed(file: Path, before: str, after: str) -> Path:
    other = file.with_name("other.json")
    text = file.read_text("utf-8")
    assert before in text
    other.write_text(text.replace(before, after), "utf-8")
    return other


def test_new_begins_a_product_that_keeps_every_rule(socket: Path) -> None:
    assert parse_product(socket.read_bytes()).device_class == "smart_plug"
    ended = ecohub("spec", "lint", str(socket), "--strict")
    assert (ended.code, ended.out.strip()) == (
        0,
        "0 errors, 0 warnings, 0 notes; 2 of 2 parts have standard addresses",
    )


def test_new_overwrites_nothing_and_says_which_classes_there_are(socket: Path) -> None:
    before = socket.read_bytes()
    words = ["--vendor", "a", "--product", "b", "--out", str(socket)]
    assert "is there already" in ecohub("spec", "new", "light", *words).err
    assert socket.read_bytes() == before
    assert "the classes are air_purifier" in ecohub("spec", "new", "toaster", *words).err


def test_lint_tells_place_and_fix_and_ends_with_1_for_an_error(socket: Path) -> None:
    odd = changed(socket, '"is_primary": true', '"is_primary": false')
    ended = ecohub("spec", "lint", str(odd))
    assert ended.code == 1
    assert "error   primary-missing services: no part is the primary one" in ended.out
    assert "mark the one that people use most: ui.is_primary" in ended.out
    told = ecohub("spec", "lint", str(odd), "--json").document
    assert (told["is_at_home"], told["standard"]) == (False, 2)
    assert [each["rule"] for each in told["findings"]] == ["primary-missing"]


def test_a_warning_ends_with_1_only_where_that_is_asked_for(socket: Path) -> None:
    odd = changed(socket, '"en": "Load"', '"en": "load_of_all"')
    assert ecohub("spec", "lint", str(odd)).code == 0
    ended = ecohub("spec", "lint", str(odd), "--strict")
    assert ended.code == 1
    assert "'load_of_all'" in ended.out


def test_diff_proves_that_a_version_only_adds(socket: Path) -> None:
    wider = changed(socket, '"version": 1', '"version": 2, "rate_per_s": 9')
    ended = ecohub("spec", "diff", str(socket), str(wider))
    assert ended.code == 0
    assert "~ rate_per_s: 5 becomes 9" in ended.out
    assert "only adds to" in ended.out
    narrower = changed(socket, "10000", "500")
    ended = ecohub("spec", "diff", str(socket), str(narrower), "--json")
    assert ended.code == 1
    broken = [(each["path"], each["rule"]) for each in ended.document["changes"]]
    assert broken == [("version", "ECO-SPEC-011"), ("outlet.power_w.range", "ECO-SPEC-010")]


def test_what_is_no_product_spec_is_told_by_rule_and_place(tmp_path: Path, socket: Path) -> None:
    broken = changed(socket, '"format": "bool"', '"format": "boolean"')
    ended = ecohub("spec", "lint", str(broken))
    assert ended.code == 1
    assert "ECO-SPEC-003 at services.0.properties.0.format" in ended.err
    assert ecohub("spec", "lint", str(tmp_path / "none.json")).code == 2
