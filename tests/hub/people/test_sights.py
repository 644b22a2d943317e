"""What people see, by a clock that is set back."""

from hub.core.people.records import Grant, Offer, Role
from hub.people.people import People
from tests.hub.clocks import Times
from tests.hub.people.shelf import came


async def test_a_clock_that_was_set_back_wakes_no_grant_that_has_ended(
    people: People, times: Times
) -> None:
    grant = Grant("see", of_home=True, until_s=times.system_s + 60)
    given = await came(people, Offer(Role.GUEST, grants=(grant,)))
    who = people.sessions.principal(given.session)
    assert who is not None
    first = people.sights.of(who)
    assert people.sights.of(who) is first
    times.pass_(61)
    assert people.sights.of(who) is not first
    times.system_s -= 3_600
    times.pass_(2)
    assert not people.sights.moment().is_sure
