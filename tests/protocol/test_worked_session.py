"""The worked sessions of SPEC.md, played against the hub's core: it says what the norm shows."""

from collections.abc import Iterator
from typing import NamedTuple

from hub.core.commands import CommandRequest
from hub.core.device import Spec
from hub.core.hub import Hub
from hub.core.outcome import Outcome
from hub.core.records import DeviceRecord
from protocol.codec import decode
from protocol.ids import Address, CommandId, DeviceId
from protocol.messages import ActionCommand, AnyMessage, Birth, Leave, SetCommand
from protocol.presence import Presence
from protocol.product import digest, parse_product
from protocol.receipt import Status
from protocol.topics import UP
from protocol.validator import compile_product
from tests.protocol import norm

SOCKET = DeviceId("acme-socket-00c0ffee")
GATEWAY = DeviceId("acme-gate-0000a1b2")
CHILD = DeviceId("acme-door-00000042")
NAMED_BY_THE_HUB = {"id", "ttl_ms", "time_ms", "spread_s"}


class Line(NamedTuple):
    """A message of a session, as it is shown."""

    topic: str
    payload: bytes
    is_up: bool
    message: AnyMessage


def lines(title: str) -> Iterator[Line]:
    for kind, (topic, *payload) in norm.blocks(norm.section(title)):
        if kind in {"up", "down"}:
            decoded = decode(topic, payload[0].encode())
            is_up = decoded.topic.leaf in UP
            yield Line(topic, payload[0].encode(), is_up, decoded.message)


class Session:
    """A hub that hears the devices of the norm, of which one has joined, and says what it says."""

    def __init__(self, joined: DeviceId, product: str, *documents: str) -> None:
        self.hub = Hub("hub-3f2a", 4)
        self.now_s = 1_000.0
        self.said: list[AnyMessage] = []
        self.statuses: dict[str, list[Status]] = {}
        known = [document.encode() for document in documents]
        specs = [Spec(digest(d), d, compile_product(parse_product(d))) for d in known]
        self.hub.restore([], specs, [], {}, self.now_s)
        record = DeviceRecord(joined, name="It", joined_at_s=0.0, vendor="acme", product=product)
        self.take(self.hub.admit(record, None, self.now_s))
        self.take(self.hub.link_changed(is_up=True, reason="connected", now_s=self.now_s))

    def take(self, outcome: Outcome) -> None:
        self.said += [message for _, message in outcome.send]
        self.said += [message for _, _, message in outcome.strays]

    def is_asleep(self, device: DeviceId) -> bool:
        known = self.hub.devices.get(device)
        return known is not None and known.presence is Presence.ASLEEP

    def tick(self, seconds: float) -> None:
        self.now_s += seconds
        self.take(self.hub.tick(self.now_s))

    def ask(self, device: DeviceId, expected: AnyMessage) -> None:
        assert isinstance(expected, SetCommand | ActionCommand)
        action = Address(expected.action) if isinstance(expected, ActionCommand) else None
        request = CommandRequest(
            device=device,
            scope="phone",
            command_id=CommandId(expected.id),
            values=expected.values if isinstance(expected, SetCommand) else expected.arguments,
            action=action,
        )
        record, kept = self.hub.request(request, self.now_s)
        self.take(kept)
        self.take(self.hub.proceed(record, self.now_s))

    def hear(self, line: Line) -> None:
        self.now_s += 0.01
        self.take(self.hub.receive(decode(line.topic, line.payload), self.now_s))
        for device in self.hub.devices:
            for record in self.hub.commands.of(device):
                history = self.statuses.setdefault(record.id, [])
                if record.status not in history:
                    history.append(record.status)

    def expect(self, expected: AnyMessage) -> None:
        if isinstance(expected, Birth):
            self.hub.epoch = expected.epoch
            self.said.append(self.hub.birth(expected.time_ms))
        elif isinstance(expected, SetCommand | ActionCommand) and not self.said:
            if self.hub.commands.get(CommandId(expected.id)) is None:
                self.ask(SOCKET, expected)
            else:
                self.tick(1.0)
        said = self.said.pop(0)
        assert said.model_dump(exclude=NAMED_BY_THE_HUB) == expected.model_dump(
            exclude=NAMED_BY_THE_HUB
        )


def test_the_hub_says_what_the_worked_session_shows() -> None:
    session = Session(SOCKET, "socket-1")
    for line in lines("A worked session"):
        if line.is_up:
            session.hear(line)
        else:
            session.expect(line.message)
    assert session.said == []
    confirmed = [Status.DELIVERED, Status.APPLIED, Status.CONFIRMED]
    assert session.statuses["phone.7f3"] == confirmed
    assert session.statuses["phone.7f4"] == [Status.DELIVERED, Status.APPLIED]
    assert session.statuses["phone.7f5"] == [Status.ACCEPTED, Status.REJECTED]
    device = session.hub.devices[SOCKET]
    assert (device.presence, device.reason) == (Presence.UNREACHABLE, "shutdown")
    assert {rule for rule, _ in device.violations} == {"ECO-VALUE-002", "ECO-ORDER-001"}


def test_the_hub_says_to_a_sleeper_behind_a_gateway_what_the_second_session_shows() -> None:
    session = Session(GATEWAY, "gate-1", *norm.block("gateway product"))
    shown = list(lines("A second session: a sleeper behind a gateway"))
    (wish,) = (line.message for line in shown if isinstance(line.message, SetCommand))
    for line in shown:
        if line.is_up:
            session.hear(line)
        elif isinstance(line.message, Leave):
            presence = session.hub.devices[CHILD].presence, session.hub.devices[CHILD].reason
            assert presence == (Presence.UNREACHABLE, "lost")
            session.take(session.hub.unjoin(CHILD))
            session.expect(line.message)
        else:
            session.expect(line.message)
        if session.is_asleep(CHILD) and wish.id not in session.statuses:
            session.ask(CHILD, wish)
            assert session.said == []
    assert session.said == []
    assert session.statuses["phone.81a"] == [Status.ACCEPTED, Status.APPLIED, Status.CONFIRMED]
    assert list(session.hub.devices) == [GATEWAY]
    assert session.hub.devices[GATEWAY].violations == {}
