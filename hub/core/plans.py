"""Commands whose time or device is still awaited: begun together, or given up by right."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from hub.core import receipts
from hub.core.commands import Commands, settle
from hub.core.device import Device
from hub.core.errors import NotPlannedError
from hub.core.outcome import Outcome
from hub.core.records import CommandRecord, Plan
from hub.core.requests import Requests, is_waiting, kept_for_sleeper
from protocol.ids import DeviceId
from protocol.receipt import Status, Step

LATE_MS: Final = 60_000
"""How late a command is still carried out, when the hub was down at its time."""

LONGEST_MS: Final = 31 * 86_400_000
"""How far ahead anything can be planned."""


def _nothing(_: CommandRecord) -> str:
    return ""


class Plans:
    """The planned commands of a home; shares its tables with the hub."""

    def __init__(
        self, devices: Mapping[DeviceId, Device], commands: Commands, requests: Requests
    ) -> None:
        self._devices, self._commands, self._requests = devices, commands, requests

    def next_ms(self) -> int | None:
        """Return the earliest time for which anything is planned, Unix ms."""
        return min((plan.at_ms for _, plan in self._commands.plans()), default=None)

    def begin_due(
        self, now_s: float, wall_ms: int, hindrance: Callable[[CommandRecord], str] = _nothing
    ) -> Outcome:
        """Begin all commands whose time has come; of those that do not begin the receipt says why.

        Args:
            now_s: The core's clock.
            wall_ms: The time of day, Unix ms.
            hindrance: Returns why who has planned a command may not do so any more; empty when
                they may.
        """
        out = Outcome()
        due = [(record, plan) for record, plan in self._commands.plans() if plan.at_ms <= wall_ms]
        for record, plan in sorted(due, key=lambda one: one[1].at_ms):
            if wall_ms - plan.at_ms > LATE_MS:
                self._end(record, Step.OVERDUE, "late", now_s, out)
            elif why := hindrance(record):
                self._end(record, Step.WITHDRAWN, why, now_s, out)
            else:
                self._begin(record, plan, now_s, out)
        return out

    def held(self) -> Iterator[CommandRecord]:
        """Yield the commands that have begun and may wait long for a device that has to come."""
        for record in self._commands.open_ones():
            is_out = record.id in self._commands.lane(record.device).flights
            if (
                record.waits
                and record.status is Status.ACCEPTED
                and not (record.is_planned or is_out)
            ):
                yield record

    def give_up(self, now_s: float, hindrance: Callable[[CommandRecord], str]) -> Outcome:
        """End the held commands of those who may not do so any more; see `begin_due`."""
        out = Outcome()
        for record in self.held():
            if why := hindrance(record):
                self._end(record, Step.WITHDRAWN, why, now_s, out)
        return out

    def cancel(self, record: CommandRecord, now_s: float) -> Outcome:
        """End a command before its time.

        Raises:
            NotPlannedError: Its time has come, or it has ended.
        """
        if not record.is_planned:
            raise NotPlannedError(record.client_id)
        out = Outcome()
        self._end(record, Step.WITHDRAWN, "cancelled", now_s, out)
        return out

    def _begin(self, record: CommandRecord, plan: Plan, now_s: float, out: Outcome) -> None:
        device = self._devices[record.device]
        # An action must not run twice, even after a power cut; a set may.
        waits = is_waiting(device, plan.ttl_s) or record.action is not None
        due = record._replace(
            plan=plan._replace(is_due=True), expires_at_s=now_s + plan.ttl_s, waits=waits
        )
        begun = kept_for_sleeper(device, due)
        self._commands.note(begun, out)
        self._requests.begin(begun, now_s, out)

    def _end(
        self, record: CommandRecord, step: Step, reason: str, now_s: float, out: Outcome
    ) -> None:
        after = receipts.stepped(record, step, now_s, reason) or record
        settle(self._commands, self._devices[record.device], after, out)
