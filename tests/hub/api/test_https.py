"""Https beside http: the same API behind both doors, and papers that change under open lines."""

import asyncio
import json
import plistlib
import re
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hub.api.trust import LANGUAGES
from tests.hub.api.bench import PLUG, Bench, bench
from tests.hub.api.test_people import arrive, as_

Json = Any


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Bench]:
    async with bench(tmp_path) as running:
        yield running


def trusting(home: Bench) -> ssl.SSLContext:
    """Return what a phone has that trusts the hub."""
    authority = home.home.tls.standing.authority
    assert authority is not None
    context = ssl.create_default_context(cadata=authority.public_bytes(Encoding.PEM).decode())
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def secure(home: Bench, name: str = "127.0.0.1") -> str:
    return f"https://{name}:{home.home.tls.port}"


async def test_the_same_api_is_behind_both_doors(home: Bench) -> None:
    await home.bring(PLUG)
    headers = {"Authorization": f"Bearer {home.token}"}
    url = secure(home) + "/api/v1/devices"
    async with home.session.get(url, headers=headers, ssl=trusting(home)) as answer:
        assert (await answer.json())["devices"][0]["id"] == PLUG
    async with home.session.get(secure(home) + "/", ssl=trusting(home)) as answer:
        assert "Strict-Transport-Security" not in answer.headers
        assert "Set-Cookie" not in answer.headers


async def test_who_does_not_trust_the_authority_sends_nothing(home: Bench) -> None:
    with pytest.raises(aiohttp.ClientConnectorCertificateError):
        await home.session.get(secure(home) + "/api/v1/health")


async def test_a_certificate_is_for_the_names_of_the_machine(home: Bench) -> None:
    async with asyncio.timeout(10):
        for name in (f"{home.home.hub_id}.local", "localhost"):
            _, writer = await asyncio.open_connection(
                "127.0.0.1", home.home.tls.port, ssl=trusting(home), server_hostname=name
            )
            writer.close()
    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncio.open_connection(
            "127.0.0.1", home.home.tls.port, ssl=trusting(home), server_hostname="bank.example"
        )


@pytest.mark.parametrize("door", ["http", "https"])
@pytest.mark.parametrize("page", ["http", "https"])
async def test_pages_of_both_doors_may_open_the_stream(home: Bench, door: str, page: str) -> None:
    ports = {"http": home.api.port, "https": home.home.tls.port}
    url = f"{door}://127.0.0.1:{ports[door]}/api/v1/stream"
    origin = f"{page}://127.0.0.1:{ports[page]}"
    async with home.session.ws_connect(url, origin=origin, ssl=trusting(home)) as line:
        assert (await line.receive_json())["type"] == "hello"
        await line.send_str(json.dumps({"type": "auth", "token": home.token}))
        assert (await line.receive_json())["type"] == "snapshot"


async def test_pages_from_elsewhere_may_not(home: Bench) -> None:
    for origin in ("https://evil.example", f"https://127.0.0.2:{home.home.tls.port}"):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await home.session.ws_connect(
                secure(home) + "/api/v1/stream", origin=origin, ssl=trusting(home)
            )
        assert refused.value.status == 403


async def test_another_host_is_refused_over_https_too(home: Bench) -> None:
    headers = {"Host": "attacker.example"}
    url = secure(home) + "/api/v1/health"
    async with home.session.get(url, headers=headers, ssl=trusting(home)) as answer:
        assert answer.status == 421


async def test_new_papers_are_shown_to_new_lines_while_old_ones_go_on(
    home: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, before = secure(home) + "/api/v1/stream", trusting(home)
    async with home.session.ws_connect(url, ssl=before) as line:
        assert (await line.receive_json())["type"] == "hello"
        monkeypatch.setattr(socket, "gethostname", lambda: "attic")
        await home.home.tls.renew()
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            async with aiohttp.ClientSession() as fresh:
                await fresh.get(secure(home) + "/api/v1/health", ssl=before)
        async with aiohttp.ClientSession() as fresh:
            host = {"Host": "attic.local"}
            health = secure(home) + "/api/v1/health"
            async with fresh.get(health, ssl=trusting(home), headers=host) as answer:
                assert answer.status == 200
        await line.send_str(json.dumps({"type": "auth", "token": home.token}))
        assert (await line.receive_json())["type"] == "snapshot"


async def test_a_port_that_is_taken_is_told_and_tried_again(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        async with bench(tmp_path, https_port=port) as home:
            [part] = [
                p for p in (await home.get("/api/v1/health"))["parts"] if p["name"] == "https"
            ]
            assert part["status"] == "degraded"
            assert f"port {port} is taken by" in part["detail"]
            assert "https_port" in part["remedy"]
            assert (await home.get("/api/v1/https"))["port"] is None
            holder.close()
            await home.api._door.look()
            assert (await home.get("/api/v1/https"))["port"] == port


async def test_what_is_told_of_https(home: Bench) -> None:
    told = await home.ask("GET", "/api/v1/https", headers={"Authorization": ""})
    assert told["kind"] == "auto"
    assert told["port"] == home.home.tls.port
    assert len(told["authority"]["fingerprint"].split()) == 32
    assert "PRIVATE" not in json.dumps(told)
    assert f"{home.home.hub_id}.local" in told["certificate"]["names"]


async def test_only_owners_renew_the_authority(home: Bench) -> None:
    before = (await home.get("/api/v1/https"))["authority"]["fingerprint"]
    member = as_(await arrive(home, "Mo", role="member"))
    place = "/api/v1/https/authority/renew"
    assert (await home.problem("POST", place, 403, headers=member))["code"] == "right-missing"
    after = (await home.ask("POST", place))["authority"]["fingerprint"]
    assert after != before


async def test_a_hub_without_an_authority_says_so(tmp_path: Path) -> None:
    async with bench(tmp_path, tls="off") as home:
        assert await home.get("/api/v1/https") == {
            "kind": "off", "port": None, "authority": None, "certificate": None,
        }  # fmt: skip
        told = await home.problem("POST", "/api/v1/https/authority/renew", 409)
        assert told["code"] == "authority-none"
        await home.problem("GET", "/trust/ecohub.crt", 404)
        async with home.session.get(home.url + "/trust") as answer:
            assert "serves no https" in await answer.text()


async def test_a_link_for_a_new_phone_opens_without_a_warning(home: Bench) -> None:
    url = secure(home) + "/api/v1/pair/window"
    headers = {"Authorization": f"Bearer {home.token}"}
    async with home.session.post(url, json={}, headers=headers, ssl=trusting(home)) as answer:
        opened = await answer.json()
    assert opened["link"] == f"http://127.0.0.1:{home.api.port}/#pair={opened['code']}"


@pytest.mark.parametrize("language", sorted(LANGUAGES))
async def test_the_walk_through_needs_no_script_and_no_other_server(
    home: Bench, language: str
) -> None:
    headers = {"Accept-Language": f"fr, {language};q=0.8"}
    async with home.session.get(home.url + "/trust", headers=headers) as answer:
        text, policy = await answer.text(), answer.headers["Content-Security-Policy"]
    assert f'<html lang="{LANGUAGES[language][0]}">' in text
    assert "<script" not in text
    assert "style=" not in text
    assert policy.startswith("default-src 'none'; style-src 'self' https://127.0.0.1:")
    assert text.count("<details") == 5
    assert (await home.get("/api/v1/https"))["authority"]["fingerprint"] in text.replace("<br>", "")
    for path in set(re.findall(r'(?:href|src)="(/[^"?]*)', text)):
        async with home.session.get(home.url + path) as answer:
            assert answer.status == 200, path


@pytest.mark.parametrize(
    ("agent", "system"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Safari/604.1", "iPhone and iPad"),
        ("Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/130.0 Mobile Safari/537.36", "Android"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/132.0", "Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15", "Mac"),
        ("Mozilla/5.0 (X11; Linux x86_64) Firefox/132.0", "Linux, and Firefox anywhere"),
    ],
    ids=["iphone", "android", "windows", "mac", "linux"],
)
async def test_the_steps_for_the_phone_that_asks_are_open(
    home: Bench, agent: str, system: str
) -> None:
    headers = {"User-Agent": agent}
    async with home.session.get(home.url + "/trust", headers=headers) as answer:
        text = await answer.text()
    assert re.findall(r"<details open><summary>([^<]+)<", text) == [system]


async def test_what_a_phone_installs_is_the_authority_and_never_its_key(home: Bench) -> None:
    authority = home.home.tls.standing.authority
    found = {}
    for ending in ("crt", "pem", "mobileconfig"):
        async with home.session.get(f"{home.url}/trust/ecohub.{ending}") as answer:
            found[ending] = await answer.read()
            assert f'filename="ecohub.{ending}"' in answer.headers["Content-Disposition"]
            assert b"PRIVATE" not in found[ending]
    assert x509.load_der_x509_certificate(found["crt"]) == authority
    assert x509.load_pem_x509_certificate(found["pem"]) == authority
    profile = plistlib.loads(found["mobileconfig"])
    [inner] = profile["PayloadContent"]
    assert inner["PayloadType"] == "com.apple.security.root"
    assert inner["PayloadContent"] == found["crt"]
    assert len({profile["PayloadUUID"], inner["PayloadUUID"]}) == 2


async def test_a_handshake_that_stalls_is_cut_off(
    home: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("hub.api.doors.HANDSHAKE_WITHIN_S", 0.2)
    async with bench(tmp_path / "other") as other:
        reader, writer = await asyncio.open_connection("127.0.0.1", other.home.tls.port)
        async with asyncio.timeout(10):
            assert await reader.read() == b""
        writer.close()
        assert await other.get("/api/v1/health")
