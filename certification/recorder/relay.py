"""A device's connection to a real broker, with the recorder in between."""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from certification.recorder.behaviour import Behaviour, NotScriptedError
from certification.recorder.connection import Connection
from certification.recorder.link_log import MOST_BYTES, LinkLog
from certification.transcript.packets import Decoded, Splitter, decode

_ANSWERS: Final = frozenset({"CONNACK", "PUBACK", "SUBACK", "PINGRESP"})


class House(Protocol):
    """The broker, as its relays see it."""

    behaviour: Behaviour

    def ended(self, link: Connection) -> None:
        """Take in that a link has ended."""

    def publish(self, topic: str, payload: bytes, qos: int) -> None:
        """Publish as a hub does."""


class Relay(Connection):
    """One TCP connection of a device, and the one behind it to the real broker."""

    def __init__(self, house: House, log: LinkLog, next_n: Callable[[], int]) -> None:
        super().__init__(log)
        self._house = house
        self._next_n = next_n
        self._behind: asyncio.Transport | None = None
        self._answers = Splitter(MOST_BYTES)

    @property
    def is_attached(self) -> bool:
        """Whether there is a broker behind."""
        return self._behind is not None

    def attach(self, behind: asyncio.Transport) -> None:
        """Take in the connection to the real broker."""
        self._behind = behind

    def publish(
        self, topic: str, payload: bytes, qos: int = 1, *, retain: bool = False, dup: bool = False
    ) -> int | None:
        """Have the broker publish; return the first line that may tell of it.

        Raises:
            NotScriptedError: With `retain` or `dup`, which are the broker's own to set.
        """
        if retain or dup:
            raise NotScriptedError("mosquitto alone decides what is retained or delivered again")
        if not self.is_subscribed(topic):
            self._log.note(f"not sent, for it has not subscribed: {topic}")
            return None
        self._house.publish(topic, payload, qos)
        return self._next_n()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take in that bytes can flow."""
        super().connection_made(transport)
        if self._house.behaviour.hang_up:
            self.cut()

    def data_received(self, data: bytes) -> None:
        """Hand on what the device sends, and write it down."""
        if self._behind is not None and not self.is_over and not self._is_stalled:
            self._behind.write(data)
        super().data_received(data)

    def answered(self, data: bytes) -> None:
        """Hand on what the broker sends, but for what it shall withhold."""
        self._answers.feed(data)
        while not self.is_over and (raw := self._answers.next()) is not None:
            packet = decode(raw, self.level)
            if self._is_stalled or packet.type in _ANSWERS & self._house.behaviour.withhold:
                continue
            if packet.type == "CONNACK" and packet.fields["code"] == 0:
                self.is_let_in = True
            self.send(raw)

    def left(self) -> None:
        """Take in that the broker has closed its connection."""
        if not self._is_stalled:
            self._end("harness", "fin")

    def _take(self, packet: Decoded) -> None:
        match packet.type:
            case "CONNECT":
                self._said = packet.fields
                self.client_id = packet.fields.get("client_id", "")
            case "SUBSCRIBE":
                self._filters |= {each["filter"]: each["qos"] for each in packet.fields["filters"]}
            case "UNSUBSCRIBE":
                for topics in packet.fields["filters"]:
                    self._filters.pop(topics, None)
            case "DISCONNECT":
                self._has_left = True
                self._end("device", "disconnect")

    def _ended(self) -> None:
        if self._behind is not None:
            self._behind.close()
        self._house.ended(self)


class Behind(asyncio.Protocol):
    """The side of a relay that speaks with the real broker."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    def data_received(self, data: bytes) -> None:
        """Take in what the broker sends."""
        self._relay.answered(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Take in that the broker has closed."""
        self._relay.left()
