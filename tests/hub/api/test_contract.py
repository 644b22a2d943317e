import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from hub.core.inbox import IDS_PER_EPOCH
from hub.core.outcome import Outcome
from tests.hub.api.bench import DOCUMENT, GATEWAY, PHYSICS, PLUG, PURIFIER, SENSOR, Bench, bench
from tests.hub.api.test_people import arrive
from tests.hub.certificates.papers import made

PAPER = made()
NOTICE = IDS_PER_EPOCH + 1
WRONG_TOKENS = 10_000
"""Each operation is tried with several, and wants 401 each time; 429 is a test of the gate."""

IS_FULL = os.environ.get("ECOHUB_CONTRACT") == "full"
"""Whether to take all the time that it takes; in the suite, all roles together have a minute."""

FULL_RUN = ("--max-examples", "10")
OWNERS_RUN = FULL_RUN if IS_FULL else ("--max-examples", "5")

CONFIG = f"""
# Its body is that of POST /automations once more, of which each corner is tried already.
[[operations]]
include-name = "POST /api/v1/automations/try"
phases.coverage.enabled = false
[[operations]]
include-path = "/api/v1/people/{{id}}"
parameters = {{ "path.id" = "PERSON" }}

[[operations]]
include-path = "/api/v1/sessions/{{id}}"
parameters = {{ "path.id" = "SESSION" }}

[[operations]]
include-path = "/api/v1/invites/{{id}}"
parameters = {{ "path.id" = "INVITE" }}

[[operations]]
include-name = "DELETE /api/v1/devices/{{id}}"
parameters = {{ "path.id" = "{SENSOR}" }}

[[operations]]
include-path = "/api/v1/commands/{{id}}"
parameters = {{ "path.id" = "phone-1" }}

[[operations]]
include-path = "/api/v1/notifications/{{id}}"
parameters = {{ "path.id" = "{NOTICE}" }}

[[operations]]
include-path = "/api/v1/certificates/{{id}}"
parameters = {{ "path.id" = "{PAPER.id}" }}

[[operations]]
include-path = "/api/v1/devices/{{id}}/children"
parameters = {{ "path.id" = "{GATEWAY}" }}

[[operations]]
include-path-regex = "/api/v1/devices/[{{]id[}}].*"
parameters = {{ "path.id" = "{PURIFIER}", "path.action" = "filter.reset" }}
"""


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Bench]:
    async with bench(tmp_path, WRONG_TOKENS) as running:
        yield running


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_schemathesis_finds_nothing_and_reaches_the_good_side_of_operations(
    home: Bench, tmp_path: Path
) -> None:
    owner = await arrive(home, "Olga", role="owner")
    config, har = tmp_path / "schemathesis.toml", tmp_path / "run.har"
    config.write_text(await furnished(home, owner["access"]))
    output = await run_schemathesis(home, config, har, owner["access"], OWNERS_RUN)
    entries = json.loads(har.read_text())["log"]["entries"]
    reached = {operation(entry) for entry in entries if 200 <= entry["response"]["status"] < 300}
    every = {(m.upper(), path) for path, methods in DOCUMENT["paths"].items() for m in methods}
    assert len(reached & every) >= 0.9 * len(every), sorted(every - reached)
    assert max(entry["response"]["status"] for entry in entries) < 500, output


async def furnished(home: Bench, token: str) -> str:
    """Bring devices, people and what they arrange, and return the settings that name them.

    Args:
        token: Whose commands those are that can be asked for.
    """
    headers = {"Authorization": f"Bearer {token}"}
    for device in PHYSICS:
        await home.bring(device)
    body = {"id": "phone-1", "properties": {"outlet.on": True}}
    await home.ask("PATCH", f"/api/v1/devices/{PLUG}/properties", body, headers=headers)
    await home.ask("POST", "/api/v1/join/window", {"code": "1234-5678"})
    paper = {"certificate": PAPER.content().decode()}
    await home.ask("POST", "/api/v1/certificates", paper)
    now_s = home.home.clock.now_s()
    home.home.hub.inbox.add("released", PURIFIER, "It is back.", now_s, Outcome())
    guest = await arrive(home, "Gil", role="guest")
    phone = await arrive(home, "Mo", role="member")
    invite = await home.ask("POST", "/api/v1/invites", {}, status=201)
    ids = {
        "PERSON": guest["person"]["id"],
        "SESSION": phone["session"],
        "INVITE": invite["id"],
    }
    text = await arranged(home, headers) + CONFIG
    for word, found in ids.items():
        text = text.replace(word, found)
    return text


async def arranged(home: Bench, headers: dict[str, str]) -> str:
    """Arrange something of each kind twice, and return the settings by which one is removed."""
    bodies: dict[str, Any] = {
        "floors": {},
        "rooms": {},
        "groups": {"members": [PLUG]},
        "automations": {"actions": [{"type": "notify", "text": "Hello"}]},
        "scenes": {"capture": [PLUG]},
    }
    text = ""
    for kind, body in bodies.items():
        path = f"/api/v1/{kind}"
        made = [
            (await home.ask("POST", path, {**body, "name": name}, status=201))["id"]
            for name in ("One that stays", "One that goes")
        ]
        text += setting(f'include-name = "DELETE {path}/{{id}}"', made[1])
        text += setting(f'include-path-regex = "{path}/[{{]id[}}].*"', made[0])
    done = await home.ask("POST", f"/api/v1/scenes/{made[0]}/activate", {})
    text += setting('include-path = "/api/v1/undo/{id}"', done["undo"])
    at = home.home.clock.iso(home.home.clock.now_s() + 3_600)
    planned = {"device": PLUG, "properties": {"outlet.on": True}, "id": "phone-2"}
    body = {"commands": [planned], "execute_at": at}
    await home.ask("POST", "/api/v1/commands", body, status=202, headers=headers)
    return text + setting('include-name = "DELETE /api/v1/commands/{id}"', "phone-2")


def setting(which: str, id_: str) -> str:
    """Settle the id of some operations; one that is removed can be no step of a story after."""
    told = f'[[operations]]\n{which}\nparameters = {{ "path.id" = "{id_}" }}\n'
    return told + ("phases.stateful.enabled = false\n\n" if "DELETE" in which else "\n")


async def run_schemathesis(
    home: Bench, config: Path, har: Path, token: str, how_much: Sequence[str]
) -> str:
    """Run all its checks with a fixed seed; whatever it finds fails the test."""
    process = await asyncio.create_subprocess_exec(
        *(str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(config)),
        *("run", f"{home.url}/api/v1/openapi.json", "-H", f"Authorization: Bearer {token}"),
        *("--checks", "all", "--seed", "20261121", *how_much),
        *("--report-har-path", str(har), "--no-color"),
        cwd=config.parent,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()[-6000:]
    return output.decode()


def operation(entry: Any) -> tuple[str, str]:
    path = "/" + entry["request"]["url"].split("/", 3)[3].partition("?")[0]
    found = [one for one in DOCUMENT["paths"] if _fits(one.split("/"), path.split("/"))]
    return entry["request"]["method"], min(found, key=lambda one: one.count("{"), default="")


def _fits(template: list[str], path: list[str]) -> bool:
    pairs = zip(template, path, strict=False)
    return len(template) == len(path) and all(t == p or t.startswith("{") for t, p in pairs)
