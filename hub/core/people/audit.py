"""What a change of who may come in has to tell later: derived from what is about to be kept."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

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
)
from hub.core.people.register import Register


class Fact(NamedTuple):
    """One thing to tell: its kind, whom it concerns, a few words, and the role of an invite."""

    kind: Literal["pair", "invite", "grant", "revoke", "role"]
    person: PersonId | None
    text: str
    role: str = ""


def facts(saves: Sequence[PeopleSave], register: Register) -> Iterator[Fact]:
    """Yield what a change tells, seen from the register before it.

    Of somebody who leaves it is told once, and not of each phone; an invite that somebody came by,
    or that has run out, is told of as nothing.
    """
    gone = [save.id for save in saves if isinstance(save, DropPerson)]
    if gone:
        yield from (Fact("revoke", one, register.person(one).name) for one in gone)
        return
    for save in saves:
        match save:
            case SavePerson(person):
                yield from _changed(person, register)
            case SaveSession(session) if session.id not in register.sessions:
                yield Fact("pair", session.person, session.device)
            case DropSession(session_id):
                ended = register.session(session_id)
                yield Fact("revoke", ended.person, ended.device)
            case SaveInvite(invite) if invite.id not in register.invites:
                yield _invited("invite", invite)
            case DropInvite(invite_id) if len(saves) == 1:
                yield _invited("revoke", register.invites[invite_id])
            case _:
                pass


def _invited(kind: Literal["invite", "revoke"], invite: Invite) -> Fact:
    offer = invite.offer
    return Fact(kind, offer.person, offer.name or "", offer.role)


def _changed(person: Person, register: Register) -> Iterator[Fact]:
    before = register.people.get(person.id)
    if before is None:
        return  # told of with the phone
    if before.role is not person.role:
        yield Fact("role", person.id, f"{before.role} -> {person.role}")
    if set(before.grants) - set(person.grants):
        yield Fact("revoke", person.id, _described(before.grants, person.grants))
    if set(person.grants) - set(before.grants):
        yield Fact("grant", person.id, _described(person.grants, before.grants))
    put_on = sorted(set(person.wears) - set(before.wears))
    taken_off = sorted(set(before.wears) - set(person.wears))
    yield from (Fact("grant", person.id, f"wears {device}") for device in put_on)
    yield from (Fact("revoke", person.id, f"wears {device}") for device in taken_off)


def _described(grants: Sequence[Grant], others: Sequence[Grant]) -> str:
    return "; ".join(_words(grant) for grant in grants if grant not in others)


def _words(grant: Grant) -> str:
    places = ["the home"] if grant.of_home else [*grant.rooms, *grant.devices]
    only = f" ({', '.join(grant.addresses)})" if grant.addresses else ""
    return f"{grant.right} {', '.join(places)}{only}"
