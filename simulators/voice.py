"""Puts a device's words into messages: who it is, and the numbers that order what it says."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from protocol.ids import Address, CommandId, DeviceId
from protocol.messages import (
    Ack,
    Announce,
    Event,
    Presence,
    Scalar,
    Sleep,
    SpecPart,
    SpecReference,
    State,
)
from protocol.topics import Leaf
from protocol.version import PROTOCOL
from simulators.commands import Answer
from simulators.physics import Happening
from simulators.product import Product

Absence = Literal["lost", "shutdown", "reset", "update", "removed"]


FIRMWARE: Final = "1.0.0"


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells this unit from others of its product."""

    device: DeviceId
    serial: str
    hardware: str = "sim-1"
    firmware: str = FIRMWARE


class Voice:
    """Makes the messages of one device.

    Attributes:
        epoch: Number of the running boot.
        connection: CONNECTs since that boot.
        wall_minus_now_s: Wall time, Unix seconds, minus the device's; None without a synced clock.
        sleep: How the device sleeps; None for one that stays awake.
    """

    def __init__(
        self, identity: Identity, product: Product, epoch: int, wall_minus_now_s: float | None
    ) -> None:
        self.epoch = epoch
        self.connection = 0
        self.wall_minus_now_s = wall_minus_now_s
        self.sleep: Sleep | None = None
        self._identity = identity
        self._product = product
        self._seqs: dict[Leaf, int] = {}

    def boot(self, epoch: int) -> None:
        """Begin a new epoch, in which every leaf counts from 1 again."""
        self.epoch = epoch
        self._seqs.clear()

    def announce(self, birth: str | None) -> Announce:
        """Say who the device is; `birth` is the id of the birth that this answers."""
        spec = self._product.compiled.spec
        return Announce(
            vendor=spec.vendor,
            product=spec.product,
            serial=self._identity.serial,
            hardware=self._identity.hardware,
            firmware=self._identity.firmware,
            protocol=str(PROTOCOL),
            epoch=self.epoch,
            connection=self.connection,
            spec=SpecReference(sha256=self._product.sha256, bytes=len(self._product.document)),
            birth=birth,
            is_time_synced=self.wall_minus_now_s is not None,
            sleep=self.sleep,
        )

    def online(self) -> Presence:
        """Say that the device is there."""
        return Presence(status="online", epoch=self.epoch, connection=self.connection)

    def asleep(self) -> Presence:
        """Say that the device sleeps until its next wake."""
        return Presence(
            status="asleep", epoch=self.epoch, connection=self.connection, reason="sleep"
        )

    def offline(self, reason: Absence) -> Presence:
        """Say that the device is not there, or let the broker say it as a will."""
        return Presence(
            status="offline", epoch=self.epoch, connection=self.connection, reason=reason
        )

    def state(
        self,
        values: Mapping[Address, Scalar],
        now_s: float,
        *,
        is_full: bool = False,
        cause: CommandId | None = None,
    ) -> State:
        """Tell values."""
        return State(
            epoch=self.epoch,
            seq=self._seq(Leaf.STATE),
            values={str(address): value for address, value in values.items()},
            full=is_full,
            cause=cause,
            time_ms=self.wall_ms(now_s),
        )

    def event(self, happening: Happening, now_s: float) -> Event:
        """Tell what has happened."""
        return Event(
            epoch=self.epoch,
            seq=self._seq(Leaf.EVENT),
            event=happening.event,
            arguments={**happening.arguments},
            time_ms=self.wall_ms(now_s),
        )

    def received(self, command: CommandId) -> Ack:
        """Say that a command is here."""
        return Ack(epoch=self.epoch, seq=self._seq(Leaf.ACK), id=command, status="received")

    def busy(self, command: CommandId, retry_after_s: float) -> Ack:
        """Say that a command cannot be taken now."""
        return Ack(
            epoch=self.epoch,
            seq=self._seq(Leaf.ACK),
            id=command,
            status="busy",
            retry_after_ms=math.ceil(1000.0 * retry_after_s),
        )

    def final(self, command: CommandId, answer: Answer) -> Ack:
        """Say what came of a command."""
        return Ack(
            epoch=self.epoch,
            seq=self._seq(Leaf.ACK),
            id=command,
            status=answer.status,
            items=answer.items,
            error=answer.error,
            results=dict(answer.results),
        )

    def spec_part(self, offset: int) -> SpecPart | None:
        """Give the part of the product spec that begins at `offset`; None beyond its end."""
        part = self._product.part(offset)
        if not part:
            return None
        return SpecPart(epoch=self.epoch, sha256=self._product.sha256, offset=offset, part=part)

    def wall_ms(self, now_s: float) -> int | None:
        """Return the wall time in Unix ms; None without a synced clock."""
        wall_s = self.wall_minus_now_s
        return None if wall_s is None else int(1000.0 * (now_s + wall_s))

    def _seq(self, leaf: Leaf) -> int:
        self._seqs[leaf] = self._seqs.get(leaf, 0) + 1
        return self._seqs[leaf]
