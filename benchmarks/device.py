"""A device that loads the hub: it speaks ECO/1 as it must, from packets made in advance."""

import base64
import time
from collections.abc import Mapping
from typing import Any

from pydantic_core import from_json, to_json

from benchmarks import product
from benchmarks.wire import Line, Login, Will, publish
from protocol import topics
from protocol.codec import Encoded, encode
from protocol.ids import DeviceId
from protocol.messages import Announce, AnyMessage, Presence, SpecPart, SpecReference, State
from protocol.product import digest
from protocol.topics import Leaf
from protocol.version import PROTOCOL

PART_BYTES = 8_192


class Device:
    """One device that has joined.

    Args:
        login: As whom it speaks to the broker.
        is_bare: Whether it answers a request by one message alone, for nobody speaks ECO/1 there.

    Attributes:
        verdicts: Rules that the hub says it broke.
        heard_s: When each `set` came, Unix seconds.
    """

    def __init__(self, login: Login, *, is_bare: bool) -> None:
        self.verdicts = 0
        self.heard_s: list[float] = []
        self._login, self._id = login, DeviceId(login.user)
        self._line = Line(self._echo if is_bare else self._take)
        self._state, self._ack, self._command = (
            topics.build(self._id, leaf).encode() for leaf in (Leaf.STATE, Leaf.ACK, Leaf.COMMAND)
        )
        self._states = self._acks = 0

    async def open(self) -> None:
        """Connect, and say who is there and how it is."""
        will = encode(self._id, self._presence("offline", "lost"))
        heard = [topics.build(self._id, leaf) for leaf in (Leaf.COMMAND, Leaf.VERDICT)]
        await self._line.open(self._login, heard, Will(will.topic, will.payload))
        self._say(self._announce())
        self._say(self._presence("online"))
        self.say_full_state()

    def close(self) -> None:
        """Go, in order."""
        self._say(self._presence("offline", "shutdown"))
        self._line.close()

    def say_full_state(self) -> None:
        """Tell all values."""
        self._states += 1
        values = dict(product.full_state())
        now_ms = int(time.time() * 1000)
        self._say(State(epoch=1, seq=self._states, full=True, values=values, time_ms=now_ms))

    def reports(self, count: int) -> list[bytes]:
        """Return packets with one report each; the last one says that it is."""
        return [self._report(number, is_last=number == count) for number in range(1, count + 1)]

    def report(self, number: int) -> None:
        """Send one report whose count is `number`."""
        self._line.write(self._report(number))

    def write(self, packets: bytes) -> None:
        """Send packets that were made before."""
        self._line.write(packets)

    def _report(self, number: int, *, is_last: bool = False) -> bytes:
        self._states += 1
        last = f',"{product.IS_LAST}":true' if is_last else ""
        payload = (
            f'{{"epoch":1,"seq":{self._states},"time_ms":{int(time.time() * 1000)},'
            f'"values":{{"air.pm2_5":{12.5 + number % 100},"air.humidity":{40 + number % 20},'
            f'"{product.COUNT}":{number}{last}}}}}'
        )
        return publish(self._state, payload.encode())

    def _take(self, topic: bytes, payload: bytes) -> None:
        if topic != self._command:
            self.verdicts += 1
            return
        asked = from_json(payload)
        match asked["type"]:
            case "set":
                self.heard_s.append(time.time())
                self._obey(asked["id"], asked["values"])
            case "spec.get":
                self._say_spec(asked["offset"])
            case "state.get":
                self.say_full_state()

    def _obey(self, command: str, values: Mapping[str, Any]) -> None:
        """Answer at once, in one write: received, done, and the state that shows it."""
        self._states += 1
        shown = (
            f'{{"epoch":1,"seq":{self._states},"time_ms":{int(time.time() * 1000)},'
            f'"values":{to_json(values).decode()},"cause":"{command}"}}'
        )
        self._line.write(
            self._answer(command, "received")
            + self._answer(command, "done")
            + publish(self._state, shown.encode())
        )

    def _answer(self, command: str, status: str) -> bytes:
        self._acks += 1
        text = f'{{"epoch":1,"seq":{self._acks},"id":"{command}","status":"{status}"}}'
        return self._line.publish(self._ack, text.encode())

    def _echo(self, _topic: bytes, payload: bytes) -> None:
        self._line.write(self._line.publish(self._ack, payload))

    def _say_spec(self, offset: int) -> None:
        document = product.document()
        part = base64.b64encode(document[offset : offset + PART_BYTES]).decode()
        self._say(SpecPart(epoch=1, sha256=digest(document), offset=offset, part=part))

    def _announce(self) -> Announce:
        document = product.document()
        return Announce(
            vendor=product.VENDOR,
            product=product.PRODUCT,
            serial=self._id,
            hardware="1",
            firmware="1",
            protocol=str(PROTOCOL),
            epoch=1,
            connection=1,
            spec=SpecReference(sha256=digest(document), bytes=len(document)),
            is_time_synced=True,
        )

    def _presence(self, status: str, reason: str | None = None) -> Presence:
        said = {"status": status, "epoch": 1, "connection": 1, "reason": reason}
        return Presence.model_validate(said)

    def _say(self, message: AnyMessage) -> None:
        self._line.write(self._packet(encode(self._id, message)))

    def _packet(self, encoded: Encoded) -> bytes:
        topic, payload, qos, is_retained = encoded
        if qos == 0:
            return publish(topic.encode(), payload)
        return self._line.publish(topic.encode(), payload, is_retained=is_retained)
