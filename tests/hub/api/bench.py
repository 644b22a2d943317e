"""A whole home with its API on loopback, and simulated devices that reach it without a broker."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import aiohttp
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from drivers.contract import DriverContext
from drivers.memory import MemoryDriver, MemoryLink
from hub.api import asyncapi, openapi
from hub.api.server import OPERATIONS, Api
from hub.app import _restored
from hub.broker import make_broker
from hub.clock import Clock
from hub.config import (
    AdmissionSettings,
    ApiSettings,
    BrokerSettings,
    DiscoverySettings,
    HubSettings,
    Settings,
)
from hub.core.records import DeviceRecord
from hub.core.requests import TTL_S
from hub.discovery import Discovery
from hub.home import Home
from hub.reach import Reach
from hub.security import FAILURE_BURST, Security
from hub.store import Store
from protocol.ids import Address, DeviceId
from protocol.messages import AnyMessage, DownMessage, Scalar, State, UpMessage
from protocol.presence import Presence
from simulators.air_purifier import AirPurifier
from simulators.device import Settings as DeviceSettings
from simulators.device import SimDevice
from simulators.environment_sensor import EnvironmentSensor
from simulators.gateway import Gateway
from simulators.physics import PhysicsType
from simulators.product import Product
from simulators.router import Router
from simulators.smart_plug import SmartPlug
from simulators.voice import Identity

PURIFIER = DeviceId("air-purifier-0001")
PLUG = DeviceId("smart-plug-0001")
ROUTER = DeviceId("router-0001")
SENSOR = DeviceId("environment-sensor-0001")
GATEWAY = DeviceId("gateway-0001")

PHYSICS: Mapping[DeviceId, PhysicsType] = {
    PURIFIER: AirPurifier,
    PLUG: SmartPlug,
    ROUTER: Router,
    SENSOR: EnvironmentSensor,
    GATEWAY: Gateway,
}
PRODUCTS = {device: Product.read(physics.document()) for device, physics in PHYSICS.items()}
WAIT_S = 10.0
Json = Any


@dataclass
class Time:
    """The time of a home and its devices, which a test may let pass at once.

    Attributes:
        ahead_s: How far it is ahead of this machine's.
    """

    ahead_s: float = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead_s

    def wall(self) -> float:
        return time.time() + self.ahead_s


class Air:
    """Simulated devices on the memory driver.

    Attributes:
        deaf: Devices that hear nothing of what the hub says.
    """

    def __init__(self, driver: MemoryDriver, clock: Clock) -> None:
        self.devices: dict[DeviceId, SimDevice] = {}
        self.deaf: set[DeviceId] = set()
        self._driver, self._clock = driver, clock
        self._links: dict[DeviceId, MemoryLink] = {}

    async def run(self) -> None:
        """Let the devices' time pass until cancelled."""
        while True:
            for device in list(self.devices.values()):
                self.tell(device.id, *device.tick(self._clock.now_s()))
            await asyncio.sleep(0.02)

    def connect(self, device: SimDevice) -> None:
        def hear(message: AnyMessage) -> None:
            if device.id not in self.deaf:
                down = cast("DownMessage", message)
                self.tell(device.id, *device.on_message(down, self._clock.now_s()))

        self.devices[device.id] = device
        self._links[device.id] = self._driver.attach(device.id, hear)
        device.dial()
        self.tell(device.id, *device.connected(self._clock.now_s()))

    def tell(self, device: DeviceId, *messages: UpMessage) -> None:
        for message in messages:
            assert self._links[device].publish(message)


@dataclass
class Bench:
    """What a test has in its hands."""

    home: Home
    api: Api
    air: Air
    time: Time
    token: str
    session: aiohttp.ClientSession
    url: str
    seen: set[tuple[str, str, int]] = field(default_factory=set)
    reports: int = 0

    async def get(self, path: str, status: int = 200) -> Json:
        return await self.ask("GET", path, status=status)

    async def ask(
        self,
        method: str,
        path: str,
        body: Json | bytes = None,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        """Send a request, check that the answer is as documented, and return its content.

        Args:
            body: Bytes go out as they are, anything else as JSON.
            headers: Beyond token and type; an empty one is not sent at all.
        """
        sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        sent = {name: value for name, value in sent.items() if value}
        async with self.session.request(
            method, self.url + path, data=data, headers=sent
        ) as response:
            raw = await response.read()
            media = response.headers.get("Content-Type", "").partition(";")[0]
            content = json.loads(raw) if media.endswith("json") else raw.decode()
            assert response.status == status, content
            self.seen.add(conforms(method, path, status, media, content))
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            if status in {401, 405, 426, 429}:
                name = {401: "WWW-Authenticate", 405: "Allow", 426: "Upgrade"}
                assert name.get(status, "Retry-After") in response.headers
            return content

    async def problem(self, method: str, path: str, status: int, **more: Json) -> Json:
        """Send a request that is refused, and return the problem."""
        content = await self.ask(method, path, status=status, **more)
        assert content["status"] == status
        assert content["type"]
        assert content["remedy"]
        return content

    async def until(self, claim: Any, what: str) -> None:
        """Wait until `claim()` holds."""
        try:
            async with asyncio.timeout(WAIT_S):
                while not claim():  # noqa: ASYNC110 - any claim, not one that sets an event
                    await asyncio.sleep(0.005)
        except TimeoutError:
            raise AssertionError(what) from None

    async def bring(
        self, device: DeviceId, physics: PhysicsType | None = None, **settings: Any
    ) -> SimDevice:
        """Let a device join and come online; `physics` is for one that is not of `PHYSICS`."""
        physics = physics or PHYSICS[device]
        now_s = self.home.clock.now_s()
        record = DeviceRecord(device, name=physics.product, joined_at_s=now_s, driver="memory")
        self.home.admission._pipeline.push(self.home.hub.admit(record, None, now_s))
        return await self.wake(device, physics, **settings)

    async def wake(self, device: DeviceId, physics: PhysicsType, **settings: Any) -> SimDevice:
        """Let a device that has joined come online."""
        product = PRODUCTS.get(device) or Product.read(physics.document())
        pretend = SimDevice(
            Identity(device, serial=f"SIM-{device}"),
            product,
            physics(1, day_s=43_200.0),
            DeviceSettings(**{"epoch": 1, **settings}),
        )
        self.air.connect(pretend)
        found = self.home.hub.devices
        await self.until(
            lambda: (
                found[device].presence is Presence.ONLINE
                and (found[device].reported or not product.compiled.readable)
            ),
            f"{device} online",
        )
        return pretend

    async def wait_in_vain(self, device: DeviceId) -> None:
        """Let as much time pass as a command is given, to a device that hears nothing of it."""
        commands = self.home.hub.commands
        await self.until(
            lambda: {one.device for one in commands.open_ones()} == {device},
            f"only {device} has not answered",
        )
        self.time.ahead_s += TTL_S

    def report(self, device: DeviceId, values: Mapping[str, Scalar]) -> None:
        """Have a device tell values out of turn; it says nothing by itself from then on."""
        self.air.devices.pop(device, None)
        self.reports += 1
        epoch = self.home.hub.devices[device].record.epoch
        self.air.tell(device, State(epoch=epoch, seq=1000 + self.reports, values=dict(values)))

    def value(self, device: DeviceId, address: str) -> Scalar:
        return self.home.hub.devices[device].reported[Address(address)].value


@asynccontextmanager
async def bench(
    folder: Path,
    wrong_tokens: int = FAILURE_BURST,
    admission: AdmissionSettings | None = None,
    **api_settings: Any,
) -> AsyncIterator[Bench]:
    """Run a home and its API until the block ends.

    Args:
        wrong_tokens: How many are answered with 401 before 429 tells to wait.
    """
    settings = Settings(
        hub=HubSettings(name="Test home", data_dir=folder / "data"),
        api=ApiSettings(host="127.0.0.1", port=0, **api_settings),
        broker=BrokerSettings(kind="embedded", port=0),
        discovery=DiscoverySettings(enabled=False),
        admission=admission or AdmissionSettings(),
    )
    passing = Time()
    clock = Clock(passing.monotonic, passing.wall)
    store = await asyncio.to_thread(Store.open, settings.hub.data_dir, clock)
    try:
        stored = store.load()
        security = Security(store, settings.hub.data_dir, clock, wrong_tokens)
        await security.open()
        broker = make_broker(settings.broker, settings.hub.data_dir / "broker")
        driver = MemoryDriver(DriverContext(broker.access))
        air = Air(driver, clock)
        home = Home(
            settings=settings,
            hub=_restored(stored, clock),
            clock=clock,
            store=store,
            security=security,
            broker=broker,
            discovery=Discovery(settings.discovery, clock),
            drivers={"memory": driver},
            place=stored.place,
        )
        await home.people.open()
        api = Api(home)
        await api.open()
        token = (await asyncio.to_thread(security.local_token_path.read_text)).strip()
        async with asyncio.TaskGroup() as tasks, aiohttp.ClientSession() as session:
            parts = (home.run(), api.run(), driver.run(Reach(home, "memory")), air.run())
            running = [tasks.create_task(part) for part in parts]
            here = Bench(home, api, air, passing, token, session, f"http://127.0.0.1:{api.port}")
            await here.until(lambda: home.hub.is_linked, "link up")
            yield here
            for task in running:
                task.cancel()
    finally:
        await asyncio.to_thread(store.close)


DOCUMENT: Json = json.loads(json.dumps(openapi.document(OPERATIONS, "0.0.0")))


def _closed(schema: Json) -> Json:
    """Return a schema that allows no field it does not name."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    shut = {key: _closed(value) for key, value in schema.items()}
    if "properties" in shut and shut.get("type") == "object":
        shut.setdefault("additionalProperties", False)
    return shut


STREAM: Json = json.loads(json.dumps(asyncapi.document(OPERATIONS, "0.0.0")))
SCHEMAS: Json = {**STREAM["components"]["schemas"], **DOCUMENT["components"]["schemas"]}
CLOSED: Json = {"schemas": _closed(SCHEMAS)}


_validators: dict[str, Draft202012Validator] = {}


def check(schema: Json, content: Json) -> None:
    """Check that content is what a schema of the document says, and no more."""
    key = json.dumps(schema)
    if key not in _validators:
        whole = {**schema, "components": CLOSED}
        _validators[key] = Draft202012Validator(whole)
    _validators[key].validate(content)


def conforms(
    method: str, path: str, status: int, media: str, content: Json
) -> tuple[str, str, int]:
    """Check that an answer is as the document says; return which it was."""
    path = path.partition("?")[0]
    for template, methods in DOCUMENT["paths"].items():
        pattern = re.sub(r"\{[a-z]+\}", "[^/]+", template.replace(".", "[.]"))
        if re.fullmatch(pattern, path) and method.lower() in methods:
            answer = methods[method.lower()]["responses"].get(str(status))
            assert answer is not None, f"{method} {template} does not document {status}"
            if "$ref" in answer:
                answer = DOCUMENT["components"]["responses"][answer["$ref"].rpartition("/")[2]]
            documented = answer.get("content", {})
            assert media in documented or (not media and not documented), media
            if documented:
                check(documented[media]["schema"], content)
            return method, template, status
    assert status in {404, 405, 421, 403, 400, 415, 426, 401, 101}
    check({"$ref": "#/components/schemas/Problem"}, content)
    return method, "", status
