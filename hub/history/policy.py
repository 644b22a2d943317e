"""What of a device is recorded, how finely, and for how long; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from protocol.ids import Address, DeviceId
from protocol.product import Property
from protocol.product_model import Privacy

SLACK: Final = 1 + 1e-9
"""20.1 - 20.0 is a little more than 0.1 in binary; it is one step all the same."""

STEPLESS_PART: Final = 0.001
"""Deadband of a float that names a range but no step, as a part of the range."""

RELATIVE_PART: Final = 0.005
"""Deadband of a float that names neither, as a part of the value recorded last."""


@dataclass(frozen=True, slots=True)
class Grain:
    """How far a value may move away from the one recorded last without being recorded.

    Attributes:
        band: In the unit of the property.
        part: In parts of the value recorded last; then `band` is 0.
    """

    band: float = 0.0
    part: float = 0.0

    def band_at(self, value: float) -> float:
        """Return the deadband around a value."""
        return self.part * abs(value) if self.part else self.band


EXACT: Final = Grain()


def grain(part: Property) -> Grain:
    """Return the deadband of a property, one step of what is measured.

    Every change counts of what people set, and of what is no measured quantity: a switch, a mode, a
    count, a text.
    """
    if part.is_writable or part.enum is not None or not part.is_number:
        return EXACT
    low, high, step = part.range or (0, 0, 0)
    if part.is_integer:
        return Grain(band=float(step or 1) * SLACK) if part.unit else EXACT
    if step > 0:
        return Grain(band=step * SLACK)
    if part.range is not None:
        return Grain(band=(high - low) * STEPLESS_PART)
    return Grain(part=RELATIVE_PART)


@dataclass(frozen=True, slots=True)
class Policy:
    """What the owner has decided.

    Attributes:
        off: Patterns of `device/address` or of an address alone; what fits is not recorded.
        health: Devices of which even what tells of a wearer's body is recorded.
    """

    off: Sequence[str] = ()
    health: Sequence[str] = ()

    def refusal(self, device: DeviceId, address: Address, part: Property) -> str:
        """Say why a property is not recorded, in a few words; empty when it is."""
        if not (part.is_readable or "notify" in part.access):
            return "it can be written only, so the device never tells it"
        if self.is_off(device, address):
            return "off in [history] of hub.toml names it"
        if part.privacy == "health" and device not in self.health:
            return "it tells of a person's body, which is recorded of devices alone that are named"
        return ""

    def is_off(self, device: DeviceId, address: Address) -> bool:
        """Say whether a pattern switches a property off."""
        names = (f"{device}/{address}", str(address))
        return any(fnmatchcase(name, pattern) for pattern in self.off for name in names)


def is_private(privacy: Privacy) -> bool:
    """Say whether values are kept for a shorter time and left out of exports."""
    return privacy != "none"
