"""What keeps simulated devices from living in a home.

* SimulatorError          anything that a person has to know; says what to do about it
  - UsageError            the command line makes no sense
    - UnknownProductError no simulator of that name
    - SpecFileError       a product spec's file cannot be read, or is wrong
  - HubNotFoundError      no hub was found, or none answers
  - SeveralHubsError      more than one hub was found and none was chosen
  - JoinError             the hub does not let the device in
    - WindowClosedError   its joining window is closed
    - WrongCodeError      it does not take the setup code
    - HubBusyError        too many devices are joining
    - FalseHubError       it cannot prove that it knows the setup code, or does not answer as a hub
  - StateError            a device's file cannot be read or written
"""

from typing import ClassVar

from protocol.errors import Violation


class SimulatorError(Exception):
    """Something that a person has to know.

    Attributes:
        exit_code: What the process ends with.
        code: Short name for programs; a rule id where a rule is broken.
        remedy: What to do about it.
        violations: The broken rules behind it, with their places, where a document is wrong.
    """

    exit_code: ClassVar[int] = 1
    code: str = "failed"

    def __init__(
        self,
        text: str,
        remedy: str = "",
        code: str = "",
        violations: tuple[Violation, ...] = (),
    ) -> None:
        super().__init__(text)
        self.text, self.remedy = text, remedy
        self.code = code or self.code
        self.violations = violations


class UsageError(SimulatorError):
    """The command line makes no sense."""

    exit_code = 2
    code = "usage"


class UnknownProductError(UsageError):
    """There is no simulator of that name."""

    code = "product-unknown"


class SpecFileError(UsageError):
    """A product spec's file cannot be read, or is wrong."""

    code = "spec-file"


class HubNotFoundError(SimulatorError):
    """No hub was found, or none answers."""

    exit_code = 3
    code = "hub-not-found"


class SeveralHubsError(SimulatorError):
    """More than one hub was found, and none was chosen."""

    exit_code = 2
    code = "several-hubs"


class JoinError(SimulatorError):
    """The hub does not let the device in."""

    code = "join-refused"


class WindowClosedError(JoinError):
    """The joining window is closed."""

    code = "ECO-JOIN-002"


class WrongCodeError(JoinError):
    """The hub does not take the setup code."""

    code = "ECO-JOIN-003"


class HubBusyError(JoinError):
    """Too many devices are joining at the same time."""

    code = "join-busy"


class FalseHubError(JoinError):
    """What answers is no hub that knows the setup code."""

    code = "ECO-JOIN-006"


class StateError(SimulatorError):
    """A device's file cannot be read or written."""

    exit_code = 5
    code = "state-file"
