"""A home of two lamps with automations, without loop, disk or sleep; it can crash at any step."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, tzinfo

from hub.core.arrangement.records import Arranged, DropArranged, SaveArranged
from hub.core.asker import By
from hub.core.automations.almanac import Almanac, Now, Sun
from hub.core.automations.automations import Automations
from hub.core.automations.progress import (
    DropProgress,
    DropRun,
    Progress,
    SaveProgress,
    SaveRun,
)
from hub.core.automations.records import (
    Action,
    Automation,
    Claim,
    PropertyTrigger,
    SetAction,
)
from hub.core.automations.runner import Bidding
from hub.core.automations.runs import Order, Run
from hub.core.commands import CommandRequest
from hub.core.device import Spec
from hub.core.errors import RequestError
from hub.core.hub import Hub
from hub.core.outcome import Outcome
from hub.core.people.access import Moment, Principal, Thing
from hub.core.people.records import Role
from hub.core.people.sight import Sight
from hub.core.records import CommandRecord, DeviceRecord, DropDevice, Save, SaveCommand, SaveDevice
from protocol.ids import Address, CommandId, DeviceId
from protocol.messages import Scalar
from protocol.product import parse_product
from protocol.validator import compile_product
from tests.hub.core.world import DOCUMENT, FULL, LAMP, OTHER, SHA, World

ADA = Principal("ada", "Ada", Role.OWNER, None)
ON, LEVEL = Address("lamp.on"), Address("lamp.level")
NOON_S = datetime(2026, 6, 1, 12, tzinfo=UTC).timestamp()
BY = By("person", "ada", "Ada")


class Crash(Exception):  # noqa: N818 - it is what happens, not an error of ours
    """The power is gone."""


class Disk:
    """What outlives a crash."""

    def __init__(self) -> None:
        self.devices: dict[str, DeviceRecord] = {}
        self.commands: dict[str, CommandRecord] = {}
        self.arranged: dict[tuple[str, str], Arranged] = {}
        self.progress: dict[str, Progress] = {}
        self.runs: dict[str, Run] = {}

    def keep(self, saves: list[Save]) -> None:
        for save in saves:
            self._keep(save)

    def _keep(self, save: Save) -> None:  # noqa: C901 - one case per kind of save
        match save:
            case SaveDevice(record):
                self.devices[record.id] = record
            case DropDevice(device):
                self.devices.pop(device, None)
            case SaveCommand(record):
                self.commands[record.id] = record
            case SaveArranged(record):
                self.arranged[record.kind, record.id] = record
            case DropArranged(kind, id_):
                self.arranged.pop((kind, id_), None)
            case SaveProgress(record):
                self.progress[record.automation] = record
            case SaveRun(record):
                self.runs[record.id] = record
            case DropRun(id_):
                self.runs.pop(id_, None)
            case DropProgress(id_):
                self.progress.pop(id_, None)
                self.runs = {k: v for k, v in self.runs.items() if v.automation != id_}


class Stage:
    """Two lamps, a hub with automations, and a disk.

    Attributes:
        principals: Who may arrange, by id.
        crash_at: Steps until the power goes; None for never.
        is_obedient: Whether lamps do what they are told and tell it.
    """

    def __init__(self, zone: tzinfo = UTC, wall_s: float = NOON_S, sun: Sun | None = None) -> None:
        self.world = World()
        self.disk = Disk()
        self.principals: dict[str, Principal] = {"ada": ADA}
        self.crash_at: int | None = None
        self.is_obedient = True
        self.is_sure = True
        self.offset_s = wall_s - self.world.now_s
        self.almanac = Almanac(zone, sun)
        self.told: list[tuple[str, Mapping[str, Scalar]]] = []
        for lamp in (LAMP, OTHER):
            self.world.join(lamp)
            self.world.boot(lamp)
            self.world.connect(lamp)
            self.world.answer_spec(lamp)
            self.world.state(FULL, device=lamp, full=True)
        self._settle_in()

    @property
    def now(self) -> Now:
        return Now(self.world.now_s, self.world.now_s + self.offset_s, self.is_sure)

    @property
    def automations(self) -> Automations:
        return self.world.hub.automations

    # What people do

    def make(self, id_: str, *actions: Action, **more: object) -> Automation:
        """Make an automation, by Ada, that lamp.on of the first lamp sets off by itself."""
        given = {"triggers": (when(),), "author": "ada", "name": id_, "actions": actions, **more}
        automation = Automation(id=id_, **given)  # type: ignore[arg-type]  # fields of a test
        self.put(automation)
        return automation

    def put(self, automation: Automation) -> None:
        self.take(self.world.hub.arrangement.keep(automation))
        self.pump()

    def kept(self, id_: str) -> Automation:
        return self.world.hub.arrangement.get(Automation, id_)

    # What happens

    def tell(self, values: Mapping[str, Scalar], device: DeviceId = LAMP) -> None:
        self.world.state(values, device=device)
        self.pump()

    def wait(self, seconds: float, step_s: float = 1.0) -> None:
        """Let time pass, with a tick each step."""
        ends_s = self.world.now_s + seconds
        while self.world.now_s < ends_s:
            self.world.wait(min(step_s, ends_s - self.world.now_s))
            self.pump()

    def take(self, outcome: Outcome) -> None:
        self.world.take(outcome)

    def pump(self) -> None:
        """Do all that is to be done now, as `hub.automating` does it."""
        for _ in range(1_000):
            self.disk.keep(self.world.saves)
            self.world.saves.clear()
            while self.world.events:
                self.automations.take(self.world.events.pop(0), self.now)
            self.automations.tick(self.now)
            while (bidding := self.automations.bidding()) is not None:
                self.step()
                self.automations.took(bidding, [*self._send(bidding)])
            if not self.automations.is_busy and not self.world.events:
                return
            self.step()
            self.take(self.automations.flush())
        raise AssertionError("it never ends")

    def step(self) -> None:
        if self.crash_at is not None:
            if self.crash_at == 0:
                self.crash_at = None
                raise Crash
            self.crash_at -= 1

    def restart(self, down_s: float = 0.0) -> None:
        """Start the hub anew from what is on the disk, `down_s` later."""
        old = self.world
        hub = Hub("hub-0a1b2c3d", old.hub.epoch + 1)
        self.world = World(hub=hub, now_s=old.now_s + down_s)
        self.world.epochs, self.world.seqs = old.epochs, old.seqs
        self.world.connections = old.connections
        spec = Spec(SHA, DOCUMENT, compile_product(parse_product(DOCUMENT)))
        twins = {i: dict(d.reported.items()) for i, d in old.hub.devices.items()}
        commands = [c for c in self.disk.commands.values() if c.device in self.disk.devices]
        hub.restore(self.disk.devices.values(), [spec], commands, twins, self.world.now_s)
        hub.arrangement.restore(self.disk.arranged.values())
        self._settle_in()
        self.automations.restore(self.disk.progress.values(), self.disk.runs.values(), self.now)
        self.automations.begin(self.now)
        self.pump()

    def back(self, *lamps: DeviceId) -> None:
        """Let lamps find the hub again and tell all they know."""
        for lamp in lamps or (LAMP, OTHER):
            shown = self.world.device(lamp).reported
            values = {address: shown[Address(address)].value for address in FULL}
            self.world.connect(lamp)
            self.world.state(values, device=lamp, full=True)
        self.pump()

    # What is looked at

    def runs(self, id_: str) -> list[Run]:
        return self.automations.runs(id_)

    def ends(self, id_: str) -> list[str | None]:
        """Return how runs ended, the oldest first."""
        return [run.end for run in reversed(self.runs(id_))]

    @property
    def notices(self) -> list[str]:
        return [notice.text for notice in self.world.hub.inbox.notices.values()]

    def _settle_in(self) -> None:
        self.automations.settle_in(self.almanac, self._sight)

    def _sight(self, author: str) -> Sight | None:
        principal = self.principals.get(author)
        if principal is None:
            return None
        devices = self.world.hub.devices

        def thing(device: DeviceId) -> Thing | None:
            return Thing(device) if device in devices else None

        return Sight(principal, Moment(0.0, 0, 0), thing, ())

    def _send(self, bidding: Bidding) -> Iterator[Order]:
        for number, step in enumerate(bidding.steps):
            client_id = f"{bidding.run}.{bidding.place}.{number}"
            request = CommandRequest(
                step.device,
                bidding.automation,
                CommandId(client_id),
                step.values,
                step.action,
                client_id,
                by=bidding.by,
            )
            try:
                record, outcome = self.world.hub.request(request, self.world.now_s)
            except RequestError as error:
                yield Order(step.device, None, "refused", error.code)
                continue
            if outcome.saves:
                self.told.append((bidding.automation, step.values))
                self.take(outcome)
                self.take(self.world.hub.proceed(record, self.world.now_s))
                self.disk.keep(self.world.saves)
                self.step()
                self._obey(record)
            yield Order(step.device, record.id, str(record.status))

    def _obey(self, record: CommandRecord) -> None:
        if not self.is_obedient or not self.world.device(record.device).is_connected:
            return
        self.world.ack(record, "received", record.device)
        self.world.ack(record, "done", record.device)
        if record.action is None:
            self.world.state(record.values, device=record.device, cause=record.id)


def when(
    address: Address = ON,
    claim: Claim = Claim(equals=True),  # noqa: B008 - frozen
    device: DeviceId = LAMP,
    for_s: float = 0.0,
) -> PropertyTrigger:
    return PropertyTrigger(device, address, claim, for_s)


def put(address: Address = LEVEL, value: Scalar = 50, device: DeviceId = OTHER) -> SetAction:
    return SetAction({address: value}, device)
