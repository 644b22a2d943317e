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
    """

    events: list[Event] = field(default_factory=list)
    send: list[tuple[DeviceId, DownMessage]] = field(default_factory=list)
    saves: list[Save] = field(default_factory=list)
