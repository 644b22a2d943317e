"""How each automation is: when it runs next, how it last ran, and why it does not."""

from typing import NamedTuple

from hub.core.arrangement.arrangement import Arrangement
from hub.core.automations.checks import flaws
from hub.core.automations.errors import Flaw
from hub.core.automations.records import Automation
from hub.core.automations.runs import Run


class Standing(NamedTuple):
    """How an automation is now.

    Attributes:
        next_s: When a time or the sun sets it off next; the core's clock.
        problem: Why it does not run, or what of it cannot be done.
    """

    next_s: float | None
    last: Run | None
    problem: Flaw | None


class Automations:
    """The automations of a home, at work."""

    def __init__(self, arrangement: Arrangement) -> None:
        self._arrangement = arrangement

    def standing(self, automation: Automation) -> Standing:
        """Return how an automation is now."""
        flaw = next(flaws(automation, self._arrangement.surroundings), None)
        return Standing(None, None, flaw)
