"""Tokens over time: clocks that jump, answers that get lost, phones that nobody uses."""

import asyncio
from pathlib import Path

import pytest

from hub.core.people.errors import PairingClosedError, RefreshWrongError
from hub.core.people.records import Role, SaveSession
from hub.core.people.register import UNUSED_S
from hub.people.people import People
from hub.people.sessions import ANSWER_KEPT_S, OLD_ACCESS_S
from hub.people.tokens import ACCESS_S
from hub.store import Store
from tests.hub.clocks import Times
from tests.hub.people.shelf import ADA, OWNER, Shelf, came, people_of


def seen_in(shelf: Shelf) -> list[float]:
    """Return when phones were seen, as that was kept."""
    return [save.record.seen_at_s for save in shelf.kept if isinstance(save, SaveSession)]


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


async def test_a_phone_is_seen_by_each_request_and_on_the_stream_and_by_nothing_else(
    people: People, times: Times
) -> None:
    given = await came(people)
    sessions, [session] = people.sessions, people.register.sessions.values()
    begun_s = times.mono_s
    times.pass_(10)
    assert sessions.principal(given.session) is not None, "as a planned command of it is looked at"
    assert sessions.check("eca_wrong") is None
    assert sessions.seen_at_s(session) == begun_s
    sessions.check(given.access)
    assert sessions.seen_at_s(session) == begun_s + 10
    times.pass_(10)
    sessions.still(given.session)
    assert sessions.seen_at_s(session) == begun_s + 20
    times.pass_(10)
    await sessions.refresh(given.refresh, None)
    [session] = people.register.sessions.values()
    assert sessions.seen_at_s(session) == begun_s + 30
    times.pass_(ACCESS_S)
    assert sessions.check(given.access) is None
    assert sessions.seen_at_s(session) == begun_s + 30, "a token that has run out proves nothing"


async def test_when_phones_were_seen_is_kept_for_all_together_and_only_if_it_is_news(
    people: People, times: Times, shelf: Shelf
) -> None:
    given = [await came(people), await came(people, name="Bo")]
    revision = people.sights.revision
    shelf.kept.clear()
    for _ in range(50):
        times.pass_(1)
        for one in given:
            people.sessions.check(one.access)
    assert not shelf.kept
    shelf.is_full = True
    await people.sessions.keep_seen()
    shelf.is_full = False
    assert not shelf.kept
    await people.sessions.keep_seen()
    await people.sessions.keep_seen()
    assert seen_in(shelf) == [times.mono_s] * 2
    assert len(shelf.kept) == 2
    assert people.sights.revision == revision, "nobody sees anything else"
    assert people.sessions.check(given[0].access) is not None


async def test_when_phones_were_seen_is_kept_from_time_to_time_and_at_the_end(
    people: People, times: Times, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = await came(people)
    monkeypatch.setattr("hub.people.sessions.SEEN_KEPT_EVERY_S", 0.001)
    shelf.kept.clear()
    running = asyncio.create_task(people.sessions.run())
    async with asyncio.timeout(30):
        for _ in range(2):
            times.pass_(1)
            people.sessions.check(given.access)
            shelf.written.clear()
            await shelf.written.wait()
    times.pass_(1)
    people.sessions.check(given.access)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert seen_in(shelf) == [times.mono_s - 2, times.mono_s - 1, times.mono_s]


async def test_a_phone_that_was_seen_lately_outlives_ninety_days_on_one_token(
    people: People, times: Times
) -> None:
    given = await came(people)
    times.pass_(UNUSED_S - 10)
    people.sessions.still(given.session)
    times.pass_(20)
    assert (await people.sessions.refresh(given.refresh, None)).session == given.session


async def test_a_phone_that_is_sent_away_is_not_kept_as_seen(
    people: People, times: Times, shelf: Shelf
) -> None:
    given = await came(people)
    times.pass_(10)
    people.sessions.check(given.access)
    await people.sessions.end(given.session, ADA)
    shelf.kept.clear()
    await people.sessions.keep_seen()
    assert people.sessions.still(given.session) is None
    assert not shelf.kept


async def test_when_a_phone_was_seen_outlives_a_restart(tmp_path: Path, times: Times) -> None:
    store = Store.open(tmp_path, times.clock())
    before = people_of(store, times.clock())
    await before.open()
    given = await came(before)
    times.pass_(600)
    before.sessions.check(given.access)
    await before.sessions.keep_seen()
    store.close()

    seen_s = times.system_s
    times.pass_(100)
    times.mono_s = 3.0
    clock = times.clock()
    store = Store.open(tmp_path, clock)
    after = people_of(store, clock)
    await after.open()
    [session] = after.register.sessions.values()
    assert clock.wall_s(after.sessions.seen_at_s(session)) == pytest.approx(seen_s)
    store.close()
