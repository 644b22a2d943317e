"""What the processes of a benchmark are told, one JSON line an order, one an answer."""

from dataclasses import dataclass, field
from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter

from benchmarks.wire import Login


@dataclass(frozen=True, slots=True)
class Open:
    """Let these devices connect.

    Attributes:
        is_bare: Nobody listens but a bare client, and a command is answered by one message.
    """

    logins: tuple[Login, ...]
    is_bare: bool = False
    kind: Literal["open"] = "open"


@dataclass(frozen=True, slots=True)
class Burst:
    """Let every device send so many reports as fast as it can; answer when it began."""

    each: int
    kind: Literal["burst"] = "burst"


@dataclass(frozen=True, slots=True)
class Trickle:
    """Send reports at a steady rate, one device after the other; answer when each was sent."""

    count: int
    rate_per_s: float
    kind: Literal["trickle"] = "trickle"


@dataclass(frozen=True, slots=True)
class Flood:
    """Have every device repeat one report so often a second from now on; answer how often it did.

    A rate of 0 ends it.
    """

    rate_per_s: float
    kind: Literal["flood"] = "flood"


@dataclass(frozen=True, slots=True)
class Heard:
    """Answer when each `set` came since this was asked last, Unix seconds."""

    kind: Literal["heard"] = "heard"


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Answer how many verdicts the devices have got."""

    kind: Literal["verdicts"] = "verdicts"


@dataclass(frozen=True, slots=True)
class Await:
    """Get ready to note when so many messages have come."""

    count: int
    kind: Literal["await"] = "await"


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Answer when the messages came, once all awaited ones are here."""

    is_each: bool = False
    kind: Literal["arrivals"] = "arrivals"


@dataclass(frozen=True, slots=True)
class Ask:
    """Send so many requests to the devices and answer how long each took, in seconds."""

    devices: tuple[str, ...]
    count: int
    at_once: int = 1
    kind: Literal["ask"] = "ask"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an order; the meaning of the numbers is with the order.

    Attributes:
        fault: Why it could not be done; empty when it was.
    """

    numbers: tuple[float, ...] = ()
    fault: str = ""
    logins: tuple[Login, ...] = field(default=())


Order = Open | Burst | Trickle | Flood | Heard | Verdicts | Await | Arrivals | Ask

ORDER: Final[TypeAdapter[Order]] = TypeAdapter(Annotated[Order, Field(discriminator="kind")])
ANSWER: Final = TypeAdapter(Answer)
