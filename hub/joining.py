"""The join window: for how long, and with which code, a device may join.

* JoinError             a device is not let in
  - JoinCodeError       the setup code is not one
  - JoinClosedError     no window is open
  - JoinProofError      the proof is wrong; five of these close the window
  - JoinSessionError    no such attempt, or it took too long
  - JoinBusyError       too many attempts at a time
  - JoinUncertifiedError  the home takes certified products only, and this is none
"""

from dataclasses import dataclass, field, replace
from typing import ClassVar, Final

from hub.attempts import Attempt, Attempts, Step
from hub.errors import MendableError
from protocol.errors import ViolationError
from protocol.ids import DeviceId
from protocol.joining import (
    JoinChallenge,
    JoinProof,
    JoinRequest,
    is_proof,
    normalise_code,
    proof,
)

WRONG_PROOFS: Final = 5
"""Wrong proofs that close a window: a guesser's chance is 5 in 100 million."""

SESSIONS: Final = 32
SESSION_S: Final = 60.0
LONGEST_S: Final = 3_600.0
MOST_DEVICES: Final = 10_000


class JoinError(MendableError):
    """A device is not let in.

    Attributes:
        code: The rule that says so, or a name where no rule is broken.
        status: Status of the HTTP answer.
    """

    code: ClassVar[str] = "join-refused"
    status: ClassVar[int] = 403


class JoinCodeError(JoinError):
    """The setup code is not one."""

    code = "ECO-JOIN-001"
    status = 422


class JoinClosedError(JoinError):
    """No window is open."""

    code = "ECO-JOIN-002"


class JoinProofError(JoinError):
    """The proof is wrong."""

    code = "ECO-JOIN-003"


class JoinSessionError(JoinError):
    """There is no such attempt, or it took too long."""

    code = "join-session-unknown"


class JoinBusyError(JoinError):
    """Too many devices are at it."""

    code = "join-busy"
    status = 429


class JoinUncertifiedError(JoinError):
    """The home takes certified products only."""

    code = "not-certified"


@dataclass(frozen=True, slots=True)
class WindowStatus:
    """How the window is.

    Attributes:
        closes_in_s: Seconds until it closes by itself; 0 when it is closed.
        devices_left: How many devices may still join.
        guesses_left: Wrong proofs until it closes.
    """

    is_open: bool
    closes_in_s: float = 0.0
    devices_left: int = 0
    guesses_left: int = 0
    replaces: DeviceId | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """A device whose proof was right, and the hub's proof for it.

    Attributes:
        is_repeat: Whether the same proof came before: the first answer may have been lost.
    """

    device: DeviceId
    product: str
    vendor: str
    replaces: DeviceId | None
    hub_proof: str
    is_repeat: bool = False


@dataclass(slots=True)
class _Window:
    code: str = field(repr=False)
    closes_at_s: float
    devices_left: int
    replaces: DeviceId | None
    guesses_left: int = WRONG_PROOFS


@dataclass(slots=True)
class _Session:
    request: JoinRequest
    expected: str = field(repr=False)
    hub_proof: str = field(repr=False)
    ends_at_s: float
    joined: Joined | None = None
    window: _Window | None = None


class JoinWindow:
    """Decides who may join, and keeps no clock: every call is told the core's time.

    Args:
        hub_id: What the hub is called in its answers.

    Attributes:
        attempts: Who has called since the window was opened; kept when it closes.
    """

    def __init__(self, hub_id: str) -> None:
        self.attempts = Attempts()
        self._hub_id = hub_id
        self._window: _Window | None = None
        self._sessions: dict[str, _Session] = {}

    def open(
        self,
        code: str,
        now_s: float,
        duration_s: float = 300.0,
        devices: int = 1,
        replaces: DeviceId | None = None,
    ) -> WindowStatus:
        """Let devices join that know `code`; a window that is open already makes way.

        Args:
            code: Setup code, eight digits.
            now_s: The core's time.
            duration_s: At most an hour.
            devices: After so many have joined the window closes; at most `MOST_DEVICES`.
            replaces: The device whose place the first one takes.

        Raises:
            JoinCodeError: The code is not one.
            ValueError: `duration_s` or `devices` is out of range.
        """
        if not 0 < duration_s <= LONGEST_S:
            raise ValueError(f"a window is open for 1 to {LONGEST_S:g} s")
        if not 1 <= devices <= MOST_DEVICES:
            raise ValueError(f"a window is for 1 to {MOST_DEVICES} devices")
        try:
            digits = normalise_code(code)
        except ViolationError as error:
            raise JoinCodeError(error.violation.detail, error.violation.fix) from None
        self.close()
        self.attempts.clear()
        self._window = _Window(digits, now_s + duration_s, devices, replaces)
        return self.status(now_s)

    def close(self) -> None:
        """Let nobody join any more, those neither that are at it."""
        self._window = None
        self._sessions.clear()

    def status(self, now_s: float) -> WindowStatus:
        """Return how the window is."""
        window = self._expire(now_s)
        if window is None:
            return WindowStatus(is_open=False)
        return WindowStatus(
            is_open=True,
            closes_in_s=window.closes_at_s - now_s,
            devices_left=window.devices_left,
            guesses_left=window.guesses_left,
            replaces=window.replaces,
        )

    def begin(
        self, request: JoinRequest, hub_nonce: str, session: str, now_s: float
    ) -> JoinChallenge:
        """Answer a device that asks to be let in.

        Args:
            request: What the device sent.
            hub_nonce: 16 random bytes, hex; new for each call.
            session: A new name of the attempt that nobody can guess.
            now_s: The core's time.

        Raises:
            JoinClosedError: No window is open.
            JoinBusyError: Too many attempts are under way.
        """
        window = self._expire(now_s)
        if window is None:
            raise _closed()
        if sum(s.joined is None for s in self._sessions.values()) >= SESSIONS:
            remedy = f"Try again in {SESSION_S:g} s."
            raise JoinBusyError(f"{SESSIONS} devices are joining already", remedy)
        device = DeviceId(request.device)
        self._sessions[session] = _Session(
            request,
            expected=proof("device", window.code, request.nonce, hub_nonce, device),
            hub_proof=proof("hub", window.code, request.nonce, hub_nonce, device),
            ends_at_s=now_s + SESSION_S,
        )
        self._note(request, "called", now_s)
        return JoinChallenge(hub=self._hub_id, nonce=hub_nonce, session=session)

    def finish(self, given: JoinProof, now_s: float) -> Joined:
        """Judge a device's proof; a right one may come again until its attempt ends.

        Raises:
            JoinProofError: It is wrong, and the attempt is over.
            JoinSessionError: There is no such attempt, or it took too long.
            JoinClosedError: The window has closed meanwhile.
        """
        window = self._expire(now_s)
        session = self._sessions.get(given.session)
        if session is None:
            raise _closed() if window is None else _no_session()
        if not is_proof(given.proof, session.expected):
            del self._sessions[given.session]
            self._count_wrong()
            remedy = "Check the setup code on the device; the next attempt starts anew."
            wrong = JoinProofError("The setup code that the device knows is another", remedy)
            self._note(session.request, "wrong_code", now_s, wrong.what, remedy)
            raise wrong
        if session.joined is not None:
            return replace(session.joined, is_repeat=True)
        if window is None:
            raise _closed()
        return self._admit(window, session)

    def settle(self, session: str, now_s: float) -> None:
        """Take in that a device whose proof was right has been let in."""
        if (held := self._sessions.get(session)) is not None:
            self._note(held.request, "joined", now_s)

    def give_back(self, session: str, now_s: float, what: str, remedy: str) -> None:
        """Take in that a device whose proof was right could not be let in after all, and why.

        Its place is free again unless the window has been closed meanwhile; the attempt is over.
        """
        self._expire(now_s)
        ended = self._sessions.pop(session, None)
        if ended is None or ended.joined is None or ended.window is None:
            return
        self._note(ended.request, "refused", now_s, what, remedy)
        window = ended.window
        if now_s >= window.closes_at_s:
            return
        window.devices_left += 1
        window.replaces = ended.joined.replaces
        self._window = window

    def _admit(self, window: _Window, session: _Session) -> Joined:
        request = session.request
        session.window = window
        device = DeviceId(request.device)
        joined = session.joined = Joined(
            device, request.product, request.vendor, window.replaces, session.hub_proof
        )
        window.replaces = None
        window.devices_left -= 1
        if window.devices_left == 0:
            self._shut()
        return joined

    def _note(
        self, request: JoinRequest, step: Step, now_s: float, what: str = "", remedy: str = ""
    ) -> None:
        device = DeviceId(request.device)
        made = Attempt(device, request.product, request.vendor, step, now_s, what, remedy)
        self.attempts.take(made)

    def _count_wrong(self) -> None:
        if self._window is not None:
            self._window.guesses_left -= 1
            if self._window.guesses_left == 0:
                self.close()

    def _expire(self, now_s: float) -> _Window | None:
        """Forget what is over, and return the window if it is open."""
        if self._window is not None and now_s >= self._window.closes_at_s:
            self._shut()
        for name in [n for n, s in self._sessions.items() if now_s >= s.ends_at_s]:
            del self._sessions[name]
        return self._window

    def _shut(self) -> None:
        """Close the window, but go on answering those who have joined."""
        self._window = None
        self._sessions = {n: s for n, s in self._sessions.items() if s.joined is not None}


def _closed() -> JoinClosedError:
    remedy = "The owner opens the joining window first: ecohub join, or the app."
    return JoinClosedError("No joining window is open", remedy)


def _no_session() -> JoinSessionError:
    return JoinSessionError(
        f"No such attempt; one lasts {SESSION_S:g} s", "The device starts to join anew."
    )
