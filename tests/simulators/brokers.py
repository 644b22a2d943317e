"""A real mosquitto on a free port of loopback, and the hub's side of it."""

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from hub.broker.port import free_port
from protocol.codec import Decoded, decode, encode
from protocol.errors import ViolationError
from protocol.ids import DeviceId
from protocol.messages import DownMessage
from tests.paho_client import leave

DEADLINE_S = 20.0


class Mosquitto:
    """A broker that a test may stop and start again on the same port."""

    def __init__(self, folder: Path, users: dict[str, str] | None = None) -> None:
        self._folder = folder
        self._users = users
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        self.port = self.port or free_port("127.0.0.1")
        lines = [f"listener {self.port} 127.0.0.1", "set_tcp_nodelay true", "persistence false"]
        if os.geteuid() == 0:
            lines.append("user root")  # else it may not read the files of a test
        if self._users is None:
            lines.append("allow_anonymous true")
        else:
            lines += ["allow_anonymous false", f"password_file {self._passwords()}"]
        config = self._folder / "mosquitto.conf"
        config.write_text("\n".join(lines) + "\n", "utf-8")
        command = [shutil.which("mosquitto") or "/usr/sbin/mosquitto", "-c", str(config)]
        self._process = await asyncio.to_thread(_launch, command)
        await self._wait_until_it_listens()

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(DEADLINE_S)
            self._process = None

    def freeze(self) -> None:
        """Let it take what comes and answer nothing more."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    async def _wait_until_it_listens(self) -> None:
        async with asyncio.timeout(DEADLINE_S):
            while not await self._listens():
                assert self._process is not None
                assert self._process.poll() is None, "mosquitto ended at once"
                await asyncio.sleep(0.02)

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        await writer.wait_closed()
        return True

    def _passwords(self) -> Path:
        place = self._folder / "passwords"
        place.write_text("", "utf-8")
        tool = shutil.which("mosquitto_passwd") or "/usr/bin/mosquitto_passwd"
        for user, password in (self._users or {}).items():
            subprocess.run([tool, "-b", str(place), user, password], check=True)  # noqa: S603
        return place


@asynccontextmanager
async def mosquitto(folder: Path, users: dict[str, str] | None = None) -> AsyncIterator[Mosquitto]:
    """A broker as long as the block lives."""
    broker = Mosquitto(folder, users)
    try:
        await broker.start()
        yield broker
    finally:
        broker.kill()


class HubSide:
    """Hears all that devices say, and answers; its callbacks run on the loop of the test."""

    def __init__(self, port: int) -> None:
        self.heard: list[Decoded] = []
        self.retained: list[Decoded] = []
        self._changed = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._subscribed = asyncio.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, "hub-side")
        self._client.username_pw_set("hub", "hub")
        self._client.on_connect = lambda c, *_: c.subscribe("eco/1/#", 1)
        self._client.on_subscribe = lambda *_: self._soon(self._subscribed.set)
        self._client.on_message = self._message
        self._port = port

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._client.connect, "127.0.0.1", self._port)
        self._client.loop_start()
        async with asyncio.timeout(DEADLINE_S):
            await self._subscribed.wait()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await leave(self._client)

    def send(self, device: DeviceId, message: DownMessage, *, retain: bool = False) -> None:
        encoded = encode(device, message)
        self._client.publish(encoded.topic, encoded.payload, encoded.qos, retain)

    async def until(self, is_enough: Callable[[list[Decoded]], bool]) -> list[Decoded]:
        """Wait until what was heard is enough, and return it."""
        try:
            async with asyncio.timeout(DEADLINE_S):
                while not is_enough(self.heard):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"heard only {self.heard[-20:]}") from None
        return self.heard

    def _message(self, client: mqtt.Client, data: None, message: mqtt.MQTTMessage) -> None:
        levels = message.topic.split("/")
        if levels[-1] in {"command", "verdict", "update", "birth"}:
            return
        try:
            decoded = decode(message.topic, bytes(message.payload))
        except ViolationError:
            return  # a fault has spoilt it; raised here, it would end paho's thread
        into = self.retained if message.retain else self.heard
        self._soon(lambda: self._take(decoded, into))

    def _take(self, decoded: Decoded, into: list[Decoded]) -> None:
        into.append(decoded)
        self._changed.set()

    def _soon(self, call: Callable[[], object]) -> None:
        self._loop.call_soon_threadsafe(call)


def _launch(command: list[str]) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, stdout=quiet, stderr=quiet)  # noqa: S603 - a broker of ours
