"""Product specs: what is read, what is refused, by which rule and where."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import ViolationError
from protocol.product import MAX_BYTES, MAX_VIOLATIONS, ProductSpec, digest, parse_product
from protocol.rules import rule
from tests.protocol.product_documents import (
    Fields,
    as_bytes,
    choice,
    prop,
    service,
    spec,
    specs,
    value,
    with_properties,
)


def broken(document: bytes) -> list[tuple[str, str]]:
    """Return rule and path of each violation."""
    with pytest.raises(ViolationError) as caught:
        parse_product(document)
    return [(violation.rule, violation.path) for violation in caught.value.violations]


def at(fields: Fields) -> list[tuple[str, str]]:
    return broken(as_bytes(fields))


def of_property(**more: Any) -> list[tuple[str, str]]:
    """Return what is wrong with a property; the paths within it."""
    start = "services.0.properties.0"
    found = at(with_properties(prop(**more)))
    return [(rule_id, path.removeprefix(start).removeprefix(".")) for rule_id, path in found]


def test_a_small_spec_is_read_with_its_defaults() -> None:
    parsed = parse_product(as_bytes(with_properties(prop(range=[0, 3, 1]))))
    part = parsed.services[0].properties[0]
    assert (parsed.device_class, parsed.rate_per_s) == (None, 5.0)
    assert (part.range, part.is_readable, part.is_writable) == ((0, 3, 1), True, False)
    assert (part.privacy, part.max_age_s, part.ui.rank) == ("none", None, 500)


def test_numbers_of_a_range_stay_whole_or_broken_as_written() -> None:
    parsed = parse_product(as_bytes(with_properties(prop(format_="float", range=[0, 1, 0.5]))))
    assert repr(parsed.services[0].properties[0].range) == "(0, 1, 0.5)"


def test_digest_is_the_sha256_of_the_exact_bytes() -> None:
    assert digest(b"{}\n") == hashlib.sha256(b"{}\n").hexdigest()


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (b" " * (MAX_BYTES + 1), ("ECO-SPEC-001", "document")),
        (b'{"a":' * 17 + b"1" + b"}" * 17, ("ECO-SPEC-001", "char 80")),
        (b'{"a":"\xff"}', ("ECO-CODEC-002", "byte 6")),
        (b"\xef\xbb\xbf{}", ("ECO-CODEC-002", "byte 0")),
        (b"{", ("ECO-CODEC-003", "char 1")),
        (b"[]", ("ECO-CODEC-004", "document")),
        (b'{"a":1e999}', ("ECO-CODEC-006", "document")),
        (b'{"a":9007199254740992}', ("ECO-CODEC-007", "document")),
        (b'{"a":1,"a":2}', ("ECO-CODEC-008", "a")),
        (b'{"a":"\\ud800"}', ("ECO-CODEC-009", "char 6")),
    ],
)
def test_json_is_read_under_the_limits_of_documents(
    document: bytes, expected: tuple[str, str]
) -> None:
    assert broken(document) == [expected]


def test_a_document_of_just_the_largest_size_is_read() -> None:
    document = as_bytes(spec())
    assert parse_product(document + b" " * (MAX_BYTES - len(document))).product == "fan-1"


@pytest.mark.parametrize(
    ("eco", "expected"),
    [
        ("1", "ECO-VERSION-001"),
        ("1.0.0", "ECO-VERSION-001"),
        ("01.0", "ECO-VERSION-001"),
        ("2.0", "ECO-VERSION-002"),
        ("0.9", "ECO-VERSION-002"),
        (1.0, "ECO-SPEC-003"),
    ],
)
def test_a_spec_of_another_major_or_no_version_is_refused(eco: object, expected: str) -> None:
    assert at(spec(eco=eco)) == [(expected, "eco")]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        (spec(vendor=""), "vendor"),
        (spec(vendor=7), "vendor"),
        (spec(version=0), "version"),
        (spec(version=1.0), "version"),
        (spec(version="1"), "version"),
        (spec(rate_per_s=0), "rate_per_s"),
        (spec(services={}), "services"),
        (spec(colour="red"), "colour"),
        (spec(device_class="router"), "device_class"),
        (spec(title="Fan"), "title"),
        (spec(title={"english": "Fan"}), "title.english"),
        (spec(title={"en": "Fan\n"}), "title.en"),
        (spec(title={"en": "\u202eFan"}), "title.en"),
        (spec(title={"en": ""}), "title.en"),
        (spec([]), "services.0"),  # type: ignore[arg-type]
        (spec(service("Fan")), "services.0.name"),
        (spec(service("a" * 33)), "services.0.name"),
        (spec(service(colour=[])), "services.0.colour"),
        (spec(service(properties={})), "services.0.properties"),  # type: ignore[arg-type]
        (spec(service(properties=[3])), "services.0.properties.0"),  # type: ignore[list-item]
        (with_properties(prop(format_="uint64")), "services.0.properties.0.format"),
        (with_properties(prop(range=[0, 1])), "services.0.properties.0.range.2"),
        (with_properties(prop(range=[0, 1, 1, 1])), "services.0.properties.0.range"),
        (with_properties(prop(range=[0, "9", 1])), "services.0.properties.0.range.1"),
        (with_properties(prop(range=[0, True, 1])), "services.0.properties.0.range.1"),
        (with_properties(prop(max_length=0)), "services.0.properties.0.max_length"),
        (with_properties(prop(access=["list"])), "services.0.properties.0.access.0"),
        (with_properties(prop(access="read")), "services.0.properties.0.access"),
        (with_properties(prop(privacy="secret")), "services.0.properties.0.privacy"),
        (with_properties(prop(max_age_s=0)), "services.0.properties.0.max_age_s"),
        (with_properties(prop(ui={"rank": 1001})), "services.0.properties.0.ui.rank"),
        (with_properties(prop(ui={"icon": "A B"})), "services.0.properties.0.ui.icon"),
        (
            with_properties(prop(enum=[choice(1, "a"), {**choice(2, "b"), "value": "2"}])),
            "services.0.properties.0.enum.1.value",
        ),
        (
            spec(
                service(actions=[{"name": "go", "title": {"en": "Go"}, "arguments": [value("A")]}])
            ),
            "services.0.actions.0.arguments.0.name",
        ),
        (
            spec(service(events=[{"name": "e", "title": {"en": "E"}, "severity": "loud"}])),
            "services.0.events.0.severity",
        ),
    ],
)
def test_another_form_is_refused_at_its_exact_place(fields: Fields, path: str) -> None:
    assert at(fields) == [("ECO-SPEC-003", path)]


def test_a_missing_field_is_told_without_a_sample() -> None:
    with pytest.raises(ViolationError) as caught:
        parse_product(b'{"services":3}')
    told = {v.path: (v.detail, v.sample) for v in caught.value.violations}
    assert told["vendor"] == ("Field required", "")
    assert told["services"][1] == "3"


def test_a_number_that_is_none_is_told_once() -> None:
    with pytest.raises(ViolationError) as caught:
        parse_product(as_bytes(with_properties(prop(range=[0, "9", 1]))))
    assert caught.value.violation.detail == "Input should be a number"


def test_all_places_of_another_form_are_told_at_once() -> None:
    fields = spec(service("A"), service(properties=[prop("B"), prop("C")]), version=0)
    expected = ["version", "services.0.name"]
    expected += ["services.1.properties.0.name", "services.1.properties.1.name"]
    assert [path for _, path in at(fields)] == expected


@pytest.mark.parametrize("hole", ["{}", "0", '{"properties":[' + ",".join(["{}"] * 999) + "]}"])
def test_of_very_many_violations_the_first_are_told(hole: str) -> None:
    text = json.dumps(spec()).replace('"services": []', f'"services": [{",".join([hole] * 40)}]')
    assert len(broken(text.encode())) == MAX_VIOLATIONS


def test_senseless_parts_are_told_up_to_the_limit() -> None:
    found = at(with_properties(*[prop(access=[]) for _ in range(50)]))
    assert len(found) == MAX_VIOLATIONS


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"unit": "furlong"}, ("ECO-SPEC-005", "unit")),
        ({"unit": "celsius", "format_": "bool"}, ("ECO-SPEC-005", "unit")),
        ({"unit": "celsius", "format_": "string"}, ("ECO-SPEC-005", "unit")),
        ({"range": [3, 1, 1]}, ("ECO-SPEC-006", "range")),
        ({"range": [0, 1, -1]}, ("ECO-SPEC-006", "range")),
        ({"range": [0, 256, 1]}, ("ECO-SPEC-006", "range")),
        ({"range": [-1, 0, 1]}, ("ECO-SPEC-006", "range")),
        ({"range": [0, 1, 0.5]}, ("ECO-SPEC-006", "range")),
        ({"range": [0.5, 1, 0]}, ("ECO-SPEC-006", "range")),
        ({"range": [0, 1, 1], "format_": "bool"}, ("ECO-SPEC-006", "range")),
        ({"range": [0, 1, 1], "format_": "string"}, ("ECO-SPEC-006", "range")),
        ({"range": [-1e308, 1e308, 0], "format_": "float"}, ("ECO-SPEC-006", "range")),
        ({"range": [0, 1e300, 1], "format_": "float"}, ("ECO-SPEC-006", "range")),
        ({"range": [0, 1, 1e-320], "format_": "float"}, ("ECO-SPEC-006", "range")),
        ({"range": [0, 1, 1], "enum": [choice(0, "off")]}, ("ECO-SPEC-006", "range")),
        ({"enum": []}, ("ECO-SPEC-006", "enum")),
        ({"enum": [choice(0, "a")], "format_": "float"}, ("ECO-SPEC-006", "enum")),
        ({"enum": [choice(256, "a")]}, ("ECO-SPEC-006", "enum.0.value")),
        ({"enum": [choice(1, "a"), choice(1, "b")]}, ("ECO-SPEC-006", "enum.1.value")),
        ({"enum": [choice(1, "a"), choice(2, "a")]}, ("ECO-SPEC-006", "enum.1.name")),
        ({"enum": [{**choice(1, "a"), "title": {}}]}, ("ECO-SPEC-008", "enum.0.title")),
        ({"max_length": 5}, ("ECO-SPEC-006", "max_length")),
        ({"title": {"zh": "风"}}, ("ECO-SPEC-008", "title")),
        ({"access": []}, ("ECO-SPEC-016", "access")),
        ({"access": ["read", "read"]}, ("ECO-SPEC-016", "access")),
        ({"access": ["notify"]}, ("ECO-SPEC-016", "access")),
        ({"access": ["read", "write"]}, ("ECO-SPEC-017", "")),
        ({"access": ["write"], "format_": "float"}, ("ECO-SPEC-017", "")),
        ({"access": ["write"], "format_": "string"}, ("ECO-SPEC-017", "")),
    ],
)
def test_a_senseless_property_is_refused(more: dict[str, Any], expected: tuple[str, str]) -> None:
    assert of_property(**more) == [expected]


@pytest.mark.parametrize(
    "more",
    [
        {"range": [0, 0, 0]},
        {"range": [0, 255, 300]},
        {"range": [0.0, 100.0, 5.0], "unit": "percent"},
        {"range": [-9007199254740991, 9007199254740991, 1], "format_": "int64"},
        {"range": [-40, 125, 0.1], "format_": "float", "unit": "celsius"},
        {"format_": "bool", "access": ["write"]},
        {"format_": "string", "access": ["write"], "max_length": 63},
        {"enum": [choice(0, "off"), choice(1, "on")], "access": ["read", "write"]},
    ],
)
def test_a_property_that_makes_sense_is_accepted(more: dict[str, Any]) -> None:
    parse_product(as_bytes(with_properties(prop(**more))))


def test_names_are_unique_where_an_address_is_made_of_them() -> None:
    action = {"name": "level", "title": {"en": "x"}}
    twice = {
        "name": "go",
        "title": {"en": "x"},
        "arguments": [value("a", "bool"), value("a", "bool")],
        "results": [value("a"), value("a")],
    }
    event = {"name": "gone", "title": {"en": "x"}, "arguments": [value("b"), value("b")]}
    first = service(properties=[prop()], actions=[action, twice], events=[event, event])
    found = at(spec(first, service()))
    assert {rule_id for rule_id, _ in found} == {"ECO-SPEC-007"}
    assert [path for _, path in found] == [
        "services.1.name",
        "services.0.actions.0.name",
        "services.0.events.1.name",
        "services.0.actions.1.arguments.1.name",
        "services.0.actions.1.results.1.name",
        "services.0.events.0.arguments.1.name",
        "services.0.events.1.arguments.1.name",
    ]


def test_the_same_name_may_stand_in_two_services() -> None:
    parse_product(
        as_bytes(spec(service("a", properties=[prop()]), service("b", properties=[prop()])))
    )


def test_what_an_action_takes_is_bounded_and_what_it_gives_need_not_be() -> None:
    action = {"name": "go", "title": {}, "arguments": [value("a")], "results": [value("b")]}
    event = {"name": "gone", "title": {}, "arguments": [value("c", "string")]}
    assert at(spec(service(actions=[action], events=[event]), title={})) == [
        ("ECO-SPEC-008", "title"),
        ("ECO-SPEC-008", "services.0.actions.0.title"),
        ("ECO-SPEC-017", "services.0.actions.0.arguments.0"),
        ("ECO-SPEC-008", "services.0.events.0.title"),
    ]


def test_a_newer_spec_loses_what_only_its_version_knows() -> None:
    part = prop(range=[0, 9, 1], unit="furlong", curve="log", ui={"colour": "red", "rank": 3})
    listed = prop("mode", enum=[{**choice(0, "a"), "icon": "x"}])
    action = {"name": "go", "title": {"en": "x"}, "results": [value("b", precision=3)]}
    fields = spec(service(properties=[part, listed], actions=[action], moods=[]), eco="1.7")
    fields |= {"class": "teleporter", "planet": "Mars"}
    parsed = parse_product(as_bytes(fields))
    assert parsed.device_class is None
    first, second = parsed.services[0].properties
    assert (first.unit, first.ui.rank, second.enum is not None) == (None, 3, True)
    assert isinstance(parsed, ProductSpec)


def test_a_newer_spec_keeps_what_this_version_knows() -> None:
    fields = spec(service(properties=[prop(unit="percent")]), eco="1.1")
    parsed = parse_product(as_bytes(fields | {"class": "acme:fan"}))
    assert parsed.device_class == "acme:fan"
    assert parsed.services[0].properties[0].unit == "percent"


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"format_": "uint64"}, "services.0.properties.0.format"),
        ({"unit": ["percent"]}, "services.0.properties.0.unit"),
        ({"ui": 5}, "services.0.properties.0.ui"),
        ({"enum": [5]}, "services.0.properties.0.enum.0"),
    ],
)
def test_a_newer_spec_is_refused_for_what_cannot_be_left_out(
    more: dict[str, Any], path: str
) -> None:
    fields = with_properties(prop(**more)) | {"eco": "1.7", "class": None}
    assert at(fields) == [("ECO-SPEC-003", path)]


def test_every_rule_that_a_document_breaks_is_in_the_catalogue() -> None:
    for number in (1, 3, 4, 5, 6, 7, 8, 16, 17):
        assert rule(f"ECO-SPEC-{number:03}").fix


@given(specs())
def test_any_valid_spec_is_read(fields: Fields) -> None:
    parsed = parse_product(as_bytes(fields))
    assert len(parsed.services) == len(fields["services"])


def read_or_refuse(document: bytes) -> None:
    """Read a document; fail unless it is fine or refused by rules of the catalogue."""
    try:
        parse_product(document)
    except ViolationError as error:
        for violation in error.violations:
            rule(violation.rule)


@given(st.one_of(st.binary(max_size=200), specs().map(as_bytes)), st.data())
def test_any_bytes_are_read_or_refused_by_a_rule(document: bytes, data: st.DataObject) -> None:
    if document:
        place = data.draw(st.integers(0, len(document) - 1))
        end = place + data.draw(st.integers(0, 9))
        document = document[:place] + data.draw(st.binary(max_size=6)) + document[end:]
    read_or_refuse(document)


leaves = st.none() | st.booleans() | st.integers(-300, 300) | st.floats() | st.text(max_size=4)
nodes = leaves | st.lists(leaves, max_size=3) | st.dictionaries(st.text(max_size=4), leaves)


def places(node: Any) -> list[tuple[Any, Any]]:
    """Return where each node of a document stands: its holder, and its key or index there."""
    keys = list(node) if isinstance(node, dict) else range(len(node))
    found = [(node, key) for key in keys]
    inner = [node[key] for key in keys if isinstance(node[key], dict | list)]
    return found + [place for child in inner for place in places(child)]


@given(specs(), st.data())
def test_a_spec_with_any_node_replaced_is_read_or_refused_by_a_rule(
    fields: Fields, data: st.DataObject
) -> None:
    fields["eco"] = data.draw(st.sampled_from(["1.0", "1.4"]))
    holder, key = data.draw(st.sampled_from(places(fields)))
    holder[key] = data.draw(nodes)
    read_or_refuse(as_bytes(fields))
