"""The reported half of a twin: the last value of each property, and when it was told."""

from collections.abc import Iterator, Mapping

from hub.core.events import Reported
from protocol.ids import Address
from protocol.messages import Scalar


class ReportedValues(Mapping[Address, Reported]):
    """Values by address.

    Two dictionaries with the same keys in the same order: a report is two updates of these,
    whatever it tells, and a `Reported` is made when somebody looks.
    """

    __slots__ = ("_times", "_values")

    def __init__(self) -> None:
        self._values: dict[Address, Scalar] = {}
        self._times: dict[Address, _When] = {}

    def tell(
        self, values: Mapping[Address, Scalar], at_s: float, device_time_ms: int | None
    ) -> None:
        """Take in what a device tells; see `Reported` for the times."""
        self._values.update(values)
        self._times.update(dict.fromkeys(values, (at_s, device_time_ms)))

    def recall(self, reported: Mapping[Address, Reported]) -> None:
        """Take in what was known in an earlier run."""
        times: dict[_When, _When] = {}
        for address, (value, at_s, time_ms) in reported.items():
            when = at_s, time_ms
            self._values[address], self._times[address] = value, times.setdefault(when, when)

    def __getitem__(self, address: Address) -> Reported:
        return Reported(self._values[address], *self._times[address])

    def __iter__(self) -> Iterator[Address]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __copy__(self) -> "ReportedValues":
        twin = ReportedValues()
        twin._values, twin._times = self._values.copy(), self._times.copy()
        return twin

    def each(self) -> Iterator[tuple[Address, Reported]]:
        """Yield all there is, in half the time that `items` takes."""
        rows = zip(self._values.items(), self._times.values(), strict=True)
        for (address, value), (at_s, time_ms) in rows:
            yield address, Reported(value, at_s, time_ms)


_When = tuple[float, int | None]
