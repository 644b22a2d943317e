"""The worked session of SPEC.md, played against the hub's core: it says what the norm shows."""

from hub.core.commands import CommandRequest
from hub.core.hub import Hub
from hub.core.outcome import Outcome
from hub.core.records import DeviceRecord
from protocol.codec import decode
from protocol.ids import Address, CommandId, DeviceId
from protocol.messages import ActionCommand, AnyMessage, Birth, SetCommand
from protocol.presence import Presence
from protocol.receipt import Status
from protocol.topics import UP
from tests.protocol import norm

DEVICE = DeviceId("acme-socket-00c0ffee")
NAMED_BY_THE_HUB = {"id", "ttl_ms", "time_ms", "spread_s"}


class Session:
    """A hub that hears the device of the norm and says what it then says."""

    def __init__(self) -> None:
        self.hub = Hub("hub-3f2a", 4)
        self.now_s = 1_000.0
        self.said: list[AnyMessage] = []
        self.statuses: dict[str, list[Status]] = {}
        joined = DeviceRecord(
            DEVICE, name="Socket", joined_at_s=0.0, vendor="acme", product="socket-1"
        )
        self.take(self.hub.admit(joined, None, self.now_s))
        self.take(self.hub.link_changed(is_up=True, reason="connected", now_s=self.now_s))

    def take(self, outcome: Outcome) -> None:
        self.said += [message for device, message in outcome.send if device == DEVICE]

    def tick(self, seconds: float) -> None:
        self.now_s += seconds
        self.take(self.hub.tick(self.now_s))

    def ask(self, expected: SetCommand | ActionCommand) -> None:
        action = Address(expected.action) if isinstance(expected, ActionCommand) else None
        request = CommandRequest(
            device=DEVICE,
            scope="phone",
            command_id=CommandId(expected.id),
            values=expected.values if isinstance(expected, SetCommand) else expected.arguments,
            action=action,
        )
        record, kept = self.hub.request(request, self.now_s)
        self.take(kept)
        self.take(self.hub.proceed(record, self.now_s))

    def hear(self, topic: str, payload: bytes) -> None:
        decoded = decode(topic, payload)
        self.take(self.hub.receive(decoded, self.now_s))
        for record in self.hub.commands.of(DEVICE):
            history = self.statuses.setdefault(record.id, [])
            if record.status not in history:
                history.append(record.status)

    def expect(self, expected: AnyMessage) -> None:
        if isinstance(expected, Birth):
            self.hub.epoch = expected.epoch
            self.said.append(self.hub.birth(expected.time_ms))
        elif isinstance(expected, SetCommand | ActionCommand):
            if self.hub.commands.get(CommandId(expected.id)) is None:
                self.ask(expected)
            else:
                self.tick(1.0)
        said = self.said.pop(0)
        assert said.model_dump(exclude=NAMED_BY_THE_HUB) == expected.model_dump(
            exclude=NAMED_BY_THE_HUB
        )


def test_the_hub_says_what_the_worked_session_shows() -> None:
    session = Session()
    for kind, lines in norm.blocks(norm.section("A worked session")):
        if kind not in {"up", "down"}:
            continue
        topic, payload = lines
        decoded = decode(topic, payload.encode())
        if decoded.topic.leaf in UP:
            session.now_s += 0.01
            session.hear(topic, payload.encode())
        else:
            session.expect(decoded.message)
    assert session.said == []
    confirmed = [Status.DELIVERED, Status.APPLIED, Status.CONFIRMED]
    assert session.statuses["phone.7f3"] == confirmed
    assert session.statuses["phone.7f4"] == [Status.DELIVERED, Status.APPLIED]
    assert session.statuses["phone.7f5"] == [Status.ACCEPTED, Status.REJECTED]
    device = session.hub.devices[DEVICE]
    assert (device.presence, device.reason) == (Presence.UNREACHABLE, "shutdown")
    assert {rule for rule, _ in device.violations} == {"ECO-VALUE-002", "ECO-ORDER-001"}
