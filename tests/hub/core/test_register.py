"""Who belongs to the home, and the window by which they come."""

from dataclasses import replace

import pytest

from hub.core.device import Device
from hub.core.errors import RequestError
from hub.core.people.errors import (
    CodeWrongError,
    LastOwnerError,
    NameMissingError,
    PairingClosedError,
    PersonNameTakenError,
    PersonUnknownError,
    SessionUnknownError,
    TooManyError,
)
from hub.core.people.records import (
    DropInvite,
    DropPerson,
    DropSession,
    Grant,
    Invite,
    InviteId,
    Offer,
    Person,
    PersonId,
    Role,
    SavePerson,
    SaveSession,
    Session,
    SessionId,
)
from hub.core.people.register import (
    INVITES_LIMIT,
    PEOPLE_LIMIT,
    SESSIONS_LIMIT,
    UNUSED_S,
    Register,
)
from hub.core.people.wearables import is_wearable, private_addresses
from hub.core.people.window import Paired, PairingWindow
from hub.core.records import DeviceRecord
from protocol.ids import Address, DeviceId
from protocol.presence import Presence

ADA, BO = PersonId("person-a"), PersonId("person-b")
OWNER = Offer(Role.OWNER)


def person(person_id: PersonId = ADA, role: Role = Role.OWNER) -> Person:
    return Person(person_id, "Ada", role, 0.0)


def session(number: int = 1, of: PersonId = ADA) -> Session:
    return Session(SessionId(f"session-{number}"), of, "phone", 0.0, 0.0, "f", "r", "a", 9.0)


def invite(number: int = 1, offer: Offer = OWNER, expires_at_s: float = 100.0) -> Invite:
    return Invite(InviteId(f"invite-{number}"), offer, f"sha-{number}", "Ada", 0.0, expires_at_s)


@pytest.fixture
def register() -> Register:
    known = Register()
    known.restore([person(), person(BO, Role.GUEST)], [session(), session(2, BO)], [])
    return known


def test_a_session_of_nobody_is_not_taken_in() -> None:
    known = Register()
    known.restore([person()], [session(), session(2, BO)], [])
    assert list(known.sessions) == ["session-1"]


def test_nothing_counts_before_it_is_applied(register: Register) -> None:
    saves = register.remove(BO)
    assert BO in register.people
    assert saves == [DropSession(SessionId("session-2")), DropPerson(BO)]
    register.apply(saves)
    assert BO not in register.people
    assert list(register.sessions) == ["session-1"]


def test_the_last_owner_is_neither_removed_nor_demoted(register: Register) -> None:
    with pytest.raises(LastOwnerError):
        register.remove(ADA)
    with pytest.raises(LastOwnerError):
        register.change(person(ADA, Role.MEMBER), 9.0)
    register.apply(register.change(person(BO, Role.OWNER), 9.0))
    assert register.owners == 2
    register.apply(register.remove(ADA))
    with pytest.raises(LastOwnerError):
        register.remove(BO)


def test_a_newcomer_is_called_as_offered_or_as_they_say(register: Register) -> None:
    offer = Offer(Role.MEMBER, name="Cy")
    new = PersonId("person-c")
    assert register.newcomer(offer, "Eve", new, 1.0).name == "Cy"
    assert register.newcomer(OWNER, "Eve", new, 1.0).name == "Eve"
    assert register.newcomer(Offer(Role.GUEST, person=BO), "Eve", new, 1.0).id == BO
    with pytest.raises(NameMissingError):
        register.newcomer(OWNER, None, new, 1.0)
    with pytest.raises(PersonUnknownError):
        register.newcomer(Offer(Role.GUEST, person=new), None, new, 1.0)


@pytest.mark.parametrize("name", ["Ada", "ADA", "ada", " Ada ", "\uff21da"])
def test_nobody_new_is_called_as_somebody_who_is_here(name: str) -> None:
    register, new = Register(), PersonId("person-c")
    register.restore([person(), replace(person(BO, Role.GUEST), name="Bo")], [], [])
    offer = Offer(Role.GUEST, name=name)
    for deed in (
        lambda: register.newcomer(OWNER, name, new, 1.0),
        lambda: register.newcomer(offer, None, new, 1.0),
        lambda: register.newcomer(offer, "Bo", new, 1.0),
        lambda: register.invite(invite(9, offer), 1.0),
        lambda: register.check(offer),
        lambda: register.change(replace(register.people[BO], name=name), 1.0),
    ):
        with pytest.raises(PersonNameTakenError) as refused:
            deed()
        assert (refused.value.code, refused.value.status) == ("name-taken", 409)
    assert register.newcomer(offer, "Cy", new, 1.0).name == "Cy", "it was free when it was offered"
    register.apply(register.remove(BO))
    assert register.newcomer(OWNER, "Bo", new, 1.0).name == "Bo"


def test_who_is_called_the_same_since_an_older_version_stays_so(register: Register) -> None:
    for role in (Role.MEMBER, Role.OWNER):
        register.apply(register.change(person(BO, role), 1.0))
    one = replace(person(), name="ADA")
    with pytest.raises(PersonNameTakenError):
        register.change(one, 1.0)
    register.apply(register.change(replace(person(BO), name="Bo"), 1.0))
    register.apply(register.change(one, 1.0))
    assert [found.name for found in register.people.values()] == ["ADA", "Bo"]


def test_a_second_phone_does_not_save_the_person_again(register: Register) -> None:
    third = session(3)
    assert register.enter(person(), third) == [SaveSession(third)]
    new = person(PersonId("person-c"))
    assert register.enter(new, third) == [SavePerson(new), SaveSession(third)]


def test_everything_is_bounded() -> None:
    known = Register()
    ids = [PersonId(f"person-{n}") for n in range(PEOPLE_LIMIT)]
    known.restore(
        [person(i) for i in ids],
        [session(n, ids[0]) for n in range(SESSIONS_LIMIT)],
        [invite(n) for n in range(INVITES_LIMIT)],
    )
    with pytest.raises(TooManyError) as people:
        known.newcomer(OWNER, "x", PersonId("person-x"), 1.0)
    with pytest.raises(TooManyError) as sessions:
        known.enter(person(ids[0]), session(9_999))
    with pytest.raises(TooManyError) as invites:
        known.invite(invite(9_999), 1.0)
    codes = [found.value.code for found in (people, sessions, invites)]
    assert codes == ["too-many-people", "too-many-sessions", "too-many-invites"]
    saves = known.invite(invite(9_999, expires_at_s=999.0), 100.0)
    known.apply(saves)
    assert list(known.invites) == ["invite-9999"]


def test_an_invite_is_found_by_its_hash_until_it_is_over(register: Register) -> None:
    register.apply(register.invite(invite(), 0.0))
    assert register.invited("sha-1", 99.9) == invite()
    assert register.invited("sha-1", 100.0) is None
    assert register.invited("sha-2", 0.0) is None
    assert register.over(100.0) == [DropInvite(InviteId("invite-1"))]
    register.apply(register.take_back(InviteId("invite-1")))
    with pytest.raises(RequestError):
        register.take_back(InviteId("invite-1"))
    with pytest.raises(PersonUnknownError):
        register.invite(invite(3, Offer(Role.GUEST, person=PersonId("person-x"))), 0.0)


def test_a_session_ends_once(register: Register) -> None:
    register.apply(register.end(SessionId("session-2")))
    with pytest.raises(SessionUnknownError):
        register.end(SessionId("session-2"))


def test_of_a_wearable_whose_product_is_forgotten_nothing_is_told() -> None:
    device = Device(DeviceRecord(DeviceId("band-000001"), "Band", 0.0), Presence.ONLINE, "", 0.0)
    device.reported.tell({Address("heart.rate"): 61}, 0.0, None)
    assert private_addresses(device) == {"heart.rate"}
    assert not is_wearable(device)


def test_with_a_person_go_the_invites_for_their_further_phones(register: Register) -> None:
    register.apply(register.invite(invite(1, Offer(Role.GUEST, person=BO)), 0.0))
    assert DropInvite(InviteId("invite-1")) in register.remove(BO)


def test_a_session_that_nobody_uses_runs_out(register: Register) -> None:
    assert register.over(UNUSED_S - 1) == []
    assert len(register.over(UNUSED_S)) == 2
    register.apply(register.renew(replace(session(), seen_at_s=UNUSED_S)))
    assert register.over(UNUSED_S) == [DropSession(SessionId("session-2"))]


def test_a_device_that_is_gone_is_in_no_grant_and_on_nobody(register: Register) -> None:
    lamp, band = DeviceId("lamp-000001"), DeviceId("band-000001")
    grants = (Grant("see", devices=(lamp, band)), Grant("see", devices=(band,)))
    changed = replace(person(BO, Role.GUEST), grants=grants, wears=(band,))
    register.apply(register.change(changed, 9.0))
    assert register.wearers(band) == [BO]
    register.apply(register.forget_device(band))
    assert register.people[BO].grants == (Grant("see", devices=(lamp,), given_s=9.0),)
    assert register.wearers(band) == []
    assert register.forget_device(band) == []


def test_who_takes_a_devices_place_takes_it_in_grants_invites_and_at_its_wearers() -> None:
    register, band, new = Register(), DeviceId("band-0001"), DeviceId("band-0002")
    lamp = DeviceId("lamp-0001")
    grants = (Grant("see", devices=(lamp, band)), Grant("see", rooms=("hall",)))
    moved = (Grant("see", devices=(lamp, new)), Grant("see", rooms=("hall",)))
    guest = replace(person(BO, Role.GUEST), grants=grants, wears=(band,))
    invite = Invite(InviteId("invite-1"), Offer(Role.GUEST, grants=grants), "hash", "Ada", 0.0, 9.0)
    register.restore([person(ADA, Role.OWNER), guest], [], [invite])
    register.apply(register.replace_device(band, new))
    assert register.people[BO].grants == moved
    assert register.people[BO].wears == (band, new)
    assert register.invites[invite.id].offer.grants == moved
    assert register.replace_device(band, new) == []


def test_the_window_lets_one_in_and_closes_behind_them() -> None:
    window = PairingWindow()
    with pytest.raises(PairingClosedError):
        window.try_code("12345678", 0.0)
    window.open("12345678", OWNER, 0.0, 300.0)
    assert window.try_code("12345678", 1.0) == OWNER
    assert window.status(1.0).is_open, "what could not be kept may be tried again"
    window.admit(Paired(ADA, "Ada", SessionId("session-1"), "phone"))
    assert not window.status(1.0).is_open
    assert window.status(1.0).paired is not None
    window.open("87654321", OWNER, 2.0, 300.0)
    assert window.status(2.0).paired is None


def test_the_window_closes_by_itself_and_after_five_wrong_codes() -> None:
    window = PairingWindow()
    window.open("12345678", OWNER, 0.0, 300.0)
    assert window.status(299.9).closes_in_s == pytest.approx(0.1)
    with pytest.raises(PairingClosedError):
        window.try_code("12345678", 300.0)
    window.open("12345678", OWNER, 0.0, 300.0)
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(CodeWrongError) as wrong:
            window.try_code("00000000", 1.0)
        assert wrong.value.guesses_left == left
    with pytest.raises(PairingClosedError):
        window.try_code("12345678", 1.0)


def test_a_window_is_open_for_an_hour_at_most() -> None:
    window = PairingWindow()
    window.open("12345678", OWNER, 0.0, 1e9)
    assert window.status(0.0).closes_in_s == 3_600.0
