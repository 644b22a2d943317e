"""authority show, export and renew, and the fingerprint where a person pairs; a real hub."""

import asyncio
from pathlib import Path

from cryptography import x509

from hub.tls.papers import fingerprint
from tests.hub.api.bench import Bench, bench
from tests.hub.cli.command_line import run


def print_of(home: Bench) -> str:
    authority = home.home.tls.standing.authority
    assert authority is not None
    return fingerprint(authority)


async def test_the_authority_is_shown_with_what_to_compare(home: Bench) -> None:
    ended = await run(home, "authority", "show")
    assert ended.code == 0
    shown = " ".join(ended.out.split())
    assert print_of(home) in shown
    assert f"https at port {home.home.tls.port}" in shown
    assert f"{home.home.hub_id}.local" in shown


async def test_what_is_exported_is_the_certificate_alone(home: Bench, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    assert (await run(home, "authority", "export", str(file))).code == 0
    written = await asyncio.to_thread(file.read_bytes)
    assert fingerprint(x509.load_pem_x509_certificate(written)) == print_of(home)
    assert b"PRIVATE" not in written
    assert (await run(home, "authority", "export")).out.encode() == written


async def test_a_new_authority_is_made_only_by_who_means_it(home: Bench) -> None:
    before = print_of(home)
    refused = await run(home, "authority", "renew")
    assert refused.code == 2
    assert "--yes" in refused.err
    assert print_of(home) == before
    done = await run(home, "authority", "renew", "--yes")
    assert done.code == 0
    assert print_of(home) != before
    assert print_of(home) in " ".join(done.out.split())


async def test_who_pairs_sees_what_to_compare(home: Bench) -> None:
    running = asyncio.create_task(run(home, "pair"))
    pairing = home.home.people.pairing
    await home.until(lambda: pairing.window().is_open, "a window")
    window = pairing._window._window
    assert window is not None
    body = {"code": window.code, "person": "Ada", "device": "phone"}
    await home.ask("POST", "/api/v1/pair", body)
    assert print_of(home) in " ".join((await running).out.split())


async def test_a_hub_without_an_authority_exports_none(tmp_path: Path) -> None:
    async with bench(tmp_path / "off", tls="off") as home:
        ended = await run(home, "authority", "export")
        assert ended.code == 1
        assert "no authority" in ended.err
        assert "not served" in (await run(home, "authority", "show")).err
