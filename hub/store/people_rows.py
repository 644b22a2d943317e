"""People, sessions and invites to rows and back; the core's seconds become Unix seconds."""

import sqlite3
from dataclasses import replace
from typing import Final

from pydantic import TypeAdapter

from hub.clock import Clock
from hub.core.people.records import (
    DropInvite,
    DropPerson,
    DropSession,
    Invite,
    PeopleSave,
    Person,
    SaveInvite,
    SavePerson,
    SaveSession,
    Session,
)

_SAVE_PERSON: Final = "INSERT OR REPLACE INTO people (id, record) VALUES (?, ?)"
_SAVE_SESSION: Final = "INSERT OR REPLACE INTO sessions (id, record) VALUES (?, ?)"
_SAVE_INVITE: Final = "INSERT OR REPLACE INTO invites (id, record) VALUES (?, ?)"

_people: Final = TypeAdapter(Person)
_sessions: Final = TypeAdapter(Session)
_invites: Final = TypeAdapter(Invite)


def write_people(connection: sqlite3.Connection, write: PeopleSave, clock: Clock) -> None:
    """Carry out one write within the transaction that is open."""
    match write:
        case SavePerson(person):
            kept = replace(person, created_at_s=clock.wall_s(person.created_at_s))
            connection.execute(_SAVE_PERSON, (person.id, _people.dump_json(kept).decode()))
        case SaveSession(session):
            text = _sessions.dump_json(_timed(session, clock)).decode()
            connection.execute(_SAVE_SESSION, (session.id, text))
        case SaveInvite(invite):
            moved = replace(
                invite,
                created_at_s=clock.wall_s(invite.created_at_s),
                expires_at_s=clock.wall_s(invite.expires_at_s),
            )
            connection.execute(_SAVE_INVITE, (invite.id, _invites.dump_json(moved).decode()))
        case DropPerson(person_id):
            connection.execute("DELETE FROM people WHERE id = ?", (person_id,))
        case DropSession(session_id):
            connection.execute("DELETE FROM sessions WHERE id = ?", (session_id,))
        case DropInvite(invite_id):
            connection.execute("DELETE FROM invites WHERE id = ?", (invite_id,))


def read_person(text: str, clock: Clock) -> Person:
    """Read back a person."""
    person = _people.validate_json(text)
    return replace(person, created_at_s=clock.mono_s(person.created_at_s))


def read_session(text: str, clock: Clock) -> Session:
    """Read back a session."""
    session = _sessions.validate_json(text)
    return replace(
        session,
        created_at_s=clock.mono_s(session.created_at_s),
        seen_at_s=clock.mono_s(session.seen_at_s),
        access_until_s=clock.mono_s(session.access_until_s),
    )


def read_invite(text: str, clock: Clock) -> Invite:
    """Read back an invite."""
    invite = _invites.validate_json(text)
    return replace(
        invite,
        created_at_s=clock.mono_s(invite.created_at_s),
        expires_at_s=clock.mono_s(invite.expires_at_s),
    )


def _timed(session: Session, clock: Clock) -> Session:
    return replace(
        session,
        created_at_s=clock.wall_s(session.created_at_s),
        seen_at_s=clock.wall_s(session.seen_at_s),
        access_until_s=clock.wall_s(session.access_until_s),
    )
