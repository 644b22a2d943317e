"""The compiled validator: what passes, what breaks which rule, and that both of its roads agree."""

from types import MappingProxyType
from typing import Any

import pytest

from protocol import products
from protocol.errors import Violation
from protocol.messages import Scalar
from protocol.product import parse_product
from protocol.rules import rule
from protocol.validator import MAX_VIOLATIONS, CompiledProduct, compile_product
from tests.protocol.product_documents import (
    Fields,
    as_bytes,
    choice,
    prop,
    service,
    spec,
    value,
)

ACCESS = {"r": ["read", "notify"], "rw": ["read", "notify", "write"], "w": ["write"]}


def rw(name: str, format_: str = "uint8", **more: Any) -> Fields:
    return prop(name, format_, **{"access": ACCESS["rw"], **more})


LAMP = spec(
    service(
        "lamp",
        properties=[
            rw("on", "bool"),
            rw("level", range=[10, 90, 20]),
            rw("mode", enum=[choice(0, "auto"), choice(3, "night")]),
            rw("warmth", "float", range=[-1, 1, 0.1]),
            rw("label", "string", max_length=3),
            prop("watts", "float"),
            prop("hours", "uint8"),
            prop("note", "string"),
            prop("span", "int64", range=[-(2**53) + 1, 2**53 - 1, 3]),
            prop("slack", "float", range=[0, 1, 0]),
            prop("idle", "bool", access=["read"]),
            prop("secret", "string", max_length=3, access=["write"]),
        ],
        actions=[
            {
                "name": "blink",
                "title": {"en": "Blink"},
                "arguments": [value("times", range=[1, 3, 1]), value("soft", "bool")],
            },
            {"name": "reset", "title": {"en": "Reset"}, "results": [value("hours")]},
        ],
        events=[
            {
                "name": "touched",
                "title": {"en": "Touched"},
                "arguments": [value("times", range=[1, 3, 1])],
            }
        ],
    )
)


def compiled(fields: Fields) -> CompiledProduct:
    return compile_product(parse_product(as_bytes(fields)))


lamp = compiled(LAMP)


def told(violations: tuple[Violation, ...]) -> list[tuple[str, str]]:
    return [(violation.rule, violation.path) for violation in violations]


@pytest.mark.parametrize(
    ("address", "given_value"),
    [
        ("on", True),
        ("on", False),
        ("level", 10),
        ("level", 90),
        ("mode", 3),
        ("warmth", -1),
        ("warmth", 1),
        ("warmth", 0.30000000000000004),
        ("warmth", 0.30000005),
        ("label", ""),
        ("label", "净化é"),
        ("watts", 7),
        ("watts", -1e300),
        ("hours", 255),
        ("note", "x" * 5000),
        ("span", 2**53 - 1 - 2**53 % 3),
        ("slack", 0.123456789),
        ("idle", False),
    ],
)
def test_what_is_declared_may_be_reported(address: str, given_value: Scalar) -> None:
    assert lamp.check_state({f"lamp.{address}": given_value}, is_full=False) == ()
    assert lamp.check_state({f"lamp.{address}": None}, is_full=False) == ()


@pytest.mark.parametrize(
    ("address", "given_value", "expected", "sample", "detail"),
    [
        ("on", 1, "ECO-VALUE-001", "1", "1 is not true or false"),
        ("on", "on", "ECO-VALUE-001", '"on"', '"on" is not true or false'),
        ("hours", True, "ECO-VALUE-001", "true", "true is not a whole number (uint8)"),
        ("hours", 1.0, "ECO-VALUE-001", "1.0", "1.0 is not a whole number (uint8)"),
        ("hours", 256, "ECO-VALUE-001", "256", "256 is outside 0..255"),
        ("watts", "7", "ECO-VALUE-001", '"7"', '"7" is not a number'),
        ("watts", float("inf"), "ECO-VALUE-001", "Infinity", "Infinity is not a finite number"),
        ("watts", 10**400, "ECO-VALUE-001", "1" + "0" * 118 + "…", "… is not a finite number"),
        ("note", 7, "ECO-VALUE-001", "7", "7 is not a text"),
        ("note", "\ud800", "ECO-VALUE-001", '"\\ud800"', '"\\ud800" is not a text'),
        ("level", 7, "ECO-VALUE-002", "7", "7 is outside 10..90"),
        ("level", 300, "ECO-VALUE-002", "300", "300 is outside 10..90"),
        ("warmth", 1.5, "ECO-VALUE-002", "1.5", "1.5 is outside -1..1"),
        ("level", 11, "ECO-VALUE-003", "11", "11 is not 10 plus a whole number of 20s"),
        ("warmth", 0.25, "ECO-VALUE-003", "0.25", "0.25 is not -1 plus a whole number of 0.1s"),
        ("span", 2**53 - 2, "ECO-VALUE-003", str(2**53 - 2), ""),
        ("mode", 1, "ECO-VALUE-004", "1", "1 is not one of 0 (auto), 3 (night)"),
        ("label", "long", "ECO-VALUE-005", '"long"', '"long" has 4 characters, at most 3 fit'),
    ],
)
def test_another_value_breaks_a_rule_and_is_told_what_is_allowed(
    address: str, given_value: Scalar, expected: str, sample: str, detail: str
) -> None:
    found = lamp.check_state({f"lamp.{address}": given_value}, is_full=False)
    assert told(found) == [(expected, f"values.lamp.{address}")]
    assert found[0].sample == sample
    assert found[0].detail.endswith(detail)
    assert found[0].fix


def test_a_state_holds_no_other_addresses() -> None:
    found = lamp.check_state({"lamp.on": True, "lamp.off\n": None, "x": 1}, is_full=False)
    assert told(found) == [("ECO-STATE-001", "values.lamp.off\\n"), ("ECO-STATE-001", "values.x")]


def test_a_state_holds_no_write_only_property_and_the_verdict_does_not_show_it() -> None:
    found = lamp.check_state({"lamp.secret": "abc"}, is_full=False)
    assert told(found) == [("ECO-STATE-002", "values.lamp.secret")]
    assert "abc" not in repr(found)


def test_a_full_state_holds_all_that_is_readable() -> None:
    values: dict[str, Scalar] = dict.fromkeys(lamp.readable)
    assert lamp.check_state(values, is_full=True) == ()
    del values["lamp.on"]
    assert lamp.check_state(values, is_full=False) == ()
    assert told(lamp.check_state(values, is_full=True)) == [("ECO-STATE-003", "values.lamp.on")]
    found = lamp.check_state(values | {"lamp.mode": 1}, is_full=True)
    assert sorted(told(found)) == [
        ("ECO-STATE-003", "values.lamp.on"),
        ("ECO-VALUE-004", "values.lamp.mode"),
    ]


def test_a_state_may_be_any_mapping() -> None:
    assert lamp.check_state(MappingProxyType({"lamp.on": True}), is_full=False) == ()
    assert lamp.check_state({}, is_full=False) == ()


def test_of_many_violations_of_a_device_the_first_are_told() -> None:
    many = {f"x.{number}": number for number in range(99)}
    assert len(lamp.check_state(many, is_full=False)) == MAX_VIOLATIONS
    assert len(lamp.check_event("lamp.touched", many)) == MAX_VIOLATIONS


def test_what_warn_mode_keeps_has_the_right_type_and_a_reported_property() -> None:
    values: dict[str, Scalar] = {
        "lamp.on": 1,
        "lamp.level": 99,
        "lamp.mode": 7,
        "lamp.label": "too long",
        "lamp.note": None,
        "lamp.watts": 3,
        "lamp.hours": 3.0,
        "lamp.idle": True,
        "lamp.secret": "abc",
        "lamp.off": 1,
    }
    assert lamp.keep(values) == {
        "lamp.level": 99,
        "lamp.mode": 7,
        "lamp.label": "too long",
        "lamp.note": None,
        "lamp.watts": 3,
        "lamp.idle": True,
    }


def test_what_may_be_set_is_set() -> None:
    values: dict[str, Scalar] = {"lamp.on": True, "lamp.level": 30, "lamp.secret": "abc"}
    values["lamp.warmth"] = 0.1
    assert lamp.check_set(values) == ()


def test_each_wrong_item_of_a_set_is_told() -> None:
    found = lamp.check_set(
        {
            "lamp.on": None,
            "lamp.level": 7,
            "lamp.watts": 3,
            "lamp.off": 1,
            "lamp.mode": 3,
            "lamp.secret": "abcd",
        }
    )
    assert told(found) == [
        ("ECO-VALUE-006", "values.lamp.on"),
        ("ECO-VALUE-002", "values.lamp.level"),
        ("ECO-CMD-002", "values.lamp.watts"),
        ("ECO-CMD-001", "values.lamp.off"),
        ("ECO-VALUE-005", "values.lamp.secret"),
    ]
    assert found[0].detail == "null is not true or false"
    assert "lamp.warmth" in found[3].detail
    assert "abcd" not in repr(found)


def test_a_set_of_nothing_is_refused() -> None:
    assert told(lamp.check_set({})) == [("ECO-CMD-009", "values")]


def test_a_set_is_judged_to_its_last_item() -> None:
    assert len(lamp.check_set({f"x.{number}": number for number in range(99)})) == 99


def test_an_action_takes_all_its_arguments_and_no_other() -> None:
    assert lamp.check_action("lamp.blink", {"times": 2, "soft": False}) == ()
    assert lamp.check_action("lamp.reset", {}) == ()
    found = lamp.check_action("lamp.blink", {"times": 4, "colour": "red"})
    assert told(found) == [
        ("ECO-VALUE-002", "arguments.times"),
        ("ECO-CMD-004", "arguments.soft"),
        ("ECO-CMD-004", "arguments.colour"),
    ]
    assert found[1].detail == "it is missing; it is true or false"
    assert found[2].detail == "none of the arguments has this name: soft, times"
    assert told(lamp.check_action("lamp.reset", {"x": None})) == [("ECO-CMD-004", "arguments.x")]
    assert told(lamp.check_action("lamp.blink", {"times": None, "soft": True})) == [
        ("ECO-VALUE-006", "arguments.times")
    ]


def test_an_action_is_declared() -> None:
    found = lamp.check_action("lamp.explode", {})
    assert told(found) == [("ECO-CMD-003", "action")]
    assert found[0].detail == "the product has no such action; it has lamp.blink, lamp.reset"


def test_the_results_of_an_action_are_all_that_it_declares_and_no_other() -> None:
    assert lamp.check_results("lamp.reset", {"hours": 9}) == ()
    assert lamp.check_results("lamp.blink", {}) == ()
    assert lamp.check_results("lamp.explode", {}) == ()
    found = lamp.check_results("lamp.reset", {"days": 1})
    assert told(found) == [("ECO-ACK-006", "results.hours"), ("ECO-ACK-006", "results.days")]
    assert told(lamp.check_results("lamp.reset", {"hours": 256})) == [
        ("ECO-VALUE-001", "results.hours")
    ]
    assert told(lamp.check_results("lamp.reset", {"hours": None})) == [
        ("ECO-VALUE-001", "results.hours")
    ]
    found = lamp.check_results("lamp.blink", {f"x{number}": 1 for number in range(99)})
    assert len(found) == MAX_VIOLATIONS
    assert found[0].detail == "none of the results has this name: there are none"


def test_an_event_is_declared_and_has_its_arguments() -> None:
    assert lamp.check_event("lamp.touched", {"times": 1}) == ()
    assert told(lamp.check_event("lamp.touched", {})) == [("ECO-EVENT-002", "arguments.times")]
    assert told(lamp.check_event("lamp.touched", {"times": 4})) == [
        ("ECO-VALUE-002", "arguments.times")
    ]
    assert told(lamp.check_event("lamp.kissed", {})) == [("ECO-EVENT-001", "event")]


def test_a_product_without_parts_says_so() -> None:
    empty = compiled(spec())
    assert empty.check_action("a.b", {})[0].detail == "the product has no such action; it has none"
    assert empty.check_state({}, is_full=True) == ()


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("lamp.on", "true or false"),
        ("lamp.level", "a whole number 10..90 in steps of 20"),
        ("lamp.hours", "a whole number 0..255"),
        ("lamp.mode", "one of 0 (auto), 3 (night)"),
        ("lamp.warmth", "a number -1..1 in steps of 0.1"),
        ("lamp.slack", "a number 0..1"),
        ("lamp.watts", "a number"),
        ("lamp.label", "a text of at most 3 characters"),
        ("lamp.note", "a text"),
        ("lamp.off", ""),
    ],
)
def test_what_a_property_takes_is_said_in_a_few_words(address: str, text: str) -> None:
    assert lamp.allowed(address) == text


def test_of_a_long_enumeration_the_first_values_are_named() -> None:
    wifi = compile_product(parse_product(products.document("router")))
    text = wifi.allowed("wifi.channel")
    assert text.startswith("one of 0 (auto), 1 (channel_1), ")
    assert text.endswith("11 (channel_11) and 2 more")


def test_parts_are_found_by_address() -> None:
    assert lamp.properties["lamp.level"].name == "level"  # type: ignore[index]
    assert list(lamp.actions) == ["lamp.blink", "lamp.reset"]
    assert list(lamp.events) == ["lamp.touched"]
    assert "lamp.secret" in lamp.writable
    assert "lamp.secret" not in lamp.readable


@pytest.mark.parametrize(
    "rule_id",
    ["ACK-006", "STATE-001", "STATE-002", "STATE-003", "EVENT-001", "EVENT-002"]
    + [f"VALUE-00{number}" for number in range(1, 7)]
    + ["CMD-001", "CMD-002", "CMD-003", "CMD-004", "CMD-009"],
)
def test_the_rules_that_are_told_are_in_the_catalogue(rule_id: str) -> None:
    assert rule(f"ECO-{rule_id}").text
