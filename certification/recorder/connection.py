"""A device's TCP connection as every broker of a run has it: written down, and ended at will."""

import asyncio
import socket
import struct
from collections.abc import Mapping
from typing import Any, Final

from certification.recorder.link_log import How, LinkLog, Party
from certification.transcript.packets import Decoded

_RESET: Final = struct.pack("ii", 1, 0)


class Connection(asyncio.Protocol):
    """One TCP connection of a device.

    A broker's own kind says what is done with a packet, in `_take`, and at the end, in `_ended`.

    Attributes:
        client_id: That of its CONNECT.
        is_let_in: Whether its CONNECT was accepted.
        is_over: Whether it has ended.
    """

    def __init__(self, log: LinkLog) -> None:
        self.client_id = ""
        self.is_let_in = self.is_over = False
        self._log = log
        self._transport: asyncio.Transport | None = None
        self._said: Mapping[str, Any] = {}
        self._filters: dict[str, int] = {}
        self._is_stalled = self._has_left = False

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
        """Publish to the device; return the line, or None when it has not subscribed to `topic`."""
        raise NotImplementedError

    def take_over(self) -> None:
        """End it because its client id has connected again."""
        self._end("harness", "takeover")

    def cut(self) -> None:
        """Reset the TCP connection: no DISCONNECT, no FIN."""
        self._end("harness", "cut")

    def close(self) -> None:
        """Close the TCP connection in order, with FIN, and without DISCONNECT."""
        self._end("harness", "fin")

    def stall(self) -> None:
        """Keep the TCP connection and answer nothing more, as after a cable was pulled."""
        self._is_stalled = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take in that bytes can flow."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport
        if (tls := transport.get_extra_info("ssl_object")) is not None:
            self._log.secured(tls.version())

    def data_received(self, data: bytes) -> None:
        """Take in what the device sends."""
        if self.is_over:
            return
        for packet in self._log.stream("in", data):
            if self._log.budget.flood:
                self._log.note(f"{self._log.budget.flood}; nothing more of it is written down")
                self._end("harness", "flood")
            elif not self._is_stalled:
                self._take(packet)
            if self.is_over:
                return

    def connection_lost(self, exc: Exception | None) -> None:
        """Take in that the connection has ended."""
        how: How = "disconnect" if self._has_left else "fin" if exc is None else "reset"
        self._finish("device", how)

    def _take(self, packet: Decoded) -> None:
        raise NotImplementedError

    def _ended(self) -> None:
        raise NotImplementedError

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
        if not self.is_over:
            self.is_over = True
            self._log.closed(by, how)
            self._ended()


def matches(topics: str, topic: str) -> bool:
    """Say whether a topic filter takes in a topic."""
    wanted, levels = topics.split("/"), topic.split("/")
    if wanted[-1] == "#":
        wanted, levels = wanted[:-1], levels[: len(wanted) - 1]
    return len(wanted) == len(levels) and all(
        want in {"+", level} for want, level in zip(wanted, levels, strict=True)
    )
