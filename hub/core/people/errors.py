"""Why somebody is not let in, or something about people is not done.

* RequestError             (hub.core.errors)
  - PairingClosedError     pairing-closed: no window is open
  - CodeWrongError         code-wrong: neither the window's code nor that of an invite
  - NameMissingError       name-missing: somebody new comes without a name
  - PersonNameTakenError   name-taken: somebody of the home is called so
  - OfferMixedError        offer-mixed: for somebody who is here, and says who they are
  - RefreshWrongError      refresh-wrong: the refresh token is none of ours; refresh-reused: it was
                           used before
  - RightMissingError      right-missing: the caller may not do that
  - PersonUnknownError     person-unknown
  - SessionUnknownError    session-unknown
  - InviteUnknownError     invite-unknown
  - LastOwnerError         last-owner: nobody would be left who may do everything
  - TooManyError           too-many-people, too-many-sessions, too-many-invites
"""

from hub.core.errors import RequestError
from hub.core.people.rights import Right
from protocol.errors import printable


class PairingClosedError(RequestError):
    """No window is open."""

    code = "pairing-closed"
    status = 403

    def __init__(self) -> None:
        remedy = "run ecohub pair on the hub's machine, or ask for an invite"
        super().__init__("no pairing window is open", remedy)


class CodeWrongError(RequestError):
    """The code is neither the window's nor that of an invite.

    Attributes:
        guesses_left: Wrong codes until the window closes; None when an invite was meant.
    """

    code = "code-wrong"
    status = 403

    def __init__(self, guesses_left: int | None = None) -> None:
        left = {None: "", 0: "; the window is closed now"}.get(
            guesses_left, f"; {guesses_left} more wrong ones close the window"
        )
        super().__init__(
            f"that is not the code{left}", "look at the code again, or ask for another"
        )
        self.guesses_left = guesses_left


class NameMissingError(RequestError):
    """Somebody new comes without a name."""

    code = "name-missing"
    status = 409

    def __init__(self) -> None:
        super().__init__("the hub does not know who this is", "send the name as person")


class PersonNameTakenError(RequestError):
    """Somebody of the home is called so already, upper and lower case apart."""

    code = "name-taken"
    status = 409

    def __init__(self, name: str) -> None:
        remedy = "choose another name; the same person's next phone comes by an invite with person"
        super().__init__(f"somebody of the home is called {printable(name)} already", remedy)
        self.name = name


class OfferMixedError(RequestError):
    """An offer to somebody who is here already says who they are."""

    code = "offer-mixed"
    status = 409

    def __init__(self) -> None:
        what = "somebody who is here already keeps name, role and grants"
        super().__init__(what, "send person alone, or leave it out")


class RefreshWrongError(RequestError):
    """The refresh token is none of ours, or was used before."""

    code = "refresh-wrong"
    status = 401

    def __init__(self, *, is_reused: bool = False) -> None:
        reused = "this refresh token was used before, so the session has been ended"
        unknown = "the refresh token is not one of this hub's, or its session has ended"
        super().__init__(reused if is_reused else unknown, "pair this phone again")
        self.is_reused = is_reused
        if is_reused:
            self.code = "refresh-reused"


class RightMissingError(RequestError):
    """The caller may not do that.

    Attributes:
        right: Which is missing.
        address: Of the device, where the right is missing for that and perhaps not for others.
    """

    code = "right-missing"
    status = 403

    def __init__(self, right: Right, address: str = "") -> None:
        what, place = str(right), "GET /api/v1/me says what you may"
        if address:
            what = f"{right} {printable(address)}"
            place = "`controllable` of the device lists what of it you may"
        detail = f"this needs the right to {what}, which you do not have"
        super().__init__(detail, f"ask an owner of this home; {place}")
        self.right, self.address = right, address


class PersonUnknownError(RequestError):
    """There is no such person."""

    code = "person-unknown"
    status = 404

    def __init__(self) -> None:
        super().__init__("no such person", "GET /api/v1/people lists them")


class SessionUnknownError(RequestError):
    """There is no such session."""

    code = "session-unknown"
    status = 404

    def __init__(self) -> None:
        super().__init__("no such session", "GET /api/v1/sessions lists them")


class InviteUnknownError(RequestError):
    """There is no such invite."""

    code = "invite-unknown"
    status = 404

    def __init__(self) -> None:
        super().__init__("no such invite", "GET /api/v1/invites lists them")


class LastOwnerError(RequestError):
    """Nobody would be left who may do everything."""

    code = "last-owner"
    status = 409

    def __init__(self) -> None:
        super().__init__("this is the last owner of the home", "make somebody else an owner first")


class TooManyError(RequestError):
    """The hub keeps no more of them."""

    status = 409

    def __init__(self, what: str, limit: int, remedy: str) -> None:
        super().__init__(f"there are {limit} {what} already", remedy)
        self.code, self.limit = f"too-many-{what}", limit
