"""A home with an honest device and a rude one, and the proof that the honest one never notices."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.end_to_end.api import Json
from tests.end_to_end.device import DOCUMENT, Lamp, living
from tests.end_to_end.hub_process import Hub
from tests.end_to_end.joining import let_in
from tests.end_to_end.waiting import until

GOOD = "lamp-good"


@dataclass
class Household:
    """A running hub with both devices online."""

    hub: Hub
    good: Lamp
    rude: Lamp

    async def broken(self) -> dict[tuple[str, str], Json]:
        """Return the rules that the rude device broke, by rule and path."""
        found = await self.hub.api.get(f"/devices/{self.rude.id}/violations")
        return {(entry["rule"], entry["path"]): entry for entry in found["violations"]}

    async def breaks(self, rule: str, path: str) -> Json:
        """Wait until the rude device is known to have broken a rule at a path; return the entry."""

        async def is_known() -> bool:
            return (rule, path) in await self.broken()

        await until(is_known, f"{rule} at {path}")
        return (await self.broken())[rule, path]

    async def is_told(self, rule: str, path: str) -> Json:
        """Wait until the rude device has a verdict about a rule at a path, and return it."""

        def found() -> list[Json]:
            return [v for v in self.rude.verdicts if (v["rule"], v["path"]) == (rule, path)]

        await until(found, f"a verdict by {rule} at {path}")
        verdict = found()[0]
        assert verdict["fix"], verdict
        return verdict

    async def twin(self, lamp: Lamp) -> dict[str, Json]:
        """Return the values that the hub holds of a device."""
        twin = (await self.hub.api.get(f"/devices/{lamp.id}"))["twin"]
        return {address: held["value"] for address, held in twin.items()}

    async def release(self) -> None:
        """Find the rude device in quarantine, and let it out again."""
        await until(self._is_shut_out, "quarantine")
        answer = await self.hub.api.ask("POST", f"/devices/{self.rude.id}/release")
        assert answer.body["presence"]["status"] == "online", answer

    async def _is_shut_out(self) -> bool:
        return (await self.hub.api.presence(self.rude.id)).startswith("quarantined")

    async def confirms(self, lamp: Lamp, level: int) -> None:
        """Find that a command goes all the way there and back."""
        answer = await self.hub.api.set(lamp.id, {"lamp.level": level}, wait_s=15)
        assert answer.body["status"] == "confirmed", answer


@asynccontextmanager
async def household(
    hub: Hub, rude: str = "lamp-rude", document: bytes = DOCUMENT
) -> AsyncIterator[Household]:
    """Give a home, and find afterwards that the honest device was served all the time."""
    credentials = await let_in(hub, GOOD, rude)
    lamps = [Lamp(credentials[0]), Lamp(credentials[1], document)]
    home = Household(hub, *lamps)
    async with living(*lamps):
        await until(lambda: hub.are_online(*lamps), "both devices")
        await home.confirms(home.good, 11)
        before = await hub.api.get(f"/devices/{GOOD}")
        yield home
        await home.confirms(home.good, 12)
        after = await hub.api.get(f"/devices/{GOOD}")
    assert after["presence"] == before["presence"]
    assert after["identity"] == before["identity"]
    assert after["violations"] == []
    assert after["traffic"]["missed"] == 0
    assert home.good.verdicts == []
    assert home.good.connection == 1
    assert await hub.api.health() == {
        name: {**part, "status": "ok"} for name, part in (await hub.api.health()).items()
    }
