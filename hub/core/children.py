"""Gateways and the devices behind them: for whom a gateway may speak, and who is new."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from hub.core.commands import Commands
from hub.core.device import Device, Family
from hub.core.enforcement import count_violation
from hub.core.events import DeviceAdded
from hub.core.members import Members, check_identity, lose_sent_actions, withdraw_all
from hub.core.outcome import Outcome
from hub.core.presence import observe, orphan
from hub.core.rates import Rate
from hub.core.records import DeviceRecord, SaveDevice
from protocol.codec import Decoded
from protocol.errors import Violation, ViolationError
from protocol.ids import CommandId, DeviceId
from protocol.messages import Announce, Leave
from protocol.presence import Evidence
from protocol.presence import Presence as Reach
from protocol.topics import Topic

GATEWAY: Final = "gateway"
"""The device class of those that may speak for others (ECO-CHILD-002)."""

MOST_REMOVED: Final = 64
"""Children that were unpaired at their gateway and are kept with their history; of more, the
first are forgotten: a gateway cannot fill the hub by pairing and unpairing."""

MOST_HELD: Final = 64
"""Announces kept of children that cannot be judged yet, by gateway."""

LEAVE_TTL_MS: Final = 60_000


class Children:
    """Finds out who speaks on a topic with a child level; shares its tables with the hub."""

    def __init__(
        self,
        devices: dict[DeviceId, Device],
        members: Members,
        commands: Commands,
        next_id: Callable[[], CommandId],
    ) -> None:
        self._devices, self._members, self._commands = devices, members, commands
        self._next_id = next_id
        self._holding: set[DeviceId] = set()

    def restore(self) -> None:
        """Put the children that an earlier run left behind their gateways."""
        for child in self._devices.values():
            gateway = self._devices.get(child.record.gateway or DeviceId(""))
            if gateway is not None and not child.record.is_retired:
                family(gateway).children[child.id] = child

    def overdue(self) -> list[Decoded]:
        """Take out the announces that can be judged now: the gateway's product spec is here."""
        found: list[Decoded] = []
        for gateway_id in list(self._holding):
            gateway = self._devices.get(gateway_id)
            if gateway is not None and gateway.product is None:
                continue
            self._holding.discard(gateway_id)
            held = family(gateway).held if gateway else {}
            found += held.values()
            held.clear()
        return found

    def accountable(self, gateway: DeviceId, child_id: DeviceId) -> DeviceId:
        """Return whose allowance a message for a child takes: that of the child, if it is one."""
        family = self._devices[gateway].family if gateway in self._devices else None
        is_known = family is not None and child_id in family.children
        return child_id if is_known and not self._devices[gateway].is_shut_out else gateway

    def speaker(
        self, gateway: Device, child_id: DeviceId, decoded: Decoded, now_s: float, out: Outcome
    ) -> Device | None:
        """Return the child that speaks, which may be new, or None when nothing is made of it.

        Raises:
            ViolationError: `ECO-CHILD-...`: the gateway may not speak for it.
        """
        if not self._may_speak(gateway, child_id, decoded):
            return None
        message = decoded.message
        announce = message if isinstance(message, Announce) else None
        child = self._devices.get(child_id)
        if child is None:
            return self._newcomer(gateway, child_id, announce, now_s, out)
        if child.record.gateway != gateway.id:
            return self._newly_mine(gateway, child, announce, decoded, now_s, out)
        if child.record.replaced_by is not None:
            raise _refused("ECO-CHILD-012", child_id, "another device has taken its place")
        if child.product is not None and child.product.spec.device_class == GATEWAY:
            raise _refused("ECO-CHILD-018", child_id, "its product spec is that of a gateway")
        if announce is not None:
            _check_connection(gateway, announce)
        if child.record.is_retired and not self._return(gateway, child, announce, now_s, out):
            return None
        return child

    def discard(self, gateway: Device, child: Device) -> None:
        """Forget a newcomer whose first announce broke a rule."""
        self._members.discard(child.id)
        family(gateway).children.pop(child.id, None)

    def complain(
        self, gateway: Device, topic: Topic, violation: Violation, now_s: float, out: Outcome
    ) -> None:
        """Count against a gateway what it said for one that is none of its children."""
        child = topic.child or gateway.id
        told = Outcome()
        count_violation(gateway, topic.leaf, violation, now_s, told)
        out.events += told.events
        out.strays += [(gateway.id, child, verdict) for _, verdict in told.send]
        if violation.rule == "ECO-CHILD-012" and told.send:
            dismiss(gateway.id, child, self._next_id(), out)

    def removed(self, child: Device, now_s: float, out: Outcome) -> None:
        """Take in that a child was unpaired at its gateway; its history stays."""
        withdraw_all(self._commands, child, "removed", now_s, out)
        child.record = replace(child.record, is_retired=True)
        observe(child, Evidence.REMOVED, "removed", now_s, out)
        out.saves.append(SaveDevice(child.record))
        out.events.append(DeviceAdded(child.id))
        gateway = self._devices[child.record.gateway or child.id]
        family(gateway).children.pop(child.id, None)
        out.events.append(DeviceAdded(gateway.id))
        gone = [d for d in self._devices.values() if d.record.is_retired]
        mine = sorted((d for d in gone if d.record.gateway == gateway.id), key=lambda d: d.since_s)
        for oldest in mine[:-MOST_REMOVED]:
            self._members.forget(oldest.id, out)

    def _may_speak(self, gateway: Device, child_id: DeviceId, decoded: Decoded) -> bool:
        """Judge what does not depend on the child; False while nothing can be said yet."""
        if gateway.record.epoch == 0 or gateway.is_gone:
            detail = f"{gateway.id} has not announced itself on this connection"
            raise _refused("ECO-CHILD-006", child_id, detail)
        if gateway.is_shut_out:
            return False
        if gateway.product is None:
            if isinstance(decoded.message, Announce):
                _hold(family(gateway).held, child_id, decoded)
                self._holding.add(gateway.id)
            return False
        if not is_gateway(gateway):
            named = gateway.product.spec.device_class or "none"
            raise _refused("ECO-CHILD-002", child_id, f"the class of its product spec is {named}")
        if child_id == gateway.id:
            raise _refused("ECO-CHILD-009", child_id, "it is the gateway's own")
        if child_id in gateway.record.barred:
            raise _refused("ECO-CHILD-012", child_id, "the owner has removed it", child_id)
        return True

    def _newcomer(
        self,
        gateway: Device,
        child_id: DeviceId,
        announce: Announce | None,
        now_s: float,
        out: Outcome,
    ) -> Device:
        _check_room(gateway, child_id)
        if announce is None:
            raise _refused("ECO-ANNOUNCE-001", child_id, "the child has not been announced")
        _check_connection(gateway, announce)
        record = DeviceRecord(
            child_id,
            name=announce.product,
            joined_at_s=now_s,
            driver=gateway.record.driver,
            vendor=announce.vendor,
            product=announce.product,
            mode=gateway.record.mode,
            gateway=gateway.id,
        )
        child = Device(record, Reach.INTERVIEWING, "joined", now_s)
        self._devices[child_id] = family(gateway).children[child_id] = child
        out.events += [DeviceAdded(child_id), DeviceAdded(gateway.id)]
        return child

    def _newly_mine(
        self,
        gateway: Device,
        child: Device,
        announce: Announce | None,
        decoded: Decoded,
        now_s: float,
        out: Outcome,
    ) -> Device:
        """Take a child from behind another gateway, if the owner has consented."""
        if child.record.gateway is None:
            raise _refused("ECO-CHILD-009", child.id, "a device of this id has joined by itself")
        if announce is None or child.record.moves_to != gateway.id:
            if announce is not None:
                self._wish(gateway, child, decoded, out)
            raise _refused("ECO-CHILD-011", child.id, f"it is behind {child.record.gateway}")
        _check_room(gateway, child.id)
        _check_connection(gateway, announce)
        check_identity(child, announce)
        before = self._devices.get(child.record.gateway)
        if before is not None:
            family(before).children.pop(child.id, None)
            dismiss(before.id, child.id, self._next_id(), out)
            out.events.append(DeviceAdded(before.id))
        child.record = replace(child.record, gateway=gateway.id, moves_to=None)
        forget_boots(self._commands, child, out)
        self._come_back(gateway, child, now_s, out)
        return child

    def _wish(self, gateway: Device, child: Device, decoded: Decoded, out: Outcome) -> None:
        """Show that a child wants to move, and keep its announce until the owner consents."""
        wishes = family(gateway).wishes
        if child.id in wishes or len(wishes) < MOST_HELD:
            wishes[child.id] = decoded
        if child.wants != gateway.id:
            child.wants = gateway.id
            out.events.append(DeviceAdded(child.id))

    def _return(
        self, gateway: Device, child: Device, announce: Announce | None, now_s: float, out: Outcome
    ) -> bool:
        """Bring a child back that was unpaired and is announced again."""
        if announce is None:
            return False
        _check_room(gateway, child.id)
        self._come_back(gateway, child, now_s, out)
        return True

    def _come_back(self, gateway: Device, child: Device, now_s: float, out: Outcome) -> None:
        child.record, child.wants = replace(child.record, is_retired=False), None
        child.rate = Rate()
        family(gateway).children[child.id] = child
        observe(child, Evidence.JOINED, "joined", now_s, out)
        out.saves.append(SaveDevice(child.record))
        out.events += [DeviceAdded(child.id), DeviceAdded(gateway.id)]


def is_gateway(device: Device) -> bool:
    """Say whether a device may speak for others."""
    return device.product is not None and device.product.spec.device_class == GATEWAY


def forget_boots(commands: Commands, child: Device, out: Outcome) -> None:
    """Let whoever speaks for a child from now on begin with any epoch."""
    lose_sent_actions(commands, child, 0, child.since_s, out)
    child.record = replace(child.record, epoch=0, connection=0)
    child.seqs.clear()
    child.is_announced = child.is_connected = False
    out.saves.append(SaveDevice(child.record))


def dismiss(gateway: DeviceId, child: DeviceId, command: CommandId, out: Outcome) -> None:
    """Tell a gateway to unpair a child (ECO-CHILD-020)."""
    out.strays.append((gateway, child, Leave(id=command, ttl_ms=LEAVE_TTL_MS)))


def reconnected(gateway: Device, now_s: float, out: Outcome) -> None:
    """Lose sight of the children of a gateway that has connected anew."""
    if gateway.family is not None:
        gateway.family.held.clear()
        gateway.family.wishes.clear()
        orphan(gateway, "gateway_lost", now_s, out, is_gone=True)


def family(gateway: Device) -> Family:
    """Return the children of a gateway, living ones and those that cannot be judged yet."""
    if gateway.family is None:
        gateway.family = Family()
    return gateway.family


def _hold(held: OrderedDict[DeviceId, Decoded], child: DeviceId, decoded: Decoded) -> None:
    if child not in held and len(held) >= MOST_HELD:
        detail = f"{len(held)} children wait for the product spec of the gateway already"
        raise _refused("ECO-CHILD-010", child, detail)
    held[child] = decoded


def has_room(gateway: Device) -> bool:
    """Say whether a gateway may have one more child."""
    return len(family(gateway).children) < gateway.record.max_children


def _check_room(gateway: Device, child: DeviceId) -> None:
    if not has_room(gateway):
        detail = f"{gateway.id} has {gateway.record.max_children} children, as many as it may"
        raise _refused("ECO-CHILD-010", child, detail)


def _check_connection(gateway: Device, announce: Announce) -> None:
    own, told = gateway.record.connection, announce.connection
    if gateway.is_connected and gateway.is_announced and told != own:
        detail = f"connection {told}, but that of the gateway is {own}"
        raise ViolationError(Violation("ECO-CHILD-015", "connection", str(told), detail))


def _refused(rule: str, child: DeviceId, detail: str, path: str = "topic") -> ViolationError:
    return ViolationError(Violation(rule, path, child, detail))
