"""Records a run: the scenarios in their order, into a transcript. It judges nothing."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from random import Random
from typing import Final, Literal

from certification.driving.declaration import Declaration
from certification.driving.desk import HUB, Desk
from certification.driving.hooks import Ask, Hooks
from certification.driving.parameters import Parameters
from certification.errors import CertifyError
from certification.recorder.adverts import AdvertWatch, around
from certification.recorder.broker import ScriptedBroker
from certification.recorder.join_desk import Home, JoinDesk
from certification.recorder.listening import Broker
from certification.recorder.pulse import pulse
from certification.recorder.real_broker import RealBroker
from certification.suite.player import Player
from certification.suite.registry import Scenario
from certification.transcript import catalogue
from certification.transcript.file import FORMAT, Writer
from protocol.version import PROTOCOL

TRANSCRIPT: Final = "transcript.jsonl"
"""Name of the file that a whole run leaves."""

PART: Final = ".part"
"""Behind that name while the run is under way; what an interrupted run leaves."""


Kind = Literal["scripted", "mosquitto"]
"""Which broker: our own, which misbehaves as it is told, or a real one."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run.

    Attributes:
        folder: Where the transcript goes, and what hooks and device say; it is made.
        scenarios: In the order in which they are played.
        broker: Which one the device meets; a real one can be made to do less.
        ask: Asks a person where there is no hook; None where nobody is there.
        tell: Told what happens, a line each.
    """

    declaration: Declaration
    parameters: Parameters
    folder: Path
    scenarios: Sequence[Scenario]
    seed: int = 0
    broker: Kind = "scripted"
    ask: Ask | None = None
    tell: Callable[[str], None] = lambda _: None


async def record(plan: Plan) -> Path:
    """Play the scenarios and return the file of the transcript.

    Whatever the device does, the transcript is whole. When the run itself is cancelled or fails,
    what there is stays in a file that calls itself a part, and an earlier transcript stays as it
    was.

    Raises:
        CertifyError: The folder, a port or a hook cannot be used.
    """
    whole = plan.folder / TRANSCRIPT
    part = plan.folder / (TRANSCRIPT + PART)
    try:
        plan.folder.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            writer = Writer(file, time.monotonic_ns, plan.parameters.secrets())
            await _play(plan, writer)
            writer.end()
        part.replace(whole)
    except OSError as error:
        what = error.filename or plan.folder
        remedy = "choose another folder with --out, or make room there"
        raise CertifyError(f"{what} cannot be written: {error.strerror}", remedy) from None
    return whole


async def _play(plan: Plan, writer: Writer) -> None:
    async with Hooks(plan.parameters, writer, plan.folder, plan.ask) as hooks:
        _begin(plan, writer, hooks)
        hooks.environment["ECO_DEVICE"] = plan.declaration.device.id
        broker = make_broker(plan.broker, plan.parameters, writer)
        async with listening(plan.parameters, broker, writer, hooks, plan.tell) as door:
            chance = Random(plan.seed)  # noqa: S311 - what is tried has to repeat from the seed
            timeouts = plan.parameters.timeouts
            desk = Desk(plan.declaration, timeouts, writer, broker, door, hooks, chance)
            desk.host = plan.parameters.network.host
            async with pulse(writer), _adverts(plan, writer) as desk.adverts:
                await Player(desk, plan.tell).play(plan.scenarios)


def _begin(plan: Plan, writer: Writer, hooks: Hooks) -> None:
    writer.write(
        "run",
        format=FORMAT,
        protocol=str(PROTOCOL),
        tool=f"ecohub {version('ecohub')}",
        catalogue=catalogue.sha256(),
        declaration=plan.declaration.fields(),
        seed=plan.seed,
        scale=plan.declaration.timing.scale,
        level=plan.declaration.device.level,
        broker=plan.broker,
        started_ms=time.time_ns() // 1_000_000,
        hooks=hooks.available,
        scenarios=[one.name for one in plan.scenarios],
    )


@asynccontextmanager
async def _adverts(plan: Plan, writer: Writer) -> AsyncIterator[AdvertWatch | None]:
    """Watch adverts where that is wanted and can be done; a device on this machine, here alone."""
    network = plan.parameters.network
    if not network.mdns:
        yield None
        return
    async with AdvertWatch(writer, plan.declaration.device.id, around(network.host)) as watch:
        yield watch if watch.is_watching else None


def make_broker(kind: Kind, parameters: Parameters, writer: Writer) -> Broker:
    """Return a broker for a run, not started yet."""
    make = RealBroker if kind == "mosquitto" else ScriptedBroker
    return make(writer, {}, (parameters.network.host, parameters.network.broker_port))


@asynccontextmanager
async def listening(
    parameters: Parameters,
    broker: Broker,
    writer: Writer,
    hooks: Hooks,
    tell: Callable[[str], None],
) -> AsyncIterator[JoinDesk]:
    """Have broker and a join desk listen as long as the block lives; let the hooks know where.

    Raises:
        CertifyError: They cannot listen where the parameters want them.
    """
    network = parameters.network
    async with AsyncExitStack() as ends:
        port = await _listen(broker.start, "broker", network.host, network.broker_port)
        ends.push_async_callback(broker.stop)
        home = Home(HUB, parameters.setup_code.get_secret_value(), port, broker.admit)
        door = JoinDesk(writer, home, (network.host, network.join_port))
        ends.push_async_callback(door.stop)
        join_port = await _listen(door.start, "join desk", network.host, network.join_port)
        url = f"http://{network.host}:{join_port}"
        hooks.environment["ECOHUB_URL"] = url
        tell(f"join desk at {url}, broker at {network.host}:{port}")
        yield door


async def _listen(start: Callable[[], Awaitable[int]], what: str, host: str, port: int) -> int:
    try:
        return await start()
    except OSError as error:
        place = f"{host}:{port}" if port else host
        remedy = "give another address in [network] of device.eco.private.toml"
        text = f"the {what} cannot listen at {place}: {error.strerror}"
        raise CertifyError(text, remedy, "port") from None
