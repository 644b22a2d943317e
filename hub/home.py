"""One home at run time: the core with its store, its drivers and its bus."""

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from typing import Final

from drivers.contract import Driver
from hub.activity import Activity
from hub.admission import Admission
from hub.arranging import Arranging
from hub.automating import Automating
from hub.broker import Broker
from hub.bus import Bus
from hub.certificates.keeper import Certificates
from hub.certificates.shelf import Reader
from hub.clock import Clock
from hub.commanding import Commanding
from hub.config import Settings
from hub.core.commands import CommandRequest
from hub.core.events import DeviceAdded, DeviceRemoved, ReceiptChanged
from hub.core.hub import Hub
from hub.core.outcome import Outcome
from hub.core.people.access import Principal
from hub.core.records import NATIVE, CommandRecord, SavePlace
from hub.discovery import Discovery, Sighting
from hub.endings import Endings
from hub.enforcing import Enforcing
from hub.health import Health, judge, part
from hub.history import History
from hub.people.people import People
from hub.people.tokens import ACCESS_PREFIX
from hub.pipeline import Pipeline
from hub.sayings import Saying, say
from hub.security import Security
from hub.store import Store
from hub.tending import Tending
from hub.tls.keeper import Tls
from hub.twins import TwinKeeper
from hub.whereabouts import place_of, zone_of
from protocol.codec import Decoded
from protocol.errors import Violation
from protocol.ids import Address, CommandId, DeviceId
from protocol.messages import DownMessage
from protocol.topics import Topic

log = logging.getLogger(__name__)

TICK_S: Final = 0.25
ASK_EVERY_S: Final = 1.0
"""Whoever looks at what mDNS shows makes the hub ask; not more often than this."""


_MEMBERSHIP: Final = (DeviceAdded, DeviceRemoved)


class Home:
    """Applies what the core decides, and is the one way in for API, joining and drivers.

    Each driver reaches it through a `hub.reach.Reach`.
    """

    def __init__(  # noqa: PLR0913 - composition: each part is made in hub.app and handed in
        self,
        *,
        settings: Settings,
        hub: Hub,
        clock: Clock,
        store: Store,
        security: Security,
        broker: Broker,
        discovery: Discovery,
        drivers: Mapping[str, Driver],
        place: SavePlace | None = None,
    ) -> None:
        self.settings, self.hub, self.clock = settings, hub, clock
        self.store, self.security = store, security
        self.broker, self.discovery, self.drivers = broker, discovery, drivers
        self.started_s = self._asked_s = clock.now_s()
        self._denied: dict[str, int] = {}
        self.bus = Bus()
        self._pipeline = Pipeline(store, self._release)
        self._endings = Endings(hub.commands)
        self._twins = TwinKeeper(hub, store, clock)
        data_dir, zone = settings.hub.data_dir, zone_of(settings.hub.time_zone)
        self.history = History(settings.history, data_dir, hub.devices, clock)
        self.tls = Tls(settings.api, data_dir, clock, hub.name)
        self.activity = Activity(hub, store, clock, self.bus.publish)
        self.people = People(store, clock, hub.devices, self.activity, zone)

        core = (hub, clock, self._pipeline)
        self.commanding = Commanding(*core, self._hindrance)
        self.arranging = Arranging(*core)
        self.enforcing = Enforcing(*core)
        reader = Reader(data_dir, settings.admission)
        self.certificates = Certificates(settings.admission, reader, *core)
        self.admission = Admission(
            *core,
            broker,
            self.certificates.check_join,
            auditor=self.activity,
            inherit=self.people.replace_device,
        )
        self.tending = Tending(
            *core,
            activity=self.activity,
            people=self.people,
            admission=self.admission,
            drivers=drivers,
        )
        self.automating = Automating(
            *core,
            commanding=self.commanding,
            people=self.people,
            program=security.principal,
            zone=zone,
            place=place_of(settings.hub, place),
        )
        self.bus.subscribe(self.automating.take)

    # For the API

    @property
    def hub_id(self) -> str:
        """The hub's id, the same for its whole life."""
        return self.hub.name

    @property
    def epoch(self) -> int:
        """Starts of this hub, this one included."""
        return self.hub.epoch

    def who(self, plain: str) -> Principal | None:
        """Return whose token this is, with what they may; None where it is nobody's."""
        if plain.startswith(ACCESS_PREFIX):
            return self.people.sessions.check(plain)
        token = self.security.check(plain)
        return None if token is None else self.security.principal(token.public_id)

    def still(self, principal: Principal) -> Principal | None:
        """Return who somebody is now that is on the stream; None once the session has ended."""
        if principal.person is not None:
            return self.people.sessions.still(principal.scope)
        return principal if self.security.is_known(principal.scope) else None

    def _hindrance(self, record: CommandRecord) -> str:
        """Return why who sent a command may not do so any more; empty when they may.

        What an automation has sent stays: its author was asked then.
        """
        scope = record.scope
        if scope.startswith("automation-"):
            return ""
        principal = self.people.sessions.principal(scope) or self.security.principal(scope)
        if principal is None:
            return "session_ended"
        controls = self.people.sights.of(principal).of(record.device).controls
        addresses = record.values if record.action is None else (record.action,)
        is_allowed = all(Address(address) in controls for address in addresses)
        return "" if is_allowed else "not_allowed"

    async def command(self, request: CommandRequest) -> CommandRecord:
        """See `Commanding.command`."""
        return await self.commanding.command(request)

    def begin(
        self, request: CommandRequest
    ) -> CommandRecord | Coroutine[object, object, CommandRecord]:
        """See `Commanding.begin`."""
        return self.commanding.begin(request)

    async def finished(self, command: CommandId, timeout_s: float) -> CommandRecord:
        """Return the record once the command has ended, or as it is after `timeout_s`; durable.

        Raises:
            KeyError: There is no such command.
        """
        record = self._record(command)
        if timeout_s > 0 and not record.is_final:
            await self._endings.wait(command, timeout_s)
            record = self.hub.commands.get(command) or record
        await self.settled()
        return record

    async def settled(self) -> None:
        """Wait until what is known of the home now is durable, as far as the disk lets it be.

        Whoever tells a receipt takes it, waits for this and then tells it: one that was told must
        not be found to be another after a crash.
        """
        await self._pipeline.settled()

    def seen(self) -> list[Sighting]:
        """Return what mDNS has shown, newest first, and ask the network anew."""
        now_s = self.clock.now_s()
        if now_s - self._asked_s >= ASK_EVERY_S:
            self._asked_s = now_s
            self.discovery.ask()
        return self.discovery.seen()

    def health(self) -> Health:
        """Return how the hub's parts are."""
        failure = self._pipeline.failure or self.store.trouble
        broker, mdns = self.broker.state, self.discovery.state
        is_set = self.clock.is_synced
        return judge(
            [
                part("store", failure.said if failure else None, is_ok=failure is None),
                part("broker", broker.said, is_ok=broker.is_ready),
                part("link", self._link_said(), is_ok=self.hub.is_linked),
                part("discovery", mdns.said, is_ok=mdns.is_ok),
                part("clock", say("clock-set" if is_set else "clock-unset"), is_ok=is_set),
                self.history.health(),
                self.certificates.health(),
                self.tls.health(),
            ]
        )

    def _link_said(self) -> Saying:
        down = [name for name, is_up in self.hub.links.items() if not is_up and name != NATIVE]
        if self.hub.is_linked:
            return say("link-up")
        if down and self.hub.links.get(NATIVE):
            return say("drivers-down", drivers=", ".join(down))
        return say("link-down")

    # For drivers

    def is_heard(self, device: DeviceId, child: DeviceId | None = None) -> bool:
        """See `Receiver.is_heard`."""
        return self.hub.is_heard(device, self.clock.now_s(), child)

    def receive(self, decoded: Decoded) -> None:
        """See `Receiver.receive`."""
        self._pipeline.push(self.hub.receive(decoded, self.clock.now_s()))

    def refuse(self, topic: Topic | None, violation: Violation, payload: bytes = b"") -> None:
        """See `Receiver.refuse`."""
        self._pipeline.push(self.hub.refuse(topic, violation, self.clock.now_s(), payload))

    def link_changed(self, *, driver: str, is_up: bool, reason: str) -> None:
        """Take in that a driver can, or cannot, reach its devices; see `hub.reach`."""
        now_s = self.clock.now_s()
        log.info("link of %s is %s: %s", driver, "up" if is_up else "down", reason)
        changed = self.hub.link_changed(is_up=is_up, reason=reason, now_s=now_s, driver=driver)
        self._pipeline.push(changed)
        if is_up:
            birth = self.hub.birth(int(self.clock.wall_s(now_s) * 1000))
            self.drivers[driver].announce_birth(birth)

    # For the app

    async def run(self) -> None:
        """Carry out outcomes and let time pass; when cancelled, finish what was decided."""
        hear_no_more = self.bus.subscribe(self.activity.take)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._pipeline.run(), name="pipeline")
                tasks.create_task(self._tick(), name="tick")
                tasks.create_task(self.commanding.run(), name="plans")
                tasks.create_task(self.automating.run(), name="automations")
                tasks.create_task(self._twins.run(), name="twins")
                tasks.create_task(self.activity.run(), name="activity")
                tasks.create_task(self.people.sessions.run(), name="phones")
                tasks.create_task(self.certificates.run(), name="certificates")
                tasks.create_task(self.history.run(self.bus), name="history")
        finally:
            await self._pipeline.drain()
            self._twins.save_all()
            self.activity.save()
            hear_no_more()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            self._pipeline.push(self.hub.tick(self.clock.now_s()))
            self._count_denied()

    def _count_denied(self) -> None:
        for user, count in self.broker.denied.items():
            times = count - self._denied.get(user, 0)
            if times > 0:
                self._denied[user] = count
                self._pipeline.push(self.hub.denied(DeviceId(user), times, self.clock.now_s()))

    def _release(self, outcome: Outcome) -> None:
        for device_id, message in outcome.send:
            self._send(device_id, message)
        for gateway_id, child_id, message in outcome.strays:
            self._send(gateway_id, message, child_id)
        for event in outcome.events:
            if type(event) is not ReceiptChanged:
                self._twins.take(event)
                if isinstance(event, _MEMBERSHIP):
                    self._note(event)
            else:
                self._endings.take(event.command)
        if outcome.events:
            self.bus.publish(outcome.events)

    def _note(self, event: DeviceAdded | DeviceRemoved) -> None:
        if type(event) is DeviceAdded:
            self.certificates.note(event.device)
        self.people.sights.note(event.device)

    def _send(
        self, device_id: DeviceId, message: DownMessage, stray: DeviceId | None = None
    ) -> None:
        """Hand a message to the driver of a device, or of the gateway of one that is none."""
        device = self.hub.devices.get(device_id)
        driver = self.drivers.get(device.record.driver) if device else None
        if device is None or driver is None:
            return
        if stray is not None:
            driver.send(stray, message, device_id)
            return
        is_sent = driver.send(device_id, message, device.record.gateway)
        self.hub.sent(device_id, message, self.clock.now_s(), is_sent=is_sent)

    def _record(self, command: CommandId) -> CommandRecord:
        record = self.hub.commands.get(command)
        if record is None:
            raise KeyError(command)
        return record
