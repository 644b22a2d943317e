"""Puts the hub together and runs it: the only module that sees all of its parts.

* AppError    the hub cannot start; says why, and what a person can do about it
"""

import asyncio
import gc
import json
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from drivers.contract import ENTRY_POINTS, Driver, DriverContext
from hub.api.server import Api, ApiStartError
from hub.broker import Broker, BrokerError, make_broker
from hub.clock import Clock
from hub.config import Settings
from hub.core.automations.almanac import Now
from hub.core.device import Spec
from hub.core.hub import Hub
from hub.core.people.records import Offer, Role
from hub.core.records import NATIVE
from hub.discovery import Discovery
from hub.errors import MendableError
from hub.home import Home
from hub.people.tokens import spoken
from hub.private_files import PrivateFileError, write_private
from hub.reach import Reach, drive
from hub.security import Security
from hub.store import Store, Stored, StoreError
from hub.tls.keeper import authority_fingerprint
from protocol.advert import HubAdvert
from protocol.errors import ViolationError
from protocol.product import parse_product
from protocol.rules import rules
from protocol.validator import compile_product

log = logging.getLogger(__name__)

RUN_FILE: Final = "run.json"
UPKEEP_S: Final = 3_600.0
BROKER_START_S: Final = 10.0
ADVERT_S: Final = 1.0
FIRST_PAIRING_S: Final = 600.0
"""How long the first owner may take after a start."""

COLLECT: Final = (10_000, 10, 10)
"""When the garbage collector looks at what is new, at what is older, and at all there is.

What is told lives for a while and then goes by itself, and none of it is garbage in a circle. With
Python's own numbers a fifth of the time of a burst went into looking at it over and over.
"""


class AppError(MendableError):
    """The hub cannot start."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Where a hub that has started can be reached; its devices may still be on their way.

    Attributes:
        url: Of the API, for programs on this machine.
        mqtt_port: Of the broker, for devices.
        open_pairing: Lets the first owner come by the code that it returns; None once there is one.
        fingerprint: Of the hub's authority, for people to compare; None where it has none.
    """

    hub: str
    url: str
    mqtt_port: int
    token_path: Path
    open_pairing: Callable[[], str] | None = None
    fingerprint: str | None = None


OnReady = Callable[[Ready], None]


def main(settings: Settings, on_ready: OnReady | None = None) -> None:
    """Run a hub until SIGINT or SIGTERM.

    Raises:
        AppError: It cannot start.
    """
    gc.set_threshold(*COLLECT)

    def ready(where: Ready) -> None:
        gc.freeze()
        if on_ready:
            on_ready(where)

    with asyncio.Runner(loop_factory=new_event_loop()) as runner:
        runner.run(_until_stopped(settings, ready))


def new_event_loop() -> Callable[[], asyncio.AbstractEventLoop]:
    """Return what makes the hub's loop: uvloop where it is installed, which 32-bit boards lack."""
    try:
        import uvloop  # noqa: PLC0415 - it may not be there
    except ImportError:
        return asyncio.new_event_loop
    return uvloop.new_event_loop


async def serve(settings: Settings, on_ready: OnReady | None = None) -> None:
    """Run a hub until cancelled; what it acknowledged is on the disk however that ends.

    Raises:
        AppError: It cannot start.
    """
    clock = Clock()
    rules()  # reads the catalogue from the package now, so that the first verdict need not
    try:
        store = Store.open(settings.hub.data_dir, clock)
    except StoreError as error:
        raise AppError(error.what, error.remedy) from error
    try:
        home = await _build(settings, clock, store)
        api = Api(home)
        try:
            await api.open()
        except ApiStartError as error:
            raise AppError(error.what, error.remedy) from error
        ready = _ready(home, api)
        async with _run_file(settings.hub.data_dir, ready), asyncio.TaskGroup() as tasks:
            _start_parts(tasks, home, api)
            log.info("hub %s serves %s", ready.hub, ready.url)
            if on_ready:
                on_ready(ready)
            await asyncio.get_running_loop().create_future()
    finally:
        await asyncio.to_thread(store.close)


def _ready(home: Home, api: Api) -> Ready:
    return Ready(
        hub=home.hub_id,
        url=f"http://127.0.0.1:{api.port}",
        mqtt_port=home.broker.access.port,
        token_path=home.security.local_token_path,
        open_pairing=None if home.people.register.owners else partial(_first_owner, home),
        fingerprint=authority_fingerprint(home.tls.standing),
    )


def _first_owner(home: Home) -> str:
    return spoken(home.people.pairing.open_window(Offer(Role.OWNER), FIRST_PAIRING_S))


async def _build(settings: Settings, clock: Clock, store: Store) -> Home:
    stored = store.load()
    for notice in stored.notices:
        log.warning("%s", notice)
    hub = _restored(stored, clock)
    hub.mode = stored.mode or settings.hub.mode
    security = Security(store, settings.hub.data_dir, clock)
    try:
        await security.open()
        broker = make_broker(settings.broker, settings.hub.data_dir / "broker")
    except (BrokerError, PrivateFileError) as error:
        raise AppError(str(error), error.remedy) from error
    home = Home(
        settings=settings,
        hub=hub,
        clock=clock,
        store=store,
        security=security,
        broker=broker,
        discovery=Discovery(settings.discovery, clock),
        drivers=_drivers(settings, broker),
        place=stored.place,
    )
    home.activity.restore(stored.activity)
    await home.people.open()
    records = (await store.credentials()).values()
    home.admission.restore({record.device: record.password_hash for record in records})
    return home


def _restored(stored: Stored, clock: Clock) -> Hub:
    hub = Hub(stored.hub_id, stored.epoch)
    specs = []
    for sha256, document in stored.specs.items():
        try:
            product = compile_product(parse_product(document))
        except ViolationError as error:  # kept by an earlier version with other rules
            log.warning("product spec %s is refused now: %s", sha256, error)
            continue
        specs.append(Spec(sha256, document, product))
    hub.inbox.restore(stored.inbox)
    hub.restore(stored.devices, specs, stored.commands, stored.twins, clock.now_s())
    hub.arrangement.restore(stored.arrangement)
    now_s = clock.now_s()
    now = Now(now_s, clock.wall_s(now_s), clock.is_synced)
    hub.automations.restore(stored.progress, stored.runs, now)
    return hub


def _drivers(settings: Settings, broker: Broker) -> dict[str, Driver]:
    known = {entry.name: entry for entry in entry_points(group=ENTRY_POINTS)}
    drivers: dict[str, Driver] = {}
    for name in dict.fromkeys([NATIVE, *settings.drivers]):
        entry = known.get(name)
        if entry is None:
            remedy = (
                f"install it or remove [drivers.{name}] from hub.toml; there are {sorted(known)}"
            )
            raise AppError(f"there is no driver {name}", remedy)
        try:
            drivers[name] = entry.load()(
                DriverContext(broker.access, settings.drivers.get(name, {}))
            )
        except (ImportError, ValidationError) as error:
            raise AppError(f"driver {name}: {error}", f"mend [drivers.{name}]") from error
    return drivers


def _start_parts(tasks: asyncio.TaskGroup, home: Home, api: Api) -> None:
    tasks.create_task(home.run(), name="home")
    tasks.create_task(api.run(), name="api")
    tasks.create_task(home.broker.run(), name="broker")
    tasks.create_task(home.discovery.run(), name="discovery")
    tasks.create_task(_advertise(home, api), name="advert")
    tasks.create_task(_upkeep(home.store), name="upkeep")
    for name, driver in home.drivers.items():
        tasks.create_task(_drive(driver, home, name), name=f"driver {name}")


async def _drive(driver: Driver, home: Home, name: str) -> None:
    """Run a driver once the broker is there; without one it runs all the same and says so."""
    await home.broker.wait_ready(BROKER_START_S)
    await drive(driver, name, Reach(home, name))


async def _advertise(home: Home, api: Api) -> None:
    """Tell by mDNS where the hub is, and whether devices may join it now."""
    told: tuple[HubAdvert, int] | None = None
    while True:
        is_open = home.admission.window.status(home.clock.now_s()).is_open
        mqtt, https = home.broker.access.port, home.tls.port
        advert = HubAdvert(home.hub_id, mqtt=mqtt, is_open=is_open, https=https)
        if (advert, api.port) != told:
            told = advert, api.port
            home.discovery.advertise(advert, api.port, home.settings.api.host)
        await asyncio.sleep(ADVERT_S)


async def _upkeep(store: Store) -> None:
    while True:
        await asyncio.sleep(UPKEEP_S)
        await store.purge()


async def _until_stopped(settings: Settings, on_ready: OnReady | None) -> None:
    task = asyncio.ensure_future(serve(settings, on_ready))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        log.info("stopped")
    except ExceptionGroup as group:
        log.exception("a part of the hub has failed")
        fault = group.exceptions[0]
        remedy = "this is a fault of ecohub: please report it with the log"
        raise AppError(f"{type(fault).__name__}: {fault}", remedy) from group


@asynccontextmanager
async def _run_file(folder: Path, ready: Ready) -> AsyncIterator[None]:
    """Keep `run.json` for programs of the same user while the hub runs.

    Raises:
        AppError: It cannot be written.
    """
    path = folder / RUN_FILE
    told = {"hub": ready.hub, "url": ready.url, "mqtt_port": ready.mqtt_port, "pid": os.getpid()}
    try:
        await asyncio.to_thread(write_private, path, json.dumps(told).encode())
    except PrivateFileError as error:
        raise AppError(str(error), error.remedy) from error
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
