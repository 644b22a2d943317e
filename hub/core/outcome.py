"""What must happen after the core took something in, as data."""

from collections.abc import Iterable
from dataclasses import dataclass

from hub.core.events import Event
from hub.core.records import Save
from protocol.ids import DeviceId
from protocol.messages import DownMessage


@dataclass(slots=True, init=False)
class Outcome:
    """Effects, filled by the core and then handed over whole; one is made for every message.

    Attributes:
        events: To the bus, in order, once `saves` are durable.
        send: To the devices' drivers, in order, once `saves` are durable.
        saves: To the store, in one transaction.
        strays: As `send`, to those who are no devices here: gateway, child, message.
    """

    events: list[Event]
    send: list[tuple[DeviceId, DownMessage]]
    saves: list[Save]
    strays: list[tuple[DeviceId, DeviceId, DownMessage]]

    def __init__(self, events: Iterable[Event] = (), saves: Iterable[Save] = ()) -> None:
        self.events, self.saves = [*events], [*saves]
        self.send, self.strays = [], []

    def add(self, other: "Outcome") -> None:
        """Take in the effects of what happened after this."""
        self.events += other.events
        self.send += other.send
        self.saves += other.saves
        self.strays += other.strays
