"""Who is told of what has happened, and what a change of people has to tell."""

from dataclasses import replace

import pytest

from hub.core.activity import RIGHT_OF, Entry, is_told
from hub.core.asker import By
from hub.core.automations.records import Automation, SetAction
from hub.core.people.access import Moment, Principal, Thing
from hub.core.people.audit import Fact, facts
from hub.core.people.records import (
    DropInvite,
    DropPerson,
    DropSession,
    Grant,
    Invite,
    InviteId,
    Offer,
    PeopleSave,
    Person,
    PersonId,
    Role,
    SaveInvite,
    SavePerson,
    SaveSession,
    Session,
    SessionId,
)
from hub.core.people.register import Register
from hub.core.people.sight import Sight
from protocol.ids import Address, DeviceId

LAMP, BAND = DeviceId("lamp-0001"), DeviceId("band-0001")
ON, PULSE = Address("lamp.on"), Address("heart.rate")
BO = PersonId("person-2")
NOON = Moment(1_790_000_000.0, 0, 720)
GUEST = Principal("s-1", "Gil", Role.GUEST, BO, (Grant("see", devices=(LAMP,)),), phone="Phone")
MEMBER = Principal("s-2", "Mo", Role.MEMBER, PersonId("person-3"))
OWNER = Principal("0a1b", "local", Role.OWNER)


def sight(principal: Principal) -> Sight:
    private = {BAND: frozenset({PULSE})}

    def thing(device: DeviceId) -> Thing | None:
        return Thing(device, None, private.get(device, frozenset()), is_worn=True)

    return Sight(principal, NOON, thing, [BAND])


def told(principal: Principal, automation: Automation | None = None, **facts: object) -> bool:
    entry = Entry(1, 0.0, **{"kind": "change", **facts})  # type: ignore[arg-type]
    return is_told(entry, principal, sight(principal), automation)


def test_what_a_device_did_is_told_to_who_sees_it() -> None:
    for who in (GUEST, MEMBER, OWNER):
        assert told(who, device=LAMP, addresses=(ON,))
        assert not told(who, device=BAND, addresses=(PULSE,))
    assert told(MEMBER, device=BAND, addresses=(ON,))
    assert not told(GUEST, device=BAND)
    assert told(MEMBER, kind="event")
    assert not told(GUEST, kind="event")


def test_a_run_is_told_to_who_sees_its_automation_and_to_no_guest() -> None:
    automation = Automation("a", "A", "person-1", actions=(SetAction({"lamp.on": True}, LAMP),))
    assert told(MEMBER, automation, kind="run")
    assert not told(MEMBER, None, kind="run")
    assert not told(GUEST, automation, kind="run")


@pytest.mark.parametrize("kind", sorted(RIGHT_OF))
def test_audit_is_told_by_right(kind: str) -> None:
    assert told(OWNER, kind=kind, device=BAND)
    assert not told(MEMBER, kind=kind, device=LAMP)
    assert not told(GUEST, kind=kind, device=LAMP)


def test_who_asks_is_a_person_with_a_phone_or_a_program() -> None:
    assert GUEST.by == By("person", BO, "Gil", "Phone")
    assert OWNER.by == By("program", "0a1b", "local")
    assert sight(GUEST).knows(GUEST.by)
    assert sight(GUEST).knows(None)
    assert not sight(GUEST).knows(OWNER.by)
    assert sight(MEMBER).knows(OWNER.by)


def test_a_change_of_people_tells_what_it_means() -> None:
    register = Register()
    bo = Person(BO, "Bo", Role.GUEST, 0.0, (Grant("see", devices=(LAMP,)),), (BAND,))
    session = Session(SessionId("session-1"), BO, "Phone", 0.0, 0.0, "", "", "", 0.0)
    invite = Invite(InviteId("invite-1"), Offer(Role.GUEST, name="Cy"), "hash", "Ada", 0.0, 9.0)
    new: list[PeopleSave] = [SavePerson(bo), SaveSession(session)]
    assert list(facts(new, register)) == [Fact("pair", BO, "Phone")]
    assert list(facts([SaveInvite(invite)], register)) == [
        Fact("invite", None, "Cy", role=Role.GUEST)
    ]
    register.restore([bo], [session], [invite])
    assert list(facts([SaveSession(session)], register)) == []  # its tokens were made anew
    assert list(facts([SaveInvite(invite)], register)) == []
    assert list(facts([DropSession(session.id)], register)) == [Fact("revoke", BO, "Phone")]
    assert list(facts([DropInvite(invite.id)], register)) == [
        Fact("revoke", None, "Cy", role=Role.GUEST)
    ]
    assert list(facts([DropSession(session.id), DropPerson(BO)], register)) == [
        Fact("revoke", BO, "Bo")
    ]
    home = Grant("control", of_home=True, addresses=(ON,))
    other = replace(bo, role=Role.MEMBER, grants=(home,), wears=(LAMP,))
    assert list(facts([SavePerson(other)], register)) == [
        Fact("role", BO, "guest -> member"),
        Fact("revoke", BO, "see lamp-0001"),
        Fact("grant", BO, "control the home (lamp.on)"),
        Fact("grant", BO, "wears lamp-0001"),
        Fact("revoke", BO, "wears band-0001"),
    ]
