"""One TCP connection in the transcript: opened, each packet with all its bytes, closed."""

from collections.abc import Iterator
from typing import Final, Literal

from certification.recorder.budget import Budget
from certification.transcript.file import Writer
from certification.transcript.packets import MQTT_3, Decoded, Splitter, broken, decode
from protocol.mqtt import PacketError

MOST_BYTES: Final = 1_048_576
"""Longest packet that is read; sixty times what ECO/1 needs."""

KEPT_BYTES: Final = 4_096
"""What is kept of bytes that are no packet."""

Way = Literal["in", "out"]
Party = Literal["device", "harness"]
How = Literal["fin", "reset", "disconnect", "cut", "keepalive", "takeover", "flood"]


class LinkLog:
    """Writes down what goes over connection `n`."""

    def __init__(self, writer: Writer, n: int, budget: Budget) -> None:
        self.n = n
        self.budget = budget
        self.level = MQTT_3
        """Protocol level of the CONNECT."""
        self.shown = ""
        """The certificate that is shown; none without TLS."""
        self._writer = writer
        self._streams: dict[Way, Splitter] = {
            "in": Splitter(MOST_BYTES),
            "out": Splitter(MOST_BYTES),
        }
        self._is_closed = False

    def opened(self, peer: str) -> None:
        """Note that `peer`, an address, has connected."""
        self._writer.write("opened", link=self.n, peer_is_local=peer in {"127.0.0.1", "::1"})

    def secured(self, version: str) -> None:
        """Note that the device has taken the certificate, by TLS `version`."""
        self._writer.write("tls", link=self.n, certificate=self.shown, ok=True, version=version)

    def refused(self, why: str) -> None:
        """Note why no TLS came about."""
        self._writer.write("tls", link=self.n, certificate=self.shown, ok=False, why=why)

    def stream(self, way: Way, data: bytes) -> Iterator[Decoded]:
        """Note the packets that these bytes complete, and return each; the last may be broken."""
        splitter = self._streams[way]
        splitter.feed(data)
        self.budget.sent(len(data))
        while True:
            try:
                raw = splitter.next()
            except PacketError as error:
                bad = broken(splitter.rest[:KEPT_BYTES], str(error))
                self._note(way, bad)
                self.budget.spoke(self._writer.lines[-1].at_ns)
                yield bad
                return
            if raw is None:
                return
            packet = decode(raw, self.level)
            if packet.type == "CONNECT":
                self.level = packet.fields["level"]
            self._note(way, packet)
            self.budget.spoke(self._writer.lines[-1].at_ns)
            yield packet

    def sent(self, raw: bytes) -> int:
        """Note bytes that are about to go out, a packet or not, and return their line."""
        packet = decode(raw, self.level)
        if packet.type == "PUBLISH":
            self.budget.asked()
        return self._note("out", packet)

    def closed(self, by: Party, how: How) -> bool:
        """Note the end, once; False when it stands there already."""
        if self._is_closed:
            return False
        self._is_closed = True
        for way, splitter in self._streams.items():
            if rest := splitter.rest[:KEPT_BYTES]:
                self._note(way, broken(rest, "left over when the connection ended"))
        self._writer.write("closed", link=self.n, by=by, how=how)
        return True

    def note(self, text: str) -> None:
        """Note something for people."""
        self._writer.write("note", text=f"link {self.n}: {text}")

    def _note(self, way: Way, packet: Decoded) -> int:
        hidden = {} if packet.password is None else {"redacted": True}
        return self._writer.write(
            "packet",
            link=self.n,
            way=way,
            type=packet.type,
            raw=packet.raw,
            decoded=packet.fields,
            **hidden,
        )
