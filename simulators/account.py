"""An honest account of what faults did to a device's messages, one by one and in sum."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, NamedTuple

from protocol.codec import Encoded
from protocol.messages import UpMessage
from protocol.validator import CompiledProduct
from simulators.spoiling import Break

COUNTED: Final = ("said", "sent", "lost", "touched", "broken", "unheard", "mishaps")


class Spoken(NamedTuple):
    """A message of the device as it would go on the wire.

    Attributes:
        product: That of the device, or of the child, that says it.
    """

    encoded: Encoded
    message: UpMessage
    product: CompiledProduct


class Frame(NamedTuple):
    """What goes on the wire.

    Attributes:
        message: What it says; None if nobody can read it.
        breaks: The rules that it breaks by what it says, whatever came before it.
        touched: The faults behind that.
    """

    encoded: Encoded
    message: UpMessage | None
    breaks: tuple[Break, ...] = ()
    touched: tuple[str, ...] = ()


@dataclass(slots=True)
class Account:
    """What the faults have done to what was said.

    `sum(said) + copies == sum(sent) + sum(lost)` once nothing is on its way any more.

    Attributes:
        said: Messages that the device meant to send, by leaf.
        copies: Those that a fault added.
        sent: Messages that went on the wire, by leaf.
        lost: Messages that did not, by cause: `drop`, `half`, `cut` with the link, `full`.
        touched: Messages on the wire by the fault that changed them.
        broken: Rules that they break by what they say, by id.
        unheard: Messages of the hub that did not get through, by cause.
        mishaps: What befell the device, by kind.
    """

    said: Counter[str] = field(default_factory=Counter)
    copies: int = 0
    sent: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    touched: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    unheard: Counter[str] = field(default_factory=Counter)
    mishaps: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Account") -> None:
        """Take in what another device's account says."""
        self.copies += other.copies
        for name in COUNTED:
            getattr(self, name).update(getattr(other, name))

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Return its numbers by what they count."""
        counts = {name: dict(sorted(getattr(self, name).items())) for name in COUNTED}
        return MappingProxyType({**counts, "copies": {"duplicate": self.copies}})

    def summary(self) -> str:
        """Return its numbers in a line."""
        parts = [f"said {self.said.total():,}", f"on the wire {self.sent.total():,}"]
        for name in ("lost", "touched", "broken", "mishaps"):
            found = getattr(self, name)
            if found:
                told = ", ".join(f"{kind} {count:,}" for kind, count in sorted(found.items()))
                parts.append(f"{name}: {told}")
        return "; ".join(parts)
