"""From when on guests are told of the past: what was before their visit does not exist for them.

History, commands, activity and notices all ask here.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Final

from hub.core.people.access import Moment, Principal, Thing, covers, holds, span_of
from hub.core.people.records import Grant, Role
from protocol.ids import Address

ALWAYS_S: Final = float("-inf")
NEVER_S: Final = float("inf")


def told_from_s(
    principal: Principal, thing: Thing, addresses: Collection[Address], now: Moment
) -> float:
    """Return from when on somebody may be told what a device did; the core's clock.

    For guests that is when they came, or when the grant that shows it began, whichever is later;
    of several grants the one that began first counts. Everybody else is told of all there is.

    Args:
        principal: Who asks.
        thing: The device.
        addresses: What of it is spoken of; all of that has to be shown. None: the device itself.
        now: When they ask.
    """
    if principal.role is not Role.GUEST:
        return ALWAYS_S
    shown = [
        (max(principal.came_at_s, _begin_s(grant, now)), span_of(grant, thing))
        for grant in principal.grants
        if covers(grant, thing) and holds(grant, now)
    ]
    if not addresses:
        return min((begin_s for begin_s, _ in shown), default=NEVER_S)
    return max(
        min((begin_s for begin_s, span in shown if address in span), default=NEVER_S)
        for address in addresses
    )


def dated(before: Iterable[Grant], after: Iterable[Grant], wall_s: float) -> tuple[Grant, ...]:
    """Return the grants that somebody is to have, with the time at which each was given.

    One that shows no more than one that counts already goes on from there, such as one that only
    lasts longer; any other begins now.

    Args:
        before: What they have.
        after: What they are to have.
        wall_s: Unix seconds.
    """
    known = {_undated(one): one for one in before}
    return tuple(
        known.get(_undated(grant))
        or replace(grant, given_s=_given_s(grant, known.values(), wall_s))
        for grant in after
    )


def _begin_s(grant: Grant, now: Moment) -> float:
    """Return when a grant began, by the core's clock."""
    return now.core_s + (_began_s(grant) - now.wall_s)


def _began_s(grant: Grant) -> float:
    """Return when a grant began in Unix seconds; `ALWAYS_S` for one that came with the person."""
    return max(ALWAYS_S if one is None else one for one in (grant.given_s, grant.from_s))


def _undated(grant: Grant) -> Grant:
    return replace(grant, given_s=None)


def _given_s(grant: Grant, known: Iterable[Grant], wall_s: float) -> float | None:
    earlier = [_began_s(one) for one in known if _counts(one, wall_s) and _holds_all(one, grant)]
    began_s = min(earlier, default=wall_s)
    return None if began_s == ALWAYS_S else began_s


def _counts(grant: Grant, wall_s: float) -> bool:
    return _began_s(grant) <= wall_s and (grant.until_s is None or wall_s < grant.until_s)


def _holds_all(one: Grant, other: Grant) -> bool:
    """Say whether one grant shows all that another does, times apart."""
    in_rooms = one.of_home or (not other.of_home and {*other.rooms} <= {*one.rooms})
    in_devices = {*other.devices} <= {*one.devices}
    is_all = not one.addresses or (bool(other.addresses) and {*other.addresses} <= {*one.addresses})
    return in_rooms and in_devices and is_all
