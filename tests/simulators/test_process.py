"""`ecohub simulate` as a process: options, output, signals, exit codes."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from protocol.messages import AnyMessage, Presence
from simulators import process, registry
from simulators.errors import UnknownProductError, UsageError
from simulators.plan import Options
from tests.simulators.brokers import DEADLINE_S, HubSide, Mosquitto
from tests.simulators.doors import CODE, HUB, Door


class Simulate:
    """A running `python -m simulators`, and its lines."""

    def __init__(self, running: asyncio.subprocess.Process) -> None:
        self.running = running
        self.events: list[dict[str, str]] = []

    async def until(self, kind: str) -> dict[str, str]:
        assert self.running.stdout is not None
        async with asyncio.timeout(DEADLINE_S):
            while line := await self.running.stdout.readline():
                self.events.append(json.loads(line))
                if self.events[-1]["event"] == kind:
                    return self.events[-1]
        raise AssertionError(f"no {kind} in {self.events}")

    async def end(self, number: signal.Signals) -> int:
        self.running.send_signal(number)
        async with asyncio.timeout(5.0):
            await self.until("stopped")
            return await self.running.wait()


@asynccontextmanager
async def simulate(*arguments: str) -> AsyncIterator[Simulate]:
    pipe = asyncio.subprocess.PIPE
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulators", *arguments, stdout=pipe, stderr=pipe
    )
    try:
        yield Simulate(running)
    finally:
        if running.returncode is None:
            running.kill()
        await running.communicate()


async def outcome(*arguments: str) -> tuple[int, str, str]:
    """Return exit code, stdout and stderr of a run that ends by itself."""
    async with simulate(*arguments) as one, asyncio.timeout(DEADLINE_S):
        out, err = await one.running.communicate()
        assert one.running.returncode is not None
        return one.running.returncode, out.decode(), err.decode()


@pytest.fixture
def door(broker: Mosquitto) -> Iterator[Door]:
    with Door(broker.port) as opened:
        yield opened


@pytest.mark.mosquitto
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_process_tells_one_json_line_per_change_and_leaves_in_order(
    broker: Mosquitto, door: Door, number: signal.Signals
) -> None:
    async with (
        HubSide(broker.port) as hub,
        simulate("router", "-n", "3", "--hub", door.url, "--code", CODE, "--json") as running,
    ):
        assert (await running.until("all_online"))["detail"] == "3"
        assert await running.end(number) == 0
        heard = await hub.until(
            lambda heard: bool(heard) and isinstance(heard[-1].message, Presence)
        )
        assert isinstance(heard[-1].message, Presence)
        assert heard[-1].message.reason == "shutdown"
    joined = {e["device"]: e["detail"] for e in running.events if e["event"] == "joined"}
    assert joined == dict.fromkeys((f"router-000{n}" for n in (1, 2, 3)), HUB)


@pytest.mark.mosquitto
async def test_signal_before_anything_is_found_ends_in_order_as_well(door: Door) -> None:
    door.refusals += [(403, "ECO-JOIN-002")] * 100
    async with simulate("router", "--hub", door.url, "--code", CODE, "--json") as running:
        await running.until("waiting")
        assert await running.end(signal.SIGTERM) == 0


@pytest.mark.mosquitto
@pytest.mark.parametrize(("count", "words"), [("2", "smart-plug-0002 online"), ("20", "20/20")])
async def test_people_read_lines_about_a_few_devices_and_bars_about_many(
    broker: Mosquitto, door: Door, count: str, words: str
) -> None:
    many = int(count)
    arguments = ("smart-plug", "-n", count, "--no-advertise", "--hub", door.url, "--code", CODE)
    async with HubSide(broker.port) as hub, simulate(*arguments) as running:
        await hub.until(lambda heard: len({decoded.topic.device for decoded in heard}) == many)
        running.running.send_signal(signal.SIGTERM)
        async with asyncio.timeout(DEADLINE_S):
            out, _ = await running.running.communicate()
    assert words in " ".join(out.decode().split())
    assert running.running.returncode == 0


async def test_unknown_product_exits_2_and_names_the_known_ones() -> None:
    code, _, err = await outcome("toaster")
    assert code == 2
    assert all(name in err for name in registry.names())


async def test_absent_hub_exits_3_and_tells_programs_in_json() -> None:
    arguments = ("router", "--hub", "127.0.0.1:9", "--code", CODE, "--wait", "1", "--json")
    code, _, err = await outcome(*arguments)
    error = json.loads(err)["error"]
    assert code == 3
    assert error["code"] == "hub-not-found"
    assert error["remedy"]


async def test_help_tells_options_and_exit_codes() -> None:
    code, out, _ = await outcome("--help")
    assert code == 0
    for word in ("--speed", "--seed", "--state", "--code", "Exit codes", "SIGTERM"):
        assert word in out


def is_shutdown(message: AnyMessage) -> bool:
    return isinstance(message, Presence) and message.reason == "shutdown"


def options(**changes: object) -> Options:
    settled: dict[str, object] = {
        "product": "router",
        "count": 2,
        "seed": 0,
        "speed": 1.0,
        "hub": None,
        "code": "1234-5678",
        "prefix": None,
        "folder": None,
        "is_advertised": True,
        "wait_s": 1.0,
    }
    return Options(**{**settled, **changes})  # type: ignore[arg-type]


def test_plan_names_devices_by_product_and_number_and_reads_the_code() -> None:
    plan = process.make_plan(options())
    assert plan.devices() == ("router-0001", "router-0002")
    assert plan.code == CODE


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"product": "toaster"}, UnknownProductError),
        ({"code": "12"}, UsageError),
        ({"prefix": "No"}, UsageError),
        ({"prefix": "a" * 70}, UsageError),
        ({"hub": "ftp://x:1"}, UsageError),
    ],
)
def test_options_that_make_no_plan_are_wrong_usage(
    changes: dict[str, object], error: type[UsageError]
) -> None:
    with pytest.raises(error):
        process.make_plan(options(**changes))


def test_folder_is_where_devices_keep_what_they_have(tmp_path: Path) -> None:
    plan = process.make_plan(options(folder=tmp_path))
    assert plan.folder.load(plan.devices()[0]) is None


async def test_faults_are_listed_and_one_that_is_none_is_wrong_usage() -> None:
    code, out, _ = await outcome("--faults")
    assert code == 0
    assert "flap      =600" in out
    code, _, err = await outcome("router", "--fault", "flop")
    assert code == 2
    assert "flap" in err


@pytest.mark.mosquitto
async def test_faulty_fleet_says_goodbye_and_gives_an_account(
    broker: Mosquitto, door: Door
) -> None:
    arguments = ("router", "-n", "3", "--hub", door.url, "--code", CODE, "--json")
    async with HubSide(broker.port) as hub, simulate(*arguments, "--fault", "all") as running:
        await running.until("all_online")
        assert await running.end(signal.SIGTERM) == 0
        await hub.until(lambda heard: bool(heard) and is_shutdown(heard[-1].message))
    account: dict[str, dict[str, int]] = running.events[-2]["counts"]  # type: ignore[assignment]
    assert running.events[-2]["event"] == "account"
    assert sum(account["said"].values()) >= 9


@pytest.mark.mosquitto
async def test_a_gateway_comes_with_its_children_and_people_read_of_each_nap_once(
    broker: Mosquitto, door: Door
) -> None:
    children = ("--child", "band", "--child", "light", "--interval", "1")
    arguments = ("gateway", *children, "--no-advertise", "--hub", door.url, "--code", CODE)
    async with HubSide(broker.port) as hub, simulate(*arguments) as running:
        slept = Presence(status="asleep", epoch=1_000, connection=1, reason="sleep")
        await hub.until(lambda heard: sum(d.message == slept for d in heard) >= 1)
        await hub.until(lambda heard: sum(d.message == slept for d in heard) >= 2)
        running.running.send_signal(signal.SIGTERM)
        async with asyncio.timeout(DEADLINE_S):
            out, _ = await running.running.communicate()
    words = " ".join(out.decode().split())
    assert door.joined == ["gateway-0001"]
    for once in ("gateway-0001-light-1 online", "gateway-0001-band-1 asleep", "all_online 3"):
        assert words.count(once) == 1, words
    assert running.running.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "devices", "children"),
    [
        (("band", 2), ["band-gateway-0001"], ["band", "band"]),
        (("gateway", 2, "light"), ["gateway-0001", "gateway-0002"], ["light"]),
        (("climate-sensor", 1), ["climate-sensor-0001"], []),
    ],
)
def test_what_speaks_no_mqtt_gets_a_gateway(
    arguments: tuple[str | int, ...], devices: list[str], children: list[str]
) -> None:
    product, count, *behind = arguments
    plan = process.make_plan(options(product=product, count=count, children=tuple(behind)))
    assert list(plan.devices()) == devices
    assert [kind.product for kind in plan.children] == children
    assert plan.total == len(devices) * (1 + len(children))


@pytest.mark.parametrize("wrong", [("light", ("fan",)), ("gateway", ("toaster",))])
def test_children_of_what_is_no_gateway_are_refused(wrong: tuple[str, tuple[str, ...]]) -> None:
    product, children = wrong
    with pytest.raises(UsageError):
        process.make_plan(options(product=product, children=children))
