"""The codec, rule by rule: what is read, and what is refused, where and why."""

import json

import pytest

from protocol import codec, topics
from protocol.codec import MAX_BYTES, Object, decode, encode
from protocol.errors import ViolationError
from protocol.ids import DeviceId
from protocol.messages import (
    LEAF_OF,
    QOS,
    Ack,
    ActionCommand,
    AnyMessage,
    SetCommand,
    SpecPart,
    State,
)
from protocol.topics import Leaf
from tests.protocol.samples import DEVICE, HASH, MESSAGES, fields_of, written

STATE = f"eco/1/{DEVICE}/state"
PLAIN = b'{"epoch":7,"seq":1,"values":{"fan.level":2}}'


FITTING = {(field, '""') for field in ("rule", "leaf", "path", "sample", "text", "fix", "part")} | {
    ("is_time_synced", "false"),
    ("full", "false"),
    ("spread_s", "1.5"),
}
"""Pairs of the table of wrong values that are right all the same."""


def topic_of(kind: str) -> str:
    return topics.build(DEVICE, LEAF_OF[type(MESSAGES[kind])])


def refused(topic: str, payload: bytes) -> tuple[str, str]:
    with pytest.raises(ViolationError) as caught:
        decode(topic, payload)
    assert len(caught.value.violations) == 1
    violation = caught.value.violation
    assert violation.fix
    assert violation.detail
    return violation.rule, violation.path


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
def test_every_kind_of_message_comes_back_as_it_went(message: AnyMessage) -> None:
    encoded = encode(DEVICE, message)
    decoded = decode(encoded.topic, encoded.payload)
    assert decoded.message == message
    assert decoded.unknown == ()
    assert decoded.topic.leaf is LEAF_OF[type(message)]


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
def test_every_kind_has_its_qos_and_only_presence_is_retained(message: AnyMessage) -> None:
    encoded = encode(DEVICE, message)
    leaf = LEAF_OF[type(message)]
    assert encoded.qos == QOS[leaf] == (0 if leaf in {Leaf.STATE, Leaf.VERDICT} else 1)
    assert encoded.is_retained == (leaf is Leaf.PRESENCE)


def test_a_message_of_a_child_goes_by_way_of_its_gateway() -> None:
    child = DeviceId("band-000042")
    encoded = encode(DEVICE, State(epoch=1, seq=1, values={}), child)
    assert encoded.topic == f"eco/1/{DEVICE}/{child}/state"
    assert decode(encoded.topic, encoded.payload).topic.child == child


def test_null_stays_where_it_means_something_and_goes_where_it_does_not() -> None:
    state = encode(DEVICE, State(epoch=1, seq=1, values={"air.co2": None})).payload
    assert json.loads(state) == {"epoch": 1, "seq": 1, "values": {"air.co2": None}, "full": False}
    ack = encode(DEVICE, Ack(epoch=1, seq=1, id="c", status="done", results={"a": None})).payload
    assert json.loads(ack)["results"] == {"a": None}
    assert "error" not in json.loads(ack)
    action = encode(
        DEVICE, ActionCommand(id="c", ttl_ms=1, action="a.b", epoch=1, arguments={"x": None})
    )
    assert json.loads(action.payload)["arguments"] == {"x": None}
    order = encode(DEVICE, SetCommand(id="c", ttl_ms=1, values={"a.b": None}))
    assert json.loads(order.payload) == {
        "type": "set",
        "id": "c",
        "ttl_ms": 1,
        "values": {"a.b": None},
    }


def test_a_message_that_is_too_large_is_not_encoded() -> None:
    with pytest.raises(ViolationError) as caught:
        encode(DEVICE, State(epoch=1, seq=1, values={"a.b": "x" * MAX_BYTES}))
    assert caught.value.violation.rule == "ECO-CODEC-001"


def test_the_largest_part_of_a_product_spec_fits() -> None:
    part = SpecPart(epoch=2**53 - 1, sha256=HASH, offset=2**53 - 1, part="A" * 10_924)
    assert len(encode(DEVICE, part).payload) <= MAX_BYTES


@pytest.mark.parametrize(
    ("payload", "rule", "path"),
    [
        (b" " * MAX_BYTES + b"{", "ECO-CODEC-001", "payload"),
        (b"\xef\xbb\xbf" + PLAIN, "ECO-CODEC-002", "byte 0"),
        (PLAIN.decode().encode("utf-16"), "ECO-CODEC-002", "byte 0"),
        (b'{"values":"\xff"}', "ECO-CODEC-002", "byte 11"),
        (b'{"values":"\xed\xa0\x80"}', "ECO-CODEC-002", "byte 11"),
        (b'{"values":"\xc0\x80"}', "ECO-CODEC-002", "byte 11"),
        (b"", "ECO-CODEC-003", "char 0"),
        (b"{", "ECO-CODEC-003", "char 1"),
        (PLAIN + b"x", "ECO-CODEC-003", "char 44"),
        (PLAIN + PLAIN, "ECO-CODEC-003", "char 44"),
        (b'{"epoch":7,}', "ECO-CODEC-003", "char 11"),
        (b"{'epoch':7}", "ECO-CODEC-003", "char 1"),
        (b'{"epoch":07}', "ECO-CODEC-003", "char 10"),
        (b'{"epoch":7 /* seven */}', "ECO-CODEC-003", "char 11"),
        (b'{"a":"\n"}', "ECO-CODEC-003", "char 6"),
        (b'{"a":"\x00"}', "ECO-CODEC-003", "char 6"),
        (b"nil", "ECO-CODEC-003", "char 0"),
        (b"[]", "ECO-CODEC-004", "payload"),
        (b"1", "ECO-CODEC-004", "payload"),
        (b'"x"', "ECO-CODEC-004", "payload"),
        (b"null", "ECO-CODEC-004", "payload"),
        (b'{"a":' + b"[" * 8 + b"]" * 8 + b"}", "ECO-CODEC-005", "char 12"),
        (b"[" * 16_000, "ECO-CODEC-005", "char 8"),
        (b'{"a":' * 3_000, "ECO-CODEC-005", "char 40"),
        (b'{"a":NaN}', "ECO-CODEC-006", "payload"),
        (b'{"a":Infinity}', "ECO-CODEC-006", "payload"),
        (b'{"a":-Infinity}', "ECO-CODEC-006", "payload"),
        (b'{"a":1e999}', "ECO-CODEC-006", "payload"),
        (b'{"a":-1.5e309}', "ECO-CODEC-006", "payload"),
        (b'{"a":9007199254740992}', "ECO-CODEC-007", "payload"),
        (b'{"a":-9007199254740992}', "ECO-CODEC-007", "payload"),
        (b'{"a":' + b"9" * 5_000 + b"}", "ECO-CODEC-007", "payload"),
        (b'{"a":1,"a":1}', "ECO-CODEC-008", "a"),
        (b'{"a":{"b":1,"\\u0062":1}}', "ECO-CODEC-008", "b"),
        (b'{"":1,"":1}', "ECO-CODEC-008", ""),
        (b'{"a":"\\ud83d"}', "ECO-CODEC-009", "char 6"),
        (b'{"a":"\\ude00"}', "ECO-CODEC-009", "char 6"),
        (b'{"a":"\\ude00\\ud83d"}', "ECO-CODEC-009", "char 6"),
        (b'{"a":"\\ud83d\\ud83d\\ude00"}', "ECO-CODEC-009", "char 6"),
        (b'{"\\\\\\uD800":1}', "ECO-CODEC-009", "char 4"),
    ],
)
def test_a_payload_is_refused_by_its_rule_at_its_place(
    payload: bytes, rule: str, path: str
) -> None:
    assert refused(STATE, payload) == (rule, path)
    assert refused(f"eco/1/{DEVICE}/event", payload) == (rule, path)


@pytest.mark.parametrize(
    "value",
    [
        b"9007199254740991",
        b"-9007199254740991",
        b"1e17",
        b"1.7976931348623157e308",
        b"-0",
        b"0.1",
        b"null",
        b"true",
        b'"\\ud83d\\ude00"',
        b'"\\\\ud800"',
        b'"\xf0\x9f\x98\x80"',
        b'"[[[[[[[[[[{{{{{{{{{{"',
        b'"\\"[[[[[[[[[["',
        b'"12:30:00"',
        b'""',
    ],
)
def test_what_is_just_allowed_is_read(value: bytes) -> None:
    payload = b'{"epoch":1,"seq":1,"values":{"a.b":%b}}' % value
    message = decode(STATE, payload).message
    assert isinstance(message, State)
    assert repr(message.values["a.b"]) == repr(json.loads(value))


def test_a_payload_of_just_the_allowed_size_and_depth_is_read() -> None:
    text = b'{"epoch":1,"seq":1,"values":{"a.b":"%b"}}'
    payload = text % (b"x" * (MAX_BYTES - len(text) + 2))
    assert len(payload) == MAX_BYTES
    assert decode(STATE, payload)
    deep = b'{"epoch":1,"seq":1,"values":{},"extra":' + b"[" * 7 + b"]" * 7 + b"}"
    assert decode(STATE, deep).unknown == ("extra",)


def every_field() -> list[tuple[str, str]]:
    return [(kind, field) for kind in MESSAGES for field in fields_of(kind)]


@pytest.mark.parametrize(("kind", "field"), every_field())
def test_a_field_that_is_left_out_is_missed_if_it_is_required(kind: str, field: str) -> None:
    fields = fields_of(kind)
    del fields[field]
    model = type(MESSAGES[kind])
    if field == "type" or model.model_fields[field].is_required():
        assert refused(topic_of(kind), written(fields)) == ("ECO-MSG-001", field)
    else:
        assert decode(topic_of(kind), written(fields)).unknown == ()


@pytest.mark.parametrize(("kind", "field"), every_field())
@pytest.mark.parametrize("wrong", ["", [[1]], {"x": [1]}, 1.5, -1, False])
def test_no_field_takes_a_value_of_another_type(kind: str, field: str, wrong: object) -> None:
    fields = fields_of(kind)
    fields[field] = wrong
    if (field, json.dumps(wrong)) in FITTING:
        assert decode(topic_of(kind), written(fields))
        return
    rule, path = refused(topic_of(kind), written(fields))
    assert rule in {"ECO-MSG-003", "ECO-MSG-001"}
    assert path.split(".")[0] == field


@pytest.mark.parametrize(
    ("kind", "change", "path"),
    [
        ("announce", {"vendor": "x" * 65}, "vendor"),
        ("announce", {"epoch": 0}, "epoch"),
        ("announce", {"spec": {"sha256": HASH, "bytes": 131_073}}, "spec.bytes"),
        ("announce", {"spec": {"sha256": HASH.upper(), "bytes": 2}}, "spec.sha256"),
        ("announce", {"sleep": {"interval_s": 0}}, "sleep.interval_s"),
        ("presence", {"status": "away"}, "status"),
        ("presence", {"reason": "bored"}, "reason"),
        ("state", {"seq": 2.0}, "seq"),
        ("state", {"epoch": "7"}, "epoch"),
        ("state", {"epoch": True}, "epoch"),
        ("state", {"full": 1}, "full"),
        ("state", {"full": None}, "full"),
        ("state", {"values": None}, "values"),
        ("state", {"values": {"fan.level": [1]}}, "values.fan.level"),
        ("state", {"values": {"fan.level": {"a": 1}}}, "values.fan.level"),
        ("state", {"cause": "no spaces"}, "cause"),
        ("event", {"event": "worn"}, "event"),
        ("event", {"arguments": {"left": []}}, "arguments.left"),
        ("ack", {"status": "ok"}, "status"),
        ("ack", {"items": {"fan.level": 1}}, "items"),
        ("ack", {"items": "abc"}, "items"),
        ("ack", {"items": [{"address": "fan"}]}, "items.0.address"),
        ("ack", {"items": [{"address": "a.b"}, {"address": 1}]}, "items.1.address"),
        ("ack", {"error": {"code": "x", "message": "y" * 257}}, "error.message"),
        ("ack", {"results": {"left": {}}}, "results.left"),
        ("ack", {"retry_after_ms": 3_600_001}, "retry_after_ms"),
        ("spec", {"part": "A" * 10_925}, "part"),
        ("set", {"type": "toggle"}, "type"),
        ("set", {"type": ["set"]}, "type"),
        ("set", {"ttl_ms": 0}, "ttl_ms"),
        ("set", {"id": "a/b"}, "id"),
        ("birth", {"spread_s": 601}, "spread_s"),
        ("birth", {"spread_s": "1"}, "spread_s"),
    ],
)
def test_a_field_of_another_form_is_refused_at_its_path(
    kind: str, change: Object, path: str
) -> None:
    fields = fields_of(kind) | change
    assert refused(topic_of(kind), written(fields)) == ("ECO-MSG-003", path)


@pytest.mark.parametrize(
    ("kind", "change", "path"),
    [
        ("announce", {"spec": {"sha256": HASH}}, "spec.bytes"),
        ("ack", {"items": [{}]}, "items.0.address"),
        ("ack", {"error": {"message": "x"}}, "error.code"),
    ],
)
def test_a_field_within_a_field_is_missed_at_its_path(kind: str, change: Object, path: str) -> None:
    fields = fields_of(kind) | change
    assert refused(topic_of(kind), written(fields)) == ("ECO-MSG-001", path)


@pytest.mark.parametrize("kind", MESSAGES)
@pytest.mark.parametrize("name", ["later", "set", "action", "rest", "model_config", "", "a.b"])
def test_unknown_fields_are_named_and_left_out(kind: str, name: str) -> None:
    if name in fields_of(kind):
        return
    decoded = decode(topic_of(kind), written(fields_of(kind) | {name: {"deep": [1]}}))
    assert decoded.unknown == (name,)
    assert decoded.message == MESSAGES[kind]


def test_unknown_fields_within_fields_are_named_by_path() -> None:
    fields = fields_of("ack")
    fields["items"][1]["later"] = 1
    fields["items"][0]["error"]["later"] = 1
    fields["later"] = 1
    decoded = decode(topic_of("ack"), written(fields))
    assert set(decoded.unknown) == {"items.1.later", "items.0.error.later", "later"}
    assert decoded.message == MESSAGES["ack"]


def test_a_wrong_field_is_told_before_an_unknown_one() -> None:
    fields = {"later": 1} | fields_of("state") | {"seq": 0}
    assert refused(STATE, written(fields)) == ("ECO-MSG-003", "seq")


def test_an_optional_field_without_a_default_may_be_null() -> None:
    decoded = decode(STATE, written(fields_of("state") | {"cause": None, "time_ms": None}))
    assert isinstance(decoded.message, State)
    assert decoded.message.cause is None


def test_a_plain_state_is_read_in_one_go() -> None:
    assert codec._plain_state(PLAIN) == decode(STATE, PLAIN).message


@pytest.mark.parametrize(
    ("payload", "rule"),
    [
        (b'{"epoch":7,"seq":1,"values":{"a.b":1,"a.b":1}}', "ECO-CODEC-008"),
        (b'{"epoch":7,"epoch":7,"seq":1,"values":{}}', "ECO-CODEC-008"),
        (b'{"epoch":7,"seq":1,"values":{"a.b":9007199254740992}}', "ECO-CODEC-007"),
        (b'{"epoch":7,"seq":1,"values":{"a.b":NaN}}', "ECO-CODEC-006"),
    ],
)
def test_what_the_fast_reader_would_let_pass_is_refused(payload: bytes, rule: str) -> None:
    assert codec._plain_state(payload) is None
    assert refused(STATE, payload)[0] == rule


PLAIN_ACK = b'{"epoch":7,"seq":1,"id":"phone.7f3","status":"received"}'


def test_a_plain_ack_is_read_in_one_go() -> None:
    assert codec._plain_ack(PLAIN_ACK) == decode(topic_of("ack"), PLAIN_ACK).message


@pytest.mark.parametrize(
    "more", ['"items":[]', '"error":{"code":"x"}', '"results":{"a":1}', '"retry_after_ms":5']
)
def test_an_ack_that_tells_more_is_read_with_care(more: str) -> None:
    payload = PLAIN_ACK.replace(b"{", b"{%s," % more.encode())
    assert codec._plain_ack(payload) is None
    assert isinstance(decode(topic_of("ack"), payload).message, Ack)


@pytest.mark.parametrize(
    ("payload", "rule"),
    [
        (PLAIN_ACK.replace(b"{", b'{"seq":1,'), "ECO-CODEC-008"),
        (PLAIN_ACK.replace(b":1,", b":9007199254740992,"), "ECO-CODEC-007"),
        (PLAIN_ACK + b" " * codec.MAX_BYTES, "ECO-CODEC-001"),
    ],
)
def test_what_the_fast_reader_of_acks_would_let_pass_is_refused(payload: bytes, rule: str) -> None:
    assert codec._plain_ack(payload) is None
    assert refused(topic_of("ack"), payload)[0] == rule


def test_details_speak_of_json_and_not_of_python() -> None:
    cases: dict[str, Object] = {
        "not an object": {"spec": 1},
        "not a text": {"vendor": 1},
        "not an integer": {"epoch": "1"},
        "not true or false": {"is_time_synced": 1},
    }
    for detail, change in cases.items():
        with pytest.raises(ViolationError, match=detail):
            decode(topic_of("announce"), written(fields_of("announce") | change))
