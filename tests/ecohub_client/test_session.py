"""Coming to a home, and staying there: tokens that are renewed, kept, lost on the way."""

import asyncio
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from ecohub_client import (
    FileStore,
    Hub,
    ProblemError,
    Tokens,
    UnreachableError,
    read_link,
)
from hub.core.asker import By
from tests.drivers.cable import Cable
from tests.hub.api.bench import PLUG, Bench

Json = Any


async def code_of(home: Bench) -> str:
    return str((await home.ask("POST", "/api/v1/pair/window", {}))["code"])


def names_in(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir()]


def url_of(cable: Cable) -> str:
    return f"http://127.0.0.1:{cable.port}"


async def age(store: FileStore) -> Tokens:
    """Make the kept access token one that is over; return what was kept."""
    held = await store.load()
    assert held is not None
    await store.save(Tokens(held.access, held.refresh, held.refresh_id, 0.0))
    return held


async def test_who_pairs_is_still_there_in_the_next_run(home: Bench, tmp_path: Path) -> None:
    store = FileStore(tmp_path / "deep" / "tokens.json")
    link = (await home.ask("POST", "/api/v1/pair/window", {}))["link"]
    url, code = read_link(link)
    async with Hub(url, store=store) as hub:
        assert not hub.is_paired
        ada = await hub.pair(code, person="Ada", device="Script")
        assert ada["role"] == "owner"
    async with Hub(url, store=store) as hub:
        assert hub.is_paired
        assert (await hub.api.show_me())["name"] == "Ada"


async def test_tokens_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    path, old = tmp_path / "tokens.json", os.umask(0)
    try:
        await FileStore(path).save(Tokens("secret-1", "secret-2", "secret-3", 1.0))
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert names_in(tmp_path) == ["tokens.json"]
    assert "secret" not in repr(await FileStore(path).load())


@pytest.mark.parametrize("text", ["", "{", "[]", '{"access": "x"}'], ids=range(4))
async def test_a_damaged_file_counts_as_nobody(tmp_path: Path, text: str) -> None:
    path = tmp_path / "tokens.json"
    path.write_text(text)
    assert await FileStore(path).load() is None


async def test_a_store_that_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    store = FileStore(path)
    held = Tokens("a", "r", "i", 1.0)
    await store.save(held)
    bad = Tokens("b", "r", "i", object())  # type: ignore[arg-type]  # cannot be written
    with pytest.raises(TypeError):
        await store.save(bad)
    assert await store.load() == held
    assert names_in(tmp_path) == ["tokens.json"]


async def test_a_wrong_code_is_a_problem(home: Bench) -> None:
    code = await code_of(home)
    async with Hub(home.url) as hub:
        with pytest.raises(ProblemError) as refusal:
            await hub.pair("0000-0000" if code != "0000-0000" else "0000-0001", device="x")
        assert refusal.value.code == "code-wrong"
        assert not hub.is_paired
        with pytest.raises(ProblemError) as refusal:
            await hub.api.list_devices()
        assert refusal.value.status == 401


async def test_tokens_are_renewed_once_for_all_who_need_one(home: Bench, tmp_path: Path) -> None:
    store = FileStore(tmp_path / "tokens.json")
    async with Hub(home.url, store=store) as hub:
        await hub.pair(await code_of(home), person="Ada", device="Script")
    held = await age(store)
    async with Hub(home.url, store=store) as hub:
        await asyncio.gather(*(hub.api.list_devices() for _ in range(8)))
        now = await store.load()
        assert now is not None
        assert now.refresh != held.refresh
        await hub.api.list_devices()
        assert await store.load() == now


async def test_a_token_that_the_hub_refuses_is_renewed(home: Bench, tmp_path: Path) -> None:
    store = FileStore(tmp_path / "tokens.json")
    async with Hub(home.url, store=store) as hub:
        await hub.pair(await code_of(home), person="Ada", device="Script")
        home.home.people.sessions._access.clear()  # as if half an hour had gone by
        assert (await hub.api.show_me())["name"] == "Ada"


async def test_an_answer_that_gets_lost_costs_nothing(
    home: Bench, cable: Cable, tmp_path: Path
) -> None:
    store = FileStore(tmp_path / "tokens.json")
    async with Hub(url_of(cable), store=store) as hub:
        await hub.pair(await code_of(home), person="Ada", device="Script")
    await age(store)
    [session] = home.home.people.register.sessions.values()
    async with Hub(url_of(cable), store=store) as hub:
        cable.loses_answers = True
        asking = asyncio.create_task(hub.api.show_me())
        register = home.home.people.register
        was = session.refresh_sha256
        await home.until(
            lambda: register.sessions[session.id].refresh_sha256 != was, "the hub has renewed"
        )
        await cable.cut()
        with pytest.raises(UnreachableError):
            await asking
    cable.loses_answers = False
    await cable.mend()
    async with Hub(url_of(cable), store=store) as hub:
        assert (await hub.api.show_me())["name"] == "Ada"


async def test_who_gives_up_waiting_does_not_lose_the_session(home: Bench, tmp_path: Path) -> None:
    store = FileStore(tmp_path / "tokens.json")
    async with Hub(home.url, store=store) as hub:
        await hub.pair(await code_of(home), person="Ada", device="Script")
    held = await age(store)
    async with Hub(home.url, store=store) as hub:
        asking = asyncio.create_task(hub.api.show_me())
        async with asyncio.timeout(10):
            while hub._opened[1]._renewing is None:  # noqa: ASYNC110 - it may be there for an instant
                await asyncio.sleep(0)
        asking.cancel()
    now = await store.load()
    assert now is not None
    assert now.refresh != held.refresh


async def test_a_program_that_shares_a_file_takes_what_the_other_has_got(
    home: Bench, tmp_path: Path
) -> None:
    store = FileStore(tmp_path / "tokens.json")
    async with Hub(home.url, store=store) as hub:
        await hub.pair(await code_of(home), person="Ada", device="Script")
    await age(store)
    async with Hub(home.url, store=store) as one, Hub(home.url, store=store) as other:
        await one.api.show_me()
        now = await store.load()
        await other.api.show_me()
        assert await store.load() == now


async def test_a_session_that_was_ended_is_forgotten(home: Bench, tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    async with Hub(home.url, store=FileStore(path)) as hub:
        await hub.pair(await code_of(home), person="Ada", device="Script")
        [session] = home.home.people.register.sessions
        await home.home.people.sessions.end(session, By("hub", "", ""))
        with pytest.raises(ProblemError) as refusal:
            await hub.api.list_devices()
        assert refusal.value.status == 401
        assert not hub.is_paired
    assert not path.exists()


async def test_who_leaves_is_gone_on_both_sides(home: Bench, tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    async with Hub(home.url, store=FileStore(path)) as hub:
        await hub.pair(await code_of(home), person="Ada", device="Script")
        await hub.leave()
        assert not hub.is_paired
    assert not path.exists()
    assert not home.home.people.register.sessions


async def test_a_guest_has_a_guests_rights(home: Bench) -> None:
    await home.bring(PLUG)
    grant = {"right": "see", "devices": [PLUG]}
    body = {"name": "Gil", "role": "guest", "grants": [grant]}
    sent = await home.ask("POST", "/api/v1/invites", body, status=201)
    async with Hub(home.url) as hub:
        await hub.pair(sent["code"], device="Script")
        assert [one["id"] for one in (await hub.api.list_devices())["devices"]] == [PLUG]
        with pytest.raises(ProblemError) as refusal:
            await hub.set(PLUG, {"outlet.on": True})
        assert (refusal.value.status, refusal.value.code) == (403, "right-missing")


@pytest.mark.parametrize(
    "link", ["", "1234-5678", "http://x/", "ftp://x/#pair=1", "http:///#pair=1"], ids=range(5)
)
def test_what_is_no_link_is_told(link: str) -> None:
    with pytest.raises(ValueError, match="pairing link looks like"):
        read_link(link)


def test_tokens_are_written_as_one_object(tmp_path: Path) -> None:
    path = tmp_path / "t"
    asyncio.run(FileStore(path).save(Tokens("a", "r", "i", 1.5)))
    assert json.loads(path.read_text()) == {
        "access": "a",
        "refresh": "r",
        "refresh_id": "i",
        "expires_at_s": 1.5,
    }
