"""Tokens over time: clocks that jump, answers that get lost, phones that nobody uses."""

import pytest

from hub.core.people.errors import PairingClosedError, RefreshWrongError
from hub.core.people.records import Role
from hub.core.people.register import UNUSED_S
from hub.people.people import People
from hub.people.sessions import ANSWER_KEPT_S, OLD_ACCESS_S
from hub.people.tokens import ACCESS_S
from tests.hub.clocks import Times
from tests.hub.people.shelf import OWNER, came


async def test_an_access_token_is_good_for_half_an_hour(people: People, times: Times) -> None:
    given = await came(people)
    assert given.expires_s == ACCESS_S
    times.pass_(ACCESS_S - 1)
    who = people.sessions.check(given.access)
    assert who is not None
    assert (who.name, who.role) == ("Ada", Role.OWNER)
    times.pass_(1)
    assert people.sessions.check(given.access) is None
    assert people.sessions.principal(given.session) is not None, "the session goes on"
    renewed = await people.sessions.refresh(given.refresh, None)
    assert people.sessions.check(renewed.access) is not None


async def test_after_a_refresh_the_old_access_token_ends_soon(people: People, times: Times) -> None:
    given = await came(people)
    await people.sessions.refresh(given.refresh, None)
    assert people.sessions.check(given.access) is not None
    times.pass_(OLD_ACCESS_S)
    assert people.sessions.check(given.access) is None


async def test_the_system_clock_may_jump_and_tokens_and_windows_do_not(
    people: People, times: Times
) -> None:
    given = await came(people)
    code = people.pairing.open_window(OWNER, 300.0)
    for jump_s in (1e9, -2e9, 1e9):
        times.system_s += jump_s
        times.pass_(1.5)
        assert people.sessions.check(given.access) is not None
        assert people.pairing.window().is_open
    await people.sessions.refresh(given.refresh, None)
    times.pass_(300.0)
    with pytest.raises(PairingClosedError):
        await people.pairing.pair(code, "Bo", "phone")


async def test_the_answer_to_a_lost_refresh_is_kept_for_two_minutes(
    people: People, times: Times
) -> None:
    given = await came(people)
    second = await people.sessions.refresh(given.refresh, "try-1")
    times.pass_(ANSWER_KEPT_S - 1)
    assert await people.sessions.refresh(given.refresh, "try-1") == second
    times.pass_(1)
    with pytest.raises(RefreshWrongError) as reused:
        await people.sessions.refresh(given.refresh, "try-1")
    assert reused.value.is_reused
    assert people.sessions.principal(given.session) is None
    assert people.sessions.check(second.access) is None


async def test_any_old_refresh_token_ends_the_session(people: People) -> None:
    first = await came(people)
    tokens = first
    for _ in range(5):
        tokens = await people.sessions.refresh(tokens.refresh, None)
    with pytest.raises(RefreshWrongError):
        await people.sessions.refresh(first.refresh, None)
    with pytest.raises(RefreshWrongError):
        await people.sessions.refresh(tokens.refresh, None)


async def test_a_session_that_nobody_used_for_long_is_over(people: People, times: Times) -> None:
    given = await came(people)
    times.pass_(UNUSED_S)
    with pytest.raises(RefreshWrongError):
        await people.sessions.refresh(given.refresh, None)
    assert not people.register.sessions
