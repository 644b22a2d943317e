"""Which number stands for which property of which device; pure."""

from collections.abc import Iterable
from typing import Final

from hub.history.policy import is_private
from hub.store.series import SeriesRecord
from protocol.ids import Address, DeviceId
from protocol.product_model import Privacy

HUB: Final = DeviceId("")
"""Stands for the hub itself: what stops it stops all series."""

STOPS: Final = Address("")
"""The series of a device that tells since when, and why, nothing is known of it."""


class Catalogue:
    """Numbers series; a device that left and joins again gets new numbers.

    Args:
        known: All series there are in the file, forgotten ones included.
    """

    def __init__(self, known: Iterable[SeriesRecord]) -> None:
        self._by_name: dict[str, dict[str, SeriesRecord]] = {}
        self._by_number: dict[int, SeriesRecord] = {}
        self._next = 1
        for record in known:
            self._next = max(self._next, record.number + 1)
            if not record.is_forgotten:
                self._add(record)
        self._unsaved: list[SeriesRecord] = []

    def number(self, device: DeviceId, address: Address, privacy: Privacy, now_ms: int) -> int:
        """Return the number of a series, a new one if it has none."""
        record = self.find(device, address)
        if record is None:
            record = SeriesRecord(self._next, device, address, privacy, now_ms)
            self._next += 1
            self._add(record)
            self._unsaved.append(record)
        return record.number

    def find(self, device: str, address: str) -> SeriesRecord | None:
        """Return the series of a property, if there is one."""
        return self._by_name.get(device, {}).get(address)

    def record(self, number: int) -> SeriesRecord | None:
        """Return the series of a number, unless it is forgotten."""
        return self._by_number.get(number)

    def all(self) -> list[SeriesRecord]:
        """Return all series, by number."""
        return [self._by_number[number] for number in sorted(self._by_number)]

    def private(self) -> list[int]:
        """Return the numbers of the series that are kept for a shorter time."""
        return [number for number, one in self._by_number.items() if is_private(one.privacy)]

    def addresses(self, device: str) -> dict[str, Privacy]:
        """Return what is recorded of a device, and how private it is."""
        mine = self._by_name.get(device, {})
        return {address: record.privacy for address, record in mine.items() if address}

    def forget(self, device: DeviceId) -> list[int]:
        """Forget a device; return the numbers of its series."""
        numbers = [record.number for record in self._by_name.pop(device, {}).values()]
        for number in numbers:
            del self._by_number[number]
        self._unsaved = [one for one in self._unsaved if one.device != device]
        return numbers

    @property
    def unsaved(self) -> list[SeriesRecord]:
        """Series that the file does not know yet."""
        return self._unsaved

    def saved(self) -> None:
        """Take in that the file knows all series now."""
        self._unsaved = []

    def _add(self, record: SeriesRecord) -> None:
        self._by_name.setdefault(record.device, {})[record.address] = record
        self._by_number[record.number] = record
