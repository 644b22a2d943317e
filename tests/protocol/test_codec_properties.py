"""Whatever comes over the wire is a message or a violation, and nothing else."""

import ast
import os
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, seed, settings
from hypothesis import strategies as st

from protocol import codec, json_text, topics
from protocol.codec import decode, encode
from protocol.errors import SAMPLE_LIMIT, ViolationError
from protocol.ids import DeviceId
from protocol.messages import Ack, AnyMessage, Message, State
from protocol.rules import rules
from protocol.topics import Leaf, Topic
from tests.protocol.wire_cases import (
    DEVICES,
    MESSAGES,
    SCALARS,
    Case,
    good_cases,
    noise_cases,
    spoilt_cases,
)

SEED = int(os.environ.get("ECOHUB_TEST_SEED", "20261121"))
"""Printed with every failure; set the variable to look elsewhere."""

CASES = {1_000: spoilt_cases(), 300: noise_cases(), 150: good_cases()}
"""How many of each; what is spoilt finds the most."""

SPOILT_SHARE = 0.3

HIT: set[str] = set()
"""Rules that the decoder has refused something by, in this run."""


def emitted() -> set[str]:
    """Return the rule ids that stand as text in the code of the decoder."""
    found: set[str] = set()
    for module in (codec, json_text, topics):
        tree = ast.parse(Path(module.__file__ or "").read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.update(re.findall(r"^ECO-[A-Z]+-[0-9]{3}$", node.value))
    return found


def judge(case: Case) -> None:
    """Decode, and look closely at what came out."""
    try:
        decoded = decode(case.topic, case.payload)
    except ViolationError as error:
        violation = error.violation
        assert violation.rule in rules()
        assert violation.detail
        assert len(violation.sample) <= SAMPLE_LIMIT
        assert violation.sample.isprintable()
        assert violation.path.isprintable()
        HIT.add(violation.rule)
    else:
        assert len(case.payload) <= codec.MAX_BYTES
        assert topics.parse(case.topic) == decoded.topic
        again = encode(decoded.topic.device, decoded.message, decoded.topic.child)
        assert decode(again.topic, again.payload).message == decoded.message


@pytest.mark.timeout(120)  # seconds when idle, but a minute under coverage on a busy machine
def test_any_topic_and_any_bytes_are_a_message_or_a_violation() -> None:
    origins: Counter[str] = Counter()

    def run(case: Case) -> None:
        origins[case.origin] += 1
        judge(case)

    print(f"seed {SEED}")  # noqa: T201 - pytest shows it with a failure
    for count, cases in CASES.items():
        frame = settings(max_examples=count, database=None, suppress_health_check=[*HealthCheck])
        seed(SEED)(frame(given(cases)(run)))()
    assert origins["spoilt"] >= SPOILT_SHARE * origins.total(), origins
    assert emitted() == HIT, f"never hit: {sorted(emitted() - HIT)}"


def test_the_decoder_emits_every_rule_about_topics_payloads_and_fields() -> None:
    of_the_hub = {"ECO-MSG-002", "ECO-MSG-004", "ECO-MSG-005", "ECO-MSG-006", "ECO-MSG-007"}
    of_devices = {"ECO-TOPIC-004", "ECO-TOPIC-005"}
    areas = {rule.id for rule in rules().values() if rule.area in {"CODEC", "TOPIC", "MSG"}}
    assert emitted() == areas - of_the_hub - of_devices


@seed(SEED)
@settings(max_examples=300, database=None)
@given(DEVICES, st.one_of(*MESSAGES.values()))
def test_every_message_comes_back_as_it_went(device: DeviceId, message: AnyMessage) -> None:
    encoded = encode(device, message)
    decoded = decode(encoded.topic, encoded.payload)
    assert repr(decoded.message) == repr(message)
    assert decoded.unknown == ()


NUMBERS = (
    *("1", "2", "-0", "0", "1.0", "1E2", "1e999", "1e-999", "01", "1.", "-", "+1", ".5", "NaN"),
    *("Infinity", "-Infinity", "9007199254740991", "9007199254740992", "-9007199254740992"),
    *("9223372036854775808", "1" * 400),
)
TEXTS = (
    *(
        '"a"',
        '"a:b"',
        '"\\u003a"',
        '"\\ud800"',
        '"\\udc00"',
        '"\\ud83d\\ude00"',
        '"\\ud83d\\ud83d"',
    ),
    *('"\\x"', '"\\u00"', '"\x00"', '"\x1f"', '"\x7f"', '"\u2028"', '"\ufeff"', "'a'"),
)
OTHERS = ("true", "false", "null", "[]", "{}", "[[[[[[[[[1]]]]]]]]]")
WORDS = st.sampled_from(NUMBERS + TEXTS + OTHERS)
NAMES = st.sampled_from(['"a.b"', '"a.c"', '"\\u0061.b"', '"a:b"', '""', '"\\ud800"'])
FIELDS = st.sampled_from(
    [
        '"epoch":7',
        '"seq":1',
        '"full":true',
        '"\\u0073eq":1',
        '"cause":"c"',
        '"time_ms":0',
        '"later":1',
    ]
)
SPACES = st.sampled_from(
    [" ", "\n", "\t", "\r", "\x0b", "\xa0", "\ufeff", "//", ",", ":", '"', "}"]
)


@st.composite
def state_texts(draw: st.DrawFn) -> bytes:
    """Draw the text of a state with one to three things that readers of JSON quarrel about."""
    values = draw(st.lists(st.tuples(NAMES, WORDS), min_size=1, max_size=3))
    held = ",".join(f"{name}:{word}" for name, word in values)
    fields = ['"epoch":7', '"seq":1', f'"values":{{{held}}}', *draw(st.lists(FIELDS, max_size=1))]
    text = "{" + ",".join(fields) + "}"
    for space in draw(st.lists(SPACES, max_size=1)):
        place = draw(st.integers(0, len(text)))
        text = text[:place] + space + text[place:]
    return text.encode("utf-8", "surrogatepass")


ACK_FIELDS = st.sampled_from(
    [
        *('"epoch":7', '"seq":9007199254740991', '"seq":9007199254740992', '"seq":1.0', '"seq":-1'),
        *('"id":"a.b"', '"id":"a:b"', '"id":"\\ud800"', '"\\u0069d":"c"', '"status":"done"'),
        *('"status":"odd"', '"status":"busy"', '"retry_after_ms":5', '"items":[]', '"results":{}'),
        *('"results":{"a:b":1}', '"error":null', '"error":{"code":"x"}', '"later":1'),
    ]
)


@st.composite
def ack_texts(draw: st.DrawFn) -> bytes:
    """Draw the text of an ack, one or two fields of which are there again or otherwise."""
    fields = ['"epoch":7', '"seq":1', '"id":"c"', '"status":"done"']
    for field in draw(st.lists(ACK_FIELDS, max_size=2)):
        name = field.partition(":")[0]
        is_instead = draw(st.booleans())
        fields = [f for f in fields if not is_instead or f.partition(":")[0] != name] + [field]
    text = "{" + ",".join(fields) + "}"
    for space in draw(st.lists(SPACES, max_size=1)):
        place = draw(st.integers(0, len(text)))
        text = text[:place] + space + text[place:]
    return text.encode("utf-8", "surrogatepass")


def careful(payload: bytes, model: type[Message] = State) -> AnyMessage | None:
    """Read by the careful path alone; None when it is refused or holds unknown fields."""
    try:
        fields = codec.read_object(payload)
        return codec._validate(model, fields)
    except (ViolationError, ValueError):
        return None


@seed(SEED)
@settings(max_examples=1_000, database=None)
@given(state_texts() | good_cases().map(lambda case: case.payload) | st.binary(max_size=40))
@example(b'{"epoch":7,"seq":1,"values":{"a.b":1e400}}')
@example(b'{"epoch":7,"seq":1,"values":{"a.b":"\\ud800"}}')
def test_the_fast_reader_of_states_agrees_with_the_careful_one(payload: bytes) -> None:
    fast = codec._plain_state(payload)
    if fast is not None:
        slow = careful(payload)
        assert slow is not None, "the fast reader let something pass"
        assert repr(fast) == repr(slow)
        assert codec.decode_at(Topic(DeviceId("abcdefgh"), Leaf.STATE), payload).message == fast


@seed(SEED)
@settings(max_examples=200, database=None)
@given(MESSAGES[State])
def test_every_state_without_a_colon_in_its_texts_is_read_by_the_fast_reader(
    state: AnyMessage,
) -> None:
    assert isinstance(state, State)
    texts = (*state.values, *state.values.values(), state.cause)
    assume(not any(":" in text for text in texts if isinstance(text, str)))
    payload = encode(DeviceId("abcdefgh"), state).payload
    assert repr(codec._plain_state(payload)) == repr(careful(payload))


@seed(SEED)
@settings(max_examples=1_000, database=None)
@given(ack_texts() | good_cases().map(lambda case: case.payload) | st.binary(max_size=40))
@example(b'{"epoch":7,"epoch":7,"seq":1,"id":"c","status":"done"}')
def test_the_fast_reader_of_acks_agrees_with_the_careful_one(payload: bytes) -> None:
    fast = codec._plain_ack(payload)
    if fast is not None:
        slow = careful(payload, Ack)
        assert slow is not None, "the fast reader let something pass"
        assert repr(fast) == repr(slow)
        assert codec.decode_at(Topic(DeviceId("abcdefgh"), Leaf.ACK), payload).message == fast


def test_scalars_reach_every_json_type() -> None:
    kinds: set[type] = set()

    @seed(SEED)
    @settings(max_examples=200, database=None)
    @given(SCALARS)
    def run(value: object) -> None:
        kinds.add(type(value))

    run()
    assert kinds == {type(None), bool, int, float, str}
