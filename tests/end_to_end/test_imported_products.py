"""A device of each sample product, made from its import alone, in one home."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from protocol.miot import Imported, import_instance
from protocol.product_model import INTEGER_LIMITS
from simulators.fleet import Fleet
from simulators.generic import Generic
from simulators.plan import FleetEvent, Plan
from simulators.state import StateFolder
from tests.end_to_end.api import Answer
from tests.end_to_end.conftest import MakeHub, has_mosquitto
from tests.end_to_end.hub_process import CODE, Hub
from tests.end_to_end.waiting import until
from tests.protocol.miot.raw import SAMPLES, Written, load, properties

pytestmark = [pytest.mark.miot_corpus, pytest.mark.slow, pytest.mark.timeout(240)]

Value = bool | int | float | str

WITHIN_S = 90.0
"""For all devices at once, on a slow machine."""

TOO_LONG = "x" * 5_000


@dataclass(frozen=True)
class Sample:
    """A product and its one device."""

    device: str
    imported: Imported
    written: Sequence[Written]

    @property
    def addresses(self) -> dict[tuple[int, int], str]:
        """Return the address by siid and piid."""
        places = self.imported.mapping.properties
        return {(place.siid, place.piid): address for address, place in places.items()}

    def plan(self, url: str) -> Plan:
        physics = Generic.of(self.imported.product, self.device)
        prefix, _, _ = self.device.rpartition("-")
        return Plan(physics, 1, 1, 1.0, url, CODE, prefix, StateFolder(None), False, 60.0)


def samples() -> Iterator[Sample]:
    for path in SAMPLES:
        document = load(path)
        name = path.stem.replace(".", "-").replace("_", "-") if path else ""
        imported = import_instance(document)
        yield Sample(f"{name}-0001", imported, tuple(properties(document)))


@asynccontextmanager
async def living(hub: Hub, homes: Sequence[Sample]) -> AsyncIterator[None]:
    """Let a device of each sample join and live as long as the block does."""
    told: list[FleetEvent] = []
    fleets = [Fleet(sample.plan(hub.api.url), told.append) for sample in homes]
    await hub.api.open_window(CODE, devices=len(homes))
    async with asyncio.TaskGroup() as group:
        for fleet in fleets:
            group.create_task(fleet.run())

        async def are_online() -> bool:
            return {sample.device for sample in homes} <= await hub.api.online()

        try:
            await until(are_online, "all devices of the samples", WITHIN_S)
            yield
        finally:
            for fleet in fleets:
                fleet.stop()
    assert {event.kind for event in told} <= {
        *("waiting", "joined", "online", "all_online", "offline", "stopped")
    }, told


async def test_all_samples_join_report_obey_and_are_protected(make_hub: MakeHub) -> None:
    homes = list(samples())
    hub = make_hub(BROKER__KIND="mosquitto" if has_mosquitto else "embedded")
    await hub.start()
    async with living(hub, homes):
        await asyncio.gather(*(check(hub, sample) for sample in homes))
        ends = await asyncio.gather(*(hub.api.get(f"/devices/{s.device}") for s in homes))
    assert [end["violations"] for end in ends] == [[] for _ in ends]


async def check(hub: Hub, sample: Sample) -> None:
    await check_reports(hub, sample)
    for written in sample.written:
        address = sample.addresses.get(written.place)
        if address is None:
            continue
        if "write" not in written.access:
            answer = await hub.api.set(sample.device, {address: 1})
            assert rule(answer) == "ECO-CMD-002", (sample.device, address, answer)
            continue
        await check_set(hub, sample, address, written)
    await check_actions(hub, sample)
    answer = await hub.api.set(sample.device, {"nowhere.to_be_found": 1})
    assert rule(answer) == "ECO-CMD-001", answer


async def check_reports(hub: Hub, sample: Sample) -> None:
    readable = {w.place for w in sample.written if "read" in w.access}
    wanted = {sample.addresses[place] for place in readable}

    async def has_all() -> bool:
        twin = (await hub.api.get(f"/devices/{sample.device}"))["twin"]
        return wanted <= {address for address, held in twin.items() if held["value"] is not None}

    await until(has_all, f"every readable property of {sample.device}", WITHIN_S)


async def check_set(hub: Hub, sample: Sample, address: str, written: Written) -> None:
    end = "confirmed" if written.access & {"read", "notify"} else "applied"
    for value in within(written):
        answer = await hub.api.set(sample.device, {address: value}, wait_s=30)
        assert answer.body["status"] == end, (sample.device, address, value, answer)
    for value, broken in outside(written):
        answer = await hub.api.set(sample.device, {address: value})
        assert rule(answer) == broken, (sample.device, address, value, answer)


async def check_actions(hub: Hub, sample: Sample) -> None:
    by_place = {written.place: written for written in sample.written}
    for address, place in sample.imported.mapping.actions.items():
        arguments = {
            slot.name: within(by_place[(place.siid, slot.piid or 0)])[0] for slot in place.arguments
        }
        answer = await hub.api.call(sample.device, address, arguments=arguments, wait_s=30)
        assert answer.body["status"] == "applied", (sample.device, address, arguments, answer)


def rule(answer: Answer) -> str:
    """Return the rule by which the hub refused."""
    assert answer.status in {409, 422}, answer
    code: str = answer.body["code"]
    return code


def within(written: Written) -> list[Value]:
    """Return values that the file allows, as it stands."""
    if written.values is not None:
        return [min(written.values), max(written.values)]
    if written.range is not None:
        low, high, step = written.range
        return [low, low + step] if low + step <= high else [low]
    return ["text"] if written.format == "string" else [True]


def outside(written: Written) -> list[tuple[Value, str]]:
    """Return values that the file does not allow, each with the rule that it breaks."""
    if written.values is not None:
        return [(max(written.values) + 1, "ECO-VALUE-004"), ("x", "ECO-VALUE-001")]
    if written.range is None:
        is_text = written.format == "string"
        return [(TOO_LONG, "ECO-VALUE-005")] if is_text else [(7, "ECO-VALUE-001")]
    low, high, step = written.range
    found: list[tuple[Value, str]] = [(high + step, "ECO-VALUE-002"), (True, "ECO-VALUE-001")]
    is_whole = written.format in INTEGER_LIMITS
    if is_whole and step == 1:
        found.append((low + 0.5, "ECO-VALUE-001"))
    elif step and low < high:
        found.append((low + (1 if is_whole else step / 2), "ECO-VALUE-003"))
    return found
