"""Which start of a device a message is from, and which of its connections: old ones are refused."""

from typing import NoReturn

from hub.core.device import Device
from hub.core.enforcement import ANY_CONNECTION
from protocol.errors import Violation, ViolationError
from protocol.messages import Announce


def check_boot(device: Device, message: Announce) -> None:
    """Refuse an announce of an earlier start, or of an earlier connection of this one.

    Raises:
        ViolationError: It is one.
    """
    epoch, connection = message.epoch, message.connection
    if epoch < device.record.epoch:
        device.refused_boot = (epoch, connection)
    _check_epoch_floor(device, epoch)
    known = device.record
    if epoch == known.epoch and device.is_announced and connection < known.connection:
        detail = f"connection {connection} after {known.connection} in epoch {epoch}"
        raise ViolationError(Violation("ECO-ORDER-003", "connection", str(connection), detail))


def follow_will(device: Device, message: Announce) -> None:
    """Remember which will a device still has that raised its epoch as `min_epoch` asked it to.

    It was registered at CONNECT, before the device knew of its new epoch (ECO-PRESENCE-009).
    """
    refused, known = device.refused_boot, device.record
    if (message.epoch, message.connection) == (known.epoch, known.connection):
        return  # an answer to a birth, on the connection of before
    device.will_boot = device.refused_boot = None
    if refused is not None and refused[1] in {ANY_CONNECTION, message.connection}:
        device.will_boot = (refused[0], message.connection)


def refuse_epoch(device: Device, epoch: int, now_s: float) -> NoReturn:
    """Refuse a message of another epoch than the one that was announced.

    Raises:
        ViolationError: Always; it says whether the epoch is over, or was not announced yet.
    """
    _check_epoch_floor(device, epoch)
    if device.unannounced is None or device.unannounced[0] != epoch:
        device.unannounced = (epoch, now_s)
    detail = f"epoch {epoch} was not announced; the last one was {device.record.epoch}"
    raise ViolationError(Violation("ECO-ANNOUNCE-001", "epoch", str(epoch), detail))


def _check_epoch_floor(device: Device, epoch: int) -> None:
    if epoch < device.record.epoch:
        detail = f"epoch {epoch}, but {device.record.epoch} was announced before"
        raise ViolationError(Violation("ECO-ORDER-001", "epoch", str(epoch), detail))
