"""Twins to rows and back; the core's seconds become Unix seconds."""

import sqlite3
from collections.abc import Mapping
from typing import Final

from pydantic import TypeAdapter
from pydantic_core import to_json

from hub.clock import Clock
from hub.core.events import Cause, Reported
from protocol.ids import Address, DeviceId
from protocol.messages import Scalar

_SAVE: Final = "INSERT OR REPLACE INTO twins (device, reported, causes) VALUES (?, ?, ?)"

_reported: Final = TypeAdapter(dict[Address, tuple[Scalar, float, int | None]])
_causes: Final = TypeAdapter(dict[Address, Cause])


def write_twin(
    connection: sqlite3.Connection,
    device: DeviceId,
    reported: Mapping[Address, Reported] | None,
    clock: Clock,
) -> None:
    """Keep the reported values of a device in place of those before; None forgets all of it."""
    if reported is None:
        connection.execute("DELETE FROM twins WHERE device = ?", (device,))
        connection.execute("DELETE FROM activity WHERE device = ?", (device,))
        return
    values = {
        address: (r.value, clock.wall_s(r.at_s), r.device_time_ms)
        for address, r in reported.items()
    }
    causes = {
        address: r.cause._replace(at_s=clock.wall_s(r.cause.at_s))
        for address, r in reported.items()
        if r.cause is not None
    }
    kept = _causes.dump_json(causes).decode() if causes else None
    connection.execute(_SAVE, (device, to_json(values).decode(), kept))


def read_twin(text: str, clock: Clock) -> dict[Address, Reported]:
    """Read back the reported values of a device."""
    return {
        address: Reported(value, clock.mono_s(at_s), device_time_ms)
        for address, (value, at_s, device_time_ms) in _reported.validate_json(text).items()
    }


def read_causes(text: str, clock: Clock) -> dict[Address, Cause]:
    """Read back what has brought about some of the values of a device."""
    return {
        address: cause._replace(at_s=clock.mono_s(cause.at_s))
        for address, cause in _causes.validate_json(text).items()
    }
