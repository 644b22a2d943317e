"""The requirement catalogue: complete, unique, well-formed, and used by the code."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from protocol.rules import Rule, UnknownRuleError, rule, rules, withdrawn

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "protocol" / "requirements"
RULES = list(rules().values())
RULE_ID = re.compile(r"ECO-[A-Z]+-[0-9]{3}")
KEYWORDS = re.compile(r"\b(?:MUST NOT|MUST|SHOULD NOT|SHOULD|SHALL|MAY|REQUIRED|OPTIONAL)\b")
FEATURES = {
    *("always", "actions", "commands", "events", "gateway"),
    *("mdns", "mqtt5", "notify", "sleeper", "time_synced"),
}


def test_there_is_an_entry_for_every_area_of_the_protocol() -> None:
    areas = {entry.area for entry in RULES}
    assert areas == {
        *("MQTT", "TOPIC", "CODEC", "MSG", "VERSION", "ORDER", "ANNOUNCE", "TIME", "PRESENCE"),
        *("STATE", "VALUE", "EVENT", "CMD", "ACK", "RECEIPT", "SPEC", "RATE", "VERDICT", "BIRTH"),
        *("HUB", "JOIN", "DISC", "SLEEP", "CHILD", "UPDATE"),
    }


def test_no_id_is_given_twice_and_no_file_is_left_out() -> None:
    ids = [
        entry["id"]
        for file in FOLDER.glob("*.toml")
        for entry in tomllib.loads(file.read_text("utf-8"))["requirement"]
    ]
    assert [each for each, count in Counter(ids).items() if count > 1] == []
    assert set(ids) == set(rules())


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.toml")), ids=lambda file: file.stem)
def test_a_file_holds_one_area_numbered_without_gaps(file: Path) -> None:
    found = tomllib.loads(file.read_text("utf-8"))
    ids = [*found.get("withdrawn", ()), *(entry["id"] for entry in found["requirement"])]
    area = ids[0].rsplit("-", 1)[0]
    assert ids == [f"{area}-{number:03}" for number in range(1, len(ids) + 1)]


def test_a_withdrawn_id_is_given_to_no_other_sentence() -> None:
    assert {"ECO-SLEEP-001", "ECO-SLEEP-002", "ECO-CHILD-001"} <= set(withdrawn())
    assert not set(withdrawn()) & set(rules())


@pytest.mark.parametrize("entry", RULES, ids=lambda entry: entry.id)
def test_an_entry_is_one_short_testable_sentence(entry: Rule) -> None:
    assert RULE_ID.fullmatch(entry.id)
    assert KEYWORDS.findall(entry.text) == [entry.keyword.replace("_", " ")]
    assert entry.text.endswith(".")
    assert len(entry.text) <= 240
    assert "\n" not in entry.text
    assert entry.party
    assert entry.observe
    assert entry.since == "1.0"


@pytest.mark.parametrize("entry", RULES, ids=lambda entry: entry.id)
def test_an_entry_says_why_and_how_to_mend_it(entry: Rule) -> None:
    for text in (entry.why, entry.fix, entry.runtime):
        assert text == text.strip()
        assert 5 <= len(text) <= 300
    assert entry.why.endswith(".")
    assert entry.fix.endswith((".", ")"))
    assert not KEYWORDS.search(entry.why + entry.fix)
    for failure in entry.common_failures:
        assert failure.saw
        assert failure.cause
        assert failure.fix.endswith(".")


@pytest.mark.parametrize("entry", RULES, ids=lambda entry: entry.id)
def test_features_are_those_that_a_device_can_have(entry: Rule) -> None:
    for term in entry.applies_if.split(" and "):
        assert term.removeprefix("not ") in FEATURES


def test_every_must_of_a_device_has_a_test_and_a_negative_test_or_a_waiver() -> None:
    musts = [e for e in RULES if "device" in e.party and e.keyword in {"MUST", "MUST_NOT"}]
    assert [entry.id for entry in musts if not entry.tests] == []
    assert [entry.id for entry in musts if bool(entry.negative) == bool(entry.waiver)] == []


def test_what_a_device_does_not_have_to_keep_has_no_tests() -> None:
    others = [entry for entry in RULES if "device" not in entry.party]
    assert [entry.id for entry in others if entry.tests or entry.negative or entry.waiver] == []


def test_the_first_level_can_be_reached_without_any_hook() -> None:
    found = [e.id for e in RULES if "device" in e.party and e.level == 1 and e.needs]
    assert found == []


@pytest.mark.parametrize("entry", RULES, ids=lambda entry: entry.id)
def test_an_entry_implies_few_others_and_says_why(entry: Rule) -> None:
    assert len(entry.implies) <= 3
    for implied in entry.implies:
        assert implied.rule in rules()
        assert implied.rule != entry.id
        assert implied.why


@pytest.mark.parametrize("entry", RULES, ids=lambda entry: entry.id)
def test_the_rules_that_an_entry_refers_to_exist(entry: Rule) -> None:
    for named in RULE_ID.findall(entry.text + entry.why + entry.fix + entry.runtime):
        assert named in rules()


def test_every_rule_id_in_the_code_is_in_the_catalogue() -> None:
    folders = ("protocol", "hub", "drivers", "simulators", "benchmarks", "docs")
    files = [
        file
        for folder in folders
        for file in (ROOT / folder).rglob("*")
        if file.suffix in {".py", ".md", ".json", ".html", ".js"} and "vendor" not in file.parts
    ]
    named = {
        (each, file.name) for file in files for each in RULE_ID.findall(file.read_text("utf-8"))
    }
    gone = {(each, "SPEC.md") for each in withdrawn()}
    assert {pair for pair in named - gone if pair[0] not in rules()} == set()


def test_an_entry_is_found_by_its_id() -> None:
    assert rule("ECO-CMD-005").text.startswith("A device MUST ignore a command")
    assert rule("ECO-CMD-005").party == ("device",)
    assert rule("ECO-CMD-005").area == "CMD"


def test_an_unknown_id_says_where_it_should_stand() -> None:
    with pytest.raises(UnknownRuleError, match="ECO-CMD-999 is not in protocol/requirements") as it:
        rule("ECO-CMD-999")
    assert it.value.rule_id == "ECO-CMD-999"


def test_the_catalogue_is_read_once_and_cannot_be_changed() -> None:
    assert rules() is rules()
    with pytest.raises(TypeError):
        rules()["ECO-X-001"] = rule("ECO-CMD-005")  # type: ignore[index]
