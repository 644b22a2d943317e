"""What a client knows was acknowledged: kept by the client alone, held against the hub later."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.end_to_end.api import Answer, Api
from tests.end_to_end.credentials import Credentials
from tests.end_to_end.device import Lamp
from tests.end_to_end.hub_process import Hub
from tests.end_to_end.joining import may_connect
from tests.end_to_end.waiting import until

Json = Any
CARRIED_OUT = frozenset({"applied", "confirmed"})
DRIFT = timedelta(milliseconds=50)
"""A time is told by a wall clock that follows the system's: told again it may be a little off."""

SAMPLE = 20
"""Entries of earlier rounds that are looked at again in each round; at the end it is all."""


@dataclass
class Asked:
    """A command as the client asked it, and the last receipt it was given for it."""

    id: str
    device: str
    properties: Mapping[str, Json]
    action: str | None
    more: Mapping[str, Json]
    receipt: Json = None

    async def ask(self, api: Api) -> Answer:
        """Ask it, for the first time or again; keep the receipt if it was acknowledged."""
        body = {"id": self.id, **self.more}
        if self.action is None:
            answer = await api.set(self.device, self.properties, **body)
        else:
            answer = await api.call(self.device, self.action, arguments=self.properties, **body)
        if answer.status in {200, 202}:
            self.take(answer.body)
        return answer

    def take(self, receipt: Json) -> None:
        """Take in that the hub has told a receipt, unless it told one that goes further."""
        if self.receipt is None or len(receipt["history"]) >= len(self.receipt["history"]):
            self.receipt = receipt

    def check(self, receipt: Json, lamp: Lamp) -> None:
        """Hold a receipt against what was asked, what was told, and what the device did."""
        addresses = list(self.properties) if self.action is None else []
        assert receipt["id"] == self.id
        assert receipt["device"] == self.device
        assert receipt["action"] == self.action
        assert sorted(item["address"] for item in receipt["items"]) == sorted(addresses)
        told = self.receipt
        assert receipt["command"] == told["command"]
        for then, now in zip(told["history"], receipt["history"], strict=False):
            assert (then["status"], then.get("reason")) == (now["status"], now.get("reason")), told
            assert abs(_moment(now) - _moment(then)) <= DRIFT, told
        assert len(receipt["history"]) >= len(told["history"]), told
        if told["is_final"]:
            assert (receipt["status"], receipt["is_final"]) == (told["status"], True)
        self._check_truth(receipt, lamp)
        self.receipt = receipt

    def _check_truth(self, receipt: Json, lamp: Lamp) -> None:
        status, name = receipt["status"], receipt["command"]
        assert status != "rejected", receipt
        if self.action is not None:
            assert lamp.done[name] <= 1, f"the device ran {self} {lamp.done[name]} times"
        if status in CARRIED_OUT:
            assert lamp.done[name] >= 1, f"the device never did {receipt}"
        if status == "delivered":
            assert lamp.told[name] >= 1, f"the device never got {receipt}"


def _moment(line: Json) -> datetime:
    return datetime.fromisoformat(line["at"])


@dataclass
class Ledger:
    """Every command and every join of which the client has had the hub's word.

    Attributes:
        doubtful: Commands asked, of which the answer never came.
        left: Devices whose unjoining was acknowledged.
        names: Acknowledged names of devices.
        heard: Receipts that the stream has told.
    """

    lamps: Mapping[str, Lamp]
    commands: dict[str, Asked] = field(default_factory=dict)
    doubtful: dict[str, Asked] = field(default_factory=dict)
    joined: dict[str, Credentials] = field(default_factory=dict)
    left: dict[str, Credentials] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    acknowledged: int = 0
    heard: int = 0
    _fresh: list[str] = field(default_factory=list)

    def keep(self, asked: Asked) -> None:
        """Take in that a command was acknowledged; once is enough."""
        self.doubtful.pop(asked.id, None)
        if asked.id not in self.commands:
            self.commands[asked.id] = asked
            self._fresh.append(asked.id)
            self.acknowledged += 1

    def hear(self, receipt: Json) -> None:
        """Take in what the stream tells: it acknowledges as an answer does."""
        asked = self.commands.get(receipt["id"]) or self.doubtful.get(receipt["id"])
        if asked is not None:
            self.heard += 1
            asked.take(receipt)
            self.keep(asked)

    def keep_join(self, credentials: Credentials) -> None:
        """Take in that a device was let in."""
        self.joined[credentials.device] = credentials
        self._fresh.append(credentials.device)
        self.acknowledged += 1

    def holds(self, count: int) -> bool:
        """Say whether so many acknowledgements have come."""
        return self.acknowledged >= count

    def doubt(self, device: str) -> Credentials:
        """Take in that a device is about to be sent away: from now on it may be there or not."""
        self.names.pop(device, None)
        return self.joined.pop(device)

    def keep_leave(self, credentials: Credentials) -> None:
        """Take in that a device was sent away."""
        self.left[credentials.device] = credentials
        self.acknowledged += 1

    async def check(self, hub: Hub, chance: Random) -> None:
        """Check what came in since the last check, and a sample of what came before."""
        known = [*self.commands, *self.joined]
        some = {*self._fresh, *chance.sample(known, min(SAMPLE, len(known)))}
        self._fresh.clear()
        await self._check(hub, some)

    async def check_all(self, hub: Hub) -> None:
        """Check every entry."""
        await self._check(hub, {*self.commands, *self.joined, *self.left})

    async def _check(self, hub: Hub, names: set[str]) -> None:
        api = hub.api
        listed = {found["id"]: found for found in (await api.get("/devices"))["devices"]}
        assert self.joined.keys() <= listed.keys(), "the hub has lost devices that have joined"
        assert not self.left.keys() & listed.keys(), "devices that have left are there again"
        for device, name in self.names.items():
            assert listed[device]["name"] == name, f"{device} has lost its name"
        for name in names & self.commands.keys():
            await self._check_command(api, self.commands[name])
        await until(hub.is_ready, "the broker")
        for name in names & self.joined.keys():
            assert await may_connect(self.joined[name]), f"{name} has joined"
        for name in names & self.left.keys():
            assert not await may_connect(self.left[name]), f"{name} has left"

    async def _check_command(self, api: Api, asked: Asked) -> None:
        answer = await api.ask("GET", f"/commands/{asked.id}")
        assert answer.status == 200, f"the hub has lost {asked.receipt}: {answer}"
        asked.check(answer.body, self.lamps[asked.device])
