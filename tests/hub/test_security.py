import asyncio
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hub.core.people.records import Role
from hub.security import FAILURE_BURST, TOKEN_LIMIT, Security, SecurityError
from hub.store import Store, TokenRecord
from tests.hub.clocks import Times


@dataclass
class Shelf:
    """Keeps tokens for as long as a test lasts."""

    kept: dict[str, TokenRecord] = field(default_factory=dict)

    async def add_token(self, record: TokenRecord) -> None:
        self.kept[record.public_id] = record

    async def drop_token(self, public_id: str) -> None:
        self.kept.pop(public_id, None)

    async def tokens(self) -> list[TokenRecord]:
        return list(self.kept.values())


@pytest.fixture
def times() -> Times:
    return Times()


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def security(shelf: Shelf, times: Times, tmp_path: Path) -> Security:
    return Security(shelf, tmp_path, times.clock())


async def test_a_minted_token_tells_who_asks_and_a_revoked_one_nothing(security: Security) -> None:
    plain = await security.mint("Ada's phone", Role.OWNER)
    token = security.check(plain)
    assert token is not None
    assert (token.name, token.role) == ("Ada's phone", Role.OWNER)
    assert await security.revoke(token.public_id)
    assert security.check(plain) is None
    assert not await security.revoke(token.public_id)


async def test_a_token_is_256_bits_with_a_prefix_by_which_scanners_find_it(
    security: Security,
) -> None:
    tokens = {await security.mint("x", Role.OWNER) for _ in range(20)}
    assert len(tokens) == 20
    assert all(plain.startswith("eco_") and len(plain) == 47 for plain in tokens)


@pytest.mark.parametrize("wrong", ["", "eco_", "x" * 100_000, "eco_\0", "ü", "\udcff", "eco_" * 11])
async def test_anything_else_is_nobody(security: Security, wrong: str) -> None:
    await security.mint("x", Role.OWNER)
    assert security.check(wrong) is None


async def test_a_token_with_one_letter_changed_is_nobody(security: Security) -> None:
    plain = await security.mint("x", Role.OWNER)
    for place in range(len(plain)):
        other = "A" if plain[place] != "A" else "B"
        assert security.check(plain[:place] + other + plain[place + 1 :]) is None
    assert security.check(plain + "A") is None
    assert security.check(plain[:-1]) is None


async def test_many_wrong_tokens_are_told_to_wait_but_the_right_one_never_is(
    security: Security, times: Times
) -> None:
    plain = await security.mint("x", Role.OWNER)
    assert security.retry_after_s == 0.0
    for _ in range(FAILURE_BURST - 1):
        security.check(secrets.token_hex())
    assert security.retry_after_s == 0.0
    for _ in range(500):
        security.check(secrets.token_hex())
    assert 0.0 < security.retry_after_s <= 1.0
    assert security.check(plain) is not None
    times.pass_(1.0)
    assert security.retry_after_s == 0.0
    times.pass_(3_600.0)
    for _ in range(FAILURE_BURST - 1):
        security.check(secrets.token_hex())
    assert security.retry_after_s == 0.0


async def test_tokens_are_bounded(security: Security) -> None:
    for _ in range(TOKEN_LIMIT):
        await security.mint("x", Role.OWNER)
    with pytest.raises(SecurityError, match="revoke one first"):
        await security.mint("x", Role.OWNER)


async def test_the_local_token_is_made_once_for_this_user_alone(
    security: Security, shelf: Shelf, times: Times, tmp_path: Path
) -> None:
    await security.open()
    path = security.local_token_path
    plain = path.read_text().strip()
    assert path == tmp_path / "local-token"
    assert path.stat().st_mode & 0o777 == 0o600
    token = security.check(plain)
    assert token is not None
    assert token.name == "local"
    again = Security(shelf, tmp_path, times.clock())
    await again.open()
    assert path.read_text().strip() == plain
    assert again.check(plain) == token
    assert os.listdir(tmp_path) == ["local-token"]


@pytest.mark.parametrize("content", [None, b"", b"eco_unknown\n", b"\xff\xfe"])
async def test_a_local_token_that_is_lost_or_unknown_is_replaced(
    security: Security, shelf: Shelf, times: Times, tmp_path: Path, content: bytes | None
) -> None:
    await security.open()
    path = security.local_token_path
    old = path.read_text().strip()
    path.unlink() if content is None else path.write_bytes(content)
    again = Security(shelf, tmp_path, times.clock())
    await again.open()
    assert again.check(path.read_text().strip()) is not None
    assert again.check(old) is None
    assert [record.name for record in shelf.kept.values()] == ["local"]


async def test_a_local_token_that_others_could_read_is_closed_to_them(
    security: Security, shelf: Shelf, times: Times, tmp_path: Path
) -> None:
    await security.open()
    security.local_token_path.chmod(0o644)
    await Security(shelf, tmp_path, times.clock()).open()
    assert security.local_token_path.stat().st_mode & 0o777 == 0o600


async def test_a_planted_link_is_not_followed(security: Security, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.write_text("mine")
    security.local_token_path.symlink_to(target)
    await security.open()
    assert target.read_text() == "mine"
    assert not security.local_token_path.is_symlink()


async def test_no_file_but_the_local_one_ever_holds_a_token(tmp_path: Path) -> None:
    clock = Times().clock()
    folder = tmp_path / "data"
    store = await asyncio.to_thread(Store.open, folder, clock)
    security = Security(store, folder, clock)
    await security.open()
    local = security.local_token_path.read_text().strip()
    tokens = [local, *[await security.mint(f"phone {n}", Role.OWNER) for n in range(3)]]
    await store.purge()
    assert_only_the_local_file_holds(tokens, folder, {"local-token"})
    await asyncio.to_thread(store.close)
    assert_only_the_local_file_holds(tokens, folder, {"local-token"})

    store = await asyncio.to_thread(Store.open, folder, clock)
    security = Security(store, folder, clock)
    await security.open()
    assert all(security.check(plain) for plain in tokens)
    await asyncio.to_thread(store.close)


def assert_only_the_local_file_holds(tokens: list[str], folder: Path, allowed: set[str]) -> None:
    secrets_ = [part for plain in tokens for part in (plain.encode(), plain[4:20].encode())]
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {"control.db", "local-token"} <= {path.name for path in files}
    leaky = {p.name for p in files if any(secret in p.read_bytes() for secret in secrets_)}
    assert leaky == allowed
