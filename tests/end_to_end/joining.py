"""How a test brings a device into a home: by the two HTTP calls, as a device does."""

import secrets
from dataclasses import dataclass
from typing import Self

from protocol.ids import DeviceId
from protocol.joining import Role, proof
from tests.end_to_end.api import Answer, Api, Json
from tests.end_to_end.credentials import Credentials
from tests.end_to_end.hub_process import CODE, Hub
from tests.mqtt_client import ACCEPTED, RawClient


class JoinRefusedError(Exception):
    """The hub did not let the device in."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(str(answer))
        self.answer = answer


@dataclass(frozen=True)
class Attempt:
    """A join of which the first call is done."""

    device: DeviceId
    nonce: str
    challenge: Json

    @classmethod
    async def begin(cls, api: Api, device: str) -> Self:
        """Ask to be let in; raises `JoinRefusedError`."""
        nonce = secrets.token_hex(16)
        asked = {"device": device, "product": "lamp-1", "vendor": "acme", "nonce": nonce}
        return cls(DeviceId(device), nonce, await _call(api, asked))

    async def finish(self, api: Api, code: str = CODE) -> Credentials:
        """Prove to know the code; raises `JoinRefusedError`."""
        session = self.challenge["session"]
        grant = await _call(api, {"session": session, "proof": self._proof("device", code)})
        assert grant["proof"] == self._proof("hub", code)
        assert grant["user"] == grant["client_id"] == self.device
        place = grant["broker"]
        return Credentials(
            self.device,
            place["host"] or "127.0.0.1",
            place["port"],
            grant["password"],
            grant["hub"],
        )

    def _proof(self, role: Role, code: str) -> str:
        return proof(role, code, self.nonce, self.challenge["nonce"], self.device)


async def join(api: Api, device: str, code: str = CODE) -> Credentials:
    """Join through an open window; raises `JoinRefusedError`."""
    attempt = await Attempt.begin(api, device)
    return await attempt.finish(api, code)


async def let_in(hub: Hub, *devices: str) -> list[Credentials]:
    """Open the window for these devices and let them join."""
    await hub.api.open_window(CODE, devices=len(devices))
    return [await join(hub.api, device) for device in devices]


async def may_connect(credentials: Credentials) -> bool:
    """Say whether the broker lets the device in; nothing else happens on the connection."""
    client = await RawClient.open(credentials.port, credentials.host)
    try:
        return await client.connect(credentials.device, credentials.password) == ACCEPTED
    finally:
        client.abort()


async def _call(api: Api, body: dict[str, str]) -> Json:
    answer = await api.ask("POST", "/join", body)
    if answer.status != 200:
        raise JoinRefusedError(answer)
    return answer.body
