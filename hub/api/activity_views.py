"""Shows entries of activity and audit."""

from typing import Any, cast

from hub.api.activity_models import EntryShown
from hub.api.causes import by_shown
from hub.api.people_views import grant_shown
from hub.clock import Clock
from hub.core.activity import Entry, Particulars
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
    if entry.particulars is not None:
        told |= _particulars(entry.particulars)
    return cast("EntryShown", shown | {name: value for name, value in told.items() if value})


def _particulars(told: Particulars) -> dict[str, Any]:
    grant = None if told.grant is None else grant_shown(told.grant)
    return {
        "code": told.code,
        "parameters": dict(told.parameters),
        "grant": grant,
        "places": dict(told.places),
    }
