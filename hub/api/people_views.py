"""Shows people, sessions and invites: core objects in, the API's dictionaries out."""

from collections.abc import Iterable
from datetime import UTC, datetime

from hub.api.people_bodies import DAYS
from hub.api.people_models import (
    GrantShown,
    HoursShown,
    InviteShown,
    PersonShown,
    RoleName,
    SessionShown,
)
from hub.clock import Clock
from hub.core.arrangement.records import Room
from hub.core.people.records import Grant, Hours, Invite, Person, Role, Session
from hub.home import Home


def role_name(role: Role) -> RoleName:
    """Name a role."""
    match role:
        case Role.OWNER:
            return "owner"
        case Role.MEMBER:
            return "member"
        case Role.GUEST:
            return "guest"


def person_shown(person: Person, clock: Clock, *, is_all_told: bool) -> PersonShown:
    """Show a person; grants and wearables only where all may be told."""
    return {
        "id": person.id,
        "name": person.name,
        "role": role_name(person.role),
        "created_at": clock.iso(person.created_at_s),
        "grants": [grant_shown(grant) for grant in person.grants] if is_all_told else [],
        "wears": list(person.wears) if is_all_told else [],
    }


def grant_shown(grant: Grant) -> GrantShown:
    """Show a grant."""
    return {
        "right": grant.right,
        "home": grant.of_home,
        "rooms": list(grant.rooms),
        "devices": list(grant.devices),
        "addresses": list(grant.addresses),
        "hours": [_hours(hours) for hours in grant.hours],
        "since": _iso(grant.from_s),
        "until": _iso(grant.until_s),
    }


def places(home: Home, grants: Iterable[Grant]) -> dict[str, str]:
    """Name the rooms and devices of grants that are here still; the grants tell them by id."""
    named: dict[str, str] = {}
    for grant in grants:
        for device in grant.devices:
            if found := home.hub.devices.get(device):
                named[device] = found.record.name
        for room in grant.rooms:
            if kept := home.hub.arrangement.find(Room, room):
                named[room] = kept.name
    return named


def session_shown(session: Session, home: Home, *, is_mine: bool) -> SessionShown:
    """Show a session."""
    clock, seen_at_s = home.clock, home.people.sessions.seen_at_s(session)
    return {
        "id": session.id,
        "person": session.person,
        "device": session.device,
        "created_at": clock.iso(session.created_at_s),
        "seen_at": clock.iso(seen_at_s),
        "is_mine": is_mine,
    }


def invite_shown(invite: Invite, clock: Clock) -> InviteShown:
    """Show an invite."""
    offer = invite.offer
    return {
        "id": invite.id,
        "role": role_name(offer.role),
        "person": offer.person,
        "name": offer.name,
        "grants": [grant_shown(grant) for grant in offer.grants],
        "by": invite.by or None,
        "created_at": clock.iso(invite.created_at_s),
        "expires_at": clock.iso(invite.expires_at_s),
    }


def _hours(hours: Hours) -> HoursShown:
    days = [DAYS[day] for day in hours.days]
    return {"days": days, "begin": time_of(hours.begin), "end": time_of(hours.end)}


def time_of(minute: int) -> str:
    """Return a minute of the day as people write it."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _iso(wall_s: float | None) -> str | None:
    if wall_s is None:
        return None
    moment = datetime.fromtimestamp(wall_s, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
