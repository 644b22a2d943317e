"""The interview: a product spec nobody has seen yet is fetched from the device, part by part."""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Final

from hub.core.device import Device, Interview, Spec
from hub.core.outcome import Outcome
from hub.core.rates import Allowance
from protocol.errors import Violation, ViolationError
from protocol.ids import CommandId, DeviceId
from protocol.messages import SpecGet, SpecPart, SpecReference
from protocol.product import digest, parse_product
from protocol.validator import compile_product

ASK_AGAIN_S: Final = 5.0
"""How long a part may take before it is asked for again."""

PART_TTL_MS: Final = 5_000
PART_LIMIT: Final = 8_192
"""Bytes of the document in one part, before base64 (ECO-SPEC-009)."""

REST_S: Final = 60.0
TRIES: Final = 5
"""After so many unanswered requests the device is left in peace for `REST_S`."""


BYTES_AT_ONCE: Final = 2_097_152
BYTES_PER_S: Final = 16_384.0
"""Of product specs that are fetched, all devices together. To read one takes up to 1 ms a kilobyte,
and the hub does nothing else meanwhile (measured: 120 ms for the longest there is)."""

BYTES_OF_ONE: Final = 524_288
BYTES_OF_ONE_PER_S: Final = 256.0
"""The same of a single device: four of the longest at once, then one in nine minutes."""

ROOM_EVERY_S: Final = 10.0
"""How long a device rests that gives more than that."""


class Interviews:
    """Fetches each product spec once, from one device, for all that announce the same hash."""

    def __init__(
        self, devices: Mapping[DeviceId, Device], next_id: Callable[[], CommandId]
    ) -> None:
        self._devices, self._next_id = devices, next_id
        self._sources: dict[str, DeviceId] = {}
        self._bytes = Allowance(BYTES_AT_ONCE, BYTES_PER_S)

    def begin(self, device: Device, reference: SpecReference, now_s: float, out: Outcome) -> None:
        """Start fetching the spec that a device has announced, unless another is being asked."""
        interview = device.interview
        if interview is None or interview.sha256 != reference.sha256:
            if interview is not None:
                self._give_up(device, interview)
            device.interview = interview = Interview(reference.sha256, reference.bytes)
        elif now_s < interview.rest_until_s:
            return
        if device.is_shut_out:
            return
        if self._is_source(device, reference.sha256):
            self._ask(device, interview, now_s, out)

    def take(self, device: Device, part: SpecPart, now_s: float, out: Outcome) -> Spec | None:
        """Add a part; return the spec when it is whole and sound.

        Raises:
            ViolationError: The part or the document breaks a rule; the fetching starts anew.
        """
        interview = device.interview
        if interview is None or interview.sha256 != part.sha256 or interview.asked_s is None:
            return None
        if part.offset != len(interview.received):
            return None  # a repeat of a part, after it was asked for twice
        data = _decoded(part)
        interview.received += data
        interview.tries = 0
        if len(interview.received) < interview.size:
            self._ask(device, interview, now_s, out)
            return None
        return self._finish(device, interview, now_s)

    def tick(self, device: Device, interview: Interview, now_s: float, out: Outcome) -> None:
        """Ask again when a part is overdue; let another device of the product try."""
        if not device.is_connected or device.is_shut_out:
            self._give_up(device, interview)
            return
        if now_s < interview.rest_until_s:
            return
        if not self._is_source(device, interview.sha256):
            return
        if interview.asked_s is not None and now_s - interview.asked_s < ASK_AGAIN_S:
            return
        if interview.tries < TRIES:
            self._ask(device, interview, now_s, out)
            return
        interview.tries, interview.rest_until_s = 0, now_s + REST_S
        self._give_up(device, interview)

    def _is_source(self, device: Device, sha256: str) -> bool:
        """Say whether `device` is the one to ask; it becomes that when nobody else still is."""
        source = self._devices.get(self._sources.get(sha256, device.id))
        is_asked = source and source.is_connected and source.interview
        if not is_asked or is_asked.sha256 != sha256:
            self._sources[sha256] = device.id
        return self._sources.setdefault(sha256, device.id) == device.id

    def _give_up(self, device: Device, interview: Interview) -> None:
        if self._sources.get(interview.sha256) == device.id:
            del self._sources[interview.sha256]

    def _ask(self, device: Device, interview: Interview, now_s: float, out: Outcome) -> None:
        if interview.asked_s is None and not self._has_room(device, interview.size, now_s):
            interview.rest_until_s = now_s + ROOM_EVERY_S
            self._give_up(device, interview)
            return
        interview.asked_s = now_s
        interview.tries += 1
        request = SpecGet(
            id=self._next_id(),
            ttl_ms=PART_TTL_MS,
            sha256=interview.sha256,
            offset=len(interview.received),
        )
        out.send.append((device.id, request))

    def _has_room(self, device: Device, size: int, now_s: float) -> bool:
        """Say whether a product spec of this size may be fetched now, and count it if so."""
        own = device.spec_bytes = device.spec_bytes or Allowance(BYTES_OF_ONE, BYTES_OF_ONE_PER_S)
        if not own.has(size, now_s) or not self._bytes.has(size, now_s):
            return False
        own.take(size)
        self._bytes.take(size)
        return True

    def _finish(self, device: Device, interview: Interview, now_s: float) -> Spec:
        self._give_up(device, interview)
        document = bytes(interview.received)
        interview.received.clear()
        interview.asked_s, interview.tries, interview.rest_until_s = None, 0, now_s + REST_S
        if digest(document) != interview.sha256 or len(document) != interview.size:
            detail = f"{len(document)} bytes with SHA-256 {digest(document)}"
            raise ViolationError(Violation("ECO-SPEC-002", "spec", interview.sha256, detail))
        spec = Spec(interview.sha256, document, compile_product(parse_product(document)))
        device.interview = None
        return spec


def _decoded(part: SpecPart) -> bytes:
    try:
        data = base64.b64decode(part.part, validate=True)
    except binascii.Error as error:
        violation = Violation("ECO-SPEC-009", "part", part.part[:40], str(error))
        raise ViolationError(violation) from None
    if not 0 < len(data) <= PART_LIMIT:
        detail = f"{len(data)} bytes; a part has 1 to {PART_LIMIT}"
        raise ViolationError(Violation("ECO-SPEC-009", "part", "", detail))
    return data
