"""A hub core and a device to talk to it, without loop, socket or sleep; time is a number."""

import base64
import json
from collections.abc import Mapping

from hub.core.asker import By
from hub.core.commands import CommandRequest
from hub.core.device import Device
from hub.core.events import Event
from hub.core.hub import Hub
from hub.core.outcome import Outcome
from hub.core.records import CommandRecord, DeviceRecord, Save
from protocol import codec
from protocol.ids import Address, CommandId, DeviceId
from protocol.messages import (
    Ack,
    Announce,
    AnyMessage,
    DownMessage,
    Presence,
    Scalar,
    SpecGet,
    SpecPart,
    SpecReference,
    State,
    Verdict,
)
from protocol.product import digest

LAMP = DeviceId("lamp-0001")
OTHER = DeviceId("lamp-0002")


def _title(text: str) -> dict[str, str]:
    return {"en": text}


DOCUMENT = json.dumps(
    {
        "eco": "1.0",
        "vendor": "acme",
        "product": "lamp-1",
        "version": 1,
        "title": _title("Lamp"),
        "rate_per_s": 5,
        "services": [
            {
                "name": "lamp",
                "title": _title("Lamp"),
                "properties": [
                    {
                        "name": "on",
                        "title": _title("On"),
                        "format": "bool",
                        "access": ["read", "write", "notify"],
                        "ui": {"is_primary": True},
                    },
                    {
                        "name": "level",
                        "title": _title("Level"),
                        "format": "uint8",
                        "range": [0, 100, 1],
                        "access": ["read", "write", "notify"],
                    },
                    {
                        "name": "warmth",
                        "title": _title("Warmth"),
                        "format": "float",
                        "range": [1, 5, 0.5],
                        "access": ["read", "notify"],
                    },
                    {
                        "name": "pin",
                        "title": _title("Pin"),
                        "format": "string",
                        "max_length": 4096,
                        "access": ["write"],
                    },
                ],
                "actions": [
                    {
                        "name": "blink",
                        "title": _title("Blink"),
                        "arguments": [
                            {
                                "name": "times",
                                "title": _title("Times"),
                                "format": "uint8",
                                "range": [1, 9, 1],
                            }
                        ],
                    },
                    {
                        "name": "measure",
                        "title": _title("Measure"),
                        "results": [{"name": "lux", "title": _title("Light"), "format": "uint16"}],
                    },
                ],
                "events": [
                    {"name": "pressed", "title": _title("Pressed")},
                    {"name": "overheated", "title": _title("Too hot"), "severity": "alarm"},
                ],
            }
        ],
    }
).encode()
SHA = digest(DOCUMENT)
FULL: Mapping[str, Scalar] = {"lamp.on": False, "lamp.level": 10, "lamp.warmth": 2.5}


class World:
    """The hub core with everything it has put out so far, and the moves of a well-behaved lamp."""

    def __init__(self, *, epoch: int = 1, hub: Hub | None = None, now_s: float = 1000.0) -> None:
        self.hub = hub or Hub("hub-0a1b2c3d", epoch)
        self.now_s = now_s
        self.events: list[Event] = []
        self.sent: list[tuple[DeviceId, DownMessage]] = []
        self.saves: list[Save] = []
        self.strays: list[tuple[DeviceId, DeviceId, DownMessage]] = []
        self.gateways: dict[DeviceId, DeviceId] = {}
        self.seqs: dict[tuple[DeviceId, str], int] = {}
        self.epochs: dict[DeviceId, int] = {}
        self.connections: dict[DeviceId, int] = {}
        self._ids = 0
        self.asker: By | None = None

    # The hub's side

    def take(self, outcome: Outcome) -> Outcome:
        self.events += outcome.events
        self.sent += outcome.send
        self.saves += outcome.saves
        self.strays += outcome.strays
        return outcome

    def wait(self, seconds: float) -> Outcome:
        self.now_s += seconds
        return self.take(self.hub.tick(self.now_s))

    def device(self, device: DeviceId = LAMP) -> Device:
        return self.hub.devices[device]

    def ask(
        self,
        values: Mapping[str, Scalar],
        *,
        device: DeviceId = LAMP,
        action: str | None = None,
        client_id: str | None = None,
        scope: str = "phone",
        ttl_s: float | None = 10.0,
    ) -> CommandRecord:
        self._ids += 1
        request = CommandRequest(
            device=device,
            scope=scope,
            command_id=CommandId(f"c{self._ids}"),
            values=values,
            action=Address(action) if action else None,
            client_id=client_id,
            ttl_s=ttl_s,
            by=self.asker,
        )
        record, outcome = self.hub.request(request, self.now_s)
        if outcome.saves:
            self.take(outcome)
            self.take(self.hub.proceed(record, self.now_s))
        return self.record(record)

    def record(self, command: CommandRecord) -> CommandRecord:
        found = self.hub.commands.get(command.id)
        assert found is not None
        return found

    def sent_to(self, device: DeviceId = LAMP) -> list[DownMessage]:
        return [message for to, message in self.sent if to == device]

    def verdicts(self, device: DeviceId = LAMP) -> list[Verdict]:
        return [m for m in self.sent_to(device) if isinstance(m, Verdict)]

    # The device's side

    def tell(self, message: AnyMessage, device: DeviceId = LAMP) -> Outcome:
        """Say something through the codec, as a driver would; a child through its gateway."""
        gateway = self.gateways.get(device)
        wire = codec.encode(gateway or device, message, child=device if gateway else None)
        if not self.hub.is_heard(gateway or device, self.now_s, device if gateway else None):
            return Outcome()
        return self.take(self.hub.receive(codec.decode(wire.topic, wire.payload), self.now_s))

    def tell_raw(self, leaf: str, payload: bytes, device: DeviceId = LAMP) -> Outcome:
        decoded = codec.decode(f"eco/1/{device}/{leaf}", payload)
        return self.take(self.hub.receive(decoded, self.now_s))

    def join(self, device: DeviceId = LAMP, replaces: DeviceId | None = None) -> Outcome:
        record = DeviceRecord(device, name=f"Lamp {device[-1]}", joined_at_s=self.now_s)
        self.epochs[device] = self.connections[device] = 0
        return self.take(self.hub.admit(record, replaces, self.now_s))

    def boot(self, device: DeviceId = LAMP) -> None:
        self.epochs[device] = self.epochs.get(device, 0) + 1
        self.connections[device] = 0
        self.seqs = {key: seq for key, seq in self.seqs.items() if key[0] != device}

    def connect(self, device: DeviceId = LAMP, **changes: object) -> Outcome:
        self.connections[device] = self.connections.get(device, 0) + 1
        return self.announce(device, **changes)

    def announce(self, device: DeviceId = LAMP, **changes: object) -> Outcome:
        fields: dict[str, object] = {
            "vendor": "acme",
            "product": "lamp-1",
            "serial": f"sn-{device}",
            "hardware": "A",
            "firmware": "1.0.0",
            "protocol": "1.0",
            "epoch": self.epochs[device],
            "connection": self.connections[device],
            "spec": SpecReference(sha256=SHA, bytes=len(DOCUMENT)),
        }
        return self.tell(Announce.model_validate(fields | changes), device)

    def state(
        self,
        values: Mapping[str, Scalar],
        *,
        device: DeviceId = LAMP,
        full: bool = False,
        cause: str | None = None,
        seq: int | None = None,
        epoch: int | None = None,
    ) -> Outcome:
        message = State(
            epoch=epoch or self.epochs[device],
            seq=seq or self.next_seq(device, "state"),
            values=dict(values),
            full=full,
            cause=cause,
        )
        return self.tell(message, device)

    def ack(
        self, command: CommandRecord, status: str, device: DeviceId = LAMP, **more: object
    ) -> Outcome:
        fields = {
            "epoch": self.epochs[device],
            "seq": self.next_seq(device, "ack"),
            "id": command.id,
            "status": status,
        }
        return self.tell(Ack.model_validate(fields | more), device)

    def leave(self, reason: str | None = "lost", device: DeviceId = LAMP) -> Outcome:
        return self.say("offline", reason, device)

    def say(self, status: str, reason: str | None = None, device: DeviceId = LAMP) -> Outcome:
        fields = {
            "status": status,
            "epoch": self.epochs[device],
            "connection": self.connections[device],
            "reason": reason,
        }
        return self.tell(Presence.model_validate(fields), device)

    def next_seq(self, device: DeviceId, leaf: str) -> int:
        self.seqs[(device, leaf)] = seq = self.seqs.get((device, leaf), 0) + 1
        return seq

    def answer_spec(
        self, device: DeviceId = LAMP, document: bytes = DOCUMENT, size: int = 400
    ) -> None:
        """Answer every spec.get that has not been answered, until no more comes."""
        done = 0
        while done < len(self.sent):
            to, message = self.sent[done]
            done += 1
            if to == device and isinstance(message, SpecGet):
                part = document[message.offset : message.offset + size]
                text = base64.b64encode(part).decode()
                self.tell(
                    SpecPart(
                        epoch=self.epochs[device],
                        sha256=message.sha256,
                        offset=message.offset,
                        part=text,
                    ),
                    device,
                )


def online_world() -> World:
    """Return a world in which one lamp has joined, been interviewed and told its full state."""
    world = World()
    world.join()
    world.boot()
    world.connect()
    world.answer_spec()
    world.state(FULL, full=True)
    world.events.clear()
    world.sent.clear()
    world.saves.clear()
    return world
