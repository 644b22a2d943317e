"""Who is told of what has happened, and what a change of people has to tell."""

from dataclasses import replace

import pytest

from hub.core.activity import RIGHT_OF, Entry, Particulars, is_told
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

LAMP, BAND, GONE = DeviceId("lamp-0001"), DeviceId("band-0001"), DeviceId("gone-0001")
HALL = "room-00000001"
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


def name_of(place: str) -> str | None:
    return {LAMP: "Desk lamp", HALL: "Hall"}.get(place)


def test_a_change_of_people_tells_what_it_means() -> None:
    register = Register()
    bo = Person(BO, "Bo", Role.GUEST, 0.0, (Grant("see", devices=(LAMP,)),), (BAND,))
    session = Session(SessionId("session-1"), BO, "Phone", 0.0, 0.0, "", "", "", 0.0)
    invite = Invite(InviteId("invite-1"), Offer(Role.GUEST, name="Cy"), "hash", "Ada", 0.0, 9.0)

    def told_of(*saves: PeopleSave) -> list[Fact]:
        return list(facts(saves, register, name_of))

    phone, named = {"phone": "Phone", "person": "Bo"}, {"person": "Cy", "role": "guest"}
    assert told_of(SavePerson(bo), SaveSession(session)) == [
        Fact("pair", BO, "Phone", Particulars("phone-in", phone))
    ]
    assert told_of(SaveInvite(invite)) == [
        Fact("invite", None, "Cy", Particulars("invited-named", named), Role.GUEST)
    ]
    register.restore([bo], [session], [invite])
    assert told_of(SaveSession(session)) == []  # its tokens were made anew
    assert told_of(SaveInvite(invite)) == []
    assert told_of(DropSession(session.id)) == [
        Fact("revoke", BO, "Phone", Particulars("phone-out", phone))
    ]
    assert told_of(DropInvite(invite.id)) == [
        Fact("revoke", None, "Cy", Particulars("invite-withdrawn-named", named), Role.GUEST)
    ]
    assert told_of(DropSession(session.id), DropPerson(BO)) == [
        Fact("revoke", BO, "Bo", Particulars("person-out", {"person": "Bo"}))
    ]
    for offer, code, told in [
        (Offer(Role.MEMBER), "invited", {"role": "member"}),
        (Offer(Role.GUEST, person=BO), "invited-phone", {"person": "Bo"}),
    ]:
        [fact] = told_of(SaveInvite(replace(invite, id=InviteId("invite-2"), offer=offer)))
        assert fact.particulars == Particulars(code, told)  # type: ignore[arg-type]


def test_a_change_of_rights_names_places_and_wearables() -> None:
    register, old = Register(), Grant("see", rooms=(HALL,), devices=(LAMP, GONE))
    bo = Person(BO, "Bo", Role.GUEST, 0.0, (old,), (BAND,))
    register.restore([bo], [], [])
    home = Grant("control", of_home=True, addresses=(ON,))
    other = replace(bo, role=Role.MEMBER, grants=(home,), wears=(LAMP,))
    roles = {"person": "Bo", "was": "guest", "role": "member"}
    places = {HALL: "Hall", LAMP: "Desk lamp"}
    assert list(facts([SavePerson(other)], register, name_of)) == [
        Fact("role", BO, "guest -> member", Particulars("role-changed", roles)),
        Fact(
            "revoke",
            BO,
            "see Hall, Desk lamp, gone-0001",
            Particulars("right-taken", {"person": "Bo"}, old, places),
        ),
        Fact(
            "grant",
            BO,
            "control the home (lamp.on)",
            Particulars("right-given", {"person": "Bo"}, home),
        ),
        Fact(
            "grant",
            BO,
            "wears Desk lamp",
            Particulars("worn", {"person": "Bo", "device": "Desk lamp"}),
        ),
        Fact(
            "revoke",
            BO,
            "wears band-0001",
            Particulars("not-worn", {"person": "Bo", "device": "band-0001"}),
        ),
    ]
