"""Joins a home by HTTP: two calls, each side proves that it knows the setup code."""

import http.client
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from protocol.errors import ViolationError
from protocol.ids import DeviceId
from protocol.joining import (
    JOIN_PATH,
    JoinChallenge,
    JoinGrant,
    JoinProof,
    JoinRequest,
    Role,
    is_proof,
    normalise_code,
    proof,
)
from simulators.errors import (
    FalseHubError,
    HubBusyError,
    HubNotFoundError,
    JoinError,
    UsageError,
    WindowClosedError,
    WrongCodeError,
)
from simulators.state import Credentials
from simulators.tempo import Tempo

PORT: Final = 8321
"""Where a hub's API is if nobody says otherwise."""

TIMEOUT_S: Final = 4.0
"""How long a hub may take to answer; a stopped process ends within 5 s."""

MAX_ANSWER_BYTES: Final = 65_536

TRIFLE_S: Final = 4.0
"""No scale makes a pause between the two calls shorter than that."""

_CLOSED: Final = "open the joining window: ecohub join, or POST /api/v1/joining"

_Answer = TypeVar("_Answer", JoinChallenge, JoinGrant)


class Newcomer(NamedTuple):
    """A device that asks to be let in."""

    device: DeviceId
    vendor: str
    product: str


class _Problem(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    code: str = ""
    detail: str = ""
    remedy: str = ""


def fresh_nonce() -> str:
    """Return 16 new random bytes in lower-case hex."""
    return secrets.token_hex(16)


def by_its_id(device: DeviceId, tries: int) -> DeviceId:
    """Return the device's own id at each try."""
    return device


@dataclass(frozen=True, slots=True)
class Approach:
    """How a device goes about joining.

    Attributes:
        nonce: Makes its nonce (ECO-JOIN-004).
        prove: Makes its proof (ECO-JOIN-003).
        trusts: Judges the hub's proof against the right one (ECO-JOIN-006).
        pause_s: How long it takes from the first call to the second (ECO-JOIN-013).
        called: How it calls itself at the nth try of a process, counted from 0 (ECO-TOPIC-004).
    """

    nonce: Callable[[], str] = fresh_nonce
    prove: Callable[[Role, str, str, str, DeviceId], str] = proof
    trusts: Callable[[str, str], bool] = is_proof
    pause_s: float = 0.0
    called: Callable[[DeviceId, int], DeviceId] = by_its_id

    def at(self, tempo: Tempo) -> Self:
        """Return the approach of a device of this tempo."""
        return replace(self, pause_s=max(tempo.away_s(self.pause_s), min(self.pause_s, TRIFLE_S)))


PLAIN: Final = Approach()
"""How a healthy device goes about it."""


def check_code(code: str) -> str:
    """Return the digits of a setup code.

    Raises:
        UsageError: It is none.
    """
    try:
        return normalise_code(code)
    except ViolationError as error:
        raise UsageError(error.violation.detail, "give it as 1234-5678", "ECO-JOIN-001") from None


def is_url(text: str) -> bool:
    """Say whether a hub is named by its place and not by its id, which has neither `:` nor `.`."""
    return ":" in text or "." in text or text == "localhost"


def check_url(text: str) -> str:
    """Return the url of a hub's API, without path; scheme and port may be left out of `text`.

    Raises:
        UsageError: It is none.
    """
    parts = urlsplit(text if "://" in text else f"http://{text}")
    try:
        port = parts.port
    except ValueError:
        port = 0
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise UsageError(f"{text!r} is no url of a hub", "such as http://192.168.1.20:8321")
    has_port = port is not None or "://" in text
    return f"{parts.scheme}://{parts.netloc}" + ("" if has_port else f":{PORT}")


def place_of(url: str) -> tuple[str, int]:
    """Return host and port of a url that `check_url` has passed."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def join(url: str, newcomer: Newcomer, code: str, approach: Approach = PLAIN) -> Credentials:
    """Join the hub at `url`; blocks, so call it in a thread.

    Raises:
        HubNotFoundError: Nothing answers there.
        JoinError: The hub does not let the device in, or is not the right one.
    """
    nonce = approach.nonce()
    device, vendor, product = newcomer
    asked = JoinRequest(device=device, product=product, vendor=vendor, nonce=nonce)
    challenge = _post(url, asked, JoinChallenge)
    mine = approach.prove("device", code, nonce, challenge.nonce, device)
    time.sleep(approach.pause_s)
    grant = _post(url, JoinProof(session=challenge.session, proof=mine), JoinGrant)
    theirs = proof("hub", code, nonce, challenge.nonce, device)
    if not approach.trusts(grant.proof, theirs) or grant.hub != challenge.hub:
        raise FalseHubError(
            f"what answers at {url} cannot prove that it knows the setup code",
            "it may not be your hub: compare its address with the one that the hub shows",
        )
    return _kept(url, device, grant)


def _kept(url: str, device: DeviceId, grant: JoinGrant) -> Credentials:
    if not grant.user == grant.client_id == device:
        raise FalseHubError(f"the hub gives {device} the credentials of {grant.user!r}")
    if grant.broker.tls:
        raise FalseHubError("the hub's broker wants TLS, which simulators do not speak yet")
    return Credentials(
        device=device,
        hub=grant.hub,
        url=url,
        host=grant.broker.host or place_of(url)[0],
        port=grant.broker.port,
        password=grant.password,
    )


def _post(url: str, body: JoinRequest | JoinProof, answer: type[_Answer]) -> _Answer:
    status, content = _ask(url, body.model_dump_json().encode())
    if status == http.client.OK:
        try:
            return answer.model_validate_json(content)
        except ValidationError:
            raise _no_hub(url, "its answer is not one of ECO/1") from None
    try:
        problem = _Problem.model_validate_json(content)
    except ValidationError:
        raise _no_hub(url, f"it answers {status}") from None
    raise _refusal(url, status, problem)


def _ask(url: str, body: bytes) -> tuple[int, bytes]:
    kind = http.client.HTTPSConnection if url.startswith("https:") else http.client.HTTPConnection
    connection = kind(*place_of(url), timeout=TIMEOUT_S)
    try:
        connection.request("POST", JOIN_PATH, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read(MAX_ANSWER_BYTES)
    except (OSError, http.client.HTTPException) as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        remedy = "is the hub running there? ecohub doctor on its machine tells"
        raise HubNotFoundError(f"no hub answers at {url}: {why}", remedy) from None
    finally:
        connection.close()


def _refusal(url: str, status: int, problem: _Problem) -> JoinError:
    match problem.code:
        case "ECO-JOIN-002":
            return WindowClosedError("the joining window is closed", problem.remedy or _CLOSED)
        case "ECO-JOIN-003":
            remedy = "give the code that the hub was told, with --code"
            return WrongCodeError("the hub does not take the setup code", remedy)
    if status == http.client.TOO_MANY_REQUESTS or problem.code == "join-session-unknown":
        return HubBusyError(problem.detail or "the hub is busy", problem.remedy)
    if not problem.code:
        return _no_hub(url, f"it answers {status}")
    return JoinError(problem.detail or f"the hub answers {status}", problem.remedy, problem.code)


def _no_hub(url: str, why: str) -> FalseHubError:
    return FalseHubError(f"what is at {url} is no hub: {why}", "check the address", "no-hub")
