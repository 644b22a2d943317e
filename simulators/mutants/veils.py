"""What cannot be seen any more of a device that is wrong in certain ways."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Veil:
    """What a mutant keeps a suite from seeing, as that mutant in a run of the whole suite shows.

    Attributes:
        why: Why it cannot be seen.
        hides: The rules that stay open with it, or the beginnings of their ids; empty for all.
        but: Those of them that do not.
    """

    why: str
    hides: tuple[str, ...] = ("ECO-",)
    but: tuple[str, ...] = ()

    def covers(self, rule: str) -> bool:
        """Say whether it cannot be seen that this rule is broken, too."""
        return rule.startswith(self.hides) and rule not in self.but


OUTSIDE: Final = Veil(
    "it never comes into the home", but=("ECO-DISC-002", "ECO-DISC-003", "ECO-JOIN-013")
)

UNREADABLE: Final = Veil(
    "nobody can read its product spec",
    hides=(
        *("ECO-ACK-", "ECO-CMD-", "ECO-EVENT-", "ECO-RATE-", "ECO-SPEC-", "ECO-STATE-"),
        *("ECO-VALUE-", "ECO-VERSION-004"),
    ),
    but=(
        *("ECO-SPEC-002", "ECO-SPEC-009"),
        *("ECO-STATE-004", "ECO-STATE-006", "ECO-STATE-011"),
    ),
)

NAMELESS: Final = Veil(
    "nobody knows its connections as those of the device",
    hides=(
        *("ECO-ACK-", "ECO-ANNOUNCE-", "ECO-CMD-", "ECO-EVENT-", "ECO-JOIN-", "ECO-MQTT-008"),
        *("ECO-MSG-007", "ECO-ORDER-", "ECO-PRESENCE-003", "ECO-RATE-", "ECO-SPEC-", "ECO-STATE-"),
        *("ECO-TOPIC-004", "ECO-TOPIC-005", "ECO-UPDATE-", "ECO-VALUE-", "ECO-VERDICT-"),
        *("ECO-VERSION-003", "ECO-VERSION-004"),
    ),
    but=(
        *("ECO-ANNOUNCE-001", "ECO-ANNOUNCE-002", "ECO-JOIN-003", "ECO-JOIN-004", "ECO-JOIN-006"),
        *("ECO-JOIN-013", "ECO-ORDER-002", "ECO-ORDER-005", "ECO-ORDER-006"),
        *("ECO-STATE-004", "ECO-STATE-006"),
    ),
)
