"""From a decoded message to what takes it in, by its kind."""

from hub.core.device import Device
from hub.core.enforcement import count_violation
from hub.core.intake import Intake
from hub.core.outcome import Outcome
from protocol.codec import Decoded
from protocol.errors import Violation, ViolationError
from protocol.messages import Ack, Announce, Event, Presence, SpecPart, State
from protocol.version import PROTOCOL, Version, may_add_fields


def dispatch(intake: Intake, device: Device, decoded: Decoded, now_s: float, out: Outcome) -> bool:
    """Do with a message what its kind asks for.

    Returns:
        Whether a child was unpaired, which is for the caller to carry out.

    Raises:
        ViolationError: It breaks a rule.
    """
    match decoded.message:
        case State() as message:
            intake.state(device, message, now_s, out)
        case Ack() as message:
            intake.ack(device, message, now_s, out)
        case Event() as message:
            intake.event(device, message, now_s, out)
        case Announce() as message:
            intake.announce(device, message, now_s, out)
        case Presence() as message:
            return intake.presence(device, message, now_s, out)
        case SpecPart() as message:
            intake.spec(device, message, now_s, out)
        case _:
            leaf = decoded.topic.leaf
            detail = f"{leaf} goes from the hub to devices"
            raise ViolationError(Violation("ECO-MSG-004", "topic", leaf, detail))
    return False


def check_fields(device: Device, decoded: Decoded, now_s: float, out: Outcome) -> None:
    """Refuse fields this version does not know, unless the device speaks a newer one.

    Raises:
        ViolationError: `ECO-MSG-002`, in strict mode.
    """
    if not decoded.unknown:
        return
    message = decoded.message
    spoken = message.protocol if isinstance(message, Announce) else device.record.protocol
    try:
        _check_unknown_fields(spoken, decoded.unknown)
    except ViolationError as error:
        if device.record.mode == "strict":
            raise
        count_violation(device, decoded.topic.leaf, error.violation, now_s, out)


def _check_unknown_fields(protocol: str, unknown: tuple[str, ...]) -> None:
    if unknown and not may_add_fields(Version.parse(protocol)):
        detail = f"protocol {PROTOCOL} has no such field"
        raise ViolationError(Violation("ECO-MSG-002", unknown[0], unknown[0], detail))
