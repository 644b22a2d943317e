"""The narrow seam between the hub and a family of devices.

A driver is named by an entry point of the group `ecohub.drivers`, which is a callable that takes a
`DriverContext` and returns a `Driver`. Every driver passes `tests/drivers/driver_suite.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from protocol.codec import Decoded
from protocol.errors import Violation
from protocol.ids import DeviceId
from protocol.messages import Birth, DownMessage
from protocol.topics import Topic

ENTRY_POINTS: Final = "ecohub.drivers"


@dataclass(frozen=True, slots=True)
class BrokerAccess:
    """Where the hub's broker is and as whom the hub logs in; the password stays out of its repr."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    is_tls: bool = False


@dataclass(frozen=True, slots=True)
class DriverContext:
    """What a driver is built from.

    Attributes:
        broker: The hub's broker, for drivers that need one.
        settings: The table `[drivers.<name>]` of hub.toml, to be checked by the driver's own model.
    """

    broker: BrokerAccess
    settings: Mapping[str, object] = field(default_factory=dict)


class Receiver(Protocol):
    """What a driver may tell the hub; every method returns at once and never raises."""

    def is_heard(self, device: DeviceId, child: DeviceId | None = None) -> bool:
        """Say whether a message is wanted; asked once for each, before its payload is read.

        Args:
            device: Who says it.
            child: For whom it says it, if it is a gateway.
        """

    def receive(self, decoded: Decoded) -> None:
        """Take in a message of a device."""

    def refuse(self, topic: Topic | None, violation: Violation, payload: bytes = b"") -> None:
        """Take in that something unreadable came; `topic` is None when that is unreadable too."""

    def introduce(self, device: DeviceId, vendor: str, product: str) -> None:
        """Let a device join that has no setup code; nothing happens if it has joined already.

        Only for whom the owner has named in `[drivers.<name>]`: that is the consent. It is heard
        from now on, and told to the home as soon as that is durable.

        Args:
            device: Who it is; nobody else may be reached under that id.
            vendor: Who made it.
            product: What people call it until they give it a name.
        """

    def link_changed(self, *, is_up: bool, reason: str) -> None:
        """Take in that the driver can, or cannot, reach its devices.

        Called with `is_up` after all subscriptions are in force, so that a birth sent now is
        answered by messages that are heard.
        """


class Driver(Protocol):
    """Reaches one family of devices. A constructor does nothing but assign."""

    async def run(self, receiver: Receiver) -> None:
        """Reach the devices until cancelled; lost links are mended inside, with jitter.

        What escapes is a fault: it is logged, the link counts as down, and the hub calls again.
        """

    def send(self, device: DeviceId, message: DownMessage, gateway: DeviceId | None = None) -> bool:
        """Hand `message` to the link for `device` and return at once.

        Args:
            device: Whom it is for.
            message: What to send.
            gateway: Behind which the device is, if it is a child.

        Returns:
            False when nothing was sent: the link is down or its window is full. The hub sends again
            what matters; a driver keeps no queue of its own beyond its window.
        """

    def announce_birth(self, birth: Birth) -> bool:
        """Tell all devices that the hub is (back) here; False when the link is down."""

    def forget(self, device: DeviceId) -> None:
        """Drop what the link keeps for a device that has left, such as retained messages.

        For a child there is nothing to drop: nothing is retained for it (ECO-CHILD-003), and what
        its gateway retained nevertheless is dropped as soon as it is seen.
        """
