"""A join that fails leaves nothing: not in memory, not on the disk, not at the broker."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from drivers.contract import BrokerAccess
from hub.activity import Activity
from hub.admission import Admission
from hub.broker import Broker, BrokerError, BrokerState, ProvisionError
from hub.clock import Clock
from hub.core.activity import Entry
from hub.core.records import DeviceRecord, DropDevice, SaveDevice
from hub.joining import JoinProofError
from hub.pipeline import Pipeline
from hub.sayings import say
from hub.store import DropCredential, SaveCredential, StoreError, StoreFullError, Write
from protocol.ids import DeviceId
from protocol.joining import JoinProof, JoinRequest, proof
from tests.alongside import alongside
from tests.hub.core.world import LAMP, World, online_world

CODE = "12345678"
NONCE = "0123456789abcdef" * 2
NEW = DeviceId("lamp-0009")
ACCESS = BrokerAccess("127.0.0.1", 1883, "hub", "secret")
READY = BrokerState("embedded", True, say("broker-starting"), "127.0.0.1", 1883)
FULL = StoreFullError("No room", "Free some space.")
AWAY = ProvisionError("the broker does not answer", "look at it")


@dataclass
class Disk:
    """What is kept, as rows; fails while there is an error, or from a commit of its number on."""

    devices: dict[DeviceId, DeviceRecord] = field(default_factory=dict)
    credentials: dict[DeviceId, str] = field(default_factory=dict)
    error: StoreError | None = None

    def keep_now(self, saves: Sequence[Write]) -> bool:
        return False

    def save_activity(self, entries: Sequence[Entry]) -> None:
        raise NotImplementedError

    async def commit(self, saves: Sequence[Write]) -> None:
        await asyncio.sleep(0)
        if saves and self.error:
            raise self.error
        for save in saves:
            match save:
                case SaveDevice(record):
                    self.devices[record.id] = record
                case DropDevice(device):
                    self.devices.pop(device, None)
                case SaveCredential(record):
                    self.credentials[record.device] = record.password_hash
                case DropCredential(device):
                    self.credentials.pop(device, None)


@dataclass
class Porter:
    """A broker that takes note of who may come in."""

    credentials: Mapping[DeviceId, str] = field(default_factory=dict)
    error: BrokerError | None = None
    access: BrokerAccess = ACCESS
    state: BrokerState = READY
    denied: Mapping[str, int] = field(default_factory=dict)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def run(self) -> None:
        """Nothing runs."""

    async def wait_ready(self, timeout_s: float) -> bool:
        await self.gate.wait()
        return True

    def set_credentials(self, credentials: Mapping[DeviceId, str]) -> None:
        self.credentials = dict(credentials)

    async def provision(self, device: DeviceId, password: str | None) -> None:
        if self.error:
            raise self.error


@dataclass
class Heirs:
    """Whose place was taken, and by whom."""

    known: list[tuple[DeviceId, DeviceId]] = field(default_factory=list)

    async def inherit(self, old: DeviceId, new: DeviceId) -> None:
        self.known.append((old, new))


@dataclass
class Door:
    world: World
    admission: Admission
    disk: Disk
    porter: Porter
    diary: Activity
    heirs: Heirs

    def told(self) -> list[tuple[str, str]]:
        """Return kind and words of what was written down, the latest first."""
        found, _ = self.diary.log.page(None, 9, lambda _: True, 0.0)
        return [(entry.kind, entry.text) for entry in found]

    async def join(self, device: DeviceId) -> None:
        challenge = self.admission.begin(
            JoinRequest(device=device, product="lamp-1", vendor="acme", nonce=NONCE)
        )
        told = proof("device", CODE, NONCE, challenge.nonce, device)
        await self.admission.finish(JoinProof(session=challenge.session, proof=told))

    def picture(self) -> object:
        """Return all that a join could have changed."""
        devices = self.world.hub.devices
        window = self.admission.window.status(self.world.now_s)
        return (
            {d.id: (d.record, d.presence, d.reason, dict(d.seqs)) for d in devices.values()},
            {d.id: (d.is_announced, d.is_connected) for d in devices.values()},
            dict(self.disk.devices),
            dict(self.disk.credentials),
            dict(self.porter.credentials),
            (window.is_open, window.devices_left, window.replaces),
        )


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    world, disk, porter = online_world(), Disk(), Porter()
    world.ask({"lamp.level": 3})
    pipeline, heirs = Pipeline(disk, lambda outcome: None), Heirs()
    diary = Activity(world.hub, disk, Clock(), lambda _: None)
    broker: Broker = porter
    admission = Admission(
        world.hub,
        Clock(),
        pipeline,
        broker,
        lambda joined: None,
        auditor=diary,
        inherit=heirs.inherit,
    )
    disk.devices[LAMP] = world.device().record
    disk.credentials[LAMP] = "$7$old"
    admission.restore(disk.credentials)
    async with alongside(pipeline.run()):
        yield Door(world, admission, disk, porter, diary, heirs)


async def test_who_is_being_let_in_is_known_though_the_window_has_closed(door: Door) -> None:
    door.admission.open_window(CODE, 300.0, 1)
    door.porter.gate.clear()
    joining = asyncio.create_task(door.join(NEW))
    while door.admission.window.status(door.world.now_s).is_open:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0)
    assert (door.admission.joining, NEW in door.world.hub.devices) == (1, False)
    door.porter.gate.set()
    await joining
    assert (door.admission.joining, NEW in door.world.hub.devices) == (0, True)
    assert door.told() == [("join", "lamp-1")]


async def test_who_could_not_be_let_in_is_not_being_let_in_any_more(door: Door) -> None:
    door.admission.open_window(CODE, 300.0, 1)
    door.porter.error = AWAY
    with pytest.raises(ProvisionError):
        await door.join(NEW)
    assert door.admission.joining == 0
    assert door.told() == []


async def test_who_takes_a_place_inherits_it(door: Door) -> None:
    door.admission.open_window(CODE, 300.0, 2, LAMP)
    await door.join(NEW)
    await door.join(DeviceId("lamp-0009"))
    assert door.heirs.known == [(LAMP, NEW)]


async def test_a_wrong_setup_code_is_written_down(door: Door) -> None:
    door.admission.open_window("8765-4321", 300.0, 1)
    with pytest.raises(JoinProofError):
        await door.join(NEW)
    assert door.told() == [("refused", "setup code")]


@pytest.mark.parametrize("device", [LAMP, NEW])
@pytest.mark.parametrize("replaces", [None, LAMP])
@pytest.mark.parametrize("error", [FULL, AWAY])
async def test_a_join_that_fails_changes_nothing_and_may_be_tried_again(
    door: Door, device: DeviceId, replaces: DeviceId | None, error: Exception
) -> None:
    door.admission.open_window(CODE, 300.0, 1, replaces)
    before = door.picture()
    if isinstance(error, StoreError):
        door.disk.error = error
    else:
        door.porter.error = AWAY
    with pytest.raises(type(error)):
        await door.join(device)
    assert door.picture() == before
    door.disk.error = door.porter.error = None
    await door.join(device)
    assert door.world.hub.devices[device].record.epoch == 0
    assert door.disk.devices[device].epoch == 0
    assert not door.admission.window.status(door.world.now_s).is_open
    if replaces and device != replaces:
        assert door.world.hub.devices[replaces].record.is_retired
        assert LAMP not in door.porter.credentials
        assert LAMP not in door.disk.credentials


async def test_devices_that_join_at_the_same_time_are_all_let_in(door: Door) -> None:
    door.admission.open_window(CODE, 300.0, 8)
    newcomers = {DeviceId(f"lamp-9{number:03d}") for number in range(8)}
    await asyncio.gather(*(door.join(device) for device in newcomers))
    assert door.porter.credentials.keys() == newcomers | {LAMP}
    assert door.world.hub.devices.keys() >= newcomers


async def test_what_a_device_says_while_it_joins_again_is_no_hindrance(door: Door) -> None:
    door.admission.open_window(CODE, 300.0, 1)
    joining = asyncio.create_task(door.join(LAMP))
    await asyncio.sleep(0)
    door.world.boot()
    door.world.connect()
    await joining
    assert door.world.device().record.epoch == 0


async def test_a_device_named_in_the_settings_of_a_driver_is_let_in_once_and_kept(
    door: Door,
) -> None:
    devices = door.world.hub.devices
    for _ in range(2):
        door.admission.introduce(NEW, "acme", "Night light", "line")
        await asyncio.sleep(0)
    record = devices[NEW].record
    assert (record.driver, record.vendor, record.name) == ("line", "acme", "Night light")
    async with asyncio.timeout(5):
        while NEW not in door.disk.devices:  # noqa: ASYNC110 - the pipeline needs its turns
            await asyncio.sleep(0)
    door.admission.introduce(LAMP, "acme", "Lamp", "line")
    assert devices[LAMP].record.driver == "mqtt"
    door.admission.open_window(CODE, 300.0, 1)
    await door.join(NEW)
    assert devices[NEW].record.driver == "mqtt"
