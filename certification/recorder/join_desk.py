"""The hub's side of a join, over HTTP: lets a device in, or plays a hub that it may not trust.

Neither proofs nor the setup code are written down: who has both nonces and a proof can try all
codes within minutes.
"""

import asyncio
import json
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal

from aiohttp import web
from pydantic import ValidationError

from certification.transcript.file import Writer
from protocol.ids import DeviceId
from protocol.joining import (
    JOIN_PATH,
    BrokerAddress,
    JoinChallenge,
    JoinGrant,
    JoinProof,
    JoinRequest,
    Role,
    is_proof,
    normalise_code,
    proof,
)

MOST_BYTES: Final = 65_536
"""Longest body that is read."""

MOST_CALLS: Final = 5_000
"""Calls in a whole run; more are turned away and not written down."""

KEPT_BYTES: Final = 4_096
"""What is written down of a body that is longer; no honest one is."""

MOST_SESSIONS: Final = 256
"""Attempts that are remembered; the oldest is forgotten for a new one."""

STOP_S: Final = 0.5

_log = logging.getLogger(__name__)
_log.addHandler(logging.NullHandler())
_log.propagate = False  # what a device does wrong is in the transcript

_ANSWER: Final = "application/json"
_PROBLEM: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Manners:
    """How a join desk behaves; as it stands here, as a hub should.

    Attributes:
        is_open: Whether the joining window is open.
        is_busy: Whether too many others are at it.
        is_false: Whether it does not know the setup code: its proof is wrong, and the password that
            it gives is of no account.
        delay_s: How late its answers are.
        body: What it answers instead of JSON of ECO/1, with status 200.
    """

    is_open: bool = True
    is_busy: bool = False
    is_false: bool = False
    delay_s: float = 0.0
    body: str | None = None

    def deviations(self) -> Mapping[str, Any]:
        """Return what is not as in `POLITE`, for the transcript."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in values.items() if value != getattr(POLITE, name)}


POLITE: Final = Manners()
"""As a hub should behave."""


@dataclass(frozen=True, slots=True)
class Home:
    """What a join desk gives out.

    Attributes:
        hub: Id of the hub that it plays.
        code: The setup code.
        broker_port: Port of the broker, on the host of the desk.
        admit: Told user and password of each device that has joined.
        is_tls: Whether the broker speaks TLS.
    """

    hub: str
    code: str = field(repr=False)
    broker_port: int
    admit: Callable[[str, str], None]
    is_tls: bool = False


@dataclass(frozen=True, slots=True)
class _Session:
    request: JoinRequest
    nonce: str


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    body: Mapping[str, Any]
    marks: Mapping[str, Any] = field(default_factory=dict)


class JoinDesk:
    """Answers `POST /api/v1/join`.

    Args:
        writer: Where the calls are written down.
        home: What it gives out.
        place: Address and port to listen at; port 0 for any.
    """

    def __init__(
        self, writer: Writer, home: Home, place: tuple[str, int] = ("127.0.0.1", 0)
    ) -> None:
        self.manners = POLITE
        self._writer = writer
        self._home = home
        self._place = place
        self._sessions: dict[str, _Session] = {}
        self._calls = 0
        self._runner: web.AppRunner | None = None
        digits = normalise_code(home.code)
        for shape in {home.code, digits, f"{digits[:4]}-{digits[4:]}"}:
            writer.hide(shape)

    async def start(self) -> int:
        """Listen, and return the port; raises OSError when the place cannot be had."""
        app = web.Application(client_max_size=MOST_BYTES)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, logger=_log, shutdown_timeout=STOP_S)
        await self._runner.setup()
        site = web.TCPSite(self._runner, *self._place)
        await site.start()
        port: int = self._runner.addresses[0][1]
        return port

    async def stop(self) -> None:
        """Listen no more."""
        if self._runner is not None:
            await self._runner.cleanup()

    def behave(self, manners: Manners = POLITE) -> int:
        """Behave like this from now on, and return the line that says so."""
        self.manners = manners
        return self._writer.write("stimulus", name="join desk", args=manners.deviations())

    async def _answer(self, request: web.Request) -> web.Response:
        self._calls += 1
        if self._calls > MOST_CALLS:
            return web.Response(status=429)
        try:
            raw = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return self._astray(request, _problem(413, "body-too-large"))
        body = _json(raw) if len(raw) <= KEPT_BYTES else _cut(raw)
        call = _call(request, body)
        if call == 0:
            return self._astray(request, _problem(404, "not-found"))
        marks = {"proof_ok": self._is_right(body)} if call == 2 else {}
        self._note("in", call, body=_without_proof(body), **marks)
        reply = self._refusal() or (self._challenge(body) if call == 1 else self._grant(body))
        if self.manners.delay_s:
            await asyncio.sleep(self.manners.delay_s)
        return self._reply(call, reply)

    def _astray(self, request: web.Request, reply: _Reply) -> web.Response:
        self._note("in", 0, body={"method": request.method, "path": request.path})
        return self._reply(0, reply)

    def _refusal(self) -> _Reply | None:
        if not self.manners.is_open:
            return _problem(403, "ECO-JOIN-002")
        return _problem(429, "join-busy") if self.manners.is_busy else None

    def _challenge(self, body: object) -> _Reply:
        try:
            asked = JoinRequest.model_validate(body)
        except ValidationError as error:
            return _invalid(error)
        if len(self._sessions) >= MOST_SESSIONS:
            self._sessions.pop(next(iter(self._sessions)))
        session, nonce = secrets.token_urlsafe(16), secrets.token_hex(16)
        self._sessions[session] = _Session(asked, nonce)
        said = JoinChallenge(hub=self._home.hub, nonce=nonce, session=session)
        return _Reply(200, said.model_dump())

    def _grant(self, body: object) -> _Reply:
        try:
            given = JoinProof.model_validate(body)
        except ValidationError as error:
            return _invalid(error)
        session = self._sessions.get(given.session)
        if session is None:
            return _problem(403, "join-session-unknown")
        if not is_proof(given.proof, self._proof("device", session)):
            del self._sessions[given.session]
            return _problem(403, "ECO-JOIN-003")
        password = secrets.token_urlsafe(18)
        self._writer.hide(password)
        is_false, device = self.manners.is_false, session.request.device
        if not is_false:
            self._home.admit(device, password)
        grant = JoinGrant(
            hub=self._home.hub,
            proof=secrets.token_hex(32) if is_false else self._proof("hub", session),
            broker=BrokerAddress(host=None, port=self._home.broker_port, tls=self._home.is_tls),
            user=device,
            client_id=device,
            password=password,
        )
        return _Reply(200, grant.model_dump(), {"is_false": True} if is_false else {})

    def _is_right(self, body: object) -> bool:
        """Say whether a second call is proven, whatever is answered to it."""
        try:
            given = JoinProof.model_validate(body)
        except ValidationError:
            return False
        session = self._sessions.get(given.session)
        return session is not None and is_proof(given.proof, self._proof("device", session))

    def _proof(self, role: Role, session: _Session) -> str:
        asked = session.request
        return proof(role, self._home.code, asked.nonce, session.nonce, DeviceId(asked.device))

    def _reply(self, call: int, reply: _Reply) -> web.Response:
        if self.manners.body is not None:
            self._note("out", call, status=200, body=self.manners.body)
            return web.Response(text=self.manners.body, content_type=_ANSWER)
        hidden = _without_proof(reply.body)
        self._note("out", call, status=reply.status, body=hidden, **reply.marks)
        kind = _ANSWER if reply.status == 200 else _PROBLEM
        later = {"Retry-After": "1"} if reply.status == 429 else {}
        text = json.dumps(reply.body)
        return web.Response(text=text, status=reply.status, content_type=kind, headers=later)

    def _note(self, way: Literal["in", "out"], call: int, **said: object) -> None:
        self._writer.write("http", hub=self._home.hub, way=way, call=call, **said)


def _json(raw: bytes) -> object:
    try:
        value: object = json.loads(raw)
        json.dumps(value, allow_nan=False)
    except (ValueError, RecursionError):
        return _cut(raw)
    return value


def _cut(raw: bytes) -> str:
    return raw[:KEPT_BYTES].decode("utf-8", "backslashreplace")


def _call(request: web.Request, body: object) -> int:
    """Return which of the two calls it is, or 0 for neither."""
    if request.method != "POST" or request.path != JOIN_PATH:
        return 0
    return 2 if isinstance(body, dict) and "session" in body else 1


def _without_proof(body: object) -> object:
    if not isinstance(body, Mapping):
        return body
    return {name: _hidden(said) if name == "proof" else said for name, said in body.items()}


def _hidden(said: object) -> object:
    return "*" * len(said) if isinstance(said, str) else said


def _problem(status: int, code: str) -> _Reply:
    return _Reply(status, {"type": "about:blank", "title": code, "status": status, "code": code})


def _invalid(error: ValidationError) -> _Reply:
    place = error.errors(include_input=False, include_url=False, include_context=False)[0]["loc"]
    problem = _problem(422, "body-invalid")
    return _Reply(422, {**problem.body, "path": ".".join(map(str, place))})
