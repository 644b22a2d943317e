"""A device with credentials says what no device may say; the hub refuses, answers and counts."""

import json
from functools import partial
from pathlib import Path
from random import Random

import pytest

from protocol.codec import Encoded
from protocol.messages import LAST_MS, MAX_INTEGER
from tests.end_to_end.api import Json
from tests.end_to_end.device import QOS
from tests.end_to_end.household import Household, household
from tests.end_to_end.hub_process import Hub
from tests.end_to_end.waiting import until

pytestmark = pytest.mark.timeout(60)

SEED = 4
GARBAGE = 50
LEAVES = tuple(QOS)
VECTORS = Path(__file__).parents[1] / "vectors" / "v1.0"
MODEL = "air-purifier-0001"
"""The device of the vectors."""

BROKER_TAKES = 65_536
"""Larger payloads end at the broker (hub/broker/files.py)."""

YEAR_2200_MS = 7_258_118_400_000
TIMES = {
    0: "1970-01-01T00:00:00.000Z",
    YEAR_2200_MS: "2200-01-01T00:00:00.000Z",
    1: "1970-01-01T00:00:00.001Z",
    LAST_MS - 999: "9999-12-31T23:59:59.000Z",
}


def garbage(chance: Random) -> bytes:
    """Return bytes that are no message."""
    size = chance.choice([1, 3, 40, 2_000, 16_384, 16_385, 60_000])
    match chance.randrange(5):
        case 0:
            return chance.randbytes(size)
        case 1:
            return b"[" * size
        case 2:
            return b'{"epoch":1,"seq":' + b"9" * size + b"}"
        case 3:
            return json.dumps({"x" * 8: "\ud800" * min(size, 2_000)}).encode()
        case _:
            whole = json.dumps({"epoch": 1, "seq": 1, "values": {"lamp.level": size}}).encode()
            return whole[: chance.randrange(1, len(whole))]


async def test_garbage_on_its_own_topics_is_refused_answered_and_counted(hub: Hub) -> None:
    print(f"seed {SEED}")  # noqa: T201 - shown when the test fails
    chance = Random(SEED)  # noqa: S311 - not for secrets
    async with household(hub) as home:
        for _ in range(GARBAGE):
            leaf = chance.choice(LEAVES)
            home.rude.publish(Encoded(home.rude.topic(leaf), garbage(chance), 1, False))
        await until(lambda: counts(home, GARBAGE), "all of it to be counted")
        broken = await home.broken()
        assert {entry["leaf"] for entry in broken.values()} <= set(LEAVES)
        for rule, path in broken:
            await home.is_told(rule, path)
        assert await home.twin(home.rude) == home.rude.values
        await home.release()
        await home.confirms(home.rude, 21)


async def test_every_invalid_vector_is_refused_by_its_rule(hub: Hub) -> None:
    async with household(hub, rude=MODEL) as home:
        vectors = [v for v in invalid_vectors() if gets_through(v)]
        assert len(vectors) >= 90
        for vector in vectors:
            home.rude.publish(Encoded(vector["topic"], payload(vector), 1, False))
        for vector in vectors:  # one may break several rules: their number says nothing
            await until(partial(is_refused, home, vector), vector["name"])
        await home.release()
        await home.confirms(home.rude, 22)


async def test_a_packet_that_no_broker_takes_cuts_its_sender_off(hub: Hub) -> None:
    async with household(hub) as home:
        rude = home.rude
        rude.publish(Encoded(rude.topic("event"), bytes(1_000_000), 1, False))
        await until(lambda: rude.connection == 2 and rude.is_up, "it to come back")
        await home.confirms(rude, 23)


async def test_a_state_that_came_before_changes_nothing(hub: Hub) -> None:
    async with household(hub) as home:
        rude = home.rude
        old = rude.state({"lamp.warmth": 1.5})
        rude.say("state", old)
        rude.say("state", rude.state({"lamp.warmth": 3.5}))
        rude.say("state", old)
        entry = await home.breaks("ECO-ORDER-002", "seq")
        await home.is_told("ECO-ORDER-002", "seq")
        assert entry["sample"] == str(old["seq"])
        assert (await home.twin(rude))["lamp.warmth"] == 3.5


async def test_a_state_of_an_earlier_boot_is_answered_with_the_least_epoch(hub: Hub) -> None:
    async with household(hub) as home:
        rude = home.rude
        rude.boot()
        await until(lambda: rude.connection == 1 and rude.is_up, "its second boot")
        await home.confirms(rude, 23)
        rude.say("state", {"epoch": 1, "seq": 900, "values": {"lamp.warmth": 1.0}})
        verdict = await home.is_told("ECO-ORDER-001", "epoch")
        assert verdict["min_epoch"] == 3
        assert (await home.twin(rude))["lamp.warmth"] == 2.5


async def test_a_lie_about_time_orders_nothing_and_is_shown_as_the_devices_word(hub: Hub) -> None:
    async with household(hub) as home:
        rude = home.rude
        rude.say("state", rude.state({"lamp.warmth": 1.0}, time_ms=YEAR_2200_MS))
        rude.say("announce", rude.announcement(is_time_synced=True))
        for number, (time_ms, told) in enumerate(TIMES.items(), start=3):
            warmth = number / 2
            rude.say("event", event(rude.seq("event"), time_ms))
            rude.say("state", rude.state({"lamp.warmth": warmth}, time_ms=time_ms))
            await until(partial(shows, home, warmth), "the state")
            shown = (await hub.api.get(f"/devices/{rude.id}"))["twin"]["lamp.warmth"]
            assert shown["device_time"] == told
            assert shown["age_s"] < 30
            assert (await hub.api.ask("GET", "/devices")).status == 200
        assert await home.broken() == {}


async def test_a_time_that_is_none_is_refused(hub: Hub) -> None:
    async with household(hub) as home:
        rude = home.rude
        rude.say("announce", rude.announcement(is_time_synced=True))
        for time_ms in (MAX_INTEGER, LAST_MS + 1):
            rude.say("state", rude.state({"lamp.warmth": 4.0}, time_ms=time_ms))
        await until(lambda: counts(home, 2), "both states")
        await home.is_told("ECO-MSG-003", "time_ms")
        assert (await home.twin(rude))["lamp.warmth"] == 2.5


async def test_a_device_cannot_become_another_one(hub: Hub) -> None:
    async with household(hub) as home:
        rude = home.rude
        rude.say("announce", rude.announcement(serial=f"sn-{home.good.id}"))
        await home.breaks("ECO-ANNOUNCE-002", "serial")
        await home.is_told("ECO-ANNOUNCE-002", "serial")
        shown = await hub.api.get(f"/devices/{rude.id}")
        assert shown["identity"]["serial"] == f"sn-{rude.id}"


async def test_an_answer_to_anothers_command_moves_nothing(hub: Hub) -> None:
    async with household(hub) as home:
        answer = await hub.api.set(home.good.id, {"lamp.level": 5}, id="mine", wait_s=10)
        command = answer.body["command"]
        rude = home.rude
        rude.say("ack", {"epoch": 1, "seq": rude.seq("ack"), "id": command, "status": "rejected"})
        await home.is_told("ECO-ACK-001", "id")
        assert (await hub.api.get("/commands/mine"))["history"] == answer.body["history"]
        rude.say("state", rude.state({"lamp.level": 77}, cause=command))
        await home.confirms(rude, 24)
        assert (await home.twin(home.good))["lamp.level"] == 5


def event(seq: int, time_ms: int) -> dict[str, Json]:
    return {"epoch": 1, "seq": seq, "event": "lamp.pressed", "time_ms": time_ms}


def invalid_vectors() -> list[Json]:
    files = [json.loads(path.read_text()) for path in sorted(VECTORS.glob("*.json"))]
    return [v for file in files for v in file["vectors"] if "rule" in v]


def gets_through(vector: Json) -> bool:
    """Say whether a device may publish this and the hub hears it."""
    own = {f"eco/1/{MODEL}/{leaf}" for leaf in LEAVES}
    is_clearing = vector["topic"].endswith("/presence") and payload(vector) == b""
    return vector["topic"] in own and len(payload(vector)) <= BROKER_TAKES and not is_clearing


def payload(vector: Json) -> bytes:
    if "payload_hex" in vector:
        return bytes.fromhex(vector["payload_hex"])
    if "payload_repeat" in vector:
        parts = vector["payload_repeat"]
        text = parts.get("before", "") + parts["text"] * parts["times"] + parts.get("after", "")
        return str(text).encode()
    return str(vector["payload"]).encode()


async def shows(home: Household, warmth: float) -> bool:
    return bool((await home.twin(home.rude))["lamp.warmth"] == warmth)


async def is_refused(home: Household, vector: Json) -> bool:
    rule, broken = vector["rule"], await home.broken()
    return bool({(rule, vector["path"]), (rule, "*")} & broken.keys())


async def counts(home: Household, count: int) -> bool:
    broken = await home.broken()
    return sum(int(entry["count"]) for entry in broken.values()) >= count
