"""A client of the hub's API: typed calls, one error tree, nothing that a caller must clean up."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from types import TracebackType
from typing import TYPE_CHECKING, Final, Literal, Self, TypeVar, cast
from urllib.parse import quote, urlencode

from aiohttp import (
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ClientWebSocketResponse,
    WSMsgType,
)

from hub.cli.access import Access
from hub.cli.errors import CliError, NotAuthorisedError, RefusedError, UnreachableError
from protocol.messages import Scalar

if TYPE_CHECKING:
    from hub.api.history_models import HistoryAnswer
    from hub.api.judged_models import (
        BrokenRules,
        CertificateList,
        CertificateShown,
        FieldReport,
        NoticeList,
        TraceList,
    )
    from hub.api.models import (
        DeviceList,
        DeviceView,
        DiscoveryReport,
        HealthReport,
        HubReport,
        Problem,
        Receipt,
        WindowState,
    )
    from hub.api.people_models import (
        InviteSent,
        PairingOpened,
        PairingState,
        PersonList,
        PersonShown,
        SessionList,
    )

TIMEOUT_S: Final = 10.0
TOKEN_REFUSED: Final = 4401
"""Code with which the hub closes a stream whose token it does not take."""

Method = Literal["GET", "POST", "PATCH", "DELETE"]
Frame = Mapping[str, object]
Shape = TypeVar("Shape")


class HubClient:
    """Calls one hub; an asynchronous context manager.

    Every call raises `UnreachableError`, `NotAuthorisedError` or `RefusedError`.
    """

    def __init__(self, access: Access, timeout_s: float = TIMEOUT_S) -> None:
        self._access, self._timeout_s = access, timeout_s
        self._session: ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = ClientSession(
            headers={"Authorization": f"Bearer {self._access.token}"},
            timeout=ClientTimeout(total=self._timeout_s),
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def health(self) -> "HealthReport":
        """Return whether the hub works."""
        return cast("HealthReport", await self._call("GET", "health"))

    async def hub(self) -> "HubReport":
        """Return what the hub is and how it stands."""
        return cast("HubReport", await self._call("GET", "hub"))

    async def devices(self) -> "DeviceList":
        """Return the devices of the home."""
        return cast("DeviceList", await self._call("GET", "devices"))

    async def device(self, device: str) -> "DeviceView":
        """Return all about one device."""
        return cast("DeviceView", await self._call("GET", f"devices/{_part(device)}"))

    async def history(
        self, device: str, addresses: Sequence[str], since: str, points: int
    ) -> "HistoryAnswer":
        """Return what a device told since a time, ISO 8601."""
        query = urlencode(
            [("from", since), ("points", points), *(("address", one) for one in addresses)]
        )
        place = f"devices/{_part(device)}/history?{query}"
        return cast("HistoryAnswer", await self._call("GET", place))

    async def history_csv(
        self, device: str, addresses: Sequence[str], since: str
    ) -> AsyncIterator[bytes]:
        """Yield all that a device told since a time, ISO 8601, as CSV."""
        query = urlencode(
            [("from", since), ("format", "csv"), *(("address", one) for one in addresses)]
        )
        url = f"{self._access.url}/api/v1/devices/{_part(device)}/history?{query}"
        timeout = ClientTimeout(total=None, sock_read=self._timeout_s)
        try:
            async with self._opened().get(url, timeout=timeout) as response:
                if response.status >= 400:
                    await self._read(response)
                async for chunk in response.content.iter_any():
                    yield chunk
        except (ClientError, TimeoutError, OSError) as error:
            raise self._unreachable(error) from error

    async def rename(self, device: str, name: str) -> "DeviceView":
        """Give a device another name."""
        body = {"name": name}
        return cast("DeviceView", await self._call("PATCH", f"devices/{_part(device)}", body))

    async def judge(self, device: str, mode: str) -> "DeviceView":
        """Change how strictly a device is judged."""
        body = {"mode": mode}
        return cast("DeviceView", await self._call("PATCH", f"devices/{_part(device)}", body))

    async def judge_newcomers(self, mode: str, *, of_all: bool) -> "HubReport":
        """Change how strictly devices are judged that join from now on, or all."""
        body = {"mode": mode, "of_all": of_all}
        return cast("HubReport", await self._call("PATCH", "hub", body))

    async def release(self, device: str) -> "DeviceView":
        """Let a device out of quarantine."""
        place = f"devices/{_part(device)}/release"
        return cast("DeviceView", await self._call("POST", place))

    async def trace(self, device: str) -> "TraceList":
        """Return the last messages of a device."""
        return cast("TraceList", await self._call("GET", f"devices/{_part(device)}/trace"))

    async def violations(self, device: str) -> "BrokenRules":
        """Return the rules that a device broke."""
        return cast("BrokenRules", await self._call("GET", f"devices/{_part(device)}/violations"))

    async def field_report(self, device: str) -> "FieldReport":
        """Return the rules that a device broke as its maker may know them."""
        place = f"devices/{_part(device)}/violations/export"
        return cast("FieldReport", await self._call("GET", place))

    async def notifications(self) -> "NoticeList":
        """Return what is in the inbox."""
        return cast("NoticeList", await self._call("GET", "notifications"))

    async def read_notifications(self) -> None:
        """Mark all that is in the inbox as read."""
        await self._call("PATCH", "notifications", {"is_read": True})

    async def drop_notifications(self) -> None:
        """Empty the inbox."""
        await self._call("DELETE", "notifications")

    async def certificates(self) -> "CertificateList":
        """Return the certificates that the hub has."""
        return cast("CertificateList", await self._call("GET", "certificates"))

    async def add_certificate(self, text: str) -> "CertificateShown":
        """Bring a certificate, as its file has it."""
        body = {"certificate": text}
        return cast("CertificateShown", await self._call("POST", "certificates", body))

    async def remove_certificate(self, certificate: str) -> None:
        """Take a certificate away, by its id."""
        await self._call("DELETE", f"certificates/{_part(certificate)}")

    async def move(self, child: str, gateway: str) -> "DeviceView":
        """Let a child go behind another gateway."""
        place = f"devices/{_part(child)}/move"
        return cast("DeviceView", await self._call("POST", place, {"gateway": gateway}))

    async def make_room(self, gateway: str, at_most: int) -> "DeviceView":
        """Change how many children a gateway may have."""
        body = {"max_children": at_most}
        return cast("DeviceView", await self._call("PATCH", f"devices/{_part(gateway)}", body))

    async def let_in(self, gateway: str, child: str) -> "DeviceView":
        """Let a gateway bring a child again that was sent away."""
        place = f"devices/{_part(gateway)}/children"
        return cast("DeviceView", await self._call("POST", place, {"child": child}))

    async def unjoin(self, device: str) -> None:
        """Send a device away."""
        await self._call("DELETE", f"devices/{_part(device)}")

    async def set(
        self,
        device: str,
        values: Mapping[str, Scalar],
        *,
        wait_s: float,
        expires_in_s: float,
    ) -> "Receipt":
        """Set properties and return the receipt after at most `wait_s`."""
        body = {"properties": values, "wait_s": wait_s, "expires_in_s": expires_in_s}
        place = f"devices/{_part(device)}/properties"
        return cast("Receipt", await self._call("PATCH", place, body, wait_s))

    async def act(
        self,
        device: str,
        action: str,
        arguments: Mapping[str, Scalar],
        *,
        wait_s: float,
        expires_in_s: float,
    ) -> "Receipt":
        """Run an action and return the receipt after at most `wait_s`."""
        body = {"arguments": arguments, "wait_s": wait_s, "expires_in_s": expires_in_s}
        place = f"devices/{_part(device)}/actions/{_part(action)}"
        return cast("Receipt", await self._call("POST", place, body, wait_s))

    async def command(self, command: str) -> "Receipt":
        """Return how far a command has come."""
        return cast("Receipt", await self._call("GET", f"commands/{_part(command)}"))

    async def discovery(self) -> "DiscoveryReport":
        """Return what the network tells of itself."""
        return cast("DiscoveryReport", await self._call("GET", "discovery"))

    async def window(self) -> "WindowState":
        """Return whether devices may join now."""
        return cast("WindowState", await self._call("GET", "join/window"))

    async def open_window(
        self, code: str, *, duration_s: float, devices: int, replaces: str | None = None
    ) -> "WindowState":
        """Let devices join that prove `code`."""
        body = {"code": code, "duration_s": duration_s, "devices": devices, "replaces": replaces}
        return cast("WindowState", await self._call("POST", "join/window", body))

    async def close_window(self) -> None:
        """Let no more devices join."""
        await self._call("DELETE", "join/window")

    async def people(self) -> "PersonList":
        """Return the people of the home."""
        return cast("PersonList", await self._call("GET", "people"))

    async def change_person(self, person: str, change: Mapping[str, object]) -> "PersonShown":
        """Change who somebody is."""
        return cast("PersonShown", await self._call("PATCH", f"people/{_part(person)}", change))

    async def remove_person(self, person: str) -> None:
        """Remove a person with all their phones."""
        await self._call("DELETE", f"people/{_part(person)}")

    async def sessions(self) -> "SessionList":
        """Return the phones and programs that are paired."""
        return cast("SessionList", await self._call("GET", "sessions"))

    async def end_session(self, session: str) -> None:
        """Cut a phone off."""
        await self._call("DELETE", f"sessions/{_part(session)}")

    async def invite(
        self, *, name: str, role: str, grants: Sequence[Mapping[str, object]]
    ) -> "InviteSent":
        """Send an invite."""
        body = {"name": name, "role": role, "grants": grants}
        return cast("InviteSent", await self._call("POST", "invites", body))

    async def pairing(self) -> "PairingState":
        """Return whether a phone may come now, and who came last."""
        return cast("PairingState", await self._call("GET", "pair/window"))

    async def open_pairing(
        self, *, role: str | None, person: str | None, duration_s: float
    ) -> "PairingOpened":
        """Let one phone come for a while."""
        body = {"role": role, "person": person, "duration_s": duration_s}
        return cast("PairingOpened", await self._call("POST", "pair/window", body))

    async def close_pairing(self) -> None:
        """Let no phone come any more."""
        await self._call("DELETE", "pair/window")

    @asynccontextmanager
    async def stream(self, resume: Frame | None = None) -> AsyncIterator["Stream"]:
        """Open the live stream, from a place on (`{"stream", "seq"}`) or with a snapshot."""
        session = self._opened()
        try:
            async with session.ws_connect(
                f"{self._access.url}/api/v1/stream",
                heartbeat=30,
                max_msg_size=0,
            ) as socket:
                stream = Stream(socket)
                await stream.begin(self._access.token, resume)
                yield stream
        except (ClientError, TimeoutError, OSError) as error:
            raise self._unreachable(error) from error

    async def _call(
        self,
        method: Method,
        place: str,
        body: Mapping[str, object] | None = None,
        wait_s: float = 0.0,
    ) -> object:
        session = self._opened()
        url = f"{self._access.url}/api/v1/{place}"
        timeout = ClientTimeout(total=self._timeout_s + wait_s)
        try:
            async with session.request(method, url, json=body, timeout=timeout) as response:
                return await self._read(response)
        except (ClientError, TimeoutError, OSError) as error:
            raise self._unreachable(error) from error

    async def _read(self, response: ClientResponse) -> object:
        text = await response.text()
        try:
            document: object = json.loads(text) if text else None
        except ValueError:
            raise UnreachableError(
                f"{self._access.url} is no hub: it answers {response.status} with no JSON",
                "see which hub runs where: ecohub discover",
            ) from None
        if response.status < 400:
            return document
        raise refusal(document, response.status)

    def _opened(self) -> ClientSession:
        if self._session is None:
            raise RuntimeError("the client is used outside its context")
        return self._session

    def _unreachable(self, error: Exception) -> UnreachableError:
        reason = str(error) or type(error).__name__
        return UnreachableError(
            f"no hub answers at {self._access.url}: {reason}",
            "see whether it runs: ecohub doctor",
        )


class Stream:
    """The live stream of one hub.

    Attributes:
        place: Where reading has come to, to resume from.
    """

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket
        self.place: dict[str, object] = {}

    async def begin(self, token: str, resume: Frame | None) -> None:
        """Say who is there; the next frame is a snapshot, or says that it goes on."""
        await self.send({"type": "auth", "token": token, **({"resume": resume} if resume else {})})

    async def send(self, frame: Frame) -> None:
        """Send one frame."""
        await self._socket.send_str(json.dumps(frame))

    async def frames(self) -> AsyncIterator[Frame]:
        """Yield what comes until the hub closes the stream.

        Raises:
            NotAuthorisedError: The hub does not take the token.
        """
        async for message in self._socket:
            if message.type is not WSMsgType.TEXT:
                continue
            frame = cast("dict[str, object]", json.loads(message.data))
            self.place.update({key: frame[key] for key in ("stream", "seq") if key in frame})
            if frame.get("type") == "problem" and frame.get("ref") is None:
                problem = frame.get("problem")
                raise refusal(problem)
            yield frame
        if self._socket.close_code == TOKEN_REFUSED:
            raise NotAuthorisedError("the hub does not take the token", _ANOTHER_ONE)


_ANOTHER_ONE: Final = "give another one with --token or ECOHUB_TOKEN"


def refusal(document: object, status: int = 400) -> CliError:
    """Return the error that a problem of the API (RFC 9457) is to a person.

    Args:
        document: The problem, as decoded.
        status: What to go by where the problem has no status of its own.
    """
    problem = cast("Problem", document if isinstance(document, dict) else {})
    status = problem.get("status", status)
    text = problem.get("detail") or problem.get("title") or f"the hub answers {status}"
    more = [f"{item['path']}: {item['detail']}" for item in problem.get("errors", [])[1:]]
    remedy = "\n".join(line for line in (problem.get("remedy", ""), *more) if line)
    code = problem.get("code", "refused")
    if status == HTTPStatus.UNAUTHORIZED:
        return NotAuthorisedError(text, remedy or _ANOTHER_ONE, code)
    return RefusedError(f"{text} ({code})" if code.startswith("ECO-") else text, remedy, code)


def _part(text: str) -> str:
    return quote(text, safe="")
