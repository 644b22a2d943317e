"""What must happen after the core took something in, as data."""

from dataclasses import dataclass, field

from hub.core.events import Event
from hub.core.records import Save
from protocol.ids import DeviceId
from protocol.messages import DownMessage


@dataclass(slots=True)
class Outcome:
    """Effects, filled by the core and then handed over whole.

    Attributes:
        events: To the bus, in order, once `saves` are durable.
        send: To the devices' drivers, in order, once `saves` are durable.
        saves: To the store, in one transaction.
        strays: As `send`, to those who are no devices here: gateway, child, message.
    """

    events: list[Event] = field(default_factory=list)
    send: list[tuple[DeviceId, DownMessage]] = field(default_factory=list)
    saves: list[Save] = field(default_factory=list)
    strays: list[tuple[DeviceId, DeviceId, DownMessage]] = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        """Take in the effects of what happened after this."""
        self.events += other.events
        self.send += other.send
        self.saves += other.saves
        self.strays += other.strays
