"""A receipt is put together by hand: what it says must be what a JSON library would say."""

from types import MappingProxyType

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from pydantic_core import from_json

from hub.api.causes import by_shown
from hub.api.models import Receipt
from hub.api.receipts import receipt_json
from hub.clock import Clock, iso_of_ms
from hub.core.asker import By, Through
from hub.core.records import CommandRecord, Item, Moment, Plan
from protocol.ids import Address, CommandId, DeviceId
from protocol.receipt import Status

CLOCK = Clock(monotonic=lambda: 100.0, wall=lambda: 1_800_000_000.25)
SHAPE = TypeAdapter(Receipt)

texts = st.text(max_size=12)
scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e9, 1e9) | texts
statuses = st.sampled_from(Status)
times = st.floats(0, 10**6)
items = st.builds(Item, st.just(Address("lamp.on")), statuses, st.none() | texts, texts)
through = st.builds(Through, st.just("scene"), texts, texts)
askers = st.none() | st.builds(By, st.just("person"), texts, texts, texts, st.none() | through)
records = st.builds(
    CommandRecord,
    id=st.just(CommandId("abc123.c1")),
    device=st.just(DeviceId("lamp-0001")),
    client_id=st.just("c1"),
    scope=st.just("abc123"),
    values=st.just({"lamp.secret": "hunter2"}),
    digest=st.just(""),
    created_at_s=times,
    expires_at_s=times,
    action=st.none() | st.just(Address("lamp.blink")),
    status=statuses,
    items=st.lists(items, max_size=3).map(tuple),
    history=st.lists(st.builds(Moment, statuses, times, texts), max_size=3).map(tuple),
    reason=texts,
    results=st.dictionaries(texts, scalars, max_size=3).map(MappingProxyType),
    is_final=st.booleans(),
    expected_at_s=st.none() | times,
    by=askers,
    plan=st.none() | st.builds(Plan, st.integers(0, 2 * 10**12), times),
)


@given(records)
def test_a_receipt_says_what_is_in_the_record_in_its_declared_shape(record: CommandRecord) -> None:
    text = receipt_json(record, CLOCK)
    shown = SHAPE.validate_json(text, strict=True)
    assert shown == from_json(text)  # no field that is not declared
    assert b"hunter2" not in text
    expected_s = record.expected_at_s
    assert shown == {
        "id": "c1",
        "command": "abc123.c1",
        "scope": "abc123",
        "device": "lamp-0001",
        "action": record.action,
        "status": record.status,
        "is_final": record.is_final,
        "reason": record.reason,
        "items": [_told({"address": i.address, "status": i.status}, i) for i in record.items],
        "results": record.results,
        "history": [_step(moment) for moment in record.history],
        "created_at": CLOCK.iso(record.created_at_s),
        "expires_at": CLOCK.iso(record.expires_at_s),
        "by": _asker(record.by),
        **({} if expected_s is None else {"expected_at": CLOCK.iso(expected_s)}),
        **({} if record.plan is None else {"execute_at": iso_of_ms(record.plan.at_ms)}),
    }


def test_who_may_not_know_is_told_no_name() -> None:
    by = By("person", "person-1", "Ada", "Ada's phone").via("scene", "scene-1", "Evening")
    assert by_shown(by, is_veiled=True) == {"type": "person", "id": None, "name": None}
    assert by_shown(None, is_veiled=True) is None


def test_what_was_used_first_stays() -> None:
    by = By("person", "person-1", "Ada").via("automation", "automation-1", "Evening lights")
    assert by.via("scene", "scene-1", "Evening") == by


def _asker(by: By | None) -> dict[str, object] | None:
    if by is None:
        return None
    shown: dict[str, object] = {"type": by.type, "id": by.id, "name": by.name}
    if by.phone:
        shown["phone"] = by.phone
    return shown | ({"through": by.through._asdict()} if by.through else {})


def _told(shown: dict[str, object], item: Item) -> dict[str, object]:
    error = {} if item.error is None else {"error": item.error}
    return shown | error | ({"message": item.message} if item.message else {})


def _step(moment: Moment) -> dict[str, object]:
    shown: dict[str, object] = {"status": moment.status, "at": CLOCK.iso(moment.at_s)}
    return shown | ({"reason": moment.reason} if moment.reason else {})
