import json
import random
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.api.journal import Journal, Place, Reader
from hub.core.events import (
    ActivityAdded,
    AutomationRan,
    DeviceAdded,
    DeviceRemoved,
    Event,
    EventHappened,
    PresenceChanged,
    ReceiptChanged,
    ValuesReported,
    ViolationFound,
)
from hub.core.people.sight import Sight
from hub.core.records import CommandRecord
from protocol.errors import Violation
from protocol.ids import Address, CommandId, DeviceId
from protocol.presence import Presence
from protocol.topics import Leaf

DEVICES = [DeviceId(f"device-{n}") for n in range(6)]
ADDRESSES = [Address(f"air.value_{n}") for n in range(5)]
COMMANDS = [CommandId(f"command-{n}") for n in range(12)]


def line(**told: object) -> bytes:
    return json.dumps(told).encode() + b"\n"


def receipt_changed(device: DeviceId, command: CommandId, how_far: int) -> ReceiptChanged:
    reason = str(how_far)
    record = CommandRecord(command, device, command, "phone", {}, "", 0.0, 10.0, reason=reason)
    return ReceiptChanged(device, command, record)


@dataclass
class World:
    """The truth, and what turns its changes into lines of JSON."""

    devices: dict[str, dict[str, Any]] = field(default_factory=dict)
    receipts: dict[str, int] = field(default_factory=dict)
    changed_at: dict[str, int] = field(default_factory=dict)
    happenings: list[tuple[int, int]] = field(default_factory=list)
    rendered: int = 0
    ticks: int = 0

    def frame(self, event: Event, seq: int) -> bytes:
        self.rendered += 1
        match event:
            case ValuesReported():
                return self.part(event, event.values, seq)
            case ReceiptChanged(_, command, record):
                return line(kind="receipt", seq=seq, id=command, status=int(record.reason))
            case PresenceChanged(device, presence):
                return line(kind="presence", seq=seq, device=device, presence=presence)
            case EventHappened(device, _, arguments):
                return line(kind="event", seq=seq, device=device, number=arguments["number"])
            case ViolationFound(device, _, violation, count):
                return line(kind="violation", seq=seq, device=device, at=violation.path, n=count)
            case DeviceAdded(device):
                state = self.devices.get(device)
                return line(kind="device", seq=seq, device=device, state=state) if state else b""
            case _:
                return line(kind="removed", seq=seq, device=getattr(event, "device", ""))

    def part(
        self,
        event: ValuesReported,
        addresses: Collection[Address],
        seq: int,
        sight: Sight | None = None,
    ) -> bytes:
        values = {address: event.values[address] for address in addresses}
        return line(kind="values", seq=seq, device=event.device, values=values)

    def receipt(self, record: CommandRecord) -> bytes:
        return b"{}"

    def told(self, event: ActivityAdded | AutomationRan, seq: int, sight: Sight) -> bytes:
        raise NotImplementedError

    def veiled(self, event: ReceiptChanged, seq: int) -> bytes:
        raise NotImplementedError

    def snapshot(self, stream: str, seq: int, sight: Sight | None = None) -> bytes:
        assert sight is None
        return line(kind="snapshot", seq=seq, stream=stream, devices=self.devices)

    def device(self, device: DeviceId, seq: int, sight: Sight) -> bytes:
        raise NotImplementedError

    def automations(self, sight: Sight) -> Collection[str]:
        return ()

    def resumed(self, seq: int) -> bytes:
        return line(kind="resumed", seq=seq)

    def coalesced(self, dropped: int) -> bytes:
        return line(kind="coalesced", dropped=dropped)

    def change(self, chance: random.Random, seq: int) -> Event:
        """Change the truth at random and return the event that tells it."""
        self.ticks += 1
        device = chance.choice(DEVICES)
        if device not in self.devices:
            self.devices[device] = {"presence": "interviewing", "values": {}}
            return DeviceAdded(device)
        state = self.devices[device]
        match chance.choices(range(6), weights=[60, 10, 15, 5, 5, 2])[0]:
            case 0:
                told = chance.sample(ADDRESSES, chance.randint(1, len(ADDRESSES)))
                values = dict.fromkeys(told, self.ticks)
                state["values"].update(values)
                return ValuesReported(device, values, 0.0)
            case 1:
                state["presence"] = chance.choice(list(Presence)).value
                return PresenceChanged(device, Presence(state["presence"]), "test", 0.0)
            case 2:
                command = chance.choice(COMMANDS)
                self.receipts[command] = self.ticks
                self.changed_at[command] = seq
                return receipt_changed(device, command, self.ticks)
            case 3:
                self.happenings.append((seq, self.ticks))
                return EventHappened(device, ADDRESSES[0], {"number": self.ticks}, 0.0)
            case 4:
                violation = Violation("ECO-VALUE-002", chance.choice(ADDRESSES), "", "")
                return ViolationFound(device, Leaf.STATE, violation, self.ticks)
            case _:
                del self.devices[device]
                return DeviceRemoved(device)


class Client:
    """What a phone makes of what it is told."""

    def __init__(self, journal: Journal) -> None:
        self.journal, self.reader = journal, Reader(journal)
        self.devices: dict[str, dict[str, Any]] = {}
        self.receipts: dict[str, int] = {}
        self.happenings: list[tuple[int, int]] = []
        self.place: Place | None = None
        self.base = self.told = self.dropped = 0
        self.collapses = self.snapshots = self.resumes = 0

    def connect(self, place: Place | None) -> None:
        self.reader = Reader(self.journal)
        self.hear(self.reader.begin(place))

    def take(self, chance: random.Random | None = None) -> bool:
        """Take what there is; at random the line breaks in the middle of it: then False."""
        lines = self.reader.take().splitlines(keepends=True)
        kept = len(lines) if chance is None else chance.randint(0, len(lines))
        self.hear(b"".join(lines[:kept]))
        return kept == len(lines)

    def hear(self, text: bytes) -> None:
        for one in text.splitlines():
            self.hear_one(json.loads(one))

    def hear_one(self, said: dict[str, Any]) -> None:
        if said["kind"] == "coalesced":
            self.dropped += said["dropped"]
            self.collapses += 1
            return
        seq = said["seq"]
        self.told += 1
        match said["kind"]:
            case "snapshot":
                self.devices, self.receipts, self.happenings = said["devices"], {}, []
                self.base, self.told, self.dropped = seq, 0, 0
                self.snapshots += 1
            case "resumed":
                assert self.place is not None
                assert seq == self.place.seq
                self.told -= 1
                self.resumes += 1
            case _:
                assert self.place is not None
                assert seq > self.place.seq
                self.apply(said)
        self.place = Place(self.journal.stream, seq)

    def apply(self, said: dict[str, Any]) -> None:
        match said["kind"]:
            case "values":
                self.devices[said["device"]]["values"].update(said["values"])
            case "presence":
                self.devices[said["device"]]["presence"] = said["presence"]
            case "device":
                self.devices[said["device"]] = said["state"]
            case "removed":
                self.devices.pop(said["device"], None)
            case "receipt":
                self.receipts[said["id"]] = said["status"]
            case "event":
                self.happenings.append((said["seq"], said["number"]))

    def knows(self, world: World) -> None:
        """Check that the phone knows the truth."""
        assert self.devices == world.devices
        due = {c: world.receipts[c] for c, seq in world.changed_at.items() if seq > self.base}
        assert self.receipts == due
        assert self.happenings == [one for one in world.happenings if one[0] > self.base]


def some_place(chance: random.Random, client: Client) -> Place | None:
    own = client.place
    if own is None:
        return None
    return chance.choice(
        [
            own,
            own,
            None,
            Place("an-older-run", own.seq),
            Place(own.stream, own.seq + chance.randint(10_000, 20_000)),
            Place(own.stream, -5),
        ]
    )


def run(seed: int, changes: int, kept: int, lag_limit: int, liveliness: float) -> list[Client]:
    """Let four clients live through random changes; all of them know the truth in the end."""
    chance = random.Random(seed)  # noqa: S311 - a failing run has to be run again
    world = World()
    journal = Journal("this-run", world, kept, lag_limit)
    clients = [Client(journal) for _ in range(4)]
    for client in clients:
        client.connect(None)
    for _ in range(changes):
        journal.add(world.change(chance, journal.seq + 1))
        if chance.random() < liveliness:
            live(chance, chance.choice(clients), world)
    for client in clients:
        client.take()
        client.knows(world)
    return clients


def live(chance: random.Random, client: Client, world: World) -> None:
    """Let one client read on, break off and come back, or come back from somewhere."""
    match chance.choices(range(4), weights=[70, 15, 10, 5])[0]:
        case 0:
            client.take()
        case 1:
            client.take(chance)
            client.connect(client.place)
            client.take()
        case 2:
            client.connect(some_place(chance, client))
            client.take()
        case _:
            client.connect(None)
    client.take()
    client.knows(world)


@example(seed=3023270285, kept=174, lag_limit=39, liveliness=0.08251603460371679)
@settings(max_examples=80)
@given(
    seed=st.integers(0, 2**32),
    kept=st.integers(8, 300),
    lag_limit=st.integers(0, 60),
    liveliness=st.floats(0.01, 0.5),
)
def test_snapshot_and_deltas_give_the_truth_whatever_is_lost_between(
    seed: int, kept: int, lag_limit: int, liveliness: float
) -> None:
    run(seed, 400, kept, lag_limit, liveliness)


@pytest.mark.parametrize("seed", [1, 2])
def test_snapshot_and_deltas_give_the_truth_over_ten_thousand_changes(seed: int) -> None:
    clients = run(seed, 10_000, kept=512, lag_limit=32, liveliness=0.03)
    assert all(client.collapses > 5 and client.snapshots > 5 for client in clients)
    assert all(client.resumes > 5 for client in clients)


def world_with_values(changes: int, **sizes: int) -> tuple[World, Journal, Client]:
    """One device that has reported one value so many times, and a client that read none of it."""
    world = World(devices={DEVICES[0]: {"presence": "online", "values": {}}})
    journal = Journal("this-run", world, **sizes)
    client = Client(journal)
    client.connect(None)
    for number in range(changes):
        world.devices[DEVICES[0]]["values"][ADDRESSES[0]] = number
        journal.add(ValuesReported(DEVICES[0], {ADDRESSES[0]: number}, 0.0))
    return world, journal, client


def test_a_short_backlog_goes_out_change_by_change() -> None:
    world, _, client = world_with_values(256)
    client.take()
    assert (client.told, client.dropped) == (256, 0)
    client.knows(world)


def test_a_long_backlog_collapses_to_the_latest_of_each_value() -> None:
    world, _, client = world_with_values(257)
    client.take()
    assert (client.told, client.dropped) == (1, 256)
    client.knows(world)


def test_a_client_that_missed_more_than_is_kept_gets_a_snapshot() -> None:
    world, journal, client = world_with_values(101, kept=100)
    client.take()
    assert client.base == journal.seq
    assert client.reader.dropped == 101
    client.knows(world)


def test_a_change_is_encoded_once_for_all_clients() -> None:
    world, journal, _ = world_with_values(10)
    readers = [Reader(journal) for _ in range(9)]
    for reader in readers:
        reader.begin(Place(journal.stream, 0))
    assert len({reader.take() for reader in readers}) == 1
    assert world.rendered == 10


def test_nothing_is_encoded_for_nobody() -> None:
    world, _, _ = world_with_values(1000)
    assert world.rendered == 0


def test_a_value_that_is_overtaken_is_never_encoded() -> None:
    world, _, client = world_with_values(4000)
    client.take()
    assert world.rendered == 1


def test_a_receipt_that_came_further_before_anybody_was_told_is_told_once() -> None:
    world = World()
    journal = Journal("this-run", world)
    for how_far in (1, 2):
        journal.add(receipt_changed(DEVICES[0], COMMANDS[0], how_far))
    assert world.rendered == 0
    text, _ = journal.since(0)
    assert [json.loads(one)["status"] for one in text.splitlines()] == [2]


def test_what_happened_to_a_device_that_left_is_not_told() -> None:
    world = World()
    journal = Journal("this-run", world, lag_limit=0)
    journal.add(ValuesReported(DEVICES[0], {ADDRESSES[0]: 1}, 0.0))
    journal.add(PresenceChanged(DEVICES[0], Presence.ONLINE, "test", 0.0))
    journal.add(DeviceRemoved(DEVICES[0]))
    text, dropped = journal.since(0)
    assert [json.loads(one)["kind"] for one in text.splitlines()] == ["coalesced", "removed"]
    assert dropped == 2


@pytest.mark.parametrize(
    ("place", "first"),
    [
        (None, "snapshot"),
        (Place("this-run", 50), "resumed"),
        (Place("this-run", 100), "resumed"),
        (Place("this-run", 101), "snapshot"),
        (Place("this-run", 0), "resumed"),
        (Place("this-run", -1), "snapshot"),
        (Place("that-run", 50), "snapshot"),
    ],
)
def test_a_place_is_resumed_only_where_nothing_is_missing(place: Place | None, first: str) -> None:
    _, journal, _ = world_with_values(100, kept=100)
    seq, text = journal.resume(place)
    assert json.loads(text)["kind"] == first
    assert seq == (place.seq if first == "resumed" and place else 100)
