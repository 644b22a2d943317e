"""A hub that answers as a real one did once, and remembers what it was asked."""

import asyncio
import copy
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

TOKEN = "eco_a-token-of-tests"
PURIFIER = "air-purifier-0001"
RECORDED = Path(__file__).parent / "recorded.json"


@dataclass
class FakeHub:
    """Answers with what was recorded; a test changes `answers` to tell another story.

    Attributes:
        asked: Method, path and body of each request, in order.
        answers: What `GET /api/v1/<key>` gives.
        later: What it gives first, second and so on; the last one stays.
        page: What every request gets, when it is no hub at all.
        frames: What the stream sends: hello and snapshot first, then, once it is asked for a
            command, the rest.
        greeting: What the stream tells after the snapshot, unasked.
        resumed: From where each stream was to go on.
        wanted: What each stream was to tell of.
        is_hanging_up: Whether the stream is closed after the greeting, or the answer to a command.
    """

    url: str = ""
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)
    frames: list[dict[str, Any]] = field(default_factory=list)
    later: dict[str, list[Any]] = field(default_factory=dict)
    page: str = ""
    greeting: list[dict[str, Any]] = field(default_factory=list)
    resumed: list[Any] = field(default_factory=list)
    wanted: list[Any] = field(default_factory=list)
    is_hanging_up: bool = False

    def __post_init__(self) -> None:
        recorded = json.loads(RECORDED.read_text("utf-8"))
        self.frames = recorded.pop("stream")
        self.answers = recorded

    def device(self, index: int = 0) -> dict[str, Any]:
        device: dict[str, Any] = self.answers["devices"]["devices"][index]
        return device

    async def answer(self, request: web.Request) -> web.StreamResponse:
        place = request.path.removeprefix("/api/v1/")
        body = json.loads(await request.text() or "null")
        self.asked.append((request.method, place, body))
        if place == "stream":
            return await self.stream(request)
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return problem(401, "token-wrong", "the token is not one of this hub's", "make another")
        if self.page:
            return web.Response(text=self.page)
        if place in self.later:
            self.answers[place] = self.later[place].pop(0)
            self.later = {key: rest for key, rest in self.later.items() if rest}
        if request.method == "DELETE":
            self.answers["join/window"]["is_open"] = False
            return web.Response(status=204)
        if place not in self.answers:
            return problem(404, "device-unknown", f"there is no {place}", "see GET /devices")
        return web.json_response(self.answers[place])

    async def stream(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        hello, snapshot, *rest = copy.deepcopy(self.frames)
        await socket.send_json(hello)
        said = await socket.receive_json()
        if said["token"] != TOKEN:
            await socket.close(code=4401, message=b"the token is not valid")
            return socket
        self.resumed.append(said.get("resume"))
        self.wanted.append(said.get("only"))
        for frame in (snapshot, *self.greeting):
            await socket.send_json(frame)
        if self.greeting and self.is_hanging_up:
            await socket.close()
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                said = message.json()
                self.asked.append(("WS", said["type"], said))
                for frame in rest:
                    await socket.send_json(renamed(frame, said["id"]))
                if self.is_hanging_up:
                    break
        return socket


def renamed(frame: dict[str, Any], own_id: str) -> dict[str, Any]:
    """Return a recorded frame as an answer to the command that the client calls `own_id`."""
    if "ref" in frame:
        frame["ref"] = own_id
    if "receipt" in frame:
        frame["receipt"]["id"] = own_id
    return frame


def problem(status: int, code: str, detail: str, remedy: str) -> web.Response:
    told = {"status": status, "code": code, "detail": detail, "remedy": remedy, "title": ""}
    return web.json_response(told, status=status, content_type="application/problem+json")


@asynccontextmanager
async def serving(fake: FakeHub) -> AsyncIterator[FakeHub]:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", fake.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    fake.url = f"http://{host}:{port}"
    try:
        yield fake
    finally:
        await asyncio.wait_for(runner.cleanup(), 5)
