"""The child process: its files, its user, its end and its new beginning."""

import asyncio
import os
import resource
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hub.broker import Broker, find_mosquitto, hash_password, make_broker
from hub.broker.orphan import note, stop_orphan, title
from hub.config import BrokerSettings
from tests.alongside import alongside
from tests.hub.broker.conftest import END_S, READY_S, Scene, device, until, until_state
from tests.mqtt_client import ACCEPTED, RawClient, packet, text

pytestmark = [
    pytest.mark.mosquitto,
    pytest.mark.skipif(find_mosquitto() is None, reason="no mosquitto on this machine"),
]


@pytest.fixture
def kind() -> str:
    return "mosquitto"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "broker"


@pytest.fixture
def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def settings_at(port: int, **more: object) -> BrokerSettings:
    fields = {"kind": "mosquitto", "host": "127.0.0.1", "port": port, **more}
    return BrokerSettings.model_validate(fields)


@asynccontextmanager
async def running(broker: Broker) -> AsyncIterator[Broker]:
    async with alongside(broker.run()):
        yield broker


def pid_in(folder: Path) -> int:
    return int((folder / "mosquitto.pid").read_text())


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def told(pid: int, file: str, line: str) -> list[str]:
    """Return what /proc says about a process behind `line`."""
    text = Path(f"/proc/{pid}/{file}").read_text()
    return next(row for row in text.splitlines() if row.startswith(line))[len(line) :].split()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def owner(path: Path) -> int:
    return path.stat().st_uid


def texts_in(folder: Path) -> list[str]:
    return [path.read_text() for path in folder.iterdir()]


async def test_nobody_else_sees_the_files_and_only_the_hub_writes_them(
    scene: Scene, folder: Path
) -> None:
    assert scene.broker.state.is_ready
    is_root = os.geteuid() == 0
    assert mode(folder) == (0o710 if is_root else 0o700)
    for name in ("mosquitto.conf", "passwords", "rights"):
        assert mode(folder / name) == (0o640 if is_root else 0o600)
        assert owner(folder / name) == os.geteuid()


async def test_no_file_and_no_repr_holds_a_password(scene: Scene, folder: Path) -> None:
    secrets = [*scene.passwords.values(), scene.broker.access.password]
    for shown in [*texts_in(folder), repr(scene.broker.access), repr(scene.broker.state)]:
        assert not any(secret in shown for secret in secrets)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives up root")
async def test_mosquitto_does_not_run_as_root(scene: Scene, folder: Path) -> None:
    assert scene.broker.state.is_ready
    for line in ("Uid:", "Gid:"):
        assert "0" not in told(pid_in(folder), "status", line)


async def test_mosquitto_may_hold_as_many_sockets_as_the_system_allows(
    scene: Scene, folder: Path
) -> None:
    assert scene.broker.state.is_ready
    soft, *_ = told(pid_in(folder), "limits", "Max open files")
    assert int(soft) == min(65_536, resource.getrlimit(resource.RLIMIT_NOFILE)[1])


async def test_a_killed_mosquitto_is_started_again_and_lets_the_same_devices_in(
    scene: Scene, folder: Path
) -> None:
    client, killed = await scene.join(device(1)), pid_in(folder)
    os.kill(killed, signal.SIGKILL)
    await client.closed()
    await until_state(scene.broker, "ended")
    assert not scene.broker.state.is_ready
    assert await scene.broker.wait_ready(READY_S)
    assert pid_in(folder) != killed
    await scene.join(device(1))
    await scene.hub()


async def test_users_that_change_while_mosquitto_is_down_count_afterwards(
    scene: Scene, folder: Path
) -> None:
    os.kill(pid_in(folder), signal.SIGKILL)
    await until_state(scene.broker, "ended")
    await scene.admit(device(7))
    await scene.join(device(7))


async def test_stopping_leaves_no_mosquitto_behind(folder: Path) -> None:
    async with running(make_broker(settings_at(0), folder)) as broker:
        assert await broker.wait_ready(READY_S)
        pid = pid_in(folder)
        assert is_alive(pid)
    assert not is_alive(pid)


_HUB = """
import asyncio, sys
from pathlib import Path
from hub.broker import make_broker
from hub.config import BrokerSettings

async def main():
    settings = BrokerSettings(kind="mosquitto", host="127.0.0.1", port=int(sys.argv[1]))
    broker = make_broker(settings, Path(sys.argv[2]))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(broker.run())
        assert await broker.wait_ready(10)
        print("ready", flush=True)

asyncio.run(main())
"""


async def test_a_hub_that_is_killed_takes_its_mosquitto_with_it(folder: Path) -> None:
    hub = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _HUB, "0", str(folder)), stdout=subprocess.PIPE
    )
    assert hub.stdout is not None
    async with asyncio.timeout(READY_S):
        assert await hub.stdout.readline() == b"ready\n"
    pid = pid_in(folder)
    assert is_alive(pid)
    hub.kill()
    await hub.communicate()
    await until(lambda: not is_alive(pid))


async def test_a_mosquitto_of_an_earlier_hub_is_stopped_before_the_next_one(made: Path) -> None:
    orphan = await asyncio.create_subprocess_exec(title(made), "60", executable="/bin/sleep")
    note(made, orphan.pid)
    async with running(make_broker(settings_at(0), made)) as broker:
        assert await broker.wait_ready(READY_S)
        assert await asyncio.wait_for(orphan.wait(), END_S) == -signal.SIGTERM


async def test_a_process_that_only_got_the_noted_id_is_left_alone(made: Path) -> None:
    other = await asyncio.create_subprocess_exec("/bin/sleep", "60")
    try:
        note(made, other.pid)
        await asyncio.to_thread(stop_orphan, made)
        assert other.returncode is None
        assert is_alive(other.pid)
    finally:
        other.kill()
        await other.wait()


@pytest.mark.parametrize("text", ["", "x", "-1", "999999999"])
def test_a_pid_file_that_says_nothing_useful_is_ignored(made: Path, text: str) -> None:
    (made / "mosquitto.pid").write_text(text)
    stop_orphan(made)


async def test_a_taken_port_is_said_with_its_holder_and_tried_until_it_is_free(
    folder: Path,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        broker = make_broker(settings_at(port), folder)
        async with running(broker):
            await until_state(broker, "taken")
            state = broker.state
            assert f"port {port} is taken by" in state.detail
            assert f"pid {os.getpid()}" in state.detail
            assert "[broker] port" in state.remedy
            assert not await broker.wait_ready(0.01)
            holder.close()
            assert await broker.wait_ready(READY_S)


async def test_an_address_that_is_not_this_machines_is_said(folder: Path) -> None:
    broker = make_broker(settings_at(1883, host="192.0.2.1"), folder)
    async with running(broker):
        await until_state(broker, "192.0.2.1")
        assert "[broker] host" in broker.state.remedy


async def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    broker = make_broker(settings_at(0), tmp_path / "file" / "broker")
    async with running(broker):
        await until_state(broker, "cannot be started")
        assert "writable" in broker.state.remedy


async def test_a_program_that_is_no_mosquitto_is_said(folder: Path) -> None:
    broker = make_broker(settings_at(0, executable="/bin/false"), folder)
    async with running(broker):
        await until_state(broker, "ended with code 1")
        assert not broker.state.is_ready


async def test_a_client_of_mqtt_5_gets_in_and_is_told_what_is_denied(scene: Scene) -> None:
    client = await scene.open()
    head = text("MQTT") + b"\x05\xc2\x00\x3c\x00"
    login = text(device(1)) + text(device(1)) + text(scene.passwords[device(1)])
    client.writer.write(packet(0x10, head + login))
    connack = await client.expect(2)
    assert connack[1] == 0
    topic = f"eco/1/{device(2)}/state"
    client.writer.write(packet(0x32, text(topic) + b"\x00\x01\x00" + b"forged"))
    assert (await client.expect(4))[2] == 0x87


async def test_what_is_retained_goes_when_it_is_cleared(scene: Scene) -> None:
    own = await scene.join(device(1))
    topic = f"eco/1/{device(1)}/presence"
    await own.publish(topic, b"here", qos=1, is_retained=True)
    hub = await scene.hub("eco/1/+/presence")
    message = await hub.receive()
    assert (message.payload, message.is_retained) == (b"here", True)
    await hub.publish(topic, b"", qos=1, is_retained=True)
    assert (await hub.receive()).payload == b""
    again = await scene.hub("eco/1/+/presence")
    await own.publish(topic, b"mark", qos=1)
    assert (await again.receive()).payload == b"mark"


async def test_a_rights_file_that_is_empty_would_let_nobody_say_anything(
    scene: Scene, folder: Path
) -> None:
    """The mistake of CVE-2018-12550: an empty file must not mean that all is allowed."""
    (folder / "rights").write_text("")
    scene.broker.set_credentials({device(1): hash_password("secret")})
    await scene.broker.provision(device(1), "secret")
    hub = await RawClient.open(scene.port)
    scene.clients.append(hub)
    assert await hub.connect(scene.broker.access.user, scene.broker.access.password) == ACCEPTED
    await hub.subscribe("eco/1/#")
    own = await RawClient.open(scene.port)
    scene.clients.append(own)
    assert await own.connect(device(1), "secret") == ACCEPTED
    await own.publish(f"eco/1/{device(2)}/state", b"forged", qos=1)
    with pytest.raises(TimeoutError):
        await hub.receive(timeout_s=0.3)
