"""A device's connection to the scripted broker: what it says is answered as the script wants."""

import asyncio
import hmac
import socket
import struct
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from certification import outgoing
from certification.behaviour import Answer, Behaviour
from certification.link_log import How, LinkLog, Party
from certification.outgoing import PINGRESP, Message
from certification.packets import BROKEN, MQTT_5, Decoded

MOST_PACKETS: Final = 50_000
"""A device that sends more over one connection is cut off: it floods."""

_BAD_LEVEL: Final = 1
_BAD_LOGIN: Final = 5
_RESET: Final = struct.pack("ii", 1, 0)


class Host(Protocol):
    """The broker, as its links see it."""

    behaviour: Behaviour

    def password_of(self, user: str) -> str | None:
        """Return the password of a user, or None for one that is not let in."""

    def let_in(self, link: "Link") -> None:
        """Take in that the CONNECT of a link has been accepted."""

    def ended(self, link: "Link") -> None:
        """Take in that a link has ended."""


class Link(asyncio.Protocol):
    """One TCP connection of a device.

    Attributes:
        client_id: That of its CONNECT.
        is_let_in: Whether its CONNECT was accepted.
        is_over: Whether it has ended.
    """

    def __init__(self, host: Host, log: LinkLog) -> None:
        self.client_id = ""
        self.is_let_in = self.is_over = False
        self._host = host
        self._log = log
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._said: Mapping[str, Any] = {}
        self._filters: dict[str, int] = {}
        self._last_id = self._packets = 0
        self._is_stalled = self._has_left = False
        self._keepalive: asyncio.TimerHandle | None = None
        self._heard_s = self._loop.time()

    @property
    def n(self) -> int:
        """Its number in the transcript."""
        return self._log.n

    @property
    def is_open(self) -> bool:
        """Whether it was let in and has not ended."""
        return self.is_let_in and not self.is_over

    @property
    def level(self) -> int:
        """The protocol level that the device speaks."""
        return self._log.level

    def send(self, raw: bytes) -> int:
        """Send bytes, whether they are a packet or not, and return the line that tells of them.

        Raises:
            ConnectionError: The link has ended.
        """
        if self._transport is None or self.is_over:
            raise ConnectionError(f"link {self.n} has ended")
        line = self._log.sent(raw)
        self._transport.write(raw)
        return line

    def is_subscribed(self, topic: str) -> bool:
        """Say whether the device would be sent what is published on `topic`."""
        return any(matches(topics, topic) for topics in self._filters)

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

    def cut(self) -> None:
        """Reset the TCP connection: no DISCONNECT, no FIN."""
        self._end("harness", "cut")

    def close(self) -> None:
        """Close the TCP connection in order, with FIN, and without DISCONNECT."""
        self._end("harness", "fin")

    def stall(self) -> None:
        """Keep the TCP connection and answer nothing more, as after a cable was pulled."""
        self._is_stalled = True

    def take_over(self) -> None:
        """End it because its client id has connected again."""
        if self.level == MQTT_5:
            self.send(outgoing.disconnect(0x8E))
        self._end("harness", "takeover")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take in that bytes can flow."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport
        if (tls := transport.get_extra_info("ssl_object")) is not None:
            self._log.secured(tls.version())
        if self._host.behaviour.hang_up:
            self.cut()

    def data_received(self, data: bytes) -> None:
        """Take in what the device sends."""
        if self.is_over:
            return
        self._heard_s = self._loop.time()
        for packet in self._log.stream("in", data):
            self._packets += 1
            if self._packets > MOST_PACKETS:
                self._leave(f"more than {MOST_PACKETS} packets")
            elif not self._is_stalled:
                self._take(packet)
            if self.is_over:
                return

    def connection_lost(self, exc: Exception | None) -> None:
        """Take in that the connection has ended."""
        how: How = "disconnect" if self._has_left else "fin" if exc is None else "reset"
        self._finish("device", how)

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

    def _leave(self, why: str) -> None:
        self._log.note(why)
        self._end("harness", "fin")

    def _end(self, by: Party, how: How) -> None:
        if self.is_over:
            return
        self._finish(by, how)
        if self._transport is None:
            return
        if how == "cut":
            sock = self._transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            self._transport.abort()
        else:
            self._transport.close()

    def _finish(self, by: Party, how: How) -> None:
        if self.is_over:
            return
        self.is_over = True
        if self._keepalive is not None:
            self._keepalive.cancel()
        self._log.closed(by, how)
        if self.is_let_in and "will" in self._said:
            self._log.note(f"its will is due: {self._said['will']['topic']}")
        self._host.ended(self)


def matches(topics: str, topic: str) -> bool:
    """Say whether a topic filter takes in a topic."""
    wanted, levels = topics.split("/"), topic.split("/")
    if wanted[-1] == "#":
        wanted, levels = wanted[:-1], levels[: len(wanted) - 1]
    return len(wanted) == len(levels) and all(
        want in {"+", level} for want, level in zip(wanted, levels, strict=True)
    )
