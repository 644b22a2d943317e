"""What the owner decides about gateways and their children: who moves, leaves and comes back."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from hub.core.children import dismiss, family, forget_boots, has_room, is_gateway
from hub.core.commands import Commands
from hub.core.device import Device
from hub.core.errors import GatewayFullError, NotAChildError, NotAGatewayError
from hub.core.events import DeviceAdded
from hub.core.members import Members
from hub.core.outcome import Outcome
from hub.core.records import DeviceRecord, DropDevice, Save, SaveDevice
from protocol.codec import Decoded
from protocol.ids import CommandId, DeviceId

MOST_BARRED: Final = 256
"""Children of one gateway that the owner has sent away; of more, the first are forgotten."""


class Households:
    """A gateway with its children, as the owner sees them; shares its tables with the hub."""

    def __init__(
        self,
        devices: dict[DeviceId, Device],
        members: Members,
        commands: Commands,
        next_id: Callable[[], CommandId],
    ) -> None:
        self._devices, self._members, self._commands = devices, members, commands
        self._next_id = next_id

    def farewell(self, device_id: DeviceId) -> list[Save]:
        """Return what has to be durable before `unjoin` is called; changes nothing.

        Raises:
            DeviceUnknownError: No such device.
        """
        saves: list[Save] = [DropDevice(each) for each in self.household(device_id)]
        gateway = self._devices.get(self._members.device(device_id).record.gateway or device_id)
        if gateway is not None and gateway.id != device_id:
            saves.append(SaveDevice(_barring(gateway.record, device_id)))
        return saves

    def unjoin(self, device_id: DeviceId) -> Outcome:
        """See `Hub.unjoin`."""
        out = Outcome()
        record = self._members.device(device_id).record
        for each in self.household(device_id):
            self._members.forget(each, out)
        gateway = self._devices.get(record.gateway) if record.gateway else None
        if gateway is not None:
            gateway.record = _barring(gateway.record, device_id)
            family(gateway).children.pop(device_id, None)
            out.saves.append(SaveDevice(gateway.record))
            out.events.append(DeviceAdded(gateway.id))
            dismiss(gateway.id, device_id, self._next_id(), out)
        return out

    def household(self, device_id: DeviceId) -> list[DeviceId]:
        """Return a device and those who leave the home with it: its children."""
        behind = [d.id for d in self._devices.values() if d.record.gateway == device_id]
        return [device_id, *behind]

    def consent(self, child_id: DeviceId, gateway_id: DeviceId) -> DeviceRecord:
        """Return the record of a child that may move to a gateway; changes nothing.

        Raises:
            DeviceUnknownError: There is no such child or gateway.
            NotAChildError, NotAGatewayError: One of them is something else.
            GatewayFullError: The gateway has as many children as it may have.
        """
        child, gateway = self._members.device(child_id), self._members.device(gateway_id)
        if child.record.gateway is None:
            raise NotAChildError(child_id)
        if not is_gateway(gateway) or gateway.record.is_retired:
            raise NotAGatewayError(gateway_id)
        if child.record.gateway == gateway_id:
            return replace(child.record, moves_to=None)
        if not has_room(gateway):
            raise GatewayFullError(gateway_id, gateway.record.max_children)
        return replace(child.record, moves_to=gateway_id)

    def move(self, child_id: DeviceId, gateway_id: DeviceId) -> tuple[Outcome, Decoded | None]:
        """Take in the owner's consent; return the announce that was refused for want of it."""
        child = self._members.device(child_id)
        child.record, out = self.consent(child_id, gateway_id), Outcome()
        child.wants = None
        out.saves.append(SaveDevice(child.record))
        out.events.append(DeviceAdded(child_id))
        gateway = self._devices[gateway_id]
        wish = family(gateway).wishes.pop(child_id, None)
        return out, wish if gateway.is_connected else None

    def let_in(self, gateway_id: DeviceId, child_id: DeviceId) -> Outcome:
        """Let a gateway bring a child again that the owner had sent away.

        Raises:
            DeviceUnknownError, NotAGatewayError: There is no such gateway.
        """
        gateway, out = self._members.device(gateway_id), Outcome()
        if not is_gateway(gateway):
            raise NotAGatewayError(gateway_id)
        barred = tuple(each for each in gateway.record.barred if each != child_id)
        gateway.record = replace(gateway.record, barred=barred)
        out.saves.append(SaveDevice(gateway.record))
        out.events.append(DeviceAdded(gateway_id))
        return out

    def joined(
        self, device: Device, left: DeviceId | None, replaced: DeviceId | None, out: Outcome
    ) -> None:
        """Take in that a device has joined: as a gateway it begins anew, as a child it is none.

        Args:
            device: The newcomer.
            left: The gateway behind which it was.
            replaced: Whose place it took; the children of that one may come to it.
            out: Where effects go.
        """
        if left in self._devices:
            family(self._devices[left]).children.pop(device.id, None)
        if device.family is not None:
            for child in device.family.children.values():
                forget_boots(self._commands, child, out)
        old = self._devices.get(replaced) if replaced else None
        if old is None:
            return
        if old.record.gateway in self._devices:
            family(self._devices[old.record.gateway]).children.pop(old.id, None)
        for child in list(old.family.children.values()) if old.family else ():
            child.record = replace(child.record, moves_to=device.id)
            out.saves.append(SaveDevice(child.record))


def _barring(record: DeviceRecord, child: DeviceId) -> DeviceRecord:
    others = [each for each in record.barred if each != child]
    return replace(record, barred=(*others, child)[-MOST_BARRED:])
