"""Devices that break rules, as the API tells of them: mode, quarantine, trace, notifications."""

from pathlib import Path

import pytest

from hub import app
from hub.api.evidence import notice_shown, quarantine_state
from hub.api.views import presence_state
from hub.clock import Clock
from hub.core.quarantine import STRIKES
from hub.store import Store
from protocol.messages import Event, Scalar
from protocol.presence import Presence
from tests.hub.api.bench import PLUG, PURIFIER, SENSOR, Bench, bench
from tests.hub.api.ear import listening

RELEASE = f"/api/v1/devices/{PURIFIER}/release"
TRACE = f"/api/v1/devices/{PURIFIER}/trace"
NOTICES = "/api/v1/notifications"


async def break_rules(home: Bench) -> None:
    for _ in range(STRIKES):
        home.report(PURIFIER, {"fan.level": 99})
    found = home.home.hub.devices[PURIFIER]
    await home.until(lambda: found.presence is Presence.QUARANTINED, "quarantine")


async def notices(home: Bench) -> list[tuple[str, bool]]:
    told = (await home.get(NOTICES))["notifications"]
    return [(one["kind"], one["is_read"]) for one in told]


async def test_a_device_in_quarantine_is_shown_with_evidence_and_released(home: Bench) -> None:
    await home.bring(PURIFIER)
    assert (await home.get(f"/api/v1/devices/{PURIFIER}"))["quarantine"] is None
    await break_rules(home)
    view = await home.get(f"/api/v1/devices/{PURIFIER}")
    assert view["presence"]["status"] == "quarantined"
    assert view["quarantine"]["reason"] == "broke_rules"
    (broken,) = view["quarantine"]["broken"]
    assert (broken["rule"], broken["count"]) == ("ECO-VALUE-002", STRIKES)
    assert "99" in view["quarantine"]["refused"][-1]["text"]
    body = {"properties": {"fan.level": 1}}
    path = f"/api/v1/devices/{PURIFIER}/properties"
    told = await home.problem("PATCH", path, 409, body=body)
    assert "release it" in told["remedy"]
    released = await home.ask("POST", RELEASE)
    assert released["quarantine"] is None
    assert released["presence"]["status"] == "online"
    assert (await home.ask("POST", RELEASE))["presence"]["status"] == "online"
    assert await notices(home) == [("released", False), ("quarantined", False)]


async def test_quarantine_and_inbox_outlive_a_restart(tmp_path: Path) -> None:
    async with bench(tmp_path) as home:
        await home.bring(PURIFIER)
        await break_rules(home)
        await home.ask("PATCH", "/api/v1/hub", {"mode": "warn"})
        before = await home.get(f"/api/v1/devices/{PURIFIER}")
        told = await home.get(NOTICES)
    clock = Clock()
    store = Store.open(tmp_path / "data", clock)
    stored = store.load()
    store.close()
    hub = app._restored(stored, clock)
    assert stored.mode == "warn"
    device = hub.devices[PURIFIER]
    assert (device.presence, device.reason) == (Presence.QUARANTINED, "broke_rules")
    assert quarantine_state(device, clock) == before["quarantine"]
    assert presence_state(device, clock) == before["presence"]
    kept = [notice_shown(notice, clock) for notice in hub.inbox.notices.values()]
    assert kept == told["notifications"]


async def test_notifications_are_read_and_forgotten(home: Bench) -> None:
    await home.bring(PURIFIER)
    await break_rules(home)
    await home.ask("POST", RELEASE)
    latest, first = (await home.get(NOTICES))["notifications"]
    one = f"{NOTICES}/{first['id']}"
    assert (await home.ask("PATCH", one, {"is_read": True}))["is_read"]
    assert await notices(home) == [("released", False), ("quarantined", True)]
    await home.ask("DELETE", f"{NOTICES}/{latest['id']}", status=204)
    assert await notices(home) == [("quarantined", True)]
    await home.ask("PATCH", one, {"is_read": False})
    assert (await home.ask("PATCH", NOTICES, {"is_read": True}))["notifications"][0]["is_read"]
    await home.ask("DELETE", NOTICES, status=204)
    for method, body in (("PATCH", {"is_read": True}), ("DELETE", None)):
        told = await home.problem(method, one, 404, body=body)
        assert told["code"] == "notification-unknown"
    assert await notices(home) == []


async def test_the_stream_tells_of_notifications(home: Bench) -> None:
    await home.bring(PURIFIER)
    async with listening(home) as ear:
        await break_rules(home)
        told = await ear.hear("notification")
        assert told["notification"]["kind"] == "quarantined"
        await home.ask("DELETE", NOTICES, status=204)
        assert (await ear.hear("notification_removed"))["id"] == told["notification"]["id"]


async def test_the_trace_tells_what_became_of_each_message(home: Bench) -> None:
    await home.bring(PURIFIER)
    home.report(PURIFIER, {"fan.level": 2})
    home.report(PURIFIER, {"fan.level": 99})
    await home.until(lambda: home.home.hub.devices[PURIFIER].violations, "the refusal")
    messages = (await home.get(TRACE))["messages"]
    assert [(m["leaf"], m["fate"], m["rule"]) for m in messages[-3:]] == [
        ("state", "taken", None),
        ("state", "refused", "ECO-VALUE-002"),
        ("verdict", "sent", None),
    ]
    assert messages[-3]["payload"]["values"] == {"fan.level": 2}
    assert messages[0]["leaf"] == "announce"
    assert {m["direction"] for m in messages} == {"up", "down"}
    await home.problem("GET", "/api/v1/devices/nobody-0001/trace", 404)
    await home.problem("POST", "/api/v1/devices/nobody-0001/release", 404)


@pytest.mark.parametrize("of_all", [False, True])
async def test_the_mode_of_the_home_is_that_of_newcomers_or_of_all(
    home: Bench, *, of_all: bool
) -> None:
    await home.bring(PURIFIER)
    told = await home.ask("PATCH", "/api/v1/hub", {"mode": "warn", "of_all": of_all})
    assert told["mode"] == "warn"
    assert home.home.hub.devices[PURIFIER].record.mode == ("warn" if of_all else "strict")
    await home.problem("PATCH", "/api/v1/hub", 422, body={"mode": "lenient"})


async def test_an_alarm_of_a_device_is_a_notification(home: Bench) -> None:
    await home.bring(PLUG)
    product = home.home.hub.devices[PLUG].product
    assert product is not None
    alarm = next(a for a, kind in product.events.items() if kind.severity == "alarm")
    arguments: dict[str, Scalar] = {part.name: 0 for part in product.events[alarm].arguments}
    home.air.tell(PLUG, Event(epoch=1, seq=900, event=alarm, arguments=arguments))
    await home.until(lambda: home.home.hub.inbox.notices, "the notification")
    (told,) = (await home.get(NOTICES))["notifications"]
    assert (told["kind"], told["device"], told["event"]) == ("alarm", PLUG, alarm)


async def test_what_is_dropped_unread_is_shown(home: Bench) -> None:
    await home.bring(SENSOR)
    device = home.home.hub.devices[SENSOR]
    for _ in range(5_000):
        home.home.is_heard(SENSOR)
    view = await home.get(f"/api/v1/devices/{SENSOR}")
    assert view["traffic"]["throttled"] == device.rate.dropped > 0
    assert view["traffic"]["deaf_until"] is None
