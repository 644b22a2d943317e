"""Records as a hub makes them, for tests of what is kept."""

from hypothesis import strategies as st

from hub.core.asker import By, Through
from hub.core.events import Cause, Reported
from hub.core.records import CommandRecord, DeviceRecord, Item, Moment, Plan
from protocol.ids import Address, CommandId, DeviceId
from protocol.messages import MAX_INTEGER
from protocol.receipt import Status

PURIFIER = DeviceId("air-purifier-0001")
ROUTER = DeviceId("router-0001")
LEVEL = Address("fan.level")


def device(device_id: str = PURIFIER, now_s: float = 50.0, **facts: object) -> DeviceRecord:
    return DeviceRecord(**{"id": device_id, "name": "Purifier", "joined_at_s": now_s, **facts})  # type: ignore[arg-type]


def command(number: int = 0, now_s: float = 50.0, **facts: object) -> CommandRecord:
    record = {
        "id": f"command-{number}",
        "device": PURIFIER,
        "client_id": f"phone-{number}",
        "scope": "0a1b2c",
        "values": {"fan.level": 2},
        "digest": "d" * 64,
        "created_at_s": now_s,
        "expires_at_s": now_s + 30.0,
        "history": (Moment(Status.ACCEPTED, now_s),),
    }
    return CommandRecord(**{**record, **facts})  # type: ignore[arg-type]


ids = st.sampled_from([PURIFIER, ROUTER, DeviceId("smart-plug-0001")])
texts = st.text(max_size=20)
integers = st.integers(-MAX_INTEGER, MAX_INTEGER)
floats = st.floats(allow_nan=False, allow_infinity=False)
scalars = st.one_of(st.none(), st.booleans(), integers, floats, texts)
addresses = st.sampled_from([LEVEL, Address("air.pm2_5"), Address("acme:x.y")])
values = st.dictionaries(addresses, scalars, max_size=3)
seconds = st.integers(-8_000, 8_000_000).map(lambda eighths: eighths / 8)
"""Times that survive the way to Unix seconds and back bit by bit."""

statuses = st.sampled_from(Status)
devices = st.builds(
    DeviceRecord,
    id=ids,
    name=texts,
    joined_at_s=seconds,
    vendor=texts,
    serial=texts,
    spec_sha256=st.none() | st.just("a" * 64),
    epoch=st.integers(0, MAX_INTEGER),
    connection=st.integers(0, MAX_INTEGER),
    is_time_synced=st.booleans(),
    mode=st.sampled_from(["strict", "warn"]),
    is_retired=st.booleans(),
    replaces=st.none() | ids,
    replaced_by=st.none() | ids,
    sleep_s=st.none() | st.integers(1, 604_800),
    asleep_since_s=st.none() | seconds,
    rules_told_at_s=st.none() | seconds,
)
askers = st.builds(
    By,
    st.sampled_from(["person", "program", "automation", "hub"]),
    texts,
    texts,
    texts,
    st.none() | st.builds(Through, st.sampled_from(["scene", "plan"]), texts, texts),
)
commands = st.builds(
    CommandRecord,
    id=st.sampled_from([CommandId(f"c{n}") for n in range(4)]),
    device=ids,
    client_id=texts,
    scope=texts,
    values=values,
    digest=st.just("d" * 64),
    created_at_s=seconds,
    expires_at_s=seconds,
    action=st.none() | addresses,
    waits=st.booleans(),
    sent_epoch=st.none() | st.integers(1, 9),
    status=statuses,
    items=st.lists(st.builds(Item, addresses, statuses, st.none() | texts, texts), max_size=2).map(
        tuple
    ),
    history=st.lists(st.builds(Moment, statuses, seconds, texts), max_size=3).map(tuple),
    reason=texts,
    results=values,
    is_final=st.booleans(),
    expected_at_s=st.none() | seconds,
    plan=st.none()
    | st.builds(Plan, st.integers(0, MAX_INTEGER), st.floats(1, 604_800), st.booleans()),
    by=st.none() | askers,
)
twins = st.dictionaries(
    ids,
    st.dictionaries(
        addresses,
        st.builds(
            Reported,
            scalars,
            seconds,
            st.none() | st.integers(0, 2**52),
            st.none() | st.builds(Cause, st.just(CommandId("c1")), seconds, st.none() | askers),
        ),
    ),
)
