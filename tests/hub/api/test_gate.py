import asyncio
from pathlib import Path

import pytest

from hub.api.gate import Gate
from hub.api.server import OPERATIONS
from hub.tls.names import own_names
from tests.hub.api.bench import Bench, bench

DEVICES = "/api/v1/devices"
EVERY_PATH = sorted({operation.path for operation in OPERATIONS} | {"/", "/nowhere"})


@pytest.mark.parametrize("host", ["attacker.example", "attacker.example:8321", "evil.local", "["])
async def test_a_request_for_another_host_is_refused_on_every_path(home: Bench, host: str) -> None:
    for path in EVERY_PATH:
        told = await home.problem("GET", path, 421, headers={"Host": host})
        assert told["code"] == "host-refused"


async def test_names_and_addresses_of_the_hub_are_taken(home: Bench) -> None:
    names = own_names(home.home.hub_id, ())
    for host in [*names, "10.1.2.3:8321", "[fe80::1]:8321", f"{home.home.hub_id.upper()}.local."]:
        await home.ask("GET", DEVICES, headers={"Host": host})


async def test_further_names_are_taken_from_the_settings(tmp_path: Path) -> None:
    async with bench(tmp_path, allowed_hosts=("hub.example",)) as home:
        await home.ask("GET", DEVICES, headers={"Host": "hub.example:443"})


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1.evil.example", "["],
)
async def test_a_page_of_a_foreign_origin_is_refused(home: Bench, origin: str) -> None:
    for path in (DEVICES, "/api/v1/health", "/api/v1/stream"):
        told = await home.problem("GET", path, 403, headers={"Origin": origin})
        assert told["code"] == "origin-refused"


async def test_a_page_of_the_hub_itself_is_served(home: Bench) -> None:
    await home.ask("GET", DEVICES, headers={"Origin": home.url})


async def test_further_origins_are_taken_from_the_settings(tmp_path: Path) -> None:
    async with bench(tmp_path, allowed_origins=("https://app.example/",)) as home:
        await home.ask("GET", DEVICES, headers={"Origin": "https://app.example"})


async def test_nothing_of_the_home_is_served_without_a_token(home: Bench) -> None:
    for operation in OPERATIONS:
        if operation.is_open:
            continue
        path = operation.path
        for parameter in operation.parameters:
            path = path.replace(f"{{{parameter.name}}}", parameter.example)
        told = await home.problem(operation.method, path, 401, headers={"Authorization": ""})
        assert told["code"] == "token-missing"


async def test_what_is_served_without_a_token_is_known(home: Bench) -> None:
    assert {operation.path for operation in OPERATIONS if operation.is_open} == {
        "/api/v1/health",
        "/api/v1/https",
        "/api/v1/join",
        "/api/v1/pair",
        "/api/v1/pair/look",
        "/api/v1/sessions/refresh",
        "/api/v1/stream",
        "/api/v1/docs",
        "/api/v1/docs/{file}",
    }


@pytest.mark.parametrize(
    "header",
    ["Bearer eco_wrong", "Bearer ", "bearer", "Basic ZWNvOmVjbw==", f"Bearer {'x' * 4000}"],
)
async def test_a_wrong_token_is_refused(home: Bench, header: str) -> None:
    told = await home.problem("GET", DEVICES, 401, headers={"Authorization": header})
    assert told["code"] == "token-wrong"


async def test_what_is_open_is_open_with_a_wrong_token_too(home: Bench) -> None:
    headers = {"Authorization": "Bearer eco_wrong"}
    health = await home.ask("GET", "/api/v1/health", headers=headers)
    assert "detail" not in health["parts"][0]


async def test_a_token_in_the_address_is_no_token(home: Bench) -> None:
    url = f"{home.url}{DEVICES}?token={home.token}&access_token={home.token}"
    async with home.session.get(url) as response:
        assert response.status == 401


async def test_who_guesses_tokens_is_told_to_wait_and_others_are_served(home: Bench) -> None:
    statuses = set()
    for number in range(30):
        headers = {"Authorization": f"Bearer eco_{number}"}
        async with home.session.get(home.url + DEVICES, headers=headers) as response:
            statuses.add(response.status)
    assert statuses == {401, 429}
    await home.problem("GET", DEVICES, 429, headers={"Authorization": "Bearer eco_x"})
    await home.get(DEVICES)


async def test_a_revoked_token_is_worthless_at_once(home: Bench) -> None:
    tokens = await home.home.store.tokens()
    await home.home.security.revoke(tokens[0].public_id)
    await home.problem("GET", DEVICES, 401)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "identity"])
async def test_a_compressed_body_is_refused_unread(home: Bench, encoding: str) -> None:
    bomb = b"\x1f\x8b\x08\x00"
    headers = {"Content-Encoding": encoding}
    told = await home.problem("POST", "/api/v1/join", 415, body=bomb, headers=headers)
    assert told["code"] == "compressed-body"


async def test_a_form_cannot_be_posted_across_sites(home: Bench) -> None:
    headers = {"Content-Type": "text/plain"}
    told = await home.problem("POST", "/api/v1/join", 415, body=b"{}", headers=headers)
    assert told["code"] == "not-json"


async def test_a_request_without_host_is_malformed(home: Bench) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", home.api.port)
    writer.write(b"GET /api/v1/health HTTP/1.0\r\n\r\n")
    assert b" 400 " in await reader.readline()
    writer.close()
    await writer.wait_closed()


def test_remembered_hosts_are_bounded() -> None:
    gate = Gate(None, frozenset, ())  # type: ignore[arg-type]  # tokens are not looked at
    for number in range(2000):
        gate._check_host(f"10.0.{number // 256}.{number % 256}")
    assert len(gate._known) == 256
