"""The core's one door: what devices say, what people ask and what time does, each to an outcome."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from pydantic_core import to_json

from hub.core import sleepers
from hub.core.arrangement.arrangement import Arrangement
from hub.core.automations.automations import Automations
from hub.core.children import Children
from hub.core.commands import CommandRequest, Commands, want
from hub.core.device import Device, Spec
from hub.core.enforcement import count_violation
from hub.core.events import Reported
from hub.core.households import Households
from hub.core.inbox import Inbox
from hub.core.intake import SERVICE_PREFIX, Intake
from hub.core.interview import Interviews
from hub.core.members import Members
from hub.core.needs import Needs
from hub.core.outcome import Outcome
from hub.core.passage import Passage
from hub.core.plans import Plans
from hub.core.presence import observe, restored
from hub.core.quarantine import Quarantines, declared
from hub.core.reception import Reception
from hub.core.records import NATIVE, CommandRecord, DeviceRecord, Mode
from hub.core.requests import Requests
from hub.core.trace import Fate, Traces
from protocol.codec import Decoded
from protocol.errors import Violation
from protocol.ids import Address, CommandId, DeviceId
from protocol.messages import LEAF_OF, Birth, DownMessage
from protocol.presence import Evidence
from protocol.topics import Topic

BIRTHS_PER_S: Final = 500
"""Announces a second that a birth may call forth; its spread follows (ECO-BIRTH-002)."""


class Hub:
    """Every device and command of a home, or of one worker's share of it.

    Pure: no method blocks, sleeps or looks at a clock. `now_s` is one monotonic clock in seconds,
    the same for all calls; ids come in from outside.
    """

    def __init__(self, name: str, epoch: int) -> None:
        """Make an empty hub.

        Args:
            name: Id of this hub, told in births.
            epoch: Starts of the hub, this one included.
        """
        self.name = name
        self.epoch = epoch
        self.commands = Commands()
        self.unheard: int = 0
        self._devices: dict[DeviceId, Device] = {}
        self._specs: dict[str, Spec] = {}
        self.links: dict[str, bool] = {}
        self._ids = 0
        self.inbox = Inbox(epoch, self._name_of)
        self.mode: Mode = "strict"
        self._loud: dict[DeviceId, Device] = {}
        self._traces = Traces()
        self._needs = Needs(self._devices, self.inbox)
        self._quarantines = Quarantines(self.commands, self.inbox, self._traces)
        self._interviews = Interviews(self._devices, self._next_id)
        self.arrangement = Arrangement(self._devices)
        self.automations = Automations(
            self._devices, self.arrangement, self.commands, self.inbox, epoch
        )
        self._members = Members(self._devices, self.commands, self._traces, self.arrangement)
        shared = (self._devices, self._members, self.commands, self._next_id)
        self._children, self.households = Children(*shared), Households(*shared)
        self._intake = Intake(
            self.commands,
            self._quarantines,
            self._interviews,
            self._specs,
            self._devices,
            self._next_id,
        )
        self._reception = Reception(
            self._devices, self._children, self._intake, self._quarantines, self._traces
        )
        self._requests = Requests(self._members, self.commands)
        self.plans = Plans(self._devices, self.commands, self._requests)
        self._passage = Passage(
            self._devices, self.commands, self._intake, self._interviews, self._next_id
        )

    @property
    def devices(self) -> Mapping[DeviceId, Device]:
        """The devices that have joined, retired ones included."""
        return self._devices

    @property
    def is_linked(self) -> bool:
        """Whether devices can reach the hub, by each driver that has told of its link."""
        return bool(self.links) and all(self.links.values())

    def restore(
        self,
        devices: Iterable[DeviceRecord],
        specs: Iterable[Spec],
        commands: Iterable[CommandRecord],
        twins: Mapping[DeviceId, Mapping[Address, Reported]],
        now_s: float,
    ) -> None:
        """Take up what an earlier run left; nobody counts as reachable until heard anew."""
        self._specs.update((spec.sha256, spec) for spec in specs)
        for record in devices:
            device = restored(record, now_s)
            device.spec = self._specs.get(record.spec_sha256 or "")
            device.reported.recall(twins.get(record.id, {}))
            sleepers.recall(device, now_s)
            self._devices[record.id] = device
        self._children.restore()
        self._intake.serials.know()
        for command in sorted(commands, key=lambda c: c.created_at_s):
            if command.device in self._devices:
                self.commands.add(command)
                if not (command.is_final or command.is_planned):
                    want(self._devices[command.device], command)

    # What devices say

    def is_heard(self, device_id: DeviceId, now_s: float, child: DeviceId | None = None) -> bool:
        """Say whether a message of this device is to be read; count it, and if not, as dropped.

        Args:
            device_id: Who says it.
            now_s: The core's clock.
            child: For whom it says it, if it is a gateway.
        """
        if child is not None:
            device_id = self._children.accountable(device_id, child)
        device = self._devices.get(device_id)
        if device is None:
            self.unheard += 1
            return False
        rate = device.rate
        if now_s >= rate.ends_s:
            rate.turn(now_s, declared(device))
            if rate.is_flood:
                self._loud[device_id] = device
        rate.count += 1
        if rate.count <= rate.limit:
            return True
        self.unheard += 1
        if rate.count == rate.limit + 1:
            self._loud[device_id] = device
        return False

    def receive(self, decoded: Decoded, now_s: float) -> Outcome:
        """Take in a message of a device."""
        out = Outcome()
        device = self._devices.get(decoded.topic.device)
        if device is None:
            self.unheard += 1
            return out
        if decoded.topic.child is not None:
            return self._reception.take_for(device, decoded.topic.child, decoded, now_s)
        self._reception.take(device, decoded, now_s, out)
        return out

    def refuse(
        self, topic: Topic | None, violation: Violation, now_s: float, payload: bytes = b""
    ) -> Outcome:
        """Take in that a device sent something that is no message of the protocol."""
        device = self._devices.get(topic.device) if topic else None
        if topic is None or device is None:
            self.unheard += 1
            return Outcome()
        return self._reception.refuse(device, topic, violation, payload, now_s)

    def sent(
        self, device_id: DeviceId, message: DownMessage, now_s: float, *, is_sent: bool
    ) -> None:
        """Take in that a message went to a device, or could not: for its trace alone."""
        device = self._devices.get(device_id)
        if device is not None:
            payload = to_json(message, exclude_none=True)
            fate: Fate = "sent" if is_sent else "unsent"
            self._traces.note(device, now_s, LEAF_OF[type(message)], payload, fate, "")

    def denied(self, device_id: DeviceId, times: int, now_s: float) -> Outcome:
        """Take in that the broker dropped what a device said where it may not speak.

        It gets no verdict: what it said, and where, is known to the broker alone.
        """
        out = Outcome()
        device = self._devices.get(device_id)
        if device is not None:
            detail = "the broker dropped messages on topics that are not the device's own"
            violation = Violation("ECO-TOPIC-001", "topic", "", detail)
            count_violation(device, None, violation, now_s, out, times)
        return out

    def link_changed(
        self, *, is_up: bool, reason: str, now_s: float, driver: str = NATIVE
    ) -> Outcome:
        """Take in that the devices of a driver can, or cannot, reach the hub."""
        out, self.links[driver] = Outcome(), is_up
        for device in self._devices.values() if not is_up else ():
            if device.record.driver == driver:
                observe(device, Evidence.LINK_LOST, reason, now_s, out)
        return out

    def birth(self, wall_ms: int) -> Birth:
        """Return the call to all devices to announce themselves, spread so that none is lost."""
        living = sum(1 for d in self._devices.values() if not d.record.is_retired)
        return Birth(
            id=self._next_id(),
            hub=self.name,
            epoch=self.epoch,
            time_ms=wall_ms,
            spread_s=min(600.0, living / BIRTHS_PER_S),
        )

    # What people ask

    def request(self, request: CommandRequest, now_s: float) -> tuple[CommandRecord, Outcome]:
        """Take a command for a device.

        Returns:
            The command's record, an earlier one if the same was asked under the same id, and what
            has to be kept; call `proceed` once that is durable, `withdraw` if it cannot be.

        Raises:
            RequestError: It cannot be carried out; nothing has changed.
        """
        return self._requests.take(request, now_s)

    def check_all(self, requests: Sequence[CommandRequest]) -> None:
        """Raise BatchRefusedError if not each of the commands can be carried out."""
        self._requests.check_all(requests)

    def proceed(self, record: CommandRecord, now_s: float) -> Outcome:
        """Go on with a durable command: it replaces older ones and is sent, at once or planned."""
        return self._requests.proceed(record, now_s)

    def withdraw(self, record: CommandRecord) -> None:
        """Forget a command that could not be made durable; it has changed nothing."""
        self._requests.withdraw(record)

    def invite(self, record: DeviceRecord, replaces: DeviceId | None) -> Outcome:
        """Return what has to be durable before `admit` is called with the same; changes nothing."""
        return self._members.invite(record, replaces)

    def admit(self, record: DeviceRecord, replaces: DeviceId | None, now_s: float) -> Outcome:
        """Let a device in that has proved itself; a known one joins again and keeps its history.

        Args:
            record: The newcomer as it described itself.
            replaces: A device whose name and place it takes; that one is retired.
            now_s: The core's clock.
        """
        known = self._devices.get(record.id)
        left = known.record.gateway if known else None
        out = self._members.admit(record, replaces, now_s)
        self.households.joined(self._devices[record.id], left, replaces, out)
        return out

    def unjoin(self, device_id: DeviceId) -> Outcome:
        """Forget a device, and its children if it is a gateway, with all they told and were told.

        A child does not come back by itself: its gateway is told to unpair it.

        Raises:
            DeviceUnknownError: No such device.
        """
        return self.households.unjoin(device_id)

    def move(self, child: DeviceId, gateway: DeviceId, now_s: float) -> Outcome:
        """Let a child go behind another gateway; it is taken there at its next announce.

        Raises:
            RequestError: It cannot move there.
        """
        out, wish = self.households.move(child, gateway)
        self._replay([wish] if wish else [], now_s, out)
        return out

    def describe(
        self,
        device_id: DeviceId,
        *,
        name: str | None = None,
        mode: Mode | None = None,
        max_children: int | None = None,
    ) -> Outcome:
        """Give a device another name, another strictness, or a gateway room for more children.

        Raises:
            DeviceUnknownError: No such device.
        """
        return self._members.describe(device_id, name, mode, max_children)

    def release(self, device_id: DeviceId, now_s: float) -> Outcome:
        """Let a device out of quarantine; one that is in none stays as it is.

        Raises:
            DeviceUnknownError: No such device.
        """
        out = Outcome()
        device = self._members.device(device_id)
        if device.record.quarantine is not None:
            self._quarantines.release(device, "released", now_s, out)
            self._intake.welcome(device, "released", now_s, out)
        return out

    # What time does

    def tick(self, now_s: float) -> Outcome:
        """Let time pass: end what is overdue, ask who is silent, send again what was lost."""
        out = Outcome()
        self._passage.tick(now_s, out)
        for device_id, device in list(self._loud.items()):
            if not self._quarantines.look(device, now_s, out):
                del self._loud[device_id]
        self._replay(self._children.overdue(), now_s, out)
        self._needs.look(now_s, out, is_linked=self.is_linked)
        self.commands.purge(now_s)
        return out

    def _replay(self, announces: Iterable[Decoded], now_s: float, out: Outcome) -> None:
        """Take in announces of children that could not be judged when they came."""
        for announce in announces:
            out.add(self.receive(announce, now_s))
            child = self._devices.get(announce.topic.child or announce.topic.device)
            if child is not None and child.product is not None and child.is_connected:
                child.full_asked_s = None
                self._intake.ask_full(child, now_s, out)

    def _name_of(self, device: DeviceId) -> str:
        """Return what people call a device; one that has not been let in has but its id."""
        known = self._devices.get(device)
        return known.record.name if known else device

    def _next_id(self) -> CommandId:
        self._ids += 1
        return CommandId(f"{SERVICE_PREFIX}{self.epoch}.{self._ids}")
