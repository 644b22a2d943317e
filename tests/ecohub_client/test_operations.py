"""The client has every operation of the API, as the API's own document has it."""

import inspect
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ecohub_client import Hub, Operations, ProblemError, UnreachableError
from ecohub_client.exchange import Query
from scripts.make_client import written
from tests.hub.api.bench import DOCUMENT, PLUG, PURIFIER, Bench, conforms

Json = Any
PLACE = Path(__file__).parents[2] / "ecohub_client"
EVERY = [
    (method.upper(), path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]


@pytest.mark.parametrize("name", ["shapes.py", "operations.py"])
def test_the_client_is_as_the_document_has_it(name: str) -> None:
    made = written()[name]
    assert (PLACE / name).read_text("utf-8") == made, "run: python scripts/make_client.py"


@pytest.mark.parametrize(
    ("method", "path", "operation"), EVERY, ids=[one["operationId"] for *_, one in EVERY]
)
async def test_each_operation_asks_for_its_path_with_all_it_takes(
    method: str, path: str, operation: Json
) -> None:
    asked: list[tuple[str, str, object, object]] = []

    async def ask(
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        query: Query | None = None,
        is_text: bool = False,
    ) -> object:
        answers = operation["responses"].get("200", {}).get("content", {})
        assert is_text == bool(answers and "application/json" not in answers)
        asked.append((method, path, body, query))
        return None

    call = getattr(Operations(ask), operation["operationId"])
    taken = inspect.signature(call).parameters.values()
    words = [one for one in taken if one.kind is one.POSITIONAL_OR_KEYWORD]
    body = {"a": 1} if "requestBody" in operation else None
    segments = ["a b/c" for one in words if one.name != "body"]
    await call(*segments, *([body] if body else []))
    filled = re.sub(r"\{\w+\}", "a%20b%2Fc", path)
    [(asked_method, asked_path, asked_body, query)] = asked
    assert (asked_method, asked_path, asked_body) == (method, filled, body)
    named = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
    assert set(query or ()) == named - {"format"}  # type: ignore[call-overload]


async def test_what_comes_back_is_what_the_document_says(home: Bench, hub: Hub) -> None:
    await home.bring(PURIFIER)
    await home.bring(PLUG)
    devices = await hub.api.list_devices()
    assert [one["id"] for one in devices["devices"]] == [PURIFIER, PLUG]
    room = await hub.api.make_room({"name": "Hall"})
    changed = await hub.api.change_device(PLUG, {"room": room["id"], "name": "By the door"})
    assert (changed["room"], changed["name"]) == (room["id"], "By the door")
    assert (await hub.api.change_device(PLUG, {"room": None}))["room"] is None
    await hub.api.drop_room(room["id"])
    history = await hub.api.show_history(PLUG, address=["outlet.on"], points=20)
    conforms("GET", f"/api/v1/devices/{PLUG}/history", 200, "application/json", history)
    assert "ecohub_devices" in await hub.api.show_metrics()


async def test_history_comes_as_csv_in_parts(home: Bench, hub: Hub) -> None:
    await home.bring(PLUG)
    text = b"".join([chunk async for chunk in hub.history_csv(PLUG, ["outlet.on"])])
    assert text.startswith(b"time,device,address,value")


async def test_a_problem_says_all_that_the_hub_says(home: Bench, hub: Hub) -> None:
    await home.bring(PURIFIER)
    with pytest.raises(ProblemError, match="9 is outside") as refusal:
        await hub.api.set_properties(PURIFIER, {"properties": {"fan.level": 9}})
    problem = refusal.value
    assert (problem.status, problem.code) == (422, "ECO-VALUE-002")
    assert problem.path == "properties.fan.level"
    assert problem.remedy
    assert problem.retry_after_s is None
    assert json.dumps(problem.errors) == "[]"


async def test_who_guesses_tokens_is_told_when_to_come_back(home: Bench) -> None:
    async with Hub(home.url, token="eco_wrong") as stranger:
        problem = None
        for _ in range(30):
            with pytest.raises(ProblemError) as refusal:
                await stranger.api.list_devices()
            problem = refusal.value
            if problem.status == 429:
                break
        assert problem is not None
        assert problem.status == 429
        assert problem.retry_after_s is not None
        assert problem.retry_after_s >= 1


async def test_a_place_without_a_hub_is_told_apart(unused_tcp_port: int) -> None:
    async with Hub(f"http://127.0.0.1:{unused_tcp_port}", token="eco_x") as nowhere:
        with pytest.raises(UnreachableError, match="no hub answers"):
            await nowhere.api.list_devices()
