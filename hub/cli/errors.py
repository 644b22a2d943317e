"""What the command line says when it cannot do what it was told, each kind with its exit code.

* CliError
  - RefusedError        1   the hub or the device said no, or the receipt was not reached
  - WordingError        2   the command line makes no sense for this home
  - UnreachableError    3   no hub answers
  - NotAuthorisedError  4   the hub does not take the token
  - CannotStartError    5   a hub cannot start: a port, the data folder, hub.toml
"""

from typing import ClassVar


class CliError(Exception):
    """Something for a person to read.

    Attributes:
        exit_code: What the program ends with.
        code: The same for programs; a rule id or the API's code where there is one.
        remedy: What to do about it; empty when there is nothing to say.
    """

    exit_code: ClassVar[int] = 1
    code: str = "failed"

    def __init__(self, text: str, remedy: str = "", code: str | None = None) -> None:
        super().__init__(text)
        self.text, self.remedy = text, remedy
        self.code = code or self.code


class RefusedError(CliError):
    """The hub or the device said no."""

    code = "refused"


class WordingError(CliError):
    """The command line makes no sense for this home."""

    exit_code = 2
    code = "usage"


class UnreachableError(CliError):
    """No hub answers."""

    exit_code = 3
    code = "unreachable"


class NotAuthorisedError(CliError):
    """The hub does not take the token."""

    exit_code = 4
    code = "not-authorised"


class CannotStartError(CliError):
    """A hub cannot start here."""

    exit_code = 5
    code = "cannot-start"


EXIT_CODES = (
    "Exit codes: 0 done; 1 refused, or the receipt was not reached; 2 wrong usage; "
    "3 no hub answers; 4 the hub does not take the token; "
    "5 a hub cannot start (port, data folder, hub.toml)."
)
