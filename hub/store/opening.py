"""From a folder to two open databases that are whole, and what is in them."""

import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from sqlite_utils import Migrations

from hub.clock import Clock
from hub.core.activity import Entry
from hub.core.events import Reported
from hub.store import meta, reading, schema
from hub.store.command_log import left_over, write_fold
from hub.store.failure import is_damage
from hub.store.records import Stored
from hub.store.recovery import check, is_lost, restore, set_aside, take_snapshot
from hub.store.upkeep import forget_old
from protocol.ids import Address, DeviceId

CONTROL: Final = "control.db"
HISTORY: Final = "history.db"

_log = logging.getLogger(__name__)
_Read = TypeVar("_Read")
_Told = tuple[dict[DeviceId, dict[Address, Reported]], list[Entry]]


@dataclass(frozen=True, slots=True)
class Opened:
    """Two databases that are whole, and what was in them."""

    control: sqlite3.Connection
    history: sqlite3.Connection
    control_path: Path
    stored: Stored


def open_databases(folder: Path, clock: Clock) -> Opened:
    """Open, mend, bring up to date and read both databases.

    Raises:
        StoreVersionError: One of them was written by a newer ecohub, or by another program.
        sqlite3.Error, OSError, DamagedError: One of them cannot be used.
    """
    opening = _Opening(folder, clock)
    control, stored = opening.control()
    try:
        history, (twins, activity) = opening.history()
    except BaseException:
        control.close()
        raise
    known = {device.id for device in stored.devices}
    stored.twins.update({device: twin for device, twin in twins.items() if device in known})
    stored.activity.extend(activity)
    stored.notices.extend(opening.notices)
    return Opened(control, history, folder / CONTROL, stored)


class _Opening:
    """One start of the hub; gathers what people must be told."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder, self._clock = folder, clock
        self.notices: list[str] = []
        self._must_check = False

    def control(self) -> tuple[sqlite3.Connection, Stored]:
        path = self._folder / CONTROL
        if is_lost(path):
            self._say(f"{path} was missing or empty. {_restored(path)}")
        return self._open(path, schema.control, self._read_control)

    def history(self) -> tuple[sqlite3.Connection, _Told]:
        path = self._folder / HISTORY
        return self._open(path, schema.history, self._read_history)

    def _open(
        self, path: Path, migrations: Migrations, read: Callable[[sqlite3.Connection], _Read]
    ) -> tuple[sqlite3.Connection, _Read]:
        try:
            return self._try(path, migrations, read)
        except Exception as error:
            if not is_damage(error):
                raise
            _log.warning("%s is damaged", path, exc_info=error)
        aside = set_aside(path, self._clock.wall_s(self._clock.now_s()))
        mended = _restored(path) if path.name == CONTROL else "Devices will tell all of it anew."
        self._say(f"{path} was damaged and is now {aside.name}. {mended}")
        return self._try(path, migrations, read)

    def _try(
        self, path: Path, migrations: Migrations, read: Callable[[sqlite3.Connection], _Read]
    ) -> tuple[sqlite3.Connection, _Read]:
        connection = schema.connect(path, is_full=path.name == CONTROL)
        try:
            if path.name == CONTROL:
                self._must_check = not meta.was_closed(connection)
            if self._must_check:
                check(connection)
            if path.name == CONTROL and schema.is_behind(connection, migrations):
                take_snapshot(connection, path, self._clock.wall_s(self._clock.now_s()))
            schema.migrate(connection, migrations, path)
            return connection, read(connection)
        except BaseException:
            connection.close()
            raise

    def _read_control(self, control: sqlite3.Connection) -> Stored:
        self._clock.not_before(meta.latest_s(control))
        write_fold(control, left_over(self._folder, self._clock), self._clock)
        forget_old(control, self._clock)
        devices = reading.devices(control, self._clock)
        commands = reading.commands(control, self._clock)
        specs = reading.specs(control)
        inbox, mode = reading.inbox(control, self._clock), meta.mode(control)
        arrangement = reading.arrangement(control, self._clock)
        progress, runs = reading.automations(control, self._clock)
        hub_id, epoch = meta.begin(control)
        return Stored(
            hub_id,
            epoch,
            devices,
            specs,
            commands,
            twins={},
            notices=[],
            inbox=inbox,
            mode=mode,
            place=meta.place(control),
            arrangement=arrangement,
            activity=reading.activity(control, "audit", self._clock),
            progress=progress,
            runs=runs,
        )

    def _read_history(self, history: sqlite3.Connection) -> _Told:
        twins = reading.twins(history, self._clock)
        return twins, reading.activity(history, "activity", self._clock)

    def _say(self, notice: str) -> None:
        _log.warning("%s", notice)
        self.notices.append(notice)


def _restored(path: Path) -> str:
    snapshot = restore(path)
    if snapshot is None:
        return "There was no snapshot to restore: join the devices again."
    return f"{snapshot.name} was restored: join devices again that have joined since then."
