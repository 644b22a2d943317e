"""Design rules: each finds what it is for, and nothing in products that keep them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from protocol import products
from protocol.classes import CLASSES
from protocol.design.drafting import DraftError, draft
from protocol.design.findings import RULES, Lint
from protocol.design.linting import lint
from protocol.miot import import_instance
from protocol.product import parse_product
from tests.protocol.miot.raw import SAMPLES, load
from tests.protocol.product_documents import as_bytes, specs

EXPECTED = Path(__file__).parent / "expected"
Fields = dict[str, Any]


def judged(fields: Fields) -> Lint:
    return lint(parse_product(as_bytes(fields)))


def good() -> Fields:
    """Return a product in which nothing is odd."""
    title = {"en": "Lamp", "de": "Lampe"}
    switch = {
        "name": "on",
        "title": {"en": "Light", "de": "Licht"},
        "format": "bool",
        "access": ["read", "notify", "write"],
        "ui": {"icon": "power", "rank": 10, "is_primary": True},
    }
    level = {
        "name": "brightness",
        "title": {"en": "Brightness", "de": "Helligkeit"},
        "format": "uint8",
        "range": [1, 100, 1],
        "unit": "percent",
        "access": ["read", "notify", "write"],
    }
    mode = {
        "name": "acme:mood",
        "title": {"en": "Mood", "de": "Stimmung"},
        "format": "uint8",
        "enum": [
            {"value": 0, "name": "calm", "title": {"en": "Calm", "de": "Ruhig"}},
            {"value": 1, "name": "bright", "title": {"en": "Bright", "de": "Hell"}},
        ],
        "access": ["read", "notify", "write"],
    }
    load = {
        "name": "acme:load_w",
        "title": {"en": "Load", "de": "Leistung"},
        "format": "float",
        "range": [0, 60, 0.1],
        "unit": "watt",
        "max_age_s": 600,
        "access": ["read", "notify"],
    }
    light = {"name": "light", "title": title, "properties": [switch, level, mode, load]}
    return {
        "eco": "1.0",
        "vendor": "acme",
        "product": "lamp-1",
        "version": 1,
        "class": "light",
        "title": title,
        "services": [light],
    }


def part(fields: Fields, number: int) -> Fields:
    found: Fields = fields["services"][0]["properties"][number]
    return found


def choices(fields: Fields) -> list[Fields]:
    found: list[Fields] = part(fields, 2)["enum"]
    return found


def _twelve_more(fields: Fields) -> None:
    for number in range(2, 14):
        title = {"en": f"{chr(63 + number)} mood", "de": f"{chr(63 + number)} Stimmung"}
        choices(fields).append({"value": number, "name": f"m{number}", "title": title})


def _unranked(fields: Fields) -> None:
    part(fields, 0)["ui"].pop("rank")
    for name in ("one", "two", "three"):
        copied = {**part(fields, 3), "name": f"acme:{name}_w", "title": {"en": name, "de": name}}
        fields["services"][0]["properties"].append(copied)


BREAKS: dict[str, Callable[[Fields], object]] = {
    "class-missing": lambda f: f.pop("class"),
    "name-almost-standard": lambda f: part(f, 3).update(name="colour", unit=None),
    "name-without-vendor": lambda f: part(f, 2).update(name="mood"),
    "name-repeats-service": lambda f: part(f, 2).update(name="acme:light_mood"),
    "name-says-nothing": lambda f: part(f, 2).update(name="acme:prop_3"),
    "standard-share": lambda f: f["services"][0].update(name="acme:lamp") or f.pop("class"),
    "title-form": lambda f: part(f, 2)["title"].update(en="mood_of_light"),
    "title-long": lambda f: part(f, 2)["title"].update(en="Mood in which the light shines on you"),
    "title-repeated": lambda f: part(f, 1)["title"].update(de="Licht"),
    "title-not-english": lambda f: part(f, 2)["title"].update(en="模式"),
    "title-says-nothing": lambda f: choices(f)[1]["title"].update(en="Mode 2"),
    "translation-missing": lambda f: part(f, 2)["title"].pop("de"),
    "unit-missing": lambda f: part(f, 3).update(name="acme:power", unit=None),
    "unit-unusual": lambda f: part(f, 3).update(name="acme:warmth", unit="kelvin"),
    "unit-contradicts-name": lambda f: part(f, 3).update(unit="volt"),
    "range-missing": lambda f: part(f, 3).pop("range"),
    "range-odd": lambda f: part(f, 3).update(range=[5, 5, 1]),
    "control-without-step": lambda f: part(f, 1).update(range=[1, 100, 0.01], format="float"),
    "switch-as-number": lambda f: part(f, 2).update(range=[0, 1, 1], enum=None),
    "choices-many": _twelve_more,
    "primary-missing": lambda f: part(f, 0).pop("ui"),
    "primary-many": lambda f: part(f, 1).update(ui={"icon": "sun", "is_primary": True}),
    "primary-invisible": lambda f: (
        part(f, 2).update(ui={"icon": "sun", "is_primary": True}, access=["write"]),
        part(f, 0).pop("ui"),
    ),
    "icon-missing": lambda f: part(f, 0)["ui"].pop("icon"),
    "rank-missing": _unranked,
    "notify-missing": lambda f: part(f, 3).update(access=["read"]),
    "age-missing": lambda f: part(f, 3).pop("max_age_s"),
    "privacy-missing": lambda f: part(f, 2).update(name="acme:occupancy"),
}


def test_a_product_that_keeps_the_rules_has_no_findings() -> None:
    assert judged(good()) == Lint((), standard=2, total=4)


def test_every_rule_is_broken_below() -> None:
    assert set(BREAKS) == set(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_a_break_of_a_rule_is_found_with_its_place_and_a_fix(rule: str) -> None:
    fields = good()
    BREAKS[rule](fields)
    found = [finding for finding in judged(fields).findings if finding.rule == rule]
    assert found, judged(fields).findings
    assert all(finding.path and finding.detail and finding.fix for finding in found)
    assert judged(fields).is_at_home is (RULES[rule].severity != "error")


@pytest.mark.parametrize("name", products.names())
def test_the_products_of_the_catalogue_look_at_home(name: str) -> None:
    judgement = lint(parse_product(products.document(name)))
    assert [each for each in judgement.findings if each.severity != "note"] == []


@pytest.mark.parametrize("name", CLASSES)
def test_a_draft_of_a_class_keeps_norm_and_design(name: str) -> None:
    for optional in ([], [part.address for part in CLASSES[name].optional]):
        spec = parse_product(json.dumps(draft(name, "acme", "one", optional)).encode())
        odd = [each for each in lint(spec).findings if each.severity != "note"]
        assert odd == []
        assert spec.device_class == name


def test_a_draft_says_which_classes_and_parts_there_are() -> None:
    with pytest.raises(DraftError, match="the classes are air_purifier, router"):
        draft("toaster", "acme", "one")
    with pytest.raises(DraftError, match=r"may have light\.brightness"):
        draft("light", "acme", "one", ["light.smell"])


@given(specs())
@settings(max_examples=150)
def test_any_product_can_be_judged(fields: Fields) -> None:
    judgement = judged(fields)
    assert 0 <= judgement.standard <= judgement.total
    assert {finding.rule for finding in judgement.findings} <= set(RULES)


@pytest.mark.miot_corpus
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem if sample else "missing")
def test_every_import_can_be_judged(sample: Path | None) -> None:
    judgement = lint(parse_product(import_instance(load(sample)).product))
    expected = EXPECTED / f"{sample.stem}.json" if sample else EXPECTED / "missing"
    if expected.exists():
        found = [f"{each.rule} {each.path}" for each in judgement.findings]
        told = json.loads(expected.read_text("utf-8"))
        assert found == told["findings"]
        assert [judgement.standard, judgement.total] == told["standard"]


def test_five_imports_are_held_against_findings_that_a_person_has_read() -> None:
    assert len(list(EXPECTED.glob("*.json"))) == 5


def test_the_page_of_the_design_rules_is_true() -> None:
    page = (Path(__file__).parents[3] / "docs" / "design-rules.md").read_text("utf-8")
    rows = [f"| `{name}` | {r.severity} | {r.text} | {r.why} |" for name, r in RULES.items()]
    assert [line for line in page.splitlines() if line.startswith("| `")] == rows
