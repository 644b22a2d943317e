import json
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest

from hub.api.views import device_summary
from hub.core.people.records import Role
from protocol.ids import Address
from protocol.messages import Event
from tests.hub.api.bench import PLUG, PURIFIER, Bench
from tests.hub.api.ear import listening, opened

Json = Any


def truth(home: Bench) -> dict[str, Json]:
    shown = [device_summary(d, home.home.clock) for d in home.home.hub.devices.values()]
    return {device["id"]: device for device in json.loads(json.dumps(shown))}


async def test_hello_comes_first_and_a_snapshot_after_auth(home: Bench) -> None:
    await home.bring(PURIFIER)
    async with listening(home) as ear:
        assert [told["type"] for told in ear.heard] == ["hello", "snapshot"]
        assert ear.heard[0]["stream"] == ear.heard[1]["stream"]
        assert ear.devices == truth(home)
        assert list(ear.devices.values()) == (await home.get("/api/v1/devices"))["devices"]


async def test_values_presence_and_devices_are_told_as_they_change(home: Bench) -> None:
    async with listening(home) as ear:
        pretend = await home.bring(PURIFIER)
        await ear.hear("presence", device=PURIFIER)
        home.report(PURIFIER, {"air.pm2_5": 77.0})
        values: Json = {}
        while values.get("air.pm2_5", {}).get("value") != 77.0:
            values = (await ear.hear("values"))["values"]
        home.air.tell(PURIFIER, *pretend.leave())
        told = await ear.hear("presence")
        while told["presence"]["status"] != "unreachable":
            told = await ear.hear("presence")
        assert ear.devices == truth(home)


async def test_a_set_over_the_stream_is_accepted_and_then_confirmed(home: Bench) -> None:
    await home.bring(PURIFIER)
    async with listening(home) as ear:
        await ear.say(
            type="set", ref="r1", id="phone-1", device=PURIFIER, properties={"fan.level": 3}
        )
        accepted = await ear.hear("accepted", ref="r1")
        command = accepted["receipt"]["command"]
        told = [one["receipt"] for one in ear.heard if one["type"] == "receipt"]
        while not told or told[-1]["status"] != "confirmed":
            told.append((await ear.hear("receipt"))["receipt"])
        assert told[-1]["id"] == "phone-1"
        if command not in {one.get("cause") for one in ear.heard}:
            await ear.hear("values", cause=command)
        assert await home.get("/api/v1/commands/phone-1") == told[-1]


async def test_an_action_over_the_stream_ends_applied(home: Bench) -> None:
    await home.bring(PURIFIER)
    async with listening(home) as ear:
        await ear.say(type="call", ref=7, device=PURIFIER, action="filter.reset")
        assert (await ear.hear("accepted", ref=7))["receipt"]["action"] == "filter.reset"
        await home.until(lambda: not list(home.home.hub.commands.open_ones()), "ended")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"type": "set", "device": PURIFIER, "properties": {"fan.level": 9}}, "ECO-VALUE-002"),
        ({"type": "set", "device": "nobody-0001", "properties": {"a.b": 1}}, "device-unknown"),
        ({"type": "call", "device": PURIFIER, "action": "filter.eat"}, "ECO-CMD-003"),
    ],
)
async def test_a_command_that_is_refused_is_answered_with_a_problem(
    home: Bench, said: Json, code: str
) -> None:
    await home.bring(PURIFIER)
    async with listening(home) as ear:
        await ear.say(**said, ref="r")
        told = await ear.hear("problem", ref="r")
        assert told["problem"]["code"] == code
        assert told["problem"]["remedy"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "ECO-CODEC-003"),
        ("[]", "ECO-CODEC-004"),
        ('{"type": "set", "type": "set"}', "ECO-CODEC-008"),
        ('{"type": "fly"}', "body-invalid"),
        ('{"type": "set"}', "body-invalid"),
        ('{"type": "ping", "extra": 1}', "body-invalid"),
        ('{"type": "auth", "token": "eco_x"}', "auth-again"),
    ],
)
async def test_a_message_that_makes_no_sense_leaves_the_stream_open(
    home: Bench, text: str, code: str
) -> None:
    async with listening(home) as ear:
        await ear.socket.send_str(text)
        assert (await ear.hear("problem"))["problem"]["code"] == code
        await ear.say(type="ping", ref="still here")
        await ear.hear("pong", ref="still here")


async def test_fifty_commands_at_once_are_all_answered_in_order(home: Bench) -> None:
    await home.bring(PLUG)
    async with listening(home) as ear:
        for number in range(50):
            properties = {"outlet.on": number % 2 == 0}
            await ear.say(type="set", ref=number, device=PLUG, properties=properties)
        answers = [await ear.hear("accepted") for _ in range(50)]
        assert [answer["ref"] for answer in answers] == list(range(50))


async def test_who_comes_back_is_told_what_was_missed(home: Bench) -> None:
    await home.bring(PURIFIER)
    async with listening(home) as ear:
        place = dict(ear.place)
    home.report(PURIFIER, {"air.pm2_5": 11.0})
    home.report(PURIFIER, {"air.pm2_5": 12.0})
    await home.until(lambda: home.value(PURIFIER, "air.pm2_5") == 12.0, "told")
    async with listening(home, resume=place) as ear:
        assert ear.heard[1] == {"type": "resumed", "seq": place["seq"]}
        ear.devices = truth(home)
        told = [(await ear.hear("values"))["values"] for _ in range(2)]
        assert [one["air.pm2_5"]["value"] for one in told] == [11.0, 12.0]


@pytest.mark.parametrize("seq", [-1, 10**6])
async def test_a_place_that_makes_no_sense_gives_a_snapshot(home: Bench, seq: int) -> None:
    async with listening(home) as ear:
        stream = ear.place["stream"]
    for resume in ({"stream": stream, "seq": seq}, {"stream": "another", "seq": 0}):
        async with opened(home) as ear:
            await ear.next()
            await ear.say(type="auth", token=home.token, resume=resume)
            assert (await ear.next())["type"] == "snapshot"


async def test_a_wrong_token_closes_the_stream(home: Bench) -> None:
    async with opened(home) as ear:
        await ear.next()
        await ear.say(type="auth", token="eco_wrong")
        assert await ear.close_code() == 4401
        assert len(ear.heard) == 1


@pytest.mark.parametrize("first", ['{"type": "ping"}', "nonsense", ""])
async def test_the_first_message_must_be_auth(home: Bench, first: str) -> None:
    async with opened(home) as ear:
        await ear.next()
        await ear.socket.send_str(first)
        assert await ear.close_code() == 4400


async def test_who_does_not_authenticate_is_closed(
    home: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.api.phone.AUTH_WITHIN_S", 0.1)
    async with opened(home) as ear:
        assert await ear.close_code() == 4408


async def test_a_revoked_token_closes_its_streams(home: Bench) -> None:
    mine = home.token
    home.token = await home.home.security.mint("phone", Role.OWNER)
    async with listening(home) as ear:
        tokens = await home.home.store.tokens()
        phone = next(token for token in tokens if token.name == "phone")
        await home.home.security.revoke(phone.public_id)
        assert await ear.close_code() == 4401
    home.token = mine


async def test_a_revoked_token_commands_nothing_any_more(home: Bench) -> None:
    await home.bring(PURIFIER)
    async with listening(home) as ear:
        tokens = await home.home.store.tokens()
        await home.home.security.revoke(tokens[0].public_id)
        await ear.say(type="set", device=PURIFIER, properties={"fan.level": 3})
        assert await ear.close_code() == 4401
    assert not home.home.hub.commands.of(PURIFIER)


async def test_binary_messages_close_the_stream(home: Bench) -> None:
    async with listening(home) as ear:
        await ear.socket.send_bytes(b"\x00")
        assert await ear.close_code() == 1003


async def test_a_message_that_is_too_large_closes_the_stream(home: Bench) -> None:
    async with listening(home) as ear:
        await ear.socket.send_str("x" * 70_000)
        assert await ear.close_code() == 1009


async def test_a_page_of_a_foreign_origin_opens_no_stream(home: Bench) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
        async with opened(home, Origin="http://evil.example"):
            pass
    assert refusal.value.status == 403


async def test_a_plain_request_is_told_to_upgrade(home: Bench) -> None:
    told = await home.problem("GET", "/api/v1/stream", 426)
    assert told["code"] == "websocket-required"


async def test_too_many_phones_are_told_to_wait(
    home: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.api.stream.MAX_PHONES", 1)
    async with listening(home):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
            async with opened(home):
                pass
    assert refusal.value.status == 503


async def test_all_phones_get_the_same_and_the_home_knows_how_many(home: Bench) -> None:
    await home.bring(PURIFIER)
    async with listening(home) as one, listening(home) as other:
        assert (await home.get("/api/v1/hub"))["streams"] == 2
        home.report(PURIFIER, {"air.pm2_5": 5.0})
        assert await one.hear("values") == await other.hear("values")
    await home.until(lambda: home.api.metrics.streams == 0, "both have left")


async def test_the_hub_says_when_it_stops(home: Bench) -> None:
    async with listening(home) as ear:
        home.api.stream.close()
        assert await ear.close_code() == 1001


async def test_a_device_that_leaves_is_told(home: Bench) -> None:
    await home.bring(PURIFIER)
    async with listening(home) as ear:
        await home.ask("DELETE", f"/api/v1/devices/{PURIFIER}", status=204)
        await ear.hear("removed", device=PURIFIER)
        assert ear.devices == {}


async def test_a_renamed_device_is_told_anew(home: Bench) -> None:
    await home.bring(PURIFIER)
    async with listening(home) as ear:
        await home.ask("PATCH", f"/api/v1/devices/{PURIFIER}", {"name": "Attic"})
        assert (await ear.hear("device"))["device"]["name"] == "Attic"


async def test_a_broken_rule_is_told(home: Bench) -> None:
    await home.bring(PURIFIER)
    async with listening(home) as ear:
        home.report(PURIFIER, {"air.pm2_5": -4000.0})
        told = await ear.hear("violation")
        assert told["violation"]["rule"] == "ECO-VALUE-002"
        assert told["violation"]["fix"]


async def test_an_event_of_a_device_is_told(home: Bench) -> None:
    await home.bring(PURIFIER)
    async with listening(home) as ear:
        epoch = home.home.hub.devices[PURIFIER].record.epoch
        home.air.tell(PURIFIER, Event(epoch=epoch, seq=1, event=Address("filter.worn")))
        assert (await ear.hear("event"))["event"] == "filter.worn"


async def test_strangers_on_the_stream_make_room_for_each_other_and_hinder_no_phone(
    home: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.api.stream.MAX_PHONES", 2)
    monkeypatch.setattr("hub.api.stream.MAX_STRANGERS", 3)
    async with AsyncExitStack() as stack, listening(home) as phone:
        strangers = [await stack.enter_async_context(opened(home)) for _ in range(10)]
        for one in strangers[:7]:
            assert await one.close_code() == 1006
        last = strangers[-1]
        assert (await last.next())["type"] == "hello"
        await last.say(type="auth", token=home.token)
        await last.hear("snapshot")
        await phone.say(type="ping", ref=1)
        await phone.hear("pong", ref=1)
