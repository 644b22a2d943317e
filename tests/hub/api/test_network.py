import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocol.joining import proof
from tests.alongside import alongside
from tests.hub.api.bench import PURIFIER, Bench, bench

CODE = "1234-5678"
NONCE = "0123456789abcdef" * 2
REQUEST = {"device": PURIFIER, "product": "air-purifier", "vendor": "ecohub", "nonce": NONCE}
WINDOW = "/api/v1/join/window"
NO_TOKEN = {"Authorization": ""}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Bench]:
    """A home whose broker runs."""
    async with bench(tmp_path) as home, alongside(home.home.broker.run()):
        assert await home.home.broker.wait_ready(10)
        yield home


async def join(home: Bench, code: str = CODE, status: int = 200) -> dict[str, object]:
    challenge = await home.ask("POST", "/api/v1/join", REQUEST, headers=NO_TOKEN)
    told = proof("device", code, NONCE, challenge["nonce"], PURIFIER)
    body = {"session": challenge["session"], "proof": told}
    answer = await home.ask("POST", "/api/v1/join", body, status=status, headers=NO_TOKEN)
    if status == 200:
        expected = proof("hub", code, NONCE, challenge["nonce"], PURIFIER)
        assert answer["proof"] == expected
    return dict(answer)


async def test_the_window_is_opened_shown_and_closed(home: Bench) -> None:
    assert not (await home.get(WINDOW))["is_open"]
    opened = await home.ask("POST", WINDOW, {"code": CODE, "devices": 3, "duration_s": 60})
    assert opened["is_open"]
    assert (opened["devices_left"], opened["joining"]) == (3, 0)
    assert opened == await home.get(WINDOW)
    assert not (await home.ask("DELETE", WINDOW))["is_open"]
    assert not (await home.get(WINDOW))["is_open"]


@pytest.mark.parametrize(
    "body",
    [
        {"code": "1234"},
        {"code": "1234-567a"},
        {"code": CODE, "devices": 0},
        {"code": CODE, "duration_s": 1},
        {"code": CODE, "duration_s": 1e6},
        {},
    ],
)
async def test_a_window_that_makes_no_sense_is_refused(home: Bench, body: object) -> None:
    await home.problem("POST", WINDOW, 422, body=body)


async def test_only_a_device_of_the_home_can_be_replaced(home: Bench) -> None:
    body = {"code": CODE, "replaces": "air-purifier-9999"}
    assert (await home.problem("POST", WINDOW, 404, body=body))["code"] == "device-unknown"


async def test_a_device_that_knows_the_code_joins_and_gets_credentials(house: Bench) -> None:
    await house.ask("POST", WINDOW, {"code": CODE})
    grant = await join(house)
    assert grant["user"] == grant["client_id"] == PURIFIER
    assert grant["broker"] == {
        "host": "127.0.0.1",  # the embedded broker serves this machine alone
        "port": house.home.broker.access.port,
        "tls": False,
    }
    listed = await house.get("/api/v1/devices")
    assert [device["id"] for device in listed["devices"]] == [PURIFIER]
    window = await house.get(WINDOW)
    assert not window["is_open"]
    assert [(one["device"], one["step"]) for one in window["attempts"]] == [(PURIFIER, "joined")]


async def test_a_device_with_another_code_is_told_to_who_opened_the_window(house: Bench) -> None:
    await house.ask("POST", WINDOW, {"code": CODE})
    await join(house, "8765-4321", 403)
    window = await house.get(WINDOW)
    assert window["guesses_left"] == 4
    told = window["attempts"][0]
    assert (told["device"], told["step"], told["product"]) == (
        PURIFIER,
        "wrong_code",
        "air-purifier",
    )
    assert "Check the setup code" in told["remedy"]


async def test_without_a_window_nobody_joins(home: Bench) -> None:
    told = await home.problem("POST", "/api/v1/join", 403, body=REQUEST, headers=NO_TOKEN)
    assert told["code"] == "ECO-JOIN-002"


async def test_five_wrong_proofs_close_the_window(home: Bench) -> None:
    await home.ask("POST", WINDOW, {"code": CODE, "devices": 9})
    for _ in range(5):
        assert (await join(home, "8765-4321", 403))["code"] == "ECO-JOIN-003"
    told = await home.problem("POST", "/api/v1/join", 403, body=REQUEST, headers=NO_TOKEN)
    assert told["code"] == "ECO-JOIN-002"
    assert await home.get("/api/v1/devices") == {"devices": []}


async def test_parallel_guesses_are_counted_together(home: Bench) -> None:
    await home.ask("POST", WINDOW, {"code": CODE, "devices": 9})

    async def guess(number: int) -> int:
        headers = {"Content-Type": "application/json"}
        url = f"{home.url}/api/v1/join"
        async with home.session.post(url, json=REQUEST, headers=headers) as response:
            if response.status != 200:
                return response.status
            session = (await response.json())["session"]
        body = {"session": session, "proof": f"{number:064x}"}
        async with home.session.post(url, json=body, headers=headers) as response:
            return response.status

    statuses = await asyncio.gather(*(guess(number) for number in range(60)))
    assert set(statuses) <= {403, 429}
    assert not (await home.get(WINDOW))["is_open"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"device": "a"},
        {**REQUEST, "device": "UPPER-CASE"},
        {**REQUEST, "nonce": "short"},
        {**REQUEST, "extra": 1},
        {"session": "x", "proof": "y"},
        {**REQUEST, "session": "s" * 20},
    ],
)
async def test_a_call_that_is_not_of_joining_is_refused(home: Bench, body: object) -> None:
    await home.ask("POST", WINDOW, {"code": CODE})
    await home.problem("POST", "/api/v1/join", 422, body=body, headers=NO_TOKEN)


async def test_discovery_says_that_it_is_off(home: Bench) -> None:
    told = await home.get("/api/v1/discovery")
    assert told["status"] == "off"
    assert told["seen"] == []
