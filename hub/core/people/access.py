"""What somebody may do with a device: one pure function of role, grants and the hour."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from hub.core.asker import By
from hub.core.people.records import DAY_MINUTES, Grant, Hours, Person, PersonId, Role
from hub.core.people.rights import Right
from protocol.ids import Address, DeviceId

_OF_ROLE: Final = {
    Role.OWNER: frozenset(Right),
    Role.MEMBER: frozenset({Right.OPEN, Right.SEE, Right.CONTROL, Right.ARRANGE}),
    Role.GUEST: frozenset({Right.OPEN, Right.SEE, Right.CONTROL}),
}
"""The doors that open; behind them a guest finds what grants give."""

NOTHING: Final[frozenset[Address]] = frozenset()


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks, as they are now.

    Attributes:
        scope: Names the session or token without giving it away; commands are known by it.
        person: None for a token of the hub's own machine.
        phone: What the person calls the phone; empty for a token.
        came_at_s: When the person came to the home (core's clock).
    """

    scope: str
    name: str
    role: Role
    person: PersonId | None = None
    grants: tuple[Grant, ...] = ()
    wears: tuple[DeviceId, ...] = ()
    phone: str = ""
    came_at_s: float = float("-inf")

    @classmethod
    def of(cls, person: Person, scope: str, phone: str = "") -> "Principal":
        """Return a person as they are now, under the name by which their commands are known."""
        return cls(
            scope,
            person.name,
            person.role,
            person.id,
            person.grants,
            person.wears,
            phone,
            person.created_at_s,
        )

    @property
    def by(self) -> By:
        """Who asks, as commands keep it."""
        if self.person is None:
            return By("program", self.scope, self.name)
        return By("person", self.person, self.name, self.phone)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time, as grants reckon with it.

    Attributes:
        wall_s: Unix seconds.
        weekday, minute: In the home's time zone; Monday is 0, midnight is 0.
        is_sure: Whether wall time can be believed; a grant with times holds only then.
        core_s: The same time by the core's clock.
    """

    wall_s: float
    weekday: int
    minute: int
    is_sure: bool = True
    core_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Thing:
    """A device, as far as rights go by it.

    Attributes:
        private: What tells of its wearer; empty for a device that nobody wears.
        is_worn: Whether some person is known to wear it.
    """

    device: DeviceId
    room: str | None = None
    private: frozenset[Address] = NOTHING
    is_worn: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """A set of addresses of one device: some, or all but some.

    Attributes:
        only: These belong to it in any case.
        all_but: All but these do as well; None where only `only` counts.
    """

    only: frozenset[Address] = NOTHING
    all_but: frozenset[Address] | None = None

    def __contains__(self, address: Address) -> bool:
        is_kept_back = self.all_but is None or address in self.all_but
        return not is_kept_back or address in self.only

    def __bool__(self) -> bool:
        return self.all_but is not None or bool(self.only)

    def __or__(self, other: "Span") -> "Span":
        only = self.only | other.only
        if self.all_but is None or other.all_but is None:
            all_but = self.all_but if other.all_but is None else other.all_but
        else:
            all_but = self.all_but & other.all_but
        return Span(only, None if all_but is None else all_but - only)

    def among(self, addresses: frozenset[Address]) -> "Span":
        """Return those of some addresses that it holds."""
        return Span(frozenset(address for address in addresses if address in self))

    @property
    def is_whole(self) -> bool:
        """Whether it holds every address."""
        return self.all_but is not None and not self.all_but


EMPTY: Final = Span()
WHOLE: Final = Span(all_but=NOTHING)


@dataclass(frozen=True, slots=True)
class View:
    """What somebody sees and controls of one device; what is not seen does not exist."""

    sees: Span = EMPTY
    controls: Span = EMPTY

    def __bool__(self) -> bool:
        return bool(self.sees)

    @property
    def is_whole(self) -> bool:
        """Whether all of the device is seen."""
        return self.sees.is_whole

    @property
    def is_even(self) -> bool:
        """Whether all that is seen is controlled as well."""
        return self.sees == self.controls


ALL: Final = View(WHOLE, WHOLE)
NONE: Final = View()


def has_right(principal: Principal, right: Right) -> bool:
    """Say whether a right belongs to somebody's role; a guest's grants are another question."""
    return right in _OF_ROLE[principal.role]


def may(
    principal: Principal,
    right: Right,
    thing: Thing | None = None,
    address: Address | None = None,
    *,
    now: Moment,
) -> bool:
    """Say whether somebody may do something, with a device or an address of it if one is named."""
    if not has_right(principal, right):
        return False
    if thing is None:
        return True
    view = view_of(principal, thing, now)
    span = view.controls if right is Right.CONTROL else view.sees
    return bool(span) if address is None else address in span


def view_of(principal: Principal, thing: Thing, now: Moment) -> View:
    """Return what somebody sees and controls of a device now."""
    view = _by_role(principal, thing)
    if view.is_whole:
        return view
    sees, controls = view.sees, view.controls
    for grant in principal.grants:
        if covers(grant, thing) and holds(grant, now):
            span = span_of(grant, thing)
            sees |= span
            if grant.right == "control":
                controls |= span
    return View(sees, controls)


def holds(grant: Grant, now: Moment) -> bool:
    """Say whether a grant counts now."""
    if not grant.is_timed:
        return True
    if not now.is_sure or now.wall_s < (grant.from_s or 0.0):
        return False
    if grant.until_s is not None and now.wall_s >= grant.until_s:
        return False
    return not grant.hours or any(within(hours, now) for hours in grant.hours)


def holds_for_s(grants: Iterable[Grant], now: Moment) -> float:
    """Return for how many seconds at least nothing changes about which grants hold."""
    lasts_s = float("inf")
    for grant in grants:
        if grant.hours:
            lasts_s = min(lasts_s, 60.0 - now.wall_s % 60.0)
        for edge_s in (grant.from_s, grant.until_s):
            if edge_s is not None and edge_s > now.wall_s:
                lasts_s = min(lasts_s, edge_s - now.wall_s)
    return lasts_s


def _by_role(principal: Principal, thing: Thing) -> View:
    if principal.role is Role.GUEST:
        return NONE
    is_own = thing.device in principal.wears
    is_unclaimed = principal.role is Role.OWNER and not thing.is_worn
    if is_own or is_unclaimed or not thing.private:
        return ALL
    span = Span(all_but=thing.private)
    return View(span, span)


def covers(grant: Grant, thing: Thing) -> bool:
    """Say whether a device is where a grant is for."""
    in_room = thing.room is not None and thing.room in grant.rooms
    return grant.of_home or in_room or thing.device in grant.devices


def span_of(grant: Grant, thing: Thing) -> Span:
    """Return what a grant gives of a device; what is private only if the device is named."""
    withheld = NOTHING if thing.device in grant.devices else thing.private
    if grant.addresses:
        return Span(frozenset(grant.addresses) - withheld)
    return Span(all_but=withheld)


def within(hours: Hours, now: Moment) -> bool:
    """Say whether a time is within hours."""
    if hours.begin < hours.end:
        return now.weekday in hours.days and hours.begin <= now.minute < hours.end
    yesterday = (now.weekday - 1) % 7
    began_today = now.weekday in hours.days and now.minute >= hours.begin
    return began_today or (yesterday in hours.days and now.minute < hours.end % DAY_MINUTES)
