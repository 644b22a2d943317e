"""Errors of the protocol.

* ProtocolError
  - ViolationError    something breaks numbered rules; carries the violations
  - TransitionError   a state machine was asked for a step its table does not have
"""

from dataclasses import dataclass

from protocol.rules import rule

SAMPLE_LIMIT = 120
"""Longest sample kept of what broke a rule, in characters."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule: which, where, what was seen, and how to mend it.

    Attributes:
        rule: Rule id, `ECO-<AREA>-<nnn>`, an entry of the requirement catalogue.
        path: Where: a field path such as `values.fan.level`, `char 17` of the payload, or `topic`.
        sample: What was seen there, printable, at most `SAMPLE_LIMIT` characters.
        detail: What is wrong with it, in one sentence.
    """

    rule: str
    path: str
    sample: str
    detail: str

    @property
    def text(self) -> str:
        """The normative sentence that was broken."""
        return rule(self.rule).text

    @property
    def fix(self) -> str:
        """What the sender should change."""
        return rule(self.rule).fix


class ProtocolError(Exception):
    """Anything the protocol refuses."""


class ViolationError(ProtocolError):
    """One or more numbered rules are broken."""

    def __init__(self, *violations: Violation) -> None:
        super().__init__("; ".join(f"{v.rule} at {v.path}: {v.detail}" for v in violations))
        self.violations = violations

    @property
    def violation(self) -> Violation:
        """The first broken rule."""
        return self.violations[0]


class TransitionError(ProtocolError):
    """A state machine has no such step."""

    def __init__(self, machine: str, state: str, event: str) -> None:
        super().__init__(f"{machine}: no step from {state} on {event}")
        self.machine, self.state, self.event = machine, state, event


def printable(value: object, limit: int = SAMPLE_LIMIT) -> str:
    """Return `value` as one line of printable text, shortened to `limit` characters."""
    text = value if isinstance(value, str) else repr(value)
    shown = "".join(
        c if c.isprintable() else c.encode("unicode_escape", "replace").decode("ascii")
        for c in text[: limit + 1]
    )
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"
