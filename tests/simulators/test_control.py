"""What a program does with simulated devices as hands would: the process, its socket, its file."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from protocol.codec import Decoded
from protocol.messages import Announce, Event, Presence, State
from simulators import control
from simulators.errors import UsageError
from tests.simulators.brokers import HubSide, Mosquitto
from tests.simulators.doors import CODE, Door
from tests.simulators.test_process import Simulate, outcome, simulate

pytestmark = pytest.mark.mosquitto


@pytest.fixture
def door(broker: Mosquitto) -> Iterator[Door]:
    with Door(broker.port) as opened:
        yield opened


@asynccontextmanager
async def plug(door: Door, folder: Path, *words: str) -> AsyncIterator[Simulate]:
    arguments = ["smart-plug", "--hub", door.url, "--code", CODE, "--no-advertise", "--json"]
    arguments += ["--state", str(folder), "--control", str(folder / "c"), "--time-scale", "0.05"]
    async with simulate(*arguments, *words) as running:
        await running.until("all_online")
        yield running


async def tell(folder: Path, command: str) -> dict[str, object]:
    return await asyncio.to_thread(control.ask, folder / "c", command)


def announces(heard: list[Decoded]) -> list[Announce]:
    return [one.message for one in heard if isinstance(one.message, Announce)]


async def test_button_and_address_are_pressed_without_a_cause(
    broker: Mosquitto, door: Door, tmp_path: Path
) -> None:
    async with HubSide(broker.port) as hub, plug(door, tmp_path):
        for name in ("power", "outlet.on", "outlet.overload"):
            assert (await tell(tmp_path, f"press {name}"))["ok"]
        heard = await hub.until(lambda heard: any(isinstance(h.message, Event) for h in heard))
        states = [one.message for one in heard if isinstance(one.message, State)]
        switched = [s.values["outlet.on"] for s in states if "outlet.on" in s.values]
        assert switched == [True, False, True]
        assert not any(state.cause for state in states)


async def test_reboot_comes_back_with_a_higher_epoch_and_without_a_goodbye(
    broker: Mosquitto, door: Door, tmp_path: Path
) -> None:
    async with HubSide(broker.port) as hub, plug(door, tmp_path):
        await tell(tmp_path, "reboot")
        heard = await hub.until(lambda heard: len(announces(heard)) == 2)
        reasons = [one.message.reason for one in heard if isinstance(one.message, Presence)]
        assert [one.epoch for one in announces(heard)] == [1, 2]
        assert "shutdown" not in reasons
        assert "lost" in reasons


async def test_reset_says_so_forgets_the_credentials_and_joins_again(
    broker: Mosquitto, door: Door, tmp_path: Path
) -> None:
    async with HubSide(broker.port) as hub, plug(door, tmp_path) as running:
        assert (await tell(tmp_path, "reset"))["devices"] == ["smart-plug-0001"]
        await running.until("all_online")
        heard = await hub.until(lambda heard: len(announces(heard)) == 2)
        reasons = [one.message.reason for one in heard if isinstance(one.message, Presence)]
        assert "reset" in reasons
        assert [one.epoch for one in announces(heard)] == [1, 2]
    assert [event["event"] for event in running.events].count("joined") == 2


async def test_killed_process_goes_on_with_its_credentials_and_the_next_epoch(
    broker: Mosquitto, door: Door, tmp_path: Path
) -> None:
    async with HubSide(broker.port) as hub:
        async with plug(door, tmp_path) as running:
            await hub.until(lambda heard: bool(announces(heard)))
            running.running.send_signal(signal.SIGKILL)
        async with plug(door, tmp_path) as again:
            heard = await hub.until(lambda heard: len(announces(heard)) == 2)
            assert [one.epoch for one in announces(heard)] == [1, 2]
    assert "joined" not in [event["event"] for event in again.events]


async def test_off_leaves_in_order_and_takes_the_socket_away(door: Door, tmp_path: Path) -> None:
    async with plug(door, tmp_path) as running:
        await tell(tmp_path, "off")
        await running.until("stopped")
        assert await running.running.wait() == 0
    assert not (tmp_path / "c").exists()
    with pytest.raises(UsageError):
        await tell(tmp_path, "status")


@pytest.mark.parametrize("command", ["", "dance", "press", "press volume", "press \xff\xfe"])
async def test_what_cannot_be_done_is_answered_with_what_can(
    door: Door, tmp_path: Path, command: str
) -> None:
    async with plug(door, tmp_path):
        answer = await tell(tmp_path, command)
        assert (answer["ok"], answer["code"]) == (False, "usage")
        assert "press" in str(answer["detail"]) + str(answer["remedy"])
        assert (await tell(tmp_path, "status"))["ok"]


async def test_sleeper_wakes_when_it_is_told_to(
    broker: Mosquitto, door: Door, tmp_path: Path
) -> None:
    arguments = ["climate-sensor", "--hub", door.url, "--code", CODE, "--no-advertise", "--json"]
    place = tmp_path / "c"
    async with (
        HubSide(broker.port) as hub,
        simulate(*arguments, "--control", str(place)) as running,
    ):
        await running.until("asleep")
        answer = await tell(tmp_path, "wake")
        assert answer["devices"] == ["climate-sensor-0001"]
        await hub.until(lambda heard: len(announces(heard)) == 2)


async def test_command_line_prints_the_answer_and_tells_failure_by_its_exit_code(
    door: Door, tmp_path: Path
) -> None:
    async with plug(door, tmp_path):
        for command, code in (("status", 0), ("dance", 2)):
            line = [sys.executable, "-c", "from simulators.cli import control_app as a; a()"]
            asked = await asyncio.create_subprocess_exec(
                *line, str(tmp_path / "c"), command, stdout=asyncio.subprocess.PIPE
            )
            out, _ = await asked.communicate()
            assert asked.returncode == code
            assert json.loads(out)["ok"] is (code == 0)


async def test_socket_that_cannot_be_is_wrong_usage(door: Door, tmp_path: Path) -> None:
    arguments = ["smart-plug", "--hub", door.url, "--code", CODE, "--no-advertise"]
    code, _, err = await outcome(*arguments, "--control", str(tmp_path / "no" / "c"))
    assert code == 2
    assert "--control" in err


async def test_child_is_lost_comes_back_and_is_unpaired(
    broker: Mosquitto, door: Door, tmp_path: Path
) -> None:
    arguments = ["gateway", "--hub", door.url, "--code", CODE, "--no-advertise", "--json"]
    arguments += ["--child", "light", "--control", str(tmp_path / "c")]
    async with HubSide(broker.port) as hub, simulate(*arguments) as running:
        await running.until("all_online")
        child = "gateway-0001-light-1"
        assert (await tell(tmp_path, f"lose {child}"))["devices"] == [child]
        await hub.until(lambda heard: is_last(heard, child, "offline", "lost"))
        await hub.until(lambda heard: is_last(heard, child, "online", None))
        await tell(tmp_path, f"unpair {child}")
        await hub.until(lambda heard: is_last(heard, child, "offline", "removed"))
        answer = await tell(tmp_path, f"lose {child}-2")
        assert "nobody" in str(answer["detail"])


def is_last(heard: list[Decoded], child: str, status: str, reason: str | None) -> bool:
    of = [one.message for one in heard if one.topic.child == child]
    said = [message for message in of if isinstance(message, Presence)]
    return bool(said) and (said[-1].status, said[-1].reason) == (status, reason)


async def test_new_firmware_is_announced_in_the_next_epoch(
    broker: Mosquitto, door: Door, tmp_path: Path
) -> None:
    async with HubSide(broker.port) as hub, plug(door, tmp_path):
        await tell(tmp_path, "firmware 2.0.0")
        heard = await hub.until(lambda heard: len(announces(heard)) == 2)
        found = [(one.epoch, one.firmware) for one in announces(heard)]
        assert found == [(1, "1.0.0"), (2, "2.0.0")]


async def test_button_held_at_power_up_is_a_factory_reset(
    broker: Mosquitto, door: Door, tmp_path: Path
) -> None:
    async with HubSide(broker.port) as hub:
        async with plug(door, tmp_path) as running:
            await hub.until(lambda heard: bool(announces(heard)))
            running.running.send_signal(signal.SIGKILL)
        (tmp_path / "factory-reset").touch()
        async with plug(door, tmp_path) as again:
            heard = await hub.until(lambda heard: len(announces(heard)) == 2)
            assert [one.epoch for one in announces(heard)] == [1, 2]
    assert "joined" in [event["event"] for event in again.events]
    assert not (tmp_path / "factory-reset").exists()


async def test_label_tells_id_and_serial_of_each_device() -> None:
    code, out, _ = await outcome("smart-plug", "-n", "2", "--label")
    assert code == 0
    assert [json.loads(line) for line in out.splitlines()] == [
        {
            "id": f"smart-plug-000{n}",
            "serial": f"SIM-smart-plug-000{n}",
            "children": [],
            "is_same_code": n == 1,
        }
        for n in (1, 2)
    ]


async def test_sensor_that_is_unplugged_is_told_as_unknown(
    broker: Mosquitto, door: Door, tmp_path: Path
) -> None:
    async with HubSide(broker.port) as hub, plug(door, tmp_path):
        assert (await tell(tmp_path, "unplug outlet.voltage_v"))["ok"]
        heard = await hub.until(
            lambda heard: bool(heard) and "outlet.voltage_v" in values(heard[-1])
        )
        assert values(heard[-1])["outlet.voltage_v"] is None
        assert not (await tell(tmp_path, "unplug outlet.smell"))["ok"]


def values(one: Decoded) -> dict[str, object]:
    said = one.message
    return dict(said.values) if isinstance(said, State) and not said.full else {}


class Unattended:
    """A bench with no devices on it."""

    links = ()

    def stop(self) -> None: ...

    async def install(self, firmware: str) -> None: ...

    async def reboot(self) -> None: ...

    async def reset(self) -> None: ...


async def test_who_stays_on_the_line_is_cut_off_at_the_end(tmp_path: Path) -> None:
    before = asyncio.all_tasks()
    async with control.served(Unattended(), tmp_path / "c"):
        reader, writer = await asyncio.open_unix_connection(tmp_path / "c")
        writer.write(b"status\n")
        assert json.loads(await reader.readline())["ok"]
    assert asyncio.all_tasks() == before
    assert await asyncio.wait_for(reader.read(), 10) == b""
    writer.close()
