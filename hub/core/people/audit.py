"""What a change of who may come in has to tell later: derived from what is about to be kept."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, TypeVar

from hub.core.activity import AuditCode, Particulars
from hub.core.people.records import (
    DropInvite,
    DropPerson,
    DropSession,
    Grant,
    Invite,
    PeopleSave,
    Person,
    PersonId,
    SaveInvite,
    SavePerson,
    SaveSession,
    Session,
)
from hub.core.people.register import Register
from protocol.ids import DeviceId

One = TypeVar("One")


NameOf = Callable[[str], str | None]
"""Names a room or a device by its id; None for one that is not here."""


class Fact(NamedTuple):
    """One thing to tell: its kind, whom it concerns, a few words, and the role of an invite."""

    kind: Literal["pair", "invite", "grant", "revoke", "role"]
    person: PersonId | None
    text: str
    particulars: Particulars
    role: str = ""


def facts(saves: Sequence[PeopleSave], register: Register, name_of: NameOf) -> Iterator[Fact]:
    """Yield what a change tells, seen from the register before it.

    Of somebody who leaves it is told once, and not of each phone; an invite that somebody came by,
    or that has run out, is told of as nothing.
    """
    gone = [register.person(save.id) for save in saves if isinstance(save, DropPerson)]
    if gone:
        yield from map(_left, gone)
        return
    newcomers = {save.record.id: save.record for save in saves if isinstance(save, SavePerson)}
    people = {**register.people, **newcomers}
    for save in saves:
        match save:
            case SavePerson(person):
                yield from _changed(person, register, name_of)
            case SaveSession(session) if session.id not in register.sessions:
                told = _of_phone("phone-in", session, people)
                yield Fact("pair", session.person, session.device, told)
            case DropSession(session_id):
                ended = register.session(session_id)
                told = _of_phone("phone-out", ended, people)
                yield Fact("revoke", ended.person, ended.device, told)
            case SaveInvite(invite) if invite.id not in register.invites:
                yield _invited("invite", invite, people)
            case DropInvite(invite_id) if len(saves) == 1:
                yield _invited("revoke", register.invites[invite_id], people)
            case _:
                pass


def _left(person: Person) -> Fact:
    return Fact(
        "revoke", person.id, person.name, Particulars("person-out", {"person": person.name})
    )


def _of_phone(
    code: Literal["phone-in", "phone-out"], session: Session, people: Mapping[PersonId, Person]
) -> Particulars:
    return Particulars(code, {"phone": session.device, "person": people[session.person].name})


def _invited(
    kind: Literal["invite", "revoke"], invite: Invite, people: Mapping[PersonId, Person]
) -> Fact:
    offer, is_new = invite.offer, kind == "invite"
    owner = people.get(offer.person) if offer.person else None
    if owner is not None:
        code: AuditCode = "invited-phone" if is_new else "invite-withdrawn-phone"
        told = Particulars(code, {"person": owner.name})
    elif offer.name:
        code = "invited-named" if is_new else "invite-withdrawn-named"
        told = Particulars(code, {"person": offer.name, "role": offer.role.value})
    else:
        code = "invited" if is_new else "invite-withdrawn"
        told = Particulars(code, {"role": offer.role.value})
    return Fact(kind, offer.person, offer.name or "", told, offer.role)


def _changed(person: Person, register: Register, name_of: NameOf) -> Iterator[Fact]:
    before = register.people.get(person.id)
    if before is None:
        return  # told of with the phone
    if before.role is not person.role:
        roles = {"person": person.name, "was": before.role.value, "role": person.role.value}
        told = Particulars("role-changed", roles)
        yield Fact("role", person.id, f"{before.role} -> {person.role}", told)
    for grant in _missing(before.grants, person.grants):
        yield _of_grant("revoke", person, grant, name_of)
    for grant in _missing(person.grants, before.grants):
        yield _of_grant("grant", person, grant, name_of)
    for device in _missing(person.wears, before.wears):
        yield _of_wearable("grant", person, device, name_of)
    for device in _missing(before.wears, person.wears):
        yield _of_wearable("revoke", person, device, name_of)


def _missing(these: Sequence[One], others: Sequence[One]) -> Iterator[One]:
    return (one for one in these if one not in others)


def _of_grant(
    kind: Literal["grant", "revoke"], person: Person, grant: Grant, name_of: NameOf
) -> Fact:
    names = {one: name_of(one) for one in (*grant.rooms, *grant.devices)}
    places = {one: name for one, name in names.items() if name is not None}
    code: AuditCode = "right-given" if kind == "grant" else "right-taken"
    told = Particulars(code, {"person": person.name}, grant, places)
    where = ["the home"] if grant.of_home else [places.get(one, one) for one in names]
    only = f" ({', '.join(grant.addresses)})" if grant.addresses else ""
    return Fact(kind, person.id, f"{grant.right} {', '.join(where)}{only}", told)


def _of_wearable(
    kind: Literal["grant", "revoke"], person: Person, device: DeviceId, name_of: NameOf
) -> Fact:
    name = name_of(device) or device
    code: AuditCode = "worn" if kind == "grant" else "not-worn"
    told = Particulars(code, {"person": person.name, "device": name})
    return Fact(kind, person.id, f"wears {name}", told)
