"""Devices for tests of the recorder: paho's client, and raw bytes over a socket."""

import asyncio
import socket
import threading
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from tests.paho_client import leave

DEVICE = "acme-socket-00c0ffee"
PASSWORD = "m2Vb0s4nJx7Kq1Ty9RwE"
PATIENCE_S = 5.0


class PahoDevice:
    """paho's client in its own thread, and what it has heard."""

    def __init__(self, version: int = paho.MQTTv311, password: str = PASSWORD) -> None:
        clean = None if version == paho.MQTTv5 else True
        self.client = paho.Client(
            CallbackAPIVersion.VERSION2,
            DEVICE,
            clean_session=clean,
            protocol=MQTTProtocolVersion(version),
            reconnect_on_failure=False,
        )
        self.client.username_pw_set(DEVICE, password)
        self.connected = threading.Event()
        self.codes: list[int] = []
        self.heard: list[paho.MQTTMessage] = []
        self.has_heard = threading.Event()
        self.client.on_connect = self._on_connect
        self.client.on_message = self._on_message

    def _on_connect(self, _c: Any, _u: Any, _f: Any, reason: Any, _p: Any) -> None:
        self.codes.append(reason.value)
        self.connected.set()

    def _on_message(self, _c: Any, _u: Any, message: paho.MQTTMessage) -> None:
        self.heard.append(message)
        self.has_heard.set()

    def will(self, topic: str, payload: bytes) -> None:
        self.client.will_set(topic, payload, 1, retain=True)

    async def connect(self, port: int, keepalive_s: int = 30) -> int:
        """Connect and return the code of the CONNACK."""
        await asyncio.to_thread(self.client.connect, "127.0.0.1", port, keepalive_s)
        self.client.loop_start()
        await self.wait(self.connected)
        return self.codes[-1]

    async def subscribe(self, *topics: str) -> None:
        done = threading.Event()
        self.client.on_subscribe = lambda *_: done.set()
        self.client.subscribe([(topic, 1) for topic in topics])
        await self.wait(done)

    async def publish(self, topic: str, payload: bytes) -> None:
        info = self.client.publish(topic, payload, 1)
        await asyncio.to_thread(info.wait_for_publish, PATIENCE_S)
        assert info.is_published()

    async def wait(self, event: threading.Event) -> None:
        assert await asyncio.to_thread(event.wait, PATIENCE_S)

    def vanish(self) -> None:
        """Close the socket without a word."""
        sock = self.client.socket()
        assert isinstance(sock, socket.socket)
        sock.shutdown(socket.SHUT_RDWR)

    async def stop(self) -> None:
        await leave(self.client)
