"""Errors of the core, each with the code under which the API reports it.

* RequestError
  - DeviceUnknownError     device-unknown: no such device has joined
  - DeviceNotReadyError    device-not-ready: it cannot be commanded in its present state
  - CommandIdTakenError    command-id-taken: the id stands for another command
  - TooManyCommandsError   too-many-commands: too many wait for the device already
  - NotAChildError         not-a-child: the device speaks for itself
  - NotAGatewayError       not-a-gateway: the device cannot have children
  - GatewayFullError       gateway-full: the gateway has as many children as it may have
  - TooManyPlansError      too-many-plans: too many commands wait for their time already
  - NotPlannedError        not-planned: the command has begun or ended
  - BatchRefusedError      batch-refused: of many commands some cannot be carried out
  - RefusedError           a rule id: the command breaks the product spec
"""

from collections.abc import Sequence
from typing import ClassVar

from protocol.errors import Violation
from protocol.ids import CommandId, DeviceId


class RequestError(Exception):
    """A request that the hub does not carry out.

    Attributes:
        code: Stable code for programs.
        status: HTTP status that fits.
        remedy: What the caller can do about it.
    """

    code: str
    status: ClassVar[int]

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


class DeviceUnknownError(RequestError):
    """No device of that id has joined."""

    code = "device-unknown"
    status = 404

    def __init__(self, device: DeviceId) -> None:
        super().__init__(f"no device {device} in this home", "GET /api/v1/devices lists them")
        self.device = device


class DeviceNotReadyError(RequestError):
    """The device cannot be commanded in its present state."""

    code = "device-not-ready"
    status = 409

    def __init__(self, device: DeviceId, presence: str, reason: str, remedy: str) -> None:
        super().__init__(f"{device} is {presence} ({reason})", remedy)
        self.device, self.presence, self.reason = device, presence, reason


class CommandIdTakenError(RequestError):
    """The caller has used the id for another command."""

    code = "command-id-taken"
    status = 409

    def __init__(self, client_id: str, command: CommandId) -> None:
        super().__init__(
            f"id {client_id} stands for another command",
            "repeat a command with the same body, or choose a new id",
        )
        self.client_id, self.command = client_id, command


class TooManyCommandsError(RequestError):
    """More commands wait for the device than the hub keeps."""

    code = "too-many-commands"
    status = 429

    def __init__(self, device: DeviceId, waiting: int) -> None:
        super().__init__(
            f"{waiting} commands wait for {device} already", "try again when some have ended"
        )
        self.device, self.waiting = device, waiting


class NotAChildError(RequestError):
    """The device speaks for itself and cannot be behind a gateway."""

    code = "not-a-child"
    status = 409

    def __init__(self, device: DeviceId) -> None:
        super().__init__(f"{device} is not behind a gateway", "only children can move")
        self.device = device


class NotAGatewayError(RequestError):
    """The device cannot have children."""

    code = "not-a-gateway"
    status = 409

    def __init__(self, device: DeviceId) -> None:
        remedy = "choose a device of the class gateway whose presence is online"
        super().__init__(f"{device} is no gateway", remedy)
        self.device = device


class GatewayFullError(RequestError):
    """The gateway has as many children as it may have."""

    code = "gateway-full"
    status = 409

    def __init__(self, device: DeviceId, most: int) -> None:
        super().__init__(f"{device} has {most} children", "raise its max_children, or unjoin some")
        self.device, self.most = device, most


class TooManyPlansError(RequestError):
    """More commands wait for their time than the hub keeps."""

    code = "too-many-plans"
    status = 429

    def __init__(self, planned: int) -> None:
        remedy = "cancel some, or wait until some have begun"
        super().__init__(f"{planned} commands wait for their time already", remedy)
        self.planned = planned


class NotPlannedError(RequestError):
    """The command has begun or ended, so it cannot be cancelled."""

    code = "not-planned"
    status = 409

    def __init__(self, client_id: str) -> None:
        remedy = "only what has an execute_at that is still to come can be cancelled"
        super().__init__(f"{client_id} has begun or ended", remedy)
        self.client_id = client_id


class BatchRefusedError(RequestError):
    """Of commands that are to be carried out all or not at all, some cannot be.

    Attributes:
        problems: Place among the commands, and what is wrong with that one.
    """

    code = "batch-refused"
    status = 409

    def __init__(self, problems: Sequence[tuple[int, RequestError]]) -> None:
        place, first = problems[0]
        more = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
        detail = f"nothing was sent: command {place + 1} cannot be carried out: {first}{more}"
        super().__init__(detail, first.remedy)
        self.problems = tuple(problems)


class RefusedError(RequestError):
    """The command breaks the product spec of the device.

    Attributes:
        violations: What it breaks.
        remedies: What to send instead, for each of them.
    """

    status = 422

    def __init__(self, violations: tuple[Violation, ...], remedies: tuple[str, ...]) -> None:
        super().__init__("; ".join(v.detail for v in violations), remedies[0])
        self.remedies = remedies
        self.code = violations[0].rule
        self.violations = violations
