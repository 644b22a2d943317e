"""Device classes and standard parts: what a product of a class has to have."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from protocol import products
from protocol.classes import CLASSES, is_known
from protocol.errors import ViolationError
from protocol.part_titles import PART_TITLES
from protocol.parts import PARTS, PropertyPart
from protocol.product import parse_product
from protocol.units import UNITS
from tests.protocol.product_documents import Fields, as_bytes, prop, service, spec

PURIFIER: Fields = json.loads(products.document("air-purifier"))
ROUTER: Fields = json.loads(products.document("router"))
PLUG: Fields = json.loads(products.document("smart-plug"))


def found(fields: Fields) -> list[tuple[str, str, str]]:
    """Return path, sample and detail of what the class finds missing."""
    try:
        parse_product(as_bytes(fields))
    except ViolationError as error:
        told = error.violations
    else:
        return []
    assert {violation.rule for violation in told} == {"ECO-SPEC-004"}
    return [(violation.path, violation.sample, violation.detail) for violation in told]


def part_of(fields: Fields, kind: str, address: str) -> Fields:
    service_name, name = address.split(".")
    holder = next(s for s in fields["services"] if s["name"] == service_name)
    part: Fields = next(p for p in holder[kind] if p["name"] == name)
    return part


def changed(fields: Fields, kind: str, address: str, **more: Any) -> Fields:
    """Return the document with one part changed; None takes a field out."""
    copied = copy.deepcopy(fields)
    part = part_of(copied, kind, address)
    part.update(more)
    for key, value in more.items():
        if value is None:
            del part[key]
    return copied


@pytest.mark.parametrize("name", CLASSES)
def test_each_class_has_titles_an_icon_and_parts(name: str) -> None:
    device_class = CLASSES[name]
    assert device_class.name == name
    assert set(device_class.title) == {"en", "zh"}
    assert device_class.icon
    assert device_class.required
    assert not set(device_class.required) & set(device_class.optional)


def test_the_units_of_standard_parts_are_in_the_registry() -> None:
    units = {part.unit for part in PARTS.values() if isinstance(part, PropertyPart)}
    assert units - {None} <= set(UNITS)


def test_every_standard_part_says_what_it_means_in_both_languages() -> None:
    assert set(PART_TITLES) == set(PARTS)
    assert all(en and zh for en, zh in PART_TITLES.values())


def test_every_standard_part_belongs_to_a_class() -> None:
    used = {part.address for c in CLASSES.values() for part in c.required + c.optional}
    assert used == set(PARTS)


@pytest.mark.parametrize("name", CLASSES)
def test_a_product_that_only_names_a_class_is_told_all_that_it_requires(name: str) -> None:
    told = found(spec() | {"class": name})
    assert [sample for _, sample, _ in told] == [part.address for part in CLASSES[name].required]
    assert {path for path, _, _ in told} == {"services"}
    assert all(f"class {name} requires the" in detail for _, _, detail in told)


def test_optional_parts_may_be_left_out() -> None:
    fields = copy.deepcopy(PLUG)
    outlet = fields["services"][0]
    outlet["properties"] = outlet["properties"][:1]
    del outlet["actions"], outlet["events"]
    assert found(fields) == []


def test_a_product_may_have_more_than_its_class() -> None:
    fields = copy.deepcopy(PLUG)
    fields["services"].append(service("acme:clock", properties=[prop("acme:alarm")]))
    assert found(fields) == []


def test_a_class_that_nobody_knows_is_refused_unless_it_is_a_vendors_own() -> None:
    told = found(spec() | {"class": "teleporter"})
    assert told[0][:2] == ("class", "teleporter")
    assert told[0][2].endswith("one of your own is named vendor:teleporter")
    assert found(spec() | {"class": "acme:teleporter"}) == []
    assert is_known("router")


@pytest.mark.parametrize(
    ("fields", "field", "sample", "detail"),
    [
        (
            changed(PURIFIER, "properties", "purifier.power", format="uint8", range=[0, 1, 1]),
            "format",
            "uint8",
            "the format of purifier.power is one of bool",
        ),
        (
            changed(PURIFIER, "properties", "air.pm2_5", access=["read"]),
            "access",
            "read",
            "the access of air.pm2_5 is at least read, notify",
        ),
        (
            changed(PURIFIER, "properties", "air.pm2_5", unit="mg_m3"),
            "unit",
            "mg_m3",
            "the unit of air.pm2_5 is ug_m3",
        ),
        (
            changed(PURIFIER, "properties", "air.temperature", unit=None),
            "unit",
            "",
            "the unit of air.temperature is celsius",
        ),
        (
            changed(PURIFIER, "properties", "fan.level", unit="rpm"),
            "unit",
            "rpm",
            "fan.level has no unit",
        ),
        (
            changed(ROUTER, "properties", "router.clients", privacy="none"),
            "privacy",
            "none",
            "the privacy of router.clients is personal or stricter",
        ),
        (
            changed(PURIFIER, "properties", "purifier.mode", enum=None, range=[0, 2, 1]),
            "enum",
            "",
            "the enumeration of purifier.mode has auto, sleep",
        ),
        (
            changed(ROUTER, "events", "router.client_left", arguments=[]),
            "arguments",
            "name",
            "router.client_left has the argument name",
        ),
    ],
)
def test_a_part_of_another_form_is_told_where_it_stands(
    fields: Fields, field: str, sample: str, detail: str
) -> None:
    assert [(path.split(".")[-1], *rest) for path, *rest in found(fields)] == [
        (field, sample, detail)
    ]


def test_a_stricter_privacy_is_fine() -> None:
    assert found(changed(ROUTER, "properties", "router.clients", privacy="health")) == []


def moved(
    fields: Fields, address: str, kind: str, to: str, made: Callable[[Fields], Fields]
) -> Fields:
    """Return the document with a part made into one of another kind."""
    copied = copy.deepcopy(fields)
    part = part_of(copied, kind, address)
    holder = next(s for s in copied["services"] if part in s.get(kind, []))
    holder[kind].remove(part)
    holder.setdefault(to, []).append(made(part))
    return copied


def bare(part: Fields) -> Fields:
    return {"name": part["name"], "title": part["title"]}


@pytest.mark.parametrize(
    ("fields", "detail"),
    [
        (
            moved(PURIFIER, "air.pm2_5", "properties", "events", bare),
            "it has to be the property air.pm2_5: number in ug_m3, read, notify",
        ),
        (
            moved(PURIFIER, "purifier.power", "properties", "actions", bare),
            "it has to be the property purifier.power: bool, read, notify, write",
        ),
        (
            moved(PLUG, "outlet.reset_energy", "actions", "events", bare),
            "it has to be the action outlet.reset_energy",
        ),
        (
            moved(PLUG, "outlet.overload", "events", "actions", bare),
            "it has to be the event outlet.overload",
        ),
    ],
)
def test_a_part_of_another_kind_is_refused(fields: Fields, detail: str) -> None:
    assert [told for _, _, told in found(fields)] == [detail]
