"""Shows who asked for something, to those who may know them."""

from functools import lru_cache

from pydantic_core import to_json

from hub.api.cause_models import ByShown, CauseShown
from hub.clock import Clock
from hub.core.asker import By
from hub.core.events import Cause
from hub.core.people.sight import Sight


def by_shown(by: By | None, *, is_veiled: bool = False) -> ByShown | None:
    """Show who asked.

    Args:
        by: Who; None where nobody can say.
        is_veiled: Whether the reader may not know who in particular.
    """
    if by is None:
        return None
    if is_veiled:
        return {"type": by.type, "id": None, "name": None}
    shown: ByShown = {"type": by.type, "id": by.id, "name": by.name}
    if by.phone:
        shown["phone"] = by.phone
    if by.through is not None:
        kind, id_, name = by.through
        shown["through"] = {"type": kind, "id": id_, "name": name}
    return shown


def cause_shown(cause: Cause, clock: Clock, sight: Sight | None = None) -> CauseShown:
    """Show what has given a property its value.

    Args:
        cause: What.
        clock: Turns the core's seconds into times of day.
        sight: What the reader may see; None for all there is.
    """
    is_veiled = sight is not None and not sight.knows(cause.by)
    by = by_shown(cause.by, is_veiled=is_veiled)
    return {"command": cause.command, "at": clock.iso(cause.at_s), "by": by}


@lru_cache(maxsize=512)
def by_text(by: By | None, *, is_veiled: bool = False) -> str:
    """Return the same as JSON; made once for all that somebody asks."""
    return to_json(by_shown(by, is_veiled=is_veiled)).decode()
