"""Which device has which serial: no two of the home have the same (ECO-ANNOUNCE-006)."""

from collections.abc import Mapping
from typing import Final

from hub.core.device import Device
from protocol.errors import Violation, ViolationError, printable
from protocol.ids import DeviceId
from protocol.messages import Announce

SPARE: Final = 64
"""Serials of devices that have left may be remembered, so many beyond twice the number here."""


class Serials:
    """The serials of the devices that have announced themselves.

    Args:
        devices: Those of the home, by id.
    """

    def __init__(self, devices: Mapping[DeviceId, Device]) -> None:
        self._devices = devices
        self._holders: dict[tuple[str, str], DeviceId] = {}

    def check(self, device: Device, message: Announce) -> None:
        """Note the serial of a device.

        Raises:
            ViolationError: Another one has it already.
        """
        key = (message.vendor, message.serial)
        holder = self._devices.get(self._holders.get(key, device.id))
        if holder is not None and holder is not device and _has(holder, key):
            detail = f"{holder.id} has this serial already"
            raise ViolationError(
                Violation("ECO-ANNOUNCE-006", "serial", printable(message.serial), detail)
            )
        self._holders[key] = device.id
        if len(self._holders) > 2 * len(self._devices) + SPARE:
            self.know()

    def know(self) -> None:
        """Note anew which device has which serial."""
        living = [d.record for d in self._devices.values() if not d.record.is_retired]
        self._holders = {(r.vendor, r.serial): r.id for r in living if r.epoch}


def _has(device: Device, key: tuple[str, str]) -> bool:
    record = device.record
    return not record.is_retired and bool(record.epoch) and (record.vendor, record.serial) == key
