"""The hub's papers over time: made once, renewed, restored, damaged, replaced."""

import asyncio
import socket
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.clock import Clock
from hub.config import ApiSettings
from hub.tls import names
from hub.tls.files import PaperFileError, read_paper
from hub.tls.keeper import Standing, Tls
from hub.tls.papers import fingerprint, make_authority, make_certificate, names_of
from tests.hub.clocks import Times

TODAY_S = datetime(2026, 11, 22, tzinfo=UTC).timestamp()
DAY_S = 86_400.0


def keeper(folder: Path, time: Times | None = None, **settings: Any) -> Tls:
    clock = Clock() if time is None else time.clock()
    return Tls(ApiSettings(**settings), folder, clock, "hub-1")


def print_of(standing: Standing) -> str:
    assert standing.authority is not None
    return fingerprint(standing.authority)


def serial(standing: Standing) -> int:
    assert standing.certificate is not None
    return standing.certificate.serial_number


async def test_papers_are_made_once_for_nobody_elses_eyes_and_survive(tmp_path: Path) -> None:
    first, later = keeper(tmp_path), keeper(tmp_path)
    await first.look()
    await later.look()
    assert print_of(first.standing) == print_of(later.standing)
    assert serial(first.standing) == serial(later.standing)
    for path in (tmp_path / "tls").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE((tmp_path / "tls").stat().st_mode) == 0o700
    assert {path.name for path in (tmp_path / "tls").iterdir()} == {"authority.pem", "hub.pem"}


async def test_a_restored_folder_that_others_can_read_is_closed_to_them(tmp_path: Path) -> None:
    await keeper(tmp_path).look()
    path = tmp_path / "tls" / "authority.pem"
    path.chmod(0o644)
    await keeper(tmp_path).look()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_another_host_name_or_address_brings_another_certificate_of_the_same_authority(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = keeper(tmp_path)
    await tls.look()
    before, context = tls.standing, tls.standing.context
    await tls.look()
    assert tls.standing is before, "nothing has changed"
    monkeypatch.setattr(socket, "gethostname", lambda: "attic.example")
    await tls.look()
    assert print_of(tls.standing) == print_of(before)
    assert serial(tls.standing) != serial(before)
    assert tls.standing.context is not context
    assert tls.standing.certificate is not None
    assert "attic.local" in names_of(tls.standing.certificate)
    assert tls.standing.left_out == ("attic",), "no home's name when the authority was made"


async def test_a_certificate_is_renewed_before_it_ends_while_the_hub_runs(tmp_path: Path) -> None:
    time = Times(wall_s=TODAY_S)
    tls = keeper(tmp_path, time)
    await tls.look()
    first = serial(tls.standing)
    time.pass_(300 * DAY_S)
    await tls.look()
    assert serial(tls.standing) == first
    time.pass_(20 * DAY_S)
    await tls.look()
    assert serial(tls.standing) != first


async def test_a_board_whose_clock_was_never_set_gets_a_good_certificate_once_it_is(
    tmp_path: Path,
) -> None:
    time = Times(wall_s=0.0)
    tls = keeper(tmp_path, time)
    await tls.look()
    first = print_of(tls.standing)
    time.system_s = TODAY_S
    time.pass_(2.0)
    await tls.look()
    assert print_of(tls.standing) == first
    made = tls.standing.certificate
    assert made is not None
    today = datetime.fromtimestamp(TODAY_S, UTC)
    assert made.not_valid_before_utc < today < made.not_valid_after_utc - timedelta(days=300)


async def test_a_clock_that_was_far_ahead_and_is_set_back_gets_one_too(tmp_path: Path) -> None:
    time = Times(wall_s=TODAY_S + 9_000 * DAY_S)
    tls = keeper(tmp_path, time)
    await tls.look()
    time.system_s = TODAY_S
    time.pass_(2.0)
    await tls.look()
    made, authority = tls.standing.certificate, tls.standing.authority
    assert made is not None
    assert authority is not None
    today = datetime.fromtimestamp(TODAY_S, UTC)
    assert made.not_valid_before_utc < today < made.not_valid_after_utc
    assert authority.not_valid_before_utc < today < authority.not_valid_after_utc


@pytest.mark.parametrize("content", [b"", b"rubbish", b"-----BEGIN CERTIFICATE-----\n"])
async def test_a_damaged_authority_is_told_and_never_replaced_in_silence(
    content: bytes, tmp_path: Path
) -> None:
    await keeper(tmp_path).look()
    path = tmp_path / "tls" / "authority.pem"
    path.write_bytes(content)
    tls = keeper(tmp_path)
    await tls.look()
    health = tls.health()
    assert health.status == "degraded"
    assert str(path) in health.detail
    assert "backup" in health.remedy
    assert path.read_bytes() == content
    await tls.renew()
    assert tls.standing.trouble is None


async def test_a_damaged_certificate_is_made_anew(tmp_path: Path) -> None:
    first = keeper(tmp_path)
    await first.look()
    (tmp_path / "tls" / "hub.pem").write_bytes(b"cut")
    tls = keeper(tmp_path)
    await tls.look()
    assert tls.standing.trouble is None
    assert print_of(tls.standing) == print_of(first.standing)


async def test_a_certificate_of_another_authority_is_not_shown(tmp_path: Path) -> None:
    first = keeper(tmp_path)
    await first.look()
    foreign = make_authority("ecohub foreign", (), datetime.now(UTC))
    stays = names.names_to_prove("hub-1", (), "0.0.0.0")  # noqa: S104 - the default
    other = make_certificate(foreign, "hub-1.local", stays, datetime.now(UTC))
    (tmp_path / "tls" / "hub.pem").write_bytes(other.pem())
    tls = keeper(tmp_path)
    await tls.look()
    assert serial(tls.standing) != other.certificate.serial_number


async def test_key_and_certificate_that_do_not_go_together_are_refused(tmp_path: Path) -> None:
    one, two = (make_authority("ecohub", (), datetime.now(UTC)) for _ in range(2))
    path = tmp_path / "mixed.pem"
    pem = two.pem().partition(b"-----BEGIN CERTIFICATE-----")[0]
    path.write_bytes(pem + one.pem()[one.pem().index(b"-----BEGIN CERTIFICATE-----") :])
    with pytest.raises(PaperFileError, match="not that of the certificate"):
        read_paper(path)


async def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "tls").write_text("in the way")
    tls = keeper(tmp_path)
    await tls.look()
    assert tls.health().status == "degraded"
    (tmp_path / "tls").unlink()
    await tls.look()
    assert tls.standing.trouble is None


async def test_files_of_the_owner_are_shown_and_read_again_when_they_change(
    tmp_path: Path,
) -> None:
    authority = make_authority("somebody", (), datetime.now(UTC))
    chain = tmp_path / "chain.pem"
    chain.write_bytes(make_certificate(authority, "a", {"a.local"}, datetime.now(UTC)).pem())
    tls = keeper(tmp_path / "data", certificate=chain)
    assert tls.kind == "own"
    await tls.look()
    first = serial(tls.standing)
    assert tls.standing.authority is None
    chain.write_bytes(b"half")
    await tls.look()
    assert tls.health().status == "degraded"
    assert serial(tls.standing) == first, "the old one is shown meanwhile"
    chain.write_bytes(make_certificate(authority, "a", {"a.local"}, datetime.now(UTC)).pem())
    await tls.look()
    assert tls.standing.trouble is None
    assert serial(tls.standing) != first
    assert not (tmp_path / "data" / "tls").exists()


async def test_two_looks_at_once_make_one_authority(tmp_path: Path) -> None:
    tls = keeper(tmp_path)
    await asyncio.gather(*(tls.look() for _ in range(5)))
    assert print_of(tls.standing) == print_of(tls.standing)
    found = read_paper(tmp_path / "tls" / "authority.pem")
    assert found is not None
    assert fingerprint(found.certificate) == print_of(tls.standing)


async def test_tls_that_is_off_writes_nothing(tmp_path: Path) -> None:
    tls = keeper(tmp_path, tls="off")
    await tls.look()
    assert (tls.health().status, tls.standing) == ("ok", Standing())
    assert not (tmp_path / "tls").exists()
