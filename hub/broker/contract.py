"""What the hub asks of a broker, whichever kind it is.

* BrokerError                 carries a `remedy`, what a person can do about it
  - MosquittoMissingError     mosquitto is asked for and not on this machine
  - BrokerSettingsError       the table `[broker]` names no usable broker
  - ProvisionError            an external broker could not be told of a device
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from drivers.contract import BrokerAccess
from hub.errors import MendableError
from hub.sayings import Saying
from protocol.ids import DeviceId

Kind = Literal["mosquitto", "embedded", "external"]

LOOPBACK: Final = "127.0.0.1"


class BrokerError(MendableError):
    """Something about the broker that a person has to mend."""


class MosquittoMissingError(BrokerError):
    """There is no mosquitto where the hub looked."""


class BrokerSettingsError(BrokerError):
    """The settings name no usable broker."""


class ProvisionError(BrokerError):
    """An external broker was not told of a device, or refused it."""


@dataclass(frozen=True, slots=True)
class Login:
    """A user of the broker and its password, which stays out of the repr."""

    user: str
    password: str = field(repr=False)

    @classmethod
    def random(cls, prefix: str) -> "Login":
        """Return a login that no device can have: no device id has an underscore."""
        return cls(f"{prefix}_{secrets.token_hex(4)}", secrets.token_urlsafe(32))


@dataclass(frozen=True, slots=True)
class BrokerState:
    """How the broker is.

    Attributes:
        is_ready: Whether it lets the hub and its devices in.
        said: What it is doing or what is wrong, and what a person can do about that.
        host, port: Where it listens.
    """

    kind: Kind
    is_ready: bool
    said: Saying
    host: str
    port: int

    @property
    def detail(self) -> str:
        """What it is doing or what is wrong, one sentence."""
        return self.said.detail

    @property
    def remedy(self) -> str:
        """What a person can do about it, empty when nothing is wrong."""
        return self.said.remedy


class Broker(Protocol):
    """A broker that the hub runs or uses. A constructor does nothing but assign."""

    @property
    def access(self) -> BrokerAccess:
        """Where the hub's own link logs in, and as whom; the same from the first moment on."""

    @property
    def state(self) -> BrokerState:
        """How the broker is now."""

    @property
    def denied(self) -> Mapping[str, int]:
        """Publishes that the rights forbade, by user; empty where the broker does not tell."""

    async def run(self) -> None:
        """Keep the broker running until cancelled, then stop it; never raises for its failures."""

    async def wait_ready(self, timeout_s: float) -> bool:
        """Wait until `state.is_ready`; False when `timeout_s` went by before."""

    def set_credentials(self, credentials: Mapping[DeviceId, str]) -> None:
        """Let exactly these devices in: password hash by device id.

        Takes effect soon after, without a restart. Who is not in it any more, or has another hash,
        is cut off; nobody else notices.
        """

    async def provision(self, device: DeviceId, password: str | None) -> None:
        """Return as soon as `device` is let in with `password`, or (None) is not let in any more.

        Call it after `set_credentials`. A broker that the hub runs knows the hash from there and
        only has to have taken it in; one that it does not run is told here.

        Raises:
            ProvisionError: it could not be told; the device would be refused.
        """
