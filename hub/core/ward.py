"""What is done with a message of a device in quarantine: it is judged, and nothing comes of it."""

from hub.core.device import Device
from hub.core.intake import Intake
from hub.core.outcome import Outcome
from protocol.codec import Decoded
from protocol.errors import Violation, ViolationError
from protocol.messages import Announce, Event, Presence, State
from protocol.topics import Leaf


def judge_only(
    intake: Intake, device: Device, decoded: Decoded, now_s: float, out: Outcome
) -> None:
    """Judge a message; only an announce and presence are taken in, since they tell where it is.

    Raises:
        ViolationError: The message breaks a rule.
    """
    product = device.product
    match decoded.message:
        case State() as message if product:
            intake.follow(device, Leaf.STATE, message.epoch, message.seq, now_s, out)
            _refuse(product.check_state(message.values, is_full=message.full))
        case Event() as message if product:
            intake.follow(device, Leaf.EVENT, message.epoch, message.seq, now_s, out)
            _refuse(product.check_event(message.event, message.arguments))
        case Announce() as message:
            intake.announce(device, message, now_s, out)
        case Presence() as message:
            intake.presence(device, message, now_s, out)
        case _:
            return


def _refuse(violations: tuple[Violation, ...]) -> None:
    if violations:
        raise ViolationError(*violations)
