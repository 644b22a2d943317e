"""How a test brings a device into a home: by the two HTTP calls, as a device does."""

import secrets

from protocol.ids import DeviceId
from protocol.joining import proof
from tests.end_to_end.api import Answer, Api, Json
from tests.end_to_end.credentials import Credentials
from tests.end_to_end.hub_process import CODE, Hub
from tests.mqtt_client import ACCEPTED, RawClient


class JoinRefusedError(Exception):
    """The hub did not let the device in."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(str(answer))
        self.answer = answer


async def join(api: Api, device: str, code: str = CODE, product: str = "lamp-1") -> Credentials:
    """Join through an open window; raises `JoinRefusedError`."""
    nonce = secrets.token_hex(16)
    asked = {"device": device, "product": product, "vendor": "acme", "nonce": nonce}
    challenge = await _call(api, asked)
    name = DeviceId(device)
    mine = proof("device", code, nonce, challenge["nonce"], name)
    grant = await _call(api, {"session": challenge["session"], "proof": mine})
    assert grant["proof"] == proof("hub", code, nonce, challenge["nonce"], name)
    assert grant["user"] == grant["client_id"] == device
    broker = grant["broker"]
    return Credentials(
        device, broker["host"] or "127.0.0.1", broker["port"], grant["password"], grant["hub"]
    )


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
