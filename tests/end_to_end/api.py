"""The hub's API as a phone uses it."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import aiohttp

Json = Any
"""Whatever the API answers; each test says what it expects."""

ANSWER_WITHIN_S = 20.0
LOST = (aiohttp.ClientError, OSError, TimeoutError)
"""What a request raises when the hub goes away before the answer is here."""


class Answer(NamedTuple):
    status: int
    body: Json


@dataclass
class Api:
    """One client of one hub; an asynchronous context."""

    url: str
    token: str
    session: aiohttp.ClientSession | None = None

    async def ask(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Answer:
        """Send a request and return the answer, whatever its status; raises one of `LOST`."""
        url = f"{self.url}/api/v1{path}"
        async with self._client().request(method, url, json=body) as response:
            content = await response.read()
            return Answer(
                response.status, await response.json(content_type=None) if content else None
            )

    async def stream(self) -> AsyncIterator[Json]:
        """Yield what the stream tells until it ends; raises one of `LOST`."""
        async with self._client().ws_connect(f"{self.url}/api/v1/stream") as socket:
            await socket.send_json({"type": "auth", "token": self.token})
            async for frame in socket:
                yield frame.json()

    def _client(self) -> aiohttp.ClientSession:
        if self.session is None:
            self.session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(ANSWER_WITHIN_S),
                headers={"Authorization": f"Bearer {self.token}"},
                connector=aiohttp.TCPConnector(limit=64),
            )
        return self.session

    async def get(self, path: str) -> Json:
        """Return what is at a path; anything but 200 fails."""
        answer = await self.ask("GET", path)
        assert answer.status == 200, answer
        return answer.body

    async def presence(self, device: str) -> str:
        """Return a device's presence and the reason, as `online announced`; empty: no such one."""
        for found in (await self.get("/devices"))["devices"]:
            if found["id"] == device:
                return f"{found['presence']['status']} {found['presence']['reason']}"
        return ""

    async def online(self) -> set[str]:
        """Return the devices that are online."""
        devices = (await self.get("/devices"))["devices"]
        return {d["id"] for d in devices if d["presence"]["status"] == "online"}

    async def health(self) -> dict[str, Json]:
        """Return the parts of the hub's health by name."""
        return {part["name"]: part for part in (await self.get("/health"))["parts"]}

    async def set(self, device: str, values: Mapping[str, object], **more: object) -> Answer:
        """Set properties of a device."""
        return await self.ask(
            "PATCH", f"/devices/{device}/properties", {"properties": values, **more}
        )

    async def call(self, device: str, action: str, **more: object) -> Answer:
        """Run an action of a device."""
        return await self.ask("POST", f"/devices/{device}/actions/{action}", more)

    async def open_window(self, code: str, **more: object) -> None:
        """Let devices join."""
        answer = await self.ask("POST", "/join/window", {"code": code, **more})
        assert answer.status == 200, answer

    async def close(self) -> None:
        """Close all connections."""
        if self.session is not None:
            await self.session.close()
            self.session = None
