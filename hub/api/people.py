"""Operations on people and their sessions."""

from dataclasses import replace

from aiohttp import web
from pydantic import TypeAdapter

from hub.api.operations import Answer, Body, Call, Parameter, Routes
from hub.api.people_bodies import ChangeMe, ChangePerson, ChangeSession
from hub.api.people_models import Me, PersonList, PersonShown, SessionList, SessionShown
from hub.api.people_views import person_shown, places, role_name, session_shown
from hub.api.problems import refused
from hub.api.replies import empty_reply, json_reply
from hub.core.errors import DeviceUnknownError
from hub.core.people.access import has_right
from hub.core.people.errors import PersonUnknownError, SessionUnknownError
from hub.core.people.records import (
    PERSON_ID,
    SESSION_ID,
    Person,
    PersonId,
    Role,
    Session,
    SessionId,
)
from hub.core.people.rights import Right
from protocol.ids import DeviceId

routes = Routes("People")

PERSON = Parameter("id", rf"^{PERSON_ID}$", "Id of a person.", "person-0123456789ab")
SESSION = Parameter(
    "id", rf"^{SESSION_ID}$", "Id of a session.", "session-0123456789ab", is_strict=True
)


@routes.operation("GET", "/me", Answer(200, "You.", Me), right=Right.SEE)
async def show_me(call: Call[None]) -> web.Response:
    """Show who you are to this home, and what you may."""
    home, asks = call.context.home, call.asks
    person = home.people.register.people.get(asks.person) if asks.person else None
    shown: Me = {
        "person": person_shown(person, home.clock, is_all_told=True) if person else None,
        "places": places(home, asks.grants),
        "session": asks.scope,
        "name": asks.name,
        "role": role_name(asks.role),
        "rights": [right for right in Right if has_right(asks, right)],
        "hub": home.hub_id,
        "home": home.settings.hub.name,
    }
    return json_reply(shown)


@routes.operation(
    "PATCH",
    "/me",
    Answer(200, "You as you are now.", PersonShown),
    body=TypeAdapter(ChangeMe),
    problems={404, 409},
    right=Right.SEE,
)
async def change_me(call: Call[ChangeMe]) -> web.Response:
    """Change what you are called, which nobody else of the home may be.

    A token of the hub's own machine is nobody.
    """
    people, asked = call.context.home.people, call.asks.person
    if asked is None:
        detail = "this token is a program's, and a program is nobody who could be called"
        raise refused(404, "person-unknown", detail, "use the token of a phone that was paired")
    name = call.body.name
    changed = await people.change(asked, lambda one: replace(one, name=name), call.asks.by)
    return json_reply(_shown(call, changed))


@routes.operation("GET", "/people", Answer(200, "Those you know of.", PersonList), right=Right.SEE)
async def list_people(call: Call[None]) -> web.Response:
    """List people: all of them, for a guest none but the guest.

    Grants and wearables are shown to owners, and your own to you.
    """
    people = call.context.home.people.register.people.values()
    shown = [_shown(call, person) for person in people if _knows(call, person)]
    return json_reply(PersonList(people=shown))


@routes.operation(
    "GET",
    "/people/{id}",
    Answer(200, "The person.", PersonShown),
    parameters=(PERSON,),
    right=Right.SEE,
)
async def show_person(call: Call[None]) -> web.Response:
    """Show a person."""
    person = _person(call)
    if not _knows(call, person):
        raise PersonUnknownError
    return json_reply(_shown(call, person))


@routes.operation(
    "PATCH",
    "/people/{id}",
    Answer(200, "The person as they are now.", PersonShown),
    parameters=(PERSON,),
    body=TypeAdapter(ChangePerson),
    problems={409},
    right=Right.PEOPLE,
)
async def change_person(call: Call[ChangePerson]) -> web.Response:
    """Change name, role, grants or wearables of a person; their phones see it at once."""
    person_id, body = _person(call).id, call.body
    wears = _worn(call, body.wears)

    def changed(person: Person) -> Person:
        return replace(
            person,
            name=person.name if body.name is None else body.name,
            role=person.role if body.role is None else body.role,
            grants=person.grants if body.grants is None else tuple(g.record() for g in body.grants),
            wears=person.wears if wears is None else wears,
        )

    person = await call.context.home.people.change(person_id, changed, call.asks.by)
    return json_reply(_shown(call, person))


@routes.operation(
    "DELETE",
    "/people/{id}",
    Answer(204, "They are gone.", media=()),
    parameters=(PERSON,),
    problems={409},
    right=Right.PEOPLE,
)
async def remove_person(call: Call[None]) -> web.Response:
    """Remove a person; all their phones are cut off. The last owner stays."""
    await call.context.home.people.remove(_person(call).id, call.asks.by)
    return empty_reply()


@routes.operation("GET", "/sessions", Answer(200, "The sessions.", SessionList), right=Right.SEE)
async def list_sessions(call: Call[None]) -> web.Response:
    """List the phones and programs that are paired: your own, for owners those of all."""
    home = call.context.home
    found = home.people.register.sessions.values()
    shown = [
        session_shown(session, home, is_mine=session.id == call.scope)
        for session in found
        if _owns(call, session)
    ]
    return json_reply(SessionList(sessions=shown))


@routes.operation(
    "PATCH",
    "/sessions/{id}",
    Answer(200, "The session as it is now.", SessionShown),
    parameters=(SESSION,),
    body=TypeAdapter(ChangeSession),
    right=Right.SEE,
)
async def change_session(call: Call[ChangeSession]) -> web.Response:
    """Change what a phone is called: your own, for owners any."""
    home = call.context.home
    renamed = await home.people.sessions.rename(_session(call).id, call.body.device)
    return json_reply(session_shown(renamed, home, is_mine=renamed.id == call.scope))


@routes.operation(
    "DELETE",
    "/sessions/{id}",
    Answer(204, "It has ended.", media=()),
    parameters=(SESSION,),
    right=Right.SEE,
)
async def end_session(call: Call[None]) -> web.Response:
    """End a session: your own, for owners any. Its phone is cut off within a second."""
    await call.context.home.people.sessions.end(_session(call).id, call.asks.by)
    return empty_reply()


def _person(call: Call[Body]) -> Person:
    return call.context.home.people.register.person(PersonId(call.path(PERSON)))


def _session(call: Call[Body]) -> Session:
    found = call.context.home.people.register.session(SessionId(call.path(SESSION)))
    if not _owns(call, found):
        raise SessionUnknownError
    return found


def _knows(call: Call[Body], person: Person) -> bool:
    return call.asks.role is not Role.GUEST or person.id == call.asks.person


def _owns(call: Call[Body], session: Session) -> bool:
    return session.person == call.asks.person or has_right(call.asks, Right.PEOPLE)


def _shown(call: Call[Body], person: Person) -> PersonShown:
    is_all_told = person.id == call.asks.person or has_right(call.asks, Right.PEOPLE)
    return person_shown(person, call.context.home.clock, is_all_told=is_all_told)


def _worn(call: Call[Body], devices: list[str] | None) -> tuple[DeviceId, ...] | None:
    """Return devices that somebody is to wear, which have to be here.

    Raises:
        DeviceUnknownError: One of them is not.
    """
    if devices is None:
        return None
    for device in devices:
        if DeviceId(device) not in call.context.home.hub.devices:
            raise DeviceUnknownError(DeviceId(device))
    return tuple(DeviceId(device) for device in devices)
