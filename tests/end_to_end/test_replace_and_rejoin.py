"""Who belongs to the home: devices are let in, sent away, reset, replaced, or not let in at all."""

import asyncio
import signal

import pytest

from hub.broker import hash_password
from tests.end_to_end.api import Json
from tests.end_to_end.conftest import MakeHub, needs_mosquitto
from tests.end_to_end.device import Lamp, living
from tests.end_to_end.hub_process import CODE, Hub
from tests.end_to_end.joining import Attempt, JoinRefusedError, join, let_in, may_connect
from tests.end_to_end.waiting import until
from tests.mqtt_client import ACCEPTED, RawClient

pytestmark = pytest.mark.timeout(60)

WEEK_S = 604_800
WRONG = "00000000"
GUESSES = 5
SPY = "spy_1"


async def listed(hub: Hub) -> list[str]:
    return [device["id"] for device in (await hub.api.get("/devices"))["devices"]]


async def refusal(attempt: object) -> tuple[int, str]:
    """Find that a join is refused, with a remedy; return status and code."""
    with pytest.raises(JoinRefusedError) as refused:
        await attempt  # type: ignore[misc]  # a coroutine of whatever result
    status, body = refused.value.answer
    assert body["remedy"], body
    return status, body["code"]


async def test_a_device_that_was_unjoined_is_cut_off_at_once_and_forgotten(hub: Hub) -> None:
    credentials, others = await let_in(hub, "lamp-0001", "lamp-0002")
    lamp, other = Lamp(credentials), Lamp(others)
    async with living(lamp, other):
        await until(lambda: hub.are_online(lamp, other), "both lamps")
        asked = await hub.api.set(lamp.id, {"lamp.level": 3}, id="mine", wait_s=10)
        assert asked.status == 200
        answer = await hub.api.ask("DELETE", f"/devices/{lamp.id}")
        assert answer.status == 204
        assert not await may_connect(credentials)
        await until(lambda: lamp.refusals, "the lamp to be refused")
        assert not lamp.is_up
        assert await listed(hub) == [other.id]
        for path in (f"/devices/{lamp.id}", f"/devices/{lamp.id}/commands", "/commands/mine"):
            assert (await hub.api.ask("GET", path)).status == 404
        assert (await hub.api.set(lamp.id, {"lamp.level": 4})).status == 404
        assert other.connection == 1
    await hub.kill()
    await hub.start()
    assert await listed(hub) == [other.id]
    assert not await may_connect(credentials)
    again = Lamp((await let_in(hub, lamp.id))[0])
    async with living(again):
        await until(lambda: hub.are_online(again), "the lamp as a newcomer")
    assert again.epoch == 1


@pytest.mark.mosquitto
@needs_mosquitto
async def test_nothing_is_retained_of_a_device_that_was_unjoined(make_hub: MakeHub) -> None:
    hub = make_hub(BROKER__KIND="mosquitto")
    await hub.start()
    lamps = [Lamp(c) for c in await let_in(hub, "lamp-0001", "lamp-0002")]
    async with living(*lamps):
        await until(lambda: hub.are_online(*lamps), "both lamps")
        await hub.api.ask("DELETE", f"/devices/{lamps[0].id}")
        await until(lambda: lamps[0].refusals, "the lamp to be refused")
        assert await retained(hub) == {f"eco/1/{lamps[1].id}/presence"}


async def retained(hub: Hub) -> set[str]:
    """Look into the hub's own mosquitto as a user whom it does not know of."""
    folder = hub.data / "broker"
    with (folder / "passwords").open("a") as users, (folder / "rights").open("a") as rights:
        users.write(f"{SPY}:{hash_password(SPY)}\n")
        rights.write(f"\nuser {SPY}\ntopic read eco/1/#\n")
    hub.broker().send_signal(signal.SIGHUP)
    spy = await RawClient.open(hub.mqtt_port)
    while await spy.connect(SPY, SPY) != ACCEPTED:
        spy = await RawClient.open(hub.mqtt_port)
    await spy.subscribe("eco/1/+/presence")
    await spy.ping()
    spy.abort()
    return {message.topic for message in spy.inbox if message.is_retained and message.payload}


async def test_a_device_that_was_reset_joins_again_and_keeps_its_place(hub: Hub) -> None:
    (old,) = await let_in(hub, "lamp-0001")
    lamp = Lamp(old, epoch=7)
    async with living(lamp):
        await until(lambda: hub.are_online(lamp), "the lamp")
        await hub.api.set(lamp.id, {"lamp.level": 66}, id="before", wait_s=10)
        await hub.api.ask("PATCH", f"/devices/{lamp.id}", {"name": "Bedside"})
    (new,) = await let_in(hub, "lamp-0001")
    assert not await may_connect(old)
    reset = Lamp(new)
    async with living(reset):
        await until(lambda: hub.are_online(reset), "the lamp with its first epoch")
        shown = await hub.api.get(f"/devices/{reset.id}")
        assert (shown["name"], shown["identity"]["epoch"]) == ("Bedside", 1)
        assert (await hub.api.get("/commands/before"))["status"] == "confirmed"
        answer = await hub.api.set(reset.id, {"lamp.level": 5}, wait_s=10)
        assert answer.body["status"] == "confirmed"
    assert reset.verdicts == []
    assert await listed(hub) == [reset.id]


async def test_a_replacement_takes_name_and_place_and_the_old_device_is_out(hub: Hub) -> None:
    (old_credentials,) = await let_in(hub, "lamp-0001")
    old = Lamp(old_credentials)
    async with living(old):
        await until(lambda: hub.are_online(old), "the old lamp")
        await hub.api.ask("PATCH", f"/devices/{old.id}", {"name": "Bedside", "mode": "warn"})
        await hub.api.set(old.id, {"lamp.level": 9}, id="done", wait_s=10)
        old.is_stubborn = True
        await hub.api.set(old.id, {"lamp.on": True}, id="open", wait_s=0, expires_in_s=WEEK_S)
        await hub.api.open_window(CODE, replaces=old.id)
        new = Lamp(await join(hub.api, "lamp-0002"))
        async with living(new):
            await until(lambda: hub.are_online(new), "the new lamp")
            await until(lambda: old.refusals, "the old lamp to be refused")
            await is_replaced(hub, old, new)
            await hub.stop()
            await hub.start()
            await until(lambda: hub.are_online(new), "the new lamp again")
            await is_replaced(hub, old, new)
    assert not await may_connect(old_credentials)


async def is_replaced(hub: Hub, old: Lamp, new: Lamp) -> None:
    shown, retired = [await hub.api.get(f"/devices/{lamp.id}") for lamp in (new, old)]
    assert (shown["name"], shown["mode"]) == ("Bedside", "warn")
    assert shown["identity"]["replaces"] == old.id
    assert retired["identity"]["replaced_by"] == new.id
    assert retired["presence"]["status"] == "retired"
    assert retired["presence"]["reason"] == "replaced"
    assert retired["twin"]["lamp.level"]["value"] == 9
    assert (await hub.api.get("/commands/done"))["status"] == "confirmed"
    ended = await hub.api.get("/commands/open")
    assert (ended["status"], ended["reason"]) == ("failed", "replaced")
    refused = await hub.api.set(old.id, {"lamp.level": 1})
    assert (refused.status, refused.body["code"]) == (409, "device-not-ready")


async def test_five_wrong_codes_close_the_window_and_leave_nothing(hub: Hub) -> None:
    await hub.api.open_window(CODE, devices=2)
    for left in range(GUESSES - 1, 0, -1):
        wrong = join(hub.api, f"lamp-000{left}", code=WRONG)
        assert await refusal(wrong) == (403, "ECO-JOIN-003")
        assert (await hub.api.get("/join/window"))["guesses_left"] == left
    waiting = await Attempt.begin(hub.api, "lamp-0007")
    assert await refusal(join(hub.api, "lamp-0008", code=WRONG)) == (403, "ECO-JOIN-003")
    assert not (await hub.api.get("/join/window"))["is_open"]
    assert await refusal(waiting.finish(hub.api)) == (403, "ECO-JOIN-002")
    assert await refusal(join(hub.api, "lamp-0009")) == (403, "ECO-JOIN-002")
    assert await listed(hub) == []


async def test_a_closed_window_lets_nobody_in(hub: Hub) -> None:
    assert await refusal(join(hub.api, "lamp-0001")) == (403, "ECO-JOIN-002")
    await let_in(hub, "lamp-0002")
    assert not (await hub.api.get("/join/window"))["is_open"]
    assert await refusal(join(hub.api, "lamp-0003")) == (403, "ECO-JOIN-002")
    await hub.api.open_window(CODE)
    attempt = await Attempt.begin(hub.api, "lamp-0004")
    await hub.api.ask("DELETE", "/join/window")
    assert await refusal(attempt.finish(hub.api)) == (403, "ECO-JOIN-002")
    assert await listed(hub) == ["lamp-0002"]


async def test_a_lost_answer_is_given_again_and_a_spent_place_is_not(hub: Hub) -> None:
    await hub.api.open_window(CODE)
    attempt = await Attempt.begin(hub.api, "lamp-0001")
    await attempt.finish(hub.api)
    credentials = await attempt.finish(hub.api)
    assert await may_connect(credentials)
    assert await refusal(join(hub.api, "lamp-0002")) == (403, "ECO-JOIN-002")
    assert await listed(hub) == ["lamp-0001"]


async def test_a_join_that_breaks_off_leaves_nothing(hub: Hub) -> None:
    await hub.api.open_window(CODE, devices=4)
    attempt = await Attempt.begin(hub.api, "lamp-0001")
    await hub.kill()
    await hub.start()
    status, code = await refusal(attempt.finish(hub.api))
    assert (status, code) == (403, "ECO-JOIN-002")
    assert await listed(hub) == []


@pytest.mark.mosquitto
@needs_mosquitto
async def test_a_join_while_the_broker_is_gone_leaves_nothing_and_may_be_tried_again(
    make_hub: MakeHub,
) -> None:
    hub = make_hub(BROKER__KIND="mosquitto")
    await hub.start()
    await hub.api.open_window(CODE)
    with hub.without_broker():
        assert await refusal(join(hub.api, "lamp-0001")) == (503, "broker-failed")
        assert await listed(hub) == []
    await until(hub.is_ready, "the broker")
    lamp = Lamp(await join(hub.api, "lamp-0001"))
    async with living(lamp):
        await until(lambda: hub.are_online(lamp), "the lamp")


async def test_many_join_at_once_and_each_has_credentials_of_its_own(hub: Hub) -> None:
    names = [f"lamp-{number:04d}" for number in range(12)]
    await hub.api.open_window(CODE, devices=len(names))
    granted = await asyncio.gather(*(join(hub.api, name) for name in names))
    assert len({credentials.password for credentials in granted}) == len(names)
    assert all([await may_connect(credentials) for credentials in granted])
    assert sorted(await listed(hub)) == names


async def test_a_code_of_another_form_opens_no_window(hub: Hub) -> None:
    for code in ("1234567", "1234-56789", "abcdefgh", ""):
        answer: tuple[int, Json] = await hub.api.ask("POST", "/join/window", {"code": code})
        assert answer[0] == 422
    assert not (await hub.api.get("/join/window"))["is_open"]
