"""The pairing window: for how long, and with which code, a phone may come."""

from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Final

from hub.core.people.errors import CodeWrongError, PairingClosedError
from hub.core.people.records import Offer, PersonId, SessionId

WRONG_CODES: Final = 5
"""Wrong codes that close a window: a guesser's chance is 5 in 100 million."""

LONGEST_S: Final = 3_600.0


@dataclass(frozen=True, slots=True)
class Paired:
    """Who came through the window."""

    person: PersonId
    name: str
    session: SessionId
    device: str


@dataclass(frozen=True, slots=True)
class PairingStatus:
    """How the window is.

    Attributes:
        closes_in_s: Seconds until it closes by itself; 0 when it is closed.
        guesses_left: Wrong codes until it closes.
        offer: What whoever comes will be; None when it is closed.
        paired: Who came through it last; None until somebody has.
    """

    is_open: bool
    closes_in_s: float = 0.0
    guesses_left: int = 0
    offer: Offer | None = None
    paired: Paired | None = None


@dataclass(slots=True)
class _Window:
    code: str = field(repr=False)
    offer: Offer
    closes_at_s: float
    guesses_left: int = WRONG_CODES


class PairingWindow:
    """Decides who may pair, and keeps no clock: every call is told the core's time."""

    def __init__(self) -> None:
        self._window: _Window | None = None
        self._paired: Paired | None = None

    def open(self, code: str, offer: Offer, now_s: float, duration_s: float) -> None:
        """Let one phone come that knows `code`; a window that is open already makes way.

        Args:
            code: Eight digits.
            offer: What whoever comes will be.
            now_s: The core's time.
            duration_s: At most an hour.
        """
        self._window = _Window(code, offer, now_s + min(duration_s, LONGEST_S))
        self._paired = None

    def close(self) -> None:
        """Let nobody come any more."""
        self._window = None

    def status(self, now_s: float) -> PairingStatus:
        """Return how the window is."""
        window = self._expire(now_s)
        if window is None:
            return PairingStatus(is_open=False, paired=self._paired)
        left_s = window.closes_at_s - now_s
        return PairingStatus(
            is_open=True, closes_in_s=left_s, guesses_left=window.guesses_left, offer=window.offer
        )

    def try_code(self, code: str, now_s: float) -> Offer:
        """Return what is offered to whoever knows the code; a wrong one counts.

        Raises:
            PairingClosedError: No window is open.
            CodeWrongError: It is another code.
        """
        window = self._expire(now_s)
        if window is None:
            raise PairingClosedError
        if compare_digest(window.code, code):
            return window.offer
        window.guesses_left -= 1
        if window.guesses_left == 0:
            self.close()
        raise CodeWrongError(window.guesses_left)

    def admit(self, paired: Paired) -> None:
        """Close behind the one who has come."""
        self._window, self._paired = None, paired

    def _expire(self, now_s: float) -> _Window | None:
        if self._window is not None and now_s >= self._window.closes_at_s:
            self.close()
        return self._window
