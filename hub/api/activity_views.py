"""Shows entries of activity and audit."""

from typing import Any, cast

from hub.api.activity_models import EntryShown
from hub.api.causes import by_shown
from hub.clock import Clock
from hub.core.activity import Entry
from hub.core.people.sight import Sight


def entry_shown(entry: Entry, clock: Clock, sight: Sight | None = None) -> EntryShown:
    """Show an entry.

    Args:
        entry: Which.
        clock: Turns the core's seconds into times of day.
        sight: What the reader may see; None for all there is.
    """
    is_veiled = sight is not None and not sight.knows(entry.by)
    shown: dict[str, Any] = {
        "id": entry.id,
        "at": clock.iso(entry.at_s),
        "kind": entry.kind,
        "by": by_shown(entry.by, is_veiled=is_veiled),
    }
    if len(entry.addresses) == 1:
        shown["address"] = entry.addresses[0]
    elif entry.addresses:
        shown["addresses"] = list(entry.addresses)
    if entry.kind == "change":
        shown |= {"value": entry.value, "was": entry.was}
    told = {
        "device": entry.device,
        "command": entry.command,
        "status": entry.status,
        "automation": entry.automation,
        "person": entry.person,
        "text": entry.text,
    }
    return cast("EntryShown", shown | {name: value for name, value in told.items() if value})
