"""The inbox of each person: who is told of what, and who has read it."""

from typing import Any

from hub.core.automations.records import Automation
from hub.core.outcome import Outcome
from tests.hub.api.bench import PLUG, PURIFIER, Bench
from tests.hub.api.ear import listening
from tests.hub.api.test_people import arrive, as_

Json = Any
INBOX = "/api/v1/notifications"


async def notify(home: Bench, device: str = PLUG, **more: Json) -> int:
    """Make a notice about a device and return its number."""
    out = Outcome()
    inbox = home.home.hub.inbox
    now_s = home.home.clock.now_s()
    inbox.add("battery", device, "Battery is at 9 %", now_s, out, **more)  # type: ignore[arg-type]
    home.home._pipeline.push(out)
    await home.home.settled()
    return max(inbox.notices)


async def unread(home: Bench, who: Json | None = None) -> list[int]:
    told = await home.ask("GET", INBOX, headers=as_(who) if who else {})
    return [one["id"] for one in told["notifications"] if not one["is_read"]]


async def test_each_person_reads_for_themselves(home: Bench) -> None:
    await home.bring(PLUG)
    ada, mo = await arrive(home, "Ada", role="owner"), await arrive(home, "Mo", role="member")
    first, second = await notify(home), await notify(home)
    body = {"is_read": True}
    async with (
        listening(home, None, ada["access"]) as hers,
        listening(home, None, mo["access"]) as his,
    ):
        await home.ask("PATCH", f"{INBOX}/{first}", body, headers=as_(ada))
        heard = await hers.hear("notification")
        assert (heard["notification"]["id"], heard["notification"]["is_read"]) == (first, True)
        await his.say(type="ping", ref=1)
        await his.hear("pong", ref=1)
        assert "notification" not in [one["type"] for one in his.heard]
    assert await unread(home, ada) == [second]
    assert await unread(home, mo) == [second, first]
    await home.ask("PATCH", INBOX, body, headers=as_(mo))
    assert await unread(home, mo) == []
    assert await unread(home, ada) == [second]
    await home.ask("PATCH", f"{INBOX}/{second}", {"is_read": False}, headers=as_(mo))
    assert await unread(home, mo) == [second]


async def test_a_guest_is_told_of_what_is_granted_and_hears_of_the_end_of_nothing_else(
    home: Bench,
) -> None:
    await home.bring(PLUG)
    await home.bring(PURIFIER)
    grant = {"right": "see", "devices": [PLUG], "addresses": ["outlet.on"]}
    guest = await arrive(home, "Gil", role="guest", grants=[grant])
    mine, foreign = await notify(home), await notify(home, PURIFIER)
    hidden = await notify(home, address="outlet.power_w")
    assert await unread(home, guest) == [mine]
    for number in (foreign, hidden):
        path = f"{INBOX}/{number}"
        await home.problem("PATCH", path, 404, body={"is_read": True}, headers=as_(guest))
    await home.problem("DELETE", f"{INBOX}/{mine}", 403, headers=as_(guest))
    async with listening(home, None, guest["access"]) as ear:
        for number in (foreign, hidden, mine):
            await home.ask("DELETE", f"{INBOX}/{number}", status=204)
        await ear.hear("notification_removed", id=mine)
        gone = [one["id"] for one in ear.heard if one["type"] == "notification_removed"]
        assert gone == [mine]
    assert await unread(home) == []


async def test_a_stream_of_a_device_tells_its_notices_and_those_for_one_alone(home: Bench) -> None:
    for device in (PLUG, PURIFIER):
        await home.bring(device)
    ada = await arrive(home, "Ada", role="owner")
    automation, out = Automation("automation-1", "A", ada["person"]["id"]), Outcome()
    async with listening(home, None, ada["access"], {"devices": [PLUG]}) as ear:
        foreign = await notify(home, PURIFIER)
        home.home.hub.inbox.tell(automation, "To all", 1.0, out)
        home.home.hub.inbox.tell(automation, "To Ada", 1.0, out, person=ada["person"]["id"])
        home.home._pipeline.push(out)
        mine = await notify(home)
        for number in (foreign, mine):
            path = f"{INBOX}/{number}"
            await home.ask("PATCH", path, {"is_read": True}, headers=as_(ada))
        while not (await ear.hear("notification"))["notification"]["is_read"]:
            pass
        heard = [one["notification"] for one in ear.heard if one["type"] == "notification"]
        assert [one["text"] for one in heard] == ["To Ada", *2 * ["Battery is at 9 %"]]
        assert foreign not in {one["id"] for one in heard}


async def test_a_guest_may_read_but_others_have_not_then(home: Bench) -> None:
    await home.bring(PLUG)
    grant = {"right": "see", "devices": [PLUG]}
    guest = await arrive(home, "Gil", role="guest", grants=[grant])
    number = await notify(home)
    await home.ask("PATCH", f"{INBOX}/{number}", {"is_read": True}, headers=as_(guest))
    assert await unread(home, guest) == []
    assert await unread(home) == [number]
