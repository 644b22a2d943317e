"""What may come over the wire, drawn by Hypothesis: good messages, spoilt ones, and noise."""

import json
from typing import Final, NamedTuple

from hypothesis import strategies as st

from protocol import topics
from protocol.codec import MAX_BYTES, Object, encode
from protocol.ids import RESERVED, DeviceId
from protocol.messages import (
    LAST_MS,
    LEAF_OF,
    MAX_INTEGER,
    Ack,
    AckItem,
    ActionCommand,
    Announce,
    AnyMessage,
    Birth,
    Event,
    Fault,
    Leave,
    Presence,
    Rest,
    Scalar,
    SetCommand,
    Sleep,
    SpecGet,
    SpecPart,
    SpecReference,
    State,
    StateGet,
    Update,
    Verdict,
)
from protocol.topics import Leaf
from tests.protocol.samples import DEVICE
from tests.protocol.samples import MESSAGES as SAMPLES

COUNTS: Final = st.integers(0, MAX_INTEGER) | st.integers(0, 9)
TIMES: Final = st.integers(0, LAST_MS) | st.integers(0, 9)
ORDINALS: Final = st.integers(1, MAX_INTEGER) | st.integers(1, 9)
TEXTS: Final = st.text(
    st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12
)  # no surrogates, no control characters
COMMAND_IDS: Final = st.text("abcXYZ019._:-", max_size=12).map("c".__add__)
NAMES: Final = st.sampled_from(["fan", "air", "pm2_5", "acme:lamp", "x", "a" * 32])
ADDRESSES: Final = st.builds("{}.{}".format, NAMES, NAMES)
HASHES: Final = st.integers(0, 2**256 - 1).map("{:064x}".format)
DEVICES: Final = st.text("abcxyz019-", min_size=6, max_size=62).map("a{}0".format).map(
    DeviceId
) | st.just(DeviceId("air-purifier-0001"))
SCALARS: Final[st.SearchStrategy[Scalar]] = (
    st.none()
    | st.booleans()
    | st.integers(-MAX_INTEGER, MAX_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
)
VALUES: Final = st.dictionaries(ADDRESSES | TEXTS, SCALARS, max_size=5)
FAULTS: Final = st.builds(Fault, code=TEXTS, message=st.text(max_size=12))
ITEMS: Final = st.builds(AckItem, address=ADDRESSES, error=st.none() | FAULTS)
FRAME: Final = {"id": COMMAND_IDS, "ttl_ms": st.integers(1, 604_800_000)}
ORDER: Final = {"epoch": ORDINALS, "seq": ORDINALS}

MESSAGES: Final[dict[type[AnyMessage], st.SearchStrategy[AnyMessage]]] = {
    Announce: st.builds(
        Announce,
        vendor=TEXTS,
        product=TEXTS,
        serial=TEXTS,
        hardware=TEXTS,
        firmware=TEXTS,
        protocol=st.just("1.0") | TEXTS,
        epoch=ORDINALS,
        connection=ORDINALS,
        spec=st.builds(SpecReference, sha256=HASHES, bytes=st.integers(2, 131_072)),
        birth=st.none() | COMMAND_IDS,
        is_time_synced=st.booleans(),
        sleep=st.none()
        | st.builds(Sleep, interval_s=st.integers(1, 604_800), awake_s=st.integers(1, 60)),
    ),
    Presence: st.builds(Presence, epoch=ORDINALS, connection=ORDINALS),
    State: st.builds(
        State, **ORDER, values=VALUES, cause=st.none() | COMMAND_IDS, time_ms=st.none() | TIMES
    ),
    Event: st.builds(Event, **ORDER, event=ADDRESSES, arguments=VALUES),
    Ack: st.builds(
        Ack,
        **ORDER,
        id=COMMAND_IDS,
        items=st.lists(ITEMS, max_size=3).map(tuple),
        error=st.none() | FAULTS,
        results=VALUES,
        retry_after_ms=st.none() | st.integers(0, 3_600_000),
    ),
    SpecPart: st.builds(
        SpecPart, epoch=ORDINALS, sha256=HASHES, offset=COUNTS, part=st.text("Aa0+/=", max_size=40)
    ),
    SetCommand: st.builds(SetCommand, **FRAME, values=VALUES, expires_at_ms=st.none() | TIMES),
    ActionCommand: st.builds(ActionCommand, **FRAME, action=ADDRESSES, arguments=VALUES),
    SpecGet: st.builds(SpecGet, **FRAME, sha256=HASHES, offset=COUNTS),
    StateGet: st.builds(StateGet, **FRAME),
    Rest: st.builds(Rest, **FRAME),
    Leave: st.builds(Leave, **FRAME),
    Verdict: st.builds(Verdict, count=ORDINALS, min_epoch=st.none() | ORDINALS),
    Update: st.builds(Update, version=TEXTS),
    Birth: st.builds(
        Birth, id=COMMAND_IDS, hub=TEXTS, epoch=ORDINALS, time_ms=TIMES, spread_s=st.floats(0, 600)
    ),
}


class Case(NamedTuple):
    """A message on the wire and how it came about: `good`, `spoilt` or `noise`."""

    origin: str
    topic: str
    payload: bytes


MISFITS: Final[st.SearchStrategy[object]] = st.sampled_from(
    [None, True, -1, 0, 1.5, 2**53, 1e300, "", "x" * 70, [], [[]], {}, {"a": {"b": [1]}}, "hub"]
)
WORDS: Final = (
    *("NaN", "-Infinity", "1e999", "9007199254740992", "1" * 400, "01", "1.", "nul", "'a'", ""),
    *('"\\ud83d"', '"\\ude00\\ud83d"', '"\\u0000"', "[" * 9 + "]" * 9, '{"a":' * 9 + "1" + "}" * 9),
)
DUST: Final = st.sampled_from([b'"', b"\\", b"{", b"}", b"[", b",", b":", b"\xff", b"\xed\xa0\x80"])


@st.composite
def good_cases(draw: st.DrawFn) -> Case:
    """Draw a message of any kind, encoded as it should be."""
    kind = draw(st.sampled_from(list(MESSAGES)))
    encoded = encode(draw(DEVICES), draw(MESSAGES[kind]))
    return Case("good", encoded.topic, encoded.payload)


@st.composite
def spoilt_cases(draw: st.DrawFn) -> Case:
    """Draw a good message and spoil its topic, its fields, its text or its bytes."""
    case = draw(st.sampled_from(_GOOD))
    spoil = draw(st.sampled_from([_topic, _fields, _tokens, _bytes, _bytes, _whole]))
    topic, payload = spoil(draw, case)
    return Case("spoilt", topic, payload)


def noise_cases() -> st.SearchStrategy[Case]:
    """Draw any text as topic, or a good one, and any bytes."""
    levels = st.sampled_from(["eco", "1", "2", "", "+", "\ud800", "a" * 8, "hub", "state", "birth"])
    any_topic = st.lists(levels, max_size=6).map("/".join) | st.text(max_size=8)
    fair = st.builds(topics.build, st.just(DEVICE), st.sampled_from(list(Leaf)))
    value = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(TEXTS, SCALARS, max_size=2)
    payload = st.binary(max_size=24) | value.map(json.dumps).map(str.encode)
    return st.builds(Case, st.just("noise"), any_topic | fair, payload)


def _topic(draw: st.DrawFn, case: Case) -> tuple[str, bytes]:
    levels = case.topic.split("/")
    place = draw(st.integers(0, len(levels) - 1))
    words = st.sampled_from(["", "+", "#", "x", "A" * 8, "eco", "\ud800" * 8, *sorted(RESERVED)])
    levels[place : place + draw(st.integers(0, 1))] = draw(st.lists(words, max_size=2))
    return "/".join(levels), case.payload


def _fields(draw: st.DrawFn, case: Case) -> tuple[str, bytes]:
    fields: Object = json.loads(case.payload)
    places = [fields, *(value for value in fields.values() if isinstance(value, dict))]
    place = places[draw(st.integers(0, len(places) - 1))]
    for name in draw(st.lists(st.sampled_from(sorted(place) or [""]), max_size=1)):
        place.pop(name, None)
    names = st.sampled_from([*sorted(place), "set", "action", "later"])
    place[draw(names)] = draw(MISFITS)
    return case.topic, json.dumps(fields).encode()


def _tokens(draw: st.DrawFn, case: Case) -> tuple[str, bytes]:
    fields: Object = json.loads(case.payload)
    members = [f"{json.dumps(name)}:{json.dumps(value)}" for name, value in fields.items()]
    place = draw(st.integers(0, len(members) - 1))
    if draw(st.booleans()):
        members.insert(place, draw(st.sampled_from(members)))
    else:
        name = draw(st.sampled_from([*sorted(fields), "later"]))
        members[place] = f'"{name}":{draw(st.sampled_from(WORDS))}'
    return case.topic, f"{{{','.join(members)}}}".encode("utf-8", "surrogatepass")


def _bytes(draw: st.DrawFn, case: Case) -> tuple[str, bytes]:
    payload = bytearray(case.payload)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(payload)))
        length = draw(st.integers(0, 4))
        payload[place : place + length] = draw(DUST | st.binary(max_size=3))
    return case.topic, bytes(payload)


def _whole(draw: st.DrawFn, case: Case) -> tuple[str, bytes]:
    payload = draw(
        st.sampled_from(
            [
                b"\xef\xbb\xbf" + case.payload,
                case.payload.decode().encode("utf-16"),
                b"[" + case.payload + b"]",
                case.payload + b" " * MAX_BYTES,
                case.payload * 2,
                case.payload[:-1],
                b'{"a":' * 8 + case.payload + b"}" * 8,
            ]
        )
    )
    return case.topic, payload


_GOOD: Final = [
    Case("good", encoded.topic, encoded.payload)
    for encoded in (encode(DEVICE, message) for message in SAMPLES.values())
]
assert set(MESSAGES) == set(LEAF_OF) == {type(message) for message in SAMPLES.values()}
