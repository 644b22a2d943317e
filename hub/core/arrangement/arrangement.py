"""What people have named and put together: kept whole, whatever comes and goes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Final, TypeVar, cast

from hub.core.arrangement import groups, scenes
from hub.core.arrangement.errors import (
    ArrangedLimitError,
    ArrangedUnknownError,
    MentionUnknownError,
    NameTakenError,
    NotEmptyError,
)
from hub.core.arrangement.records import (
    Arranged,
    DropArranged,
    Favourites,
    Floor,
    Group,
    Kind,
    Named,
    Room,
    SaveArranged,
    Scene,
    Undo,
)
from hub.core.automations.checks import Surroundings, flaws
from hub.core.automations.errors import UnfitError
from hub.core.automations.mentions import renamed
from hub.core.automations.progress import Progress, SaveProgress
from hub.core.automations.records import Automation
from hub.core.device import Device
from hub.core.events import ArrangedChanged, ArrangedRemoved, AutomationChanged, DeviceAdded
from hub.core.outcome import Outcome
from hub.core.records import SaveDevice
from protocol.ids import DeviceId

MOST: Final[Mapping[Kind, int]] = {
    "floor": 16,
    "room": 128,
    "group": 128,
    "scene": 256,
    "automation": 128,
    "favourites": 256,
    "undo": 32,
}
"""How many of each kind are kept; of undos the oldest makes room."""

MOST_MEMBERS: Final = 64
MOST_FAVOURITES: Final = 256

_Kept = TypeVar("_Kept", Floor, Room, Group, Scene, Automation, Favourites, Undo)


class Arrangement:
    """All that people have arranged, by kind and id; of devices it changes room and icon alone.

    Attributes:
        asked: What each group was told last.
        has_sun: Whether it is known where on earth the home is.

    A change is in force when the method returns; its outcome says what has to be kept of it. Who
    cannot keep it calls `put_back`.
    """

    def __init__(self, devices: Mapping[DeviceId, Device]) -> None:
        self._devices = devices
        self._all: dict[tuple[Kind, str], Arranged] = {}
        self.asked: dict[str, groups.Asked] = {}
        self.has_sun = False

    def restore(self, kept: Iterable[Arranged]) -> None:
        """Take up what an earlier run left; of devices that have left since nothing remains."""
        for arranged in kept:
            self._all[arranged.kind, arranged.id] = self._without_strangers(arranged)

    def find(self, kind: type[_Kept], id_: str) -> _Kept | None:
        """Return what has this id, if there is such a thing."""
        return cast("_Kept | None", self._all.get((kind.kind, id_)))

    def like(self, arranged: Arranged) -> Arranged | None:
        """Return what has the kind and id of something, if there is such a thing."""
        return self._all.get((arranged.kind, arranged.id))

    def get(self, kind: type[_Kept], id_: str) -> _Kept:
        """Return what has this id.

        Raises:
            ArrangedUnknownError: There is none.
        """
        found = self.find(kind, id_)
        if found is None:
            raise ArrangedUnknownError(kind.kind, id_)
        return found

    def every(self, kind: type[_Kept]) -> Iterator[_Kept]:
        """Yield all of a kind, in the order in which they were made."""
        return (cast("_Kept", one) for (of, _), one in self._all.items() if of == kind.kind)

    def keep(self, arranged: Arranged) -> Outcome:
        """Add something or put it in the place of what has its id.

        Raises:
            RequestError: It does not fit what is there.
        """
        self._check(arranged)
        out = Outcome()
        self._keep(arranged, out)
        return out

    def drop(self, arranged: Arranged) -> Outcome:
        """Forget something that nothing is in any more.

        Raises:
            NotEmptyError: Something is.
        """
        within = list(self._within(arranged))
        if within:
            raise NotEmptyError(arranged.kind, arranged.id, within)
        out = Outcome()
        self._drop(arranged, out)
        return out

    def put_back(self, arranged: Arranged, before: Arranged | None) -> None:
        """Let a change not have happened that could not be kept; `before` was there instead."""
        if before is None:
            self._all.pop((arranged.kind, arranged.id), None)
        else:
            self._all[arranged.kind, arranged.id] = before

    @property
    def surroundings(self) -> Surroundings:
        """What automations can name."""
        return Surroundings(
            self._devices, partial(self.find, Group), partial(self.find, Scene), self.has_sun
        )

    def device(self, device: DeviceId) -> Device:
        """Return a device that something arranged is to name.

        Raises:
            MentionUnknownError: There is none of that id, or another has taken its place.
        """
        found = self._devices.get(device)
        if found is None or found.record.is_retired:
            raise MentionUnknownError("device", device)
        return found

    def furnish(self, device: Device, room: str | None, icon: str) -> Outcome:
        """Put a device into a room, or None, and give it an icon.

        Raises:
            MentionUnknownError: There is no such room.
        """
        self._check_room(room)
        rooms = {device.record.room, room} if device.record.room != room else set()
        device.record = replace(device.record, room=room, icon=icon)
        out = Outcome([DeviceAdded(device.id)], [SaveDevice(device.record)])
        for one in rooms:
            self._say_room(one, out)
        return out

    def favourites(self, person: str) -> tuple[DeviceId, ...]:
        """Return what a person wants at hand, the first chosen first."""
        found = self.find(Favourites, person)
        return found.devices if found else ()

    def favoured(self, person: str, device: DeviceId, *, is_favourite: bool) -> Favourites:
        """Return a person's favourites after a choice; changes nothing."""
        others = [one for one in self.favourites(person) if one != device]
        return Favourites(person, (*others, device) if is_favourite else tuple(others))

    def left(self, device: DeviceId, out: Outcome) -> None:
        """Take a device that has left out of groups and favourites; scenes show that it is gone."""
        self._rename(device, None, out)

    def replaced(self, old: DeviceId, new: DeviceId, out: Outcome) -> None:
        """Put a device into the place of the one that it replaces, in scenes too."""
        self._rename(old, new, out)

    def _say_room(self, room: str | None, out: Outcome) -> None:
        """Tell of a room that has gained or lost a device: for guests it may come or go with it."""
        found = self.find(Room, room or "")
        if found is not None:
            out.events.append(ArrangedChanged(found))

    def _rename(self, old: DeviceId, new: DeviceId | None, out: Outcome) -> None:
        for arranged in list(self._all.values()):
            changed = _renamed(arranged, old, new)
            if changed is not arranged:
                self._keep(changed, out)

    def _keep(self, arranged: Arranged, out: Outcome) -> None:
        before = self.like(arranged)
        self._all[arranged.kind, arranged.id] = arranged
        out.saves.append(SaveArranged(arranged))
        if isinstance(arranged, Automation):
            if isinstance(before, Automation) and not _goes_on(before, arranged):
                # In one transaction, so that no crash leaves a new one with an old one's run.
                out.saves.append(SaveProgress(Progress(arranged.id)))
            out.events.append(AutomationChanged(arranged))
        else:
            out.events.append(ArrangedChanged(arranged))
        if isinstance(arranged, Undo):
            undos = list(self.every(Undo))
            for oldest in undos[: -MOST["undo"]]:
                self._drop(oldest, out)

    def _drop(self, arranged: Arranged, out: Outcome) -> None:
        del self._all[arranged.kind, arranged.id]
        self.asked.pop(arranged.id, None)
        out.saves.append(DropArranged(arranged.kind, arranged.id))
        out.events.append(ArrangedRemoved(arranged.kind, arranged.id))

    def _check(self, arranged: Arranged) -> None:
        match arranged:
            case Favourites(_, devices):
                _limit("favourites", len(devices), MOST_FAVOURITES)
            case Undo():
                pass
            case _:
                self._check_name(arranged)
        match arranged:
            case Room(floor=floor) if floor is not None and self.find(Floor, floor) is None:
                raise MentionUnknownError("floor", floor)
            case Group(room=room, members=members):
                self._check_room(room)
                _limit("members of a group", len(members), MOST_MEMBERS)
                groups.check_alike([self.device(member) for member in members])
            case Scene(room=room, steps=steps):
                self._check_room(room)
                scenes.check(steps, self._devices, self.find(Scene, arranged.id))
            case Automation():
                self._check_automation(arranged)
        is_new = (arranged.kind, arranged.id) not in self._all
        if is_new and arranged.kind != "undo":
            there = sum(1 for kind, _ in self._all if kind == arranged.kind)
            _limit(f"{arranged.kind}s", there + 1, MOST[arranged.kind])

    def _check_automation(self, automation: Automation) -> None:
        before = self.find(Automation, automation.id)
        found = list(flaws(automation, self.surroundings, before))
        if found:
            raise UnfitError(found)

    def _check_room(self, room: str | None) -> None:
        if room is not None and self.find(Room, room) is None:
            raise MentionUnknownError("room", room)

    def _check_name(self, arranged: Named) -> None:
        wanted = arranged.name.casefold()
        for one in self._all.values():
            if type(one) is not type(arranged) or one.id == arranged.id:
                continue
            if isinstance(one, Named) and one.name.casefold() == wanted:
                raise NameTakenError(arranged.kind, arranged.name, one.id)

    def _within(self, arranged: Arranged) -> Iterator[str]:
        match arranged:
            case Floor(id=floor):
                yield from (room.id for room in self.every(Room) if room.floor == floor)
            case Room(id=room):
                yield from (d.id for d in self._devices.values() if d.record.room == room)
                yield from (group.id for group in self.every(Group) if group.room == room)
                yield from (scene.id for scene in self.every(Scene) if scene.room == room)

    def _without_strangers(self, arranged: Arranged) -> Arranged:
        match arranged:
            case Group(members=members):
                return replace(arranged, members=tuple(m for m in members if m in self._devices))
            case Favourites(devices=devices):
                return replace(arranged, devices=tuple(d for d in devices if d in self._devices))
            case _:
                return arranged


def _goes_on(before: Automation, after: Automation) -> bool:
    """Say whether a run that waits, and what has to stay so, outlive a change."""
    return before.does_same(after) and before.is_enabled == after.is_enabled


def _renamed(arranged: Arranged, old: DeviceId, new: DeviceId | None) -> Arranged:
    """Return something with another device in the place of `old`, or none; else itself."""
    match arranged:
        case Group(members=members) if old in members:
            return replace(arranged, members=_in_place(members, old, new))
        case Favourites(devices=devices) if old in devices:
            return replace(arranged, devices=_in_place(devices, old, new))
        case Scene(steps=steps) | Undo(steps=steps) if new and any(s.device == old for s in steps):
            moved = (replace(s, device=new) if s.device == old else s for s in steps)
            return replace(arranged, steps=tuple(moved))
        case Automation() if new:
            return renamed(arranged, old, new)
        case _:
            return arranged


def _in_place(
    devices: tuple[DeviceId, ...], old: DeviceId, new: DeviceId | None
) -> tuple[DeviceId, ...]:
    put = [new if one == old else one for one in devices]
    return tuple(dict.fromkeys(one for one in put if one is not None))


def _limit(what: str, number: int, most: int) -> None:
    if number > most:
        raise ArrangedLimitError(what, most)
