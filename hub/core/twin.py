"""The reported half of a twin: the last value of each property, when it was told, and its cause."""

from collections.abc import Iterable, Iterator, Mapping

from hub.core.events import Cause, Change, Reported
from protocol.ids import Address
from protocol.messages import Scalar


class ReportedValues(Mapping[Address, Reported]):
    """Values by address.

    Two dictionaries with the same keys in the same order: a report is two updates of these,
    whatever it tells, and a `Reported` is made when somebody looks.

    Attributes:
        causes: Of those values that a command has brought about; empty for most devices.
    """

    __slots__ = ("_times", "_values", "causes")

    def __init__(self) -> None:
        self._values: dict[Address, Scalar] = {}
        self._times: dict[Address, _When] = {}
        self.causes: dict[Address, Cause] = {}

    def tell(
        self, values: Mapping[Address, Scalar], at_s: float, device_time_ms: int | None
    ) -> None:
        """Take in what a device tells; see `Reported` for the times.

        A value keeps its cause for as long as it stays the same.
        """
        if self.causes:
            for address in self.causes.keys() & values.keys():
                if self._values[address] != values[address]:
                    del self.causes[address]
        self._values.update(values)
        self._times.update(dict.fromkeys(values, (at_s, device_time_ms)))

    def differing(self, values: Mapping[Address, Scalar]) -> tuple[Change, ...]:
        """Return those of `values` that are not what was told last."""
        known = self._values
        return tuple(
            [
                Change(address, value, known.get(address))
                for address, value in values.items()
                if address not in known or known[address] != value
            ]
        )

    def ascribe(self, changes: Iterable[Change], cause: Cause) -> None:
        """Take in what has brought about values that have been told."""
        self.causes.update((change.address, cause) for change in changes)

    def recall(self, reported: Mapping[Address, Reported]) -> None:
        """Take in what was known in an earlier run."""
        times: dict[_When, _When] = {}
        for address, (value, at_s, time_ms, cause) in reported.items():
            when = at_s, time_ms
            self._values[address], self._times[address] = value, times.setdefault(when, when)
            if cause is not None:
                self.causes[address] = cause

    def __getitem__(self, address: Address) -> Reported:
        return Reported(self._values[address], *self._times[address], self.causes.get(address))

    def __iter__(self) -> Iterator[Address]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __copy__(self) -> "ReportedValues":
        twin = ReportedValues()
        twin._values, twin._times = self._values.copy(), self._times.copy()
        twin.causes = self.causes.copy()
        return twin

    def each(self) -> Iterator[tuple[Address, Reported]]:
        """Yield all there is, in half the time that `items` takes."""
        rows, cause = zip(self._values.items(), self._times.values(), strict=True), self.causes.get
        for (address, value), (at_s, time_ms) in rows:
            yield address, Reported(value, at_s, time_ms, cause(address))


_When = tuple[float, int | None]
