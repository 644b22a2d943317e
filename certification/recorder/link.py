"""A device's connection to the scripted broker: what it says is answered as the script wants."""

import asyncio
import hmac
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from certification.recorder import outgoing
from certification.recorder.behaviour import Answer, Behaviour
from certification.recorder.connection import Connection, matches
from certification.recorder.link_log import LinkLog
from certification.recorder.outgoing import PINGRESP, Message
from certification.transcript.packets import BROKEN, MQTT_5, Decoded

_BAD_LEVEL: Final = 1
_BAD_LOGIN: Final = 5


class Host(Protocol):
    """The broker, as its links see it."""

    behaviour: Behaviour

    def password_of(self, user: str) -> str | None:
        """Return the password of a user, or None for one that is not let in."""

    def let_in(self, link: "Link") -> None:
        """Take in that the CONNECT of a link has been accepted."""

    def ended(self, link: "Link") -> None:
        """Take in that a link has ended."""


class Link(Connection):
    """One TCP connection of a device to the scripted broker."""

    def __init__(self, host: Host, log: LinkLog) -> None:
        super().__init__(log)
        self._host = host
        self._loop = asyncio.get_running_loop()
        self._last_id = 0
        self._keepalive: asyncio.TimerHandle | None = None
        self._heard_s = self._loop.time()

    def publish(
        self, topic: str, payload: bytes, qos: int = 1, *, retain: bool = False, dup: bool = False
    ) -> int | None:
        """Publish to the device; return the line, or None when it has not subscribed to `topic`.

        The QoS is at most that of the subscription. With `dup` the packet id is that of the
        publish before, as when a broker that got no PUBACK delivers again.
        """
        granted = [q for topics, q in self._filters.items() if matches(topics, topic)]
        if not granted:
            self._log.note(f"not sent, for it has not subscribed: {topic}")
            return None
        qos = min(qos, max(granted))
        if qos and not dup:
            self._last_id = self._last_id % 65_535 + 1
        message = Message(topic, payload, qos, retain, dup)
        return self.send(outgoing.publish(self.level, message, self._last_id if qos else None))

    def take_over(self) -> None:
        """End it because its client id has connected again."""
        if self.level == MQTT_5:
            self.send(outgoing.disconnect(0x8E))
        super().take_over()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take in that bytes can flow."""
        super().connection_made(transport)
        if self._host.behaviour.hang_up:
            self.cut()

    def data_received(self, data: bytes) -> None:
        """Take in what the device sends."""
        super().data_received(data)
        self._heard_s = self._loop.time()

    def _take(self, packet: Decoded) -> None:
        if packet.type == BROKEN:
            self._leave(packet.fields["why"])
        elif (packet.type == "CONNECT") == bool(self._said):
            self._leave(f"{packet.type} {'again' if self._said else 'before CONNECT'}")
        elif (take := self._takers.get(packet.type)) is not None:
            take(self, packet)

    def _connect(self, packet: Decoded) -> None:
        self._said = packet.fields
        self.client_id = packet.fields.get("client_id", "")
        delay_s = self._host.behaviour.connack_delay_s
        if delay_s:
            self._loop.call_later(delay_s, self._judge, packet)
        else:
            self._judge(packet)

    def _judge(self, packet: Decoded) -> None:
        behaviour = self._host.behaviour
        if self.is_over or self._is_stalled or "CONNACK" in behaviour.withhold:
            return
        code = self._refusal(packet, behaviour)
        if code is not None:
            self.send(outgoing.connack(MQTT_5 if self.level >= MQTT_5 else 4, code))
            self._leave(f"not let in, code {code}")
            return
        self.is_let_in = True
        self._host.let_in(self)
        self.send(outgoing.connack(self.level, 0, behaviour.connack_properties))
        self._watch()

    def _refusal(self, packet: Decoded, behaviour: Behaviour) -> int | None:
        if self.level not in behaviour.levels or "clean" not in packet.fields:
            return _BAD_LEVEL
        if behaviour.refuse_connect is not None:
            return behaviour.refuse_connect
        password = self._host.password_of(packet.fields["user"] or "")
        is_right = password is not None and hmac.compare_digest(
            packet.password or b"", password.encode()
        )
        return None if is_right else _BAD_LOGIN

    def _publish(self, packet: Decoded) -> None:
        if packet.fields["qos"] == 2:
            self._leave("QoS 2 is not offered")
        elif packet.fields["qos"]:
            code = self._host.behaviour.deny_publish or 0
            self._answer("PUBACK", outgoing.puback(self.level, packet.fields["packet_id"], code))

    def _subscribe(self, packet: Decoded) -> None:
        denied = self._host.behaviour.deny_subscribe
        codes: list[int] = []
        for wanted in packet.fields["filters"]:
            qos = min(wanted["qos"], 1)
            if denied is None:
                self._filters[wanted["filter"]] = qos
            codes.append(qos if denied is None else denied)
        self._answer("SUBACK", outgoing.suback(self.level, packet.fields["packet_id"], codes))

    def _unsubscribe(self, packet: Decoded) -> None:
        for topics in packet.fields["filters"]:
            self._filters.pop(topics, None)
        count = len(packet.fields["filters"])
        self.send(outgoing.unsuback(self.level, packet.fields["packet_id"], count))

    def _ping(self, _packet: Decoded) -> None:
        self._answer("PINGRESP", PINGRESP)

    def _disconnect(self, packet: Decoded) -> None:
        self._has_left = True
        if packet.fields.get("code") != 0x04:  # MQTT 5: disconnect with will
            self._said = {name: said for name, said in self._said.items() if name != "will"}
        self._end("device", "disconnect")

    _takers: Final[Mapping[str, Callable[["Link", Decoded], None]]] = {
        "CONNECT": _connect,
        "PUBLISH": _publish,
        "SUBSCRIBE": _subscribe,
        "UNSUBSCRIBE": _unsubscribe,
        "PINGREQ": _ping,
        "DISCONNECT": _disconnect,
    }

    def _answer(self, answer: Answer, raw: bytes) -> None:
        if answer not in self._host.behaviour.withhold:
            self.send(raw)

    def _watch(self) -> None:
        """End the link when the device is silent for one and a half keep-alives."""
        most_s = 1.5 * self._said["keepalive_s"]
        left_s = self._heard_s + most_s - self._loop.time()
        if not most_s or self.is_over or self._is_stalled:
            return
        if left_s <= 0:
            self._end("harness", "keepalive")
        else:
            self._keepalive = self._loop.call_later(left_s, self._watch)

    def _ended(self) -> None:
        if self._keepalive is not None:
            self._keepalive.cancel()
        if self.is_let_in and "will" in self._said:
            self._log.note(f"its will is due: {self._said['will']['topic']}")
        self._host.ended(self)
