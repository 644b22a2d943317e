"""Every operation by every role, derived from the routes: who gets past the door, and who not."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hub.api.operations import DEVICE, Operation
from hub.api.server import OPERATIONS
from hub.core.people.records import Role
from hub.core.people.rights import Right
from tests.hub.api.bench import PLUG, PURIFIER, Bench, bench
from tests.hub.api.test_people import arrive, as_

Json = Any

RIGHTS_OF = {
    "owner": set(Right),
    "member": {Right.OPEN, Right.SEE, Right.CONTROL, Right.ARRANGE},
    "guest": {Right.OPEN, Right.SEE, Right.CONTROL},
    "looker": {Right.OPEN, Right.SEE, Right.CONTROL},
}
"""What the contract says; `hub.core.people.access` says it again, and each has to say the same."""


@dataclass(frozen=True)
class Caller:
    """Somebody who tries every operation."""

    role: str
    headers: dict[str, str]

    @property
    def is_known(self) -> bool:
        return self.role in RIGHTS_OF

    @property
    def is_guest(self) -> bool:
        return self.role in {"guest", "looker"}


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Bench]:
    async with bench(tmp_path, wrong_tokens=10_000) as running:
        yield running


@pytest.fixture
async def callers(home: Bench) -> list[Caller]:
    for device, name in ((PURIFIER, "Kitchen"), (PLUG, "Lounge")):
        await home.bring(device)
        room = (await home.ask("POST", "/api/v1/rooms", {"name": name}, status=201))["id"]
        await home.ask("PATCH", f"/api/v1/devices/{device}", {"room": room})
    grant = {"right": "control", "rooms": [room]}
    people = {
        "owner": await arrive(home, "Ada", role="owner"),
        "member": await arrive(home, "Mo", role="member"),
        "guest": await arrive(home, "Gil", role="guest", grants=[grant]),
        "looker": await arrive(home, "Lu", role="guest", grants=[{**grant, "right": "see"}]),
        "revoked": await arrive(home, "Eve", role="owner"),
    }
    await home.ask("DELETE", f"/api/v1/sessions/{people['revoked']['session']}", status=204)
    callers = [Caller(role, as_(given)) for role, given in people.items()]
    return [*callers, Caller("nobody", {})]


def paths(operation: Operation) -> list[tuple[str, str]]:
    """Return the places to try: with a device that a guest sees, and with one that none does."""
    path = operation.path
    for parameter in operation.parameters:
        if parameter is not DEVICE:
            path = path.replace(f"{{{parameter.name}}}", parameter.example)
    if DEVICE not in operation.parameters:
        return [("", path)]
    return [(device, path.replace("{id}", device)) for device in (PLUG, PURIFIER)]


def expected(operation: Operation, caller: Caller, device: str) -> str | None:
    """Return the code with which the door is shut; None where it opens."""
    if operation.right is Right.OPEN:
        return None
    if not caller.is_known:
        return "token-missing" if caller.role == "nobody" else "token-wrong"
    if operation.right not in RIGHTS_OF[caller.role]:
        return "right-missing"
    if caller.is_guest and device == PURIFIER:
        return "device-unknown"
    if caller.role == "looker" and device and operation.right is Right.CONTROL:
        return "right-missing"
    return None


SHUT = frozenset({"token-missing", "token-wrong", "right-missing", "device-unknown"})


async def tried(home: Bench, operation: Operation, path: str, caller: Caller) -> str | None:
    """Return the code with which an operation was refused at its door.

    Nothing is sent as a body, so that who is let in changes as little as may be.
    """
    url = home.url + path
    async with home.session.request(operation.method, url, headers=caller.headers) as response:
        if response.status < 400:
            return None
        code: str = (await response.json())["code"]
        return code if code in SHUT else None


async def test_every_operation_lets_in_who_may_and_nobody_else(
    home: Bench, callers: list[Caller]
) -> None:
    wrong: list[str] = []
    last = {"DELETE": 2, "POST": 1}
    in_order = sorted(OPERATIONS, key=lambda operation: last.get(operation.method, 0))
    for caller in reversed(callers):
        for operation in in_order:
            for device, path in paths(operation):
                is_gone = bool(device) and device not in home.home.hub.devices
                found = await tried(home, operation, path, caller)
                want = "device-unknown" if is_gone else expected(operation, caller, device)
                if found != want:
                    wrong.append(f"{caller.role}: {operation.method} {path}: {found}, not {want}")
    assert not wrong, "\n".join(wrong)
    assert not home.home.hub.devices, "the owner, who comes last, was let in everywhere"


def test_the_matrix_holds_every_role_and_right() -> None:
    assert {*RIGHTS_OF} == {*map(str, Role), "looker"}
    assert {operation.right for operation in OPERATIONS} == set(Right)


async def test_lists_hold_what_may_be_seen(home: Bench, callers: list[Caller]) -> None:
    for caller in callers[:4]:
        listed = (await home.ask("GET", "/api/v1/devices", headers=caller.headers))["devices"]
        ids = {device["id"] for device in listed}
        assert ids == ({PLUG} if caller.is_guest else {PLUG, PURIFIER})
        hub = await home.ask("GET", "/api/v1/hub", headers=caller.headers)
        assert hub["devices"]["total"] == len(ids)


async def test_a_device_that_moves_to_another_room_is_another_guests(
    home: Bench, callers: list[Caller]
) -> None:
    guest = callers[2].headers
    [lounge] = (await home.ask("GET", "/api/v1/rooms", headers=guest))["rooms"]
    assert lounge["name"] == "Lounge"
    await home.problem("GET", f"/api/v1/devices/{PURIFIER}", 404, headers=guest)
    await home.ask("PATCH", f"/api/v1/devices/{PURIFIER}", {"room": lounge["id"]})
    await home.ask("GET", f"/api/v1/devices/{PURIFIER}", headers=guest)
    await home.ask("PATCH", f"/api/v1/devices/{PLUG}", {"room": None})
    await home.problem("GET", f"/api/v1/devices/{PLUG}", 404, headers=guest)


async def test_a_guest_of_one_address_sees_and_sets_that_alone(home: Bench) -> None:
    await home.bring(PLUG)
    grant = {"right": "control", "devices": [PLUG], "addresses": ["outlet.on"]}
    given = await arrive(home, "Gil", role="guest", grants=[grant])
    place, headers = f"/api/v1/devices/{PLUG}", as_(given)
    shown = await home.ask("GET", place, headers=headers)
    assert set(shown["twin"]) == {"outlet.on"}
    parts = [p["name"] for s in shown["spec"]["services"] for p in s.get("properties", [])]
    assert parts == ["on"]
    [summary] = (await home.ask("GET", "/api/v1/devices", headers=headers))["devices"]
    assert set(summary["twin"]) == {"outlet.on"}
    body: Json = {"properties": {"outlet.on": True}, "wait_s": 5}
    receipt = await home.ask("PATCH", f"{place}/properties", body, headers=headers)
    assert receipt["status"] == "confirmed"
    both = {"properties": {"outlet.on": False, "outlet.power_limit": 100}}
    told = await home.problem("PATCH", f"{place}/properties", 403, body=both, headers=headers)
    assert told["code"] == "right-missing"
    assert "control outlet.power_limit," in told["detail"]
    assert "`controllable`" in told["remedy"]
    assert home.value(PLUG, "outlet.on") is True
    owners = {"properties": {"outlet.on": False}, "wait_s": 5}
    await home.ask("PATCH", f"{place}/properties", owners)
    commands = (await home.ask("GET", f"{place}/commands", headers=headers))["commands"]
    assert len(commands) == 2


async def test_what_a_member_may_not_change_of_a_device_stays(home: Bench) -> None:
    await home.bring(PLUG)
    given = await arrive(home, "Mo", role="member")
    place = f"/api/v1/devices/{PLUG}"
    named = await home.ask("PATCH", place, {"name": "Kettle"}, headers=as_(given))
    assert named["name"] == "Kettle"
    body = {"name": "Stove", "mode": "warn"}
    told = await home.problem("PATCH", place, 403, body=body, headers=as_(given))
    assert told["code"] == "right-missing"
    assert (await home.get(place))["name"] == "Kettle"
