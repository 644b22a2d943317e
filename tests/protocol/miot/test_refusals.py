"""What cannot be imported: parts with their reason, whole documents with one clear error."""

import json

import pytest

from protocol.miot import (
    MiotError,
    NotAnInstanceError,
    NotJsonError,
    Reason,
    TooLargeError,
    import_instance,
)
from protocol.miot.document import MAX_BYTES
from tests.protocol.miot.checks import check
from tests.protocol.miot.documents import (
    Fields,
    action,
    encoded,
    event,
    instance,
    prop,
    service,
    urn,
)

GOOD = prop(1, "level")
CALL: Fields = {"actions": [action(1, into=[2])]}

PARTS = [
    (Reason.MALFORMED, service(GOOD, 7), "services.1.properties.1"),
    (Reason.NO_IID, service(GOOD, prop(None, "x")), "services.1.properties.1"),
    (Reason.NO_IID, service(GOOD, prop(-1, "x")), "services.1.properties.1"),
    (Reason.NO_IID, service(prop(3, "x"), iid="two"), "services.1"),
    (Reason.NO_IID, service(GOOD, prop("1" * 11, "x")), "services.1.properties.1"),
    (Reason.IID_DOUBLED, service(GOOD, prop(1, "x")), "services.1.properties.1"),
    (Reason.NO_TYPE, service(GOOD, prop(2, type="urn:x")), "services.1.properties.1"),
    (
        Reason.FORMAT_UNKNOWN,
        service(GOOD, prop(2, "x", format="struct")),
        "services.1.properties.1",
    ),
    (Reason.FORMAT_UNKNOWN, service(GOOD, prop(2, "x", format=None)), "services.1.properties.1"),
    (Reason.UNUSED, service(GOOD, prop(2, "x", access=[])), "services.1.properties.1"),
    (Reason.ARGUMENT_UNKNOWN, service(GOOD, **CALL), "services.1.actions.0"),
    (
        Reason.ARGUMENT_UNKNOWN,
        service(GOOD, prop(2, "x", format="struct"), **CALL),
        "services.1.actions.0",
    ),
    (
        Reason.NO_ROOM,
        service(GOOD, events=[event(1, arguments=[1] * 65)]),
        "services.1.events.0",
    ),
    (
        Reason.NO_ROOM,
        service(*[prop(i, f"p{i}", "acme-spec") for i in range(1, 600)]),
        "services.1.properties.590",
    ),
]


@pytest.mark.parametrize(("reason", "odd", "path"), PARTS)
def test_part_is_refused_with_reason_and_place(reason: Reason, odd: Fields, path: str) -> None:
    imported = import_instance(encoded(instance(odd)))
    check(imported)
    refused = [refusal for refusal in imported.report.refused if refusal.place.path == path]
    assert [refusal.reason for refusal in refused] == [reason]
    assert reason in "\n".join(imported.report.lines())


def test_every_reason_has_a_document_here() -> None:
    assert {reason for reason, _, _ in PARTS} == set(Reason)


def test_what_has_no_room_is_a_vendors_own_before_what_is_standard() -> None:
    vendors = [prop(i, f"own-{i}", "acme-spec") for i in range(1, 500)]
    last = service(prop(1, "on"), iid=9, name="light")
    imported = import_instance(encoded(instance(service(*vendors), last)))
    assert "light.on" in check(imported).properties
    assert imported.report.refused[-1].place.siid == 2


def test_a_document_too_large_for_a_product_spec_keeps_what_comes_first() -> None:
    words = [{"value": value, "description": f"Choice {value} 档 " * 6} for value in range(200)]
    many = [
        prop(i, f"mode-{i}", "acme-spec", format="uint8", value_list=words) for i in range(1, 30)
    ]
    last = prop(99, "code", access=[])
    calls: Fields = {
        "actions": [action(90, into=[99], out=[99], type=urn("action", "x", "acme-spec"))],
        "events": [event(91, "first", arguments=[1], type=urn("event", "y", "acme-spec"))],
    }
    imported = import_instance(encoded(instance(service(*many, last, **calls))))
    product = check(imported)
    assert "gadget.acme:mode_1" in product.properties
    assert {refusal.reason for refusal in imported.report.refused} == {Reason.NO_ROOM}
    (code,) = [each for each in imported.report.refused if each.place.name == "code"]
    assert "the actions and events that name it" in code.detail


def test_a_document_that_is_too_large_in_two_languages_stays_whole_in_one() -> None:
    code = prop(2, "code", access=[], description="码" * 90, format="uint8", value_list=[1])
    calls: Fields = {
        "actions": [action(i, f"do-{i}", description="名" * 100, into=[2]) for i in range(1, 250)],
        "events": [event(1, description="名" * 100, arguments=[2])],
    }
    imported = import_instance(encoded(instance(service(GOOD, code, **calls))))
    product = check(imported)
    assert imported.report.refused == ()
    assert all(set(action.title) == {"en"} for action in product.actions.values())


def test_fields_without_end_are_told_with_bound() -> None:
    odd = {**prop(1, "level"), **{f"field-{i}": 0 for i in range(5_000)}}
    imported = import_instance(encoded(instance(service(odd))))
    check(imported)
    assert len(imported.report.mended) < 100


WHOLE: list[tuple[type[MiotError], bytes, str]] = [
    (NotJsonError, b"", "line 1, column 1"),
    (NotJsonError, b'{"type": ', "line 1, column 10"),
    (NotJsonError, b"\xff\xfe{}", "byte 0"),
    (NotJsonError, b'{"type": 1, "type": 2}', "document"),
    (TooLargeError, b" " * (MAX_BYTES + 1), "document"),
    (TooLargeError, b"[" * 1_000_000, "char 32"),
    (TooLargeError, b'{"\\"[[":' * 200_000, "char 256"),
    (TooLargeError, encoded(instance(service(*[0] * 3_000))), "services"),
    (NotAnInstanceError, b"[]", "document"),
    (NotAnInstanceError, b'{"data": {"data": {"data": {}}}}', "data.data.data"),
    (NotAnInstanceError, b'{"data": {"en": {"service:001": "x"}}}', "data"),
    (NotAnInstanceError, encoded(instance(type="urn:miot-spec-v2:service:x:1")), "type"),
    (NotAnInstanceError, encoded(instance(type=None)), "type"),
]


@pytest.mark.parametrize(("kind", "document", "path"), WHOLE)
def test_document_that_is_no_instance_is_refused_with_path_and_fix(
    kind: type[MiotError], document: bytes, path: str
) -> None:
    with pytest.raises(kind) as caught:
        import_instance(document)
    assert caught.value.path == path
    assert caught.value.fix in str(caught.value)


def test_error_codes_differ() -> None:
    kinds: list[type[MiotError]] = [MiotError, *MiotError.__subclasses__()]
    codes = [kind.code for kind in kinds]
    assert len(set(codes)) == len(codes)


def test_hostile_documents_cost_little() -> None:
    """Many arguments of long names, choices without end: bounded by counts, not by luck."""
    name = prop(1, "level", format="string", description="名" * 119)
    calls = [action(i, into=[1] * 60) for i in range(1, 1_000)]
    imported = import_instance(encoded(instance(service(name, actions=calls))))
    check(imported)
    assert imported.report.actions.in_file == 999
    choices = [{"value": value} for value in range(20_000)]
    part = prop(1, "level", format="uint32", value_list=choices)
    assert check(import_instance(encoded(instance(service(part)))))
    digits = json.dumps(instance(service(GOOD)))[:-1].encode() + b', "x": ' + b"1" * 10**6 + b"}"
    assert check(import_instance(digits))
