"""What becomes of a message of a device: taken in, judged alone or refused, and noted as that."""

from collections.abc import Mapping

from hub.core.children import Children
from hub.core.device import Device, Strike
from hub.core.dispatch import check_fields, dispatch
from hub.core.enforcement import count_violation
from hub.core.events import ViolationFound
from hub.core.intake import Intake
from hub.core.outcome import Outcome
from hub.core.quarantine import Quarantines, strike_of
from hub.core.trace import PREFIX, Fate, Traces
from hub.core.ward import judge_only
from protocol.codec import Decoded
from protocol.errors import Violation, ViolationError
from protocol.ids import DeviceId
from protocol.topics import Topic


class Reception:
    """Receives messages of devices that have joined, and of children through their gateways.

    Args:
        devices: Those of the home, by id.
        children: Those behind gateways.
        intake: Takes in what is in order.
        quarantines: Where strikes go.
        traces: Where each message is noted.
    """

    def __init__(
        self,
        devices: Mapping[DeviceId, Device],
        children: Children,
        intake: Intake,
        quarantines: Quarantines,
        traces: Traces,
    ) -> None:
        self._devices, self._children, self._intake = devices, children, intake
        self._quarantines, self._traces = quarantines, traces

    def take(self, device: Device, decoded: Decoded, now_s: float, out: Outcome) -> None:
        """Take in what a device says of itself."""
        leaf, rule = decoded.topic.leaf, ""
        fate: Fate = "taken"
        try:
            check_fields(device, decoded, now_s, out)
            if device.record.quarantine is None:
                if dispatch(self._intake, device, decoded, now_s, out):
                    self._children.removed(device, now_s, out)
            else:
                fate = "judged"
                judge_only(self._intake, device, decoded, now_s, out)
        except ViolationError as error:
            fate, rule = "refused", error.violation.rule
            for violation in error.violations:
                count_violation(device, leaf, violation, now_s, out)
            self._quarantines.strike(device, strike_of(decoded, error.violation, now_s), out)
        else:
            if out.events and isinstance(first := out.events[0], ViolationFound):
                fate, rule = "forgiven", first.violation.rule
        self._traces.note(device, now_s, leaf, decoded.raw, fate, rule)
        device.messages += 1
        device.heard_s = now_s
        if device.record.sleep_s is not None:
            self._intake.rest(device, now_s, out)

    def take_for(
        self, gateway: Device, child_id: DeviceId, decoded: Decoded, now_s: float
    ) -> Outcome:
        """Take in what a gateway says for a child; of what is refused nothing else comes."""
        out, is_new = Outcome(), child_id not in self._devices
        try:
            child = self._children.speaker(gateway, child_id, decoded, now_s, out)
        except ViolationError as error:
            return self._complain(gateway, decoded.topic, error.violation, decoded.raw, now_s)
        if child is None:
            return out
        self._intake.hear_gateway(gateway, now_s, out)
        self.take(child, decoded, now_s, out)
        if is_new and child.record.epoch == 0:  # its first announce broke a rule
            self._children.discard(gateway, child)
            broken = next(iter(child.violations.values()))
            return self._complain(gateway, decoded.topic, broken.violation, decoded.raw, now_s)
        return out

    def refuse(
        self, device: Device, topic: Topic, violation: Violation, payload: bytes, now_s: float
    ) -> Outcome:
        """Take in that a device, or a gateway for a child, sent what is no message."""
        if topic.child is not None:
            child = self._devices.get(topic.child)
            if child is None or child.record.gateway != device.id:
                return self._complain(device, topic, violation, payload, now_s)
            device = child
        out = Outcome()
        count_violation(device, topic.leaf, violation, now_s, out)
        strike = Strike(now_s, topic.leaf, violation, None, len(payload), payload[:PREFIX])
        self._quarantines.strike(device, strike, out)
        self._traces.note(device, now_s, topic.leaf, payload, "refused", violation.rule)
        device.messages += 1
        return out

    def _complain(
        self, gateway: Device, topic: Topic, violation: Violation, payload: bytes, now_s: float
    ) -> Outcome:
        """Count against a gateway what it said for none of its children; it is no strike."""
        out = Outcome()
        self._children.complain(gateway, topic, violation, now_s, out)
        self._traces.note(gateway, now_s, topic.leaf, payload, "refused", violation.rule)
        gateway.messages += 1
        gateway.heard_s = now_s
        return out
