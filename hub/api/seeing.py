"""What a sight has to do with commands, receipts and notices."""

from collections.abc import Iterable

from hub.core.errors import DeviceUnknownError
from hub.core.people.errors import RightMissingError
from hub.core.people.rights import Right
from hub.core.people.sight import Sight
from hub.core.records import CommandRecord, Notice
from protocol.ids import Address, DeviceId


def check_control(sight: Sight, device: DeviceId, addresses: Iterable[str]) -> None:
    """Go on only if all of `addresses` of a device may be set or run.

    Raises:
        DeviceUnknownError: The device does not exist for whoever has this sight.
        RightMissingError: It does, but not all of that may be done.
    """
    view = sight.of(device)
    if not view:
        raise DeviceUnknownError(device)
    if not view.controls:
        raise RightMissingError(Right.CONTROL)
    for address in addresses:
        if Address(address) not in view.controls:
            raise RightMissingError(Right.CONTROL, address)


def tells(sight: Sight, notice: Notice) -> bool:
    """Say whether a notice is about something that exists for whoever has this sight."""
    if sight.is_whole:
        return True
    if notice.person is not None and not sight.is_of(notice.person):
        return False
    if notice.device is None:
        return not (sight.is_narrow if notice.person is None else sight.is_guest)
    span = sight.of(notice.device).sees
    about = [address for address in (notice.event or notice.address,) if address is not None]
    is_here = bool(span) and all(address in span for address in about)
    return is_here and notice.at_s >= sight.told_from_s(notice.device, about)


def shows(sight: Sight, record: CommandRecord) -> bool:
    """Say whether a receipt speaks of nothing but what exists for whoever has this sight."""
    span = sight.of(record.device).sees
    if span.is_whole and not sight.is_guest:
        return True
    named = record.values if record.action is None else (record.action,)
    addresses = [Address(address) for address in named]
    is_here = all(address in span for address in addresses)
    return is_here and record.created_at_s >= sight.told_from_s(record.device, addresses)
