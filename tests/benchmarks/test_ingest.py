"""When the phone of the benchmark has seen the last report of each device."""

from pydantic_core import to_json

from benchmarks.ingest import Last
from benchmarks.product import COUNT, IS_LAST
from hub.clock import iso_of_ms

BEGAN_S = 1_800_000_000.0


def values(device: str, count: int, *, is_last: bool) -> bytes:
    twin = {COUNT: {"value": count}, IS_LAST: {"value": is_last}}
    return to_json({"type": "values", "seq": 1, "device": device, "values": twin})


def snapshot(**shown: tuple[int, float]) -> bytes:
    devices = [
        {
            "id": device,
            "twin": {
                COUNT: {"value": count, "at": iso_of_ms(int(1000 * (BEGAN_S + after_s)))},
                IS_LAST: {"value": True},
            },
        }
        for device, (count, after_s) in shown.items()
    ]
    return to_json({"type": "snapshot", "seq": 1, "stream": "s", "devices": devices})


def test_the_last_report_of_each_device_is_awaited() -> None:
    last = Last(2, 200, BEGAN_S)
    last.take(values("one", 200, is_last=True), 1.0)
    last.take(values("one", 200, is_last=True), 2.0)
    last.take(values("two", 199, is_last=False), 3.0)
    assert not last.all.is_set()
    last.take(values("two", 200, is_last=True), 4.0)
    last.take(values("two", 200, is_last=True), 5.0)
    assert last.all.is_set()
    assert last.at_s == 4.0


def test_a_phone_that_fell_behind_sees_them_in_a_snapshot() -> None:
    last = Last(3, 200, BEGAN_S)
    last.take(values("one", 200, is_last=True), 1.0)
    last.take(snapshot(one=(200, 1.0), two=(200, 1.0), three=(57, 1.0)), 2.0)
    assert not last.all.is_set()
    last.take(snapshot(one=(200, 1.0), two=(200, 1.0), three=(200, -9.0)), 3.0)
    assert not last.all.is_set()
    last.take(snapshot(one=(200, 1.0), two=(200, 1.0), three=(200, 2.0)), 4.0)
    assert last.at_s == 4.0
