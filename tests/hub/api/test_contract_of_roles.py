"""schemathesis as each who is no owner: what they are told conforms, and is theirs.

In the suite each role gets a sample: of every operation its examples and one request that is made
up. Left out are what the owner's run in test_contract.py has: every edge of every field, more that
is made up, and stories of many requests. `ECOHUB_CONTRACT=full` has all of it for each role, and
ten requests of each kind; that takes minutes.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.api.server import OPERATIONS
from hub.core.people.rights import Right
from protocol.ids import DeviceId
from simulators.band import Band
from tests.hub.api.bench import DOCUMENT, PLUG, PURIFIER, Bench
from tests.hub.api.test_contract import (
    FULL_RUN,
    IS_FULL,
    furnished,
    home,
    operation,
    run_schemathesis,
)
from tests.hub.api.test_matrix import RIGHTS_OF
from tests.hub.api.test_people import arrive

__all__ = ["home"]

Json = Any
BAND = DeviceId("band-0001")
SAMPLE = ("--phases", "examples,fuzzing", "--max-examples", "1")
RUN = FULL_RUN if IS_FULL else SAMPLE
CATALOGUE = {"/api/v1/rules", "/api/v1/openapi.json", "/api/v1/asyncapi.json"}
"""What they tell is the same in every home, and has devices in its examples."""

OFFERS: dict[str, Json] = {
    "member": {"role": "member"},
    "wearer": {"role": "member"},
    "guest": {"role": "guest", "grants": [{"right": "control", "devices": [PLUG]}]},
}


def told(entries: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Return each good answer with JSON in it, with its entry."""
    for entry in entries:
        content = entry["response"]["content"]
        if 200 <= entry["response"]["status"] < 300 and "json" in content["mimeType"]:
            yield entry, json.loads(content["text"])


def keys(content: Json) -> Iterator[str]:
    """Return every key of every object, and the address of every series that has points."""
    if isinstance(content, list):
        for one in content:
            yield from keys(one)
    elif isinstance(content, dict):
        if content.get("points"):
            yield content["address"]
        for key, value in content.items():
            yield key
            yield from keys(value)


def private_addresses() -> set[str]:
    spec = json.loads(Band.document())
    return {
        f"{service['name']}.{one['name']}"
        for service in spec["services"]
        for one in service.get("properties", [])
        if one.get("privacy", "none") != "none"
    }


@pytest.mark.slow
@pytest.mark.timeout(1_500 if IS_FULL else 300)
@pytest.mark.parametrize("role", OFFERS)
async def test_schemathesis_finds_nothing_and_nothing_that_is_not_theirs(
    role: str, home: Bench, tmp_path: Path
) -> None:
    config, har = tmp_path / "schemathesis.toml", tmp_path / "run.har"
    text = await furnished(home, home.token)
    await home.bring(BAND, Band)
    people = {name: await arrive(home, name.title(), **offer) for name, offer in OFFERS.items()}
    wearer = f"/api/v1/people/{people['wearer']['person']['id']}"
    await home.ask("PATCH", wearer, {"wears": [BAND]})
    config.write_text(text.replace(PURIFIER, {"guest": PLUG, "wearer": BAND}.get(role, PURIFIER)))
    await run_schemathesis(home, config, har, people[role]["access"], RUN)
    entries = json.loads(har.read_text())["log"]["entries"]
    assert max(entry["response"]["status"] for entry in entries) < 500
    every = {(m.upper(), path) for path, methods in DOCUMENT["paths"].items() for m in methods}
    left = every - {operation(entry) for entry in entries}
    assert left <= {("GET", "/api/v1/openapi.json")}, "it was read before the run"
    rights = {(one.method, one.path): one.right for one in OPERATIONS}
    mine = RIGHTS_OF["guest" if role == "guest" else "member"] | {Right.OPEN}
    good = list(told(entries))
    done = {operation(entry) for entry in entries if 200 <= entry["response"]["status"] < 300}
    assert {one for one in done if rights[one] not in mine} == set()
    seen = {key for _, content in good for key in keys(content)}
    shown = private_addresses() & seen
    assert bool(shown) is (role == "wearer"), shown
    if role == "guest":
        others = {str(device) for device in home.home.hub.devices} - {PLUG}
        leaks = {
            (*operation(entry), device): content
            for entry, content in good
            for device in others
            if operation(entry)[1] not in CATALOGUE and device in json.dumps(content)
        }
        assert leaks == {}
