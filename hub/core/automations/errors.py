"""Why an automation is not kept, or does not run.

* RequestError
  - UnfitError     the code of its first flaw: it does not fit the home, or its author's rights
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.core.errors import RequestError


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something about an automation that cannot work, with what mends it.

    Attributes:
        path: Where, as in `triggers.0.device`; empty where it is the whole of it.
    """

    code: str
    path: str
    detail: str
    remedy: str


class UnfitError(RequestError):
    """An automation does not fit the home.

    Attributes:
        flaws: All that is wrong with it, at least one.
    """

    status = 409

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__(flaws[0].detail, flaws[0].remedy)
        self.code, self.flaws = flaws[0].code, tuple(flaws)

    @property
    def is_value_wrong(self) -> bool:
        """Whether some value breaks a rule, and not only a name what is there."""
        return any(flaw.code.startswith("ECO-VALUE-") for flaw in self.flaws)
