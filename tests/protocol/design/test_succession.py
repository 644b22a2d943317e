"""A new version only adds: what may change, what may not, and what is proposed instead."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from protocol.design.outline import values
from protocol.design.succession import Succession, compare
from protocol.errors import ViolationError
from protocol.product import parse_product
from protocol.value_check import problem
from tests.protocol.product_documents import (
    as_bytes,
    prop,
    service,
    spec,
    specs,
    title,
    values_inside,
)

Fields = dict[str, Any]
Change = Callable[[Fields], object]


def choice(number: int, name: str) -> Fields:
    return {"value": number, "name": name, "title": title(name)}


def old() -> Fields:
    level = prop("level", range=[0, 100, 5], access=["read", "notify", "write"])
    mode = prop("mode", enum=[choice(0, "calm"), choice(1, "wild")])
    load = prop("load_v", "float", unit="volt", privacy="personal")
    name = prop("name", "string", max_length=20, access=["read", "write"])
    times = {"name": "times", "title": title(), "format": "uint8", "range": [1, 10, 1]}
    done = {"name": "done", "title": title(), "format": "bool"}
    blink = {"name": "blink", "title": title(), "arguments": [times], "results": [done]}
    fell = {"name": "fell", "title": title(), "arguments": [done]}
    fan = service("fan", properties=[level, mode, load, name], actions=[blink], events=[fell])
    return spec(fan, version=3, **{"class": "acme:fan"})


def compared(before: Fields, after: Fields) -> Succession:
    return compare(parse_product(as_bytes(before)), parse_product(as_bytes(after)))


def part(fields: Fields, group: str, number: int) -> Fields:
    found: Fields = fields["services"][0][group][number]
    return found


def _props(fields: Fields, number: int) -> Fields:
    return part(fields, "properties", number)


BREAKS: dict[str, tuple[Change, str]] = {
    "a property is gone": (lambda f: f["services"][0]["properties"].pop(2), "fan.load_v"),
    "a property has another name": (lambda f: _props(f, 2).update(name="volts"), "fan.load_v"),
    "an action is gone": (lambda f: f["services"][0].pop("actions"), "fan.blink"),
    "an event is gone": (lambda f: f["services"][0].pop("events"), "fan.fell"),
    "access is gone": (lambda f: _props(f, 0).update(access=["read", "write"]), "fan.level.access"),
    "the range is narrower": (lambda f: _props(f, 0).update(range=[0, 95, 5]), "fan.level.range"),
    "the step is coarser": (lambda f: _props(f, 0).update(range=[0, 100, 10]), "fan.level.range"),
    "the steps are others": (lambda f: _props(f, 0).update(range=[0, 102, 3]), "fan.level.range"),
    "a range is new": (lambda f: _props(f, 2).update(range=[0, 5, 1]), "fan.load_v.range"),
    "a choice is gone": (lambda f: _props(f, 1)["enum"].pop(), "fan.mode.enum.1"),
    "a choice has another name": (
        lambda f: _props(f, 1)["enum"][1].update(name="mad"),
        "fan.mode.enum.1",
    ),
    "the format is narrower": (lambda f: _props(f, 1).update(format="int8"), "fan.mode.format"),
    "whole numbers become any": (
        lambda f: _props(f, 0).update(format="float"),
        "fan.level.format",
    ),
    "the unit is another": (lambda f: _props(f, 2).update(unit="ampere"), "fan.load_v.unit"),
    "a text is shorter": (lambda f: _props(f, 3).update(max_length=19), "fan.name.max_length"),
    "privacy is looser": (lambda f: _props(f, 2).pop("privacy"), "fan.load_v.privacy"),
    "an action wants more": (
        lambda f: part(f, "actions", 0)["arguments"].append(
            {"name": "more", "title": title(), "format": "bool"}
        ),
        "fan.blink.arguments.more",
    ),
    "an action takes less": (
        lambda f: part(f, "actions", 0)["arguments"][0].update(range=[1, 5, 1]),
        "fan.blink.arguments.times.range",
    ),
    "a result is gone": (
        lambda f: part(f, "actions", 0).pop("results"),
        "fan.blink.results.done",
    ),
    "an event tells less": (
        lambda f: part(f, "events", 0).pop("arguments"),
        "fan.fell.arguments.done",
    ),
    "a property becomes an event": (
        lambda f: (
            f["services"][0]["properties"].pop(1),
            f["services"][0]["events"].append({"name": "mode", "title": title()}),
        ),
        "fan.mode",
    ),
    "the class is another": (lambda f: f.update({"class": "acme:vent"}), "class"),
    "the vendor is another": (lambda f: f.update(vendor="emca"), "vendor"),
    "the product is another": (lambda f: f.update(product="fan-2"), "product"),
}

GOES: dict[str, Change] = {
    "a range is wider": lambda f: _props(f, 0).update(range=[-5, 200, 5], format="int16"),
    "a step is finer": lambda f: _props(f, 0).update(range=[0, 100, 1]),
    "a range is left out": lambda f: _props(f, 2).pop("range", None),
    "a choice is new": lambda f: _props(f, 1)["enum"].append(choice(2, "mild")),
    "a property is new": lambda f: f["services"][0]["properties"].append(prop("extra")),
    "a text is longer": lambda f: _props(f, 3).update(max_length=40),
    "access is new": lambda f: _props(f, 3).update(access=["read", "write", "notify"]),
    "privacy is stricter": lambda f: _props(f, 2).update(privacy="health"),
    "a result is new": lambda f: part(f, "actions", 0)["results"].append(
        {"name": "more", "title": title(), "format": "bool"}
    ),
    "an event tells more": lambda f: part(f, "events", 0)["arguments"].append(
        {"name": "more", "title": title(), "format": "bool"}
    ),
    "the rate is another": lambda f: f.update(rate_per_s=2.5),
    "a title is another": lambda f: _props(f, 0).update(title=title("Stage")),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_break_is_found_at_its_place_with_what_to_do_instead(name: str) -> None:
    change, path = BREAKS[name]
    new = old()
    change(new)
    new["version"] = 4
    found = [each for each in compared(old(), new).changes if each.kind == "broken"]
    assert [each.path for each in found] == [path]
    assert found[0].rule == "ECO-SPEC-010"
    assert found[0].detail
    assert found[0].fix


@pytest.mark.parametrize("name", GOES)
def test_what_only_adds_may_follow(name: str) -> None:
    new = old()
    GOES[name](new)
    new["version"] = 4
    assert compared(old(), new).is_safe


def test_a_changed_document_needs_a_higher_version() -> None:
    new = old()
    GOES["a title is another"](new)
    (change,) = compared(old(), new).changes
    assert (change.rule, change.path, change.fix) == ("ECO-SPEC-011", "version", "make it 4")
    assert compared(old(), old()).changes == ()


def test_what_was_renamed_is_named_and_a_new_form_gets_a_name_of_the_vendors() -> None:
    new = old()
    _props(new, 2).update(name="volts")
    _props(new, 1).update(format="string", enum=None)
    new["version"] = 4
    found = {each.path: each for each in compared(old(), new).changes if each.kind == "broken"}
    assert "is called fan.volts" in found["fan.load_v"].detail
    assert "declare fan.acme:mode_v2 beside it" in found["fan.mode.format"].fix


@given(specs())
@settings(max_examples=60)
def test_a_version_may_follow_itself_and_none_may_follow_with_less(fields: Fields) -> None:
    assert compared(fields, fields).is_safe
    fuller = copy.deepcopy(fields)
    fuller["version"] = min(65_535, fields["version"] + 1)
    assume(fuller["version"] > fields["version"])
    fuller["services"].append(service("acme:extra", properties=[prop("one")]))
    assert compared(fields, fuller).is_safe
    assert not compared({**fuller, "version": 1}, {**fields, "version": 2}).is_safe


@given(st.data())
@settings(max_examples=150)
def test_values_of_the_old_version_are_good_in_any_version_that_may_follow(
    data: st.DataObject,
) -> None:
    before = data.draw(specs())
    after = copy.deepcopy(before)
    after["version"] = 65_535
    for each in _all_values(after):
        if "range" in each and data.draw(st.booleans()):
            low, high, step = each["range"]
            each["range"] = [low - data.draw(st.sampled_from([0, step, 1])), high, step]
        if "max_length" in each:
            each["max_length"] = max(1, each["max_length"] + data.draw(st.integers(-2, 2)))
    try:
        old_spec, new_spec = parse_product(as_bytes(before)), parse_product(as_bytes(after))
    except ViolationError:
        return
    if not compare(old_spec, new_spec).is_safe:
        return
    declared = dict(values(new_spec))
    for path, value in values(old_spec):
        given_value = data.draw(values_inside(value.model_dump(exclude_none=True)))
        assert problem(declared[path], given_value, path) is None


def _all_values(fields: Fields) -> list[Fields]:
    found: list[Fields] = []
    for each in fields["services"]:
        found += each.get("properties", [])
        for action in each.get("actions", []):
            found += [*action.get("arguments", []), *action.get("results", [])]
        for event in each.get("events", []):
            found += event.get("arguments", [])
    return found
