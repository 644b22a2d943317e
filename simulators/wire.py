"""One MQTT connection of a device: paho-mqtt driven by the running asyncio loop, no thread.

A connection lives once: paho keeps unacknowledged messages for the next CONNECT, which would then
tell of an old connection after the announce of the new one.
"""

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from protocol.codec import Encoded

UNACKED: Final = 512
"""Messages that may wait for the broker's answer at the same time: more than a link lets be."""

Level = Literal[4, 5]
"""Version of MQTT by its number in CONNECT: 4 is MQTT 3.1.1."""


@dataclass(frozen=True, slots=True)
class Access:
    """Where a device's broker is and as whom it logs in; user and client id are the device id.

    Attributes:
        level: The version of MQTT that it tries first.
    """

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    level: Level = 4


@dataclass(frozen=True, slots=True)
class Hello:
    """What a device says before its first message: CONNECT and SUBSCRIBE.

    Attributes:
        will: What the broker says when the connection breaks.
        topics: What to subscribe to, with its QoS.
        keepalive_s: `Wire.keep_alive` has to be called four times in it.
        is_clean: Whether the broker is to forget the device with the connection.
        alias: Over MQTT 5, a topic alias with every message; 0 for none.
    """

    client_id: str
    user: str
    password: str = field(repr=False)
    will: Encoded
    topics: tuple[tuple[str, int], ...]
    keepalive_s: int
    is_clean: bool = True
    level: Level = 4
    alias: int = 0


class Wire(Protocol):
    """A connection as a link uses it; `Connection` is one."""

    def open(self) -> None:
        """Send CONNECT."""

    def publish(self, message: Encoded) -> int:
        """Queue a message and return the number under which `Owner.written` will name it."""

    def keep_alive(self) -> None:
        """Ping the broker if it is time."""

    def disconnect(self) -> None:
        """Send DISCONNECT behind what is queued."""

    def drop(self) -> None:
        """Close at once, without DISCONNECT; the owner is not told."""


class Owner(Protocol):
    """Who is told what happens on a connection; no method may raise."""

    def subscribed(self) -> None:
        """Take in that CONNACK and SUBACK are here."""

    def arrived(self, topic: str, payload: bytes, *, is_retained: bool) -> None:
        """Take in a message."""

    def written(self, number: int) -> None:
        """Take in that a publish of QoS 0 is written, or one of QoS 1 acknowledged."""

    def closed(self, reason: str, *, is_refused: bool) -> None:
        """Take in that the connection has ended; `is_refused`: the broker did not let us in."""


Connect = Callable[[Hello, Owner], Wire]

Dialling = Callable[[Hello, Owner, Connect], Wire]
"""Makes the connection on which a device says hello, by `Connect` in the end."""


def straight(hello: Hello, owner: Owner, connect: Connect) -> Wire:
    """Connect, with nothing between the device and its connection."""
    return connect(hello, owner)


class _Client(mqtt.Client):
    """paho's client on a socket that is connected already: paho's own connect blocks the loop."""

    def __init__(self, hello: Hello, sock: socket.socket) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2,
            hello.client_id,
            clean_session=hello.is_clean if hello.level == 4 else None,
            protocol=MQTTProtocolVersion(hello.level),
            reconnect_on_failure=False,
        )
        self._connected_socket = sock

    def _create_socket(self) -> socket.socket:
        return self._connected_socket


class Connection:
    """A CONNECT and what follows, until one side closes.

    Args:
        sock: Connected to the broker, non-blocking; it belongs to the connection from now on.
        hello: What to say first.
        owner: Who is told.
    """

    def __init__(self, sock: socket.socket, hello: Hello, owner: Owner) -> None:
        self._sock = sock
        self._hello = hello
        self._owner = owner
        self._loop = asyncio.get_running_loop()
        self._client = _Client(hello, sock)
        self._refusal = ""

    def open(self) -> None:
        """Send CONNECT."""
        client, hello = self._client, self._hello
        will = hello.will
        client.max_inflight_messages_set(UNACKED)
        client.username_pw_set(hello.user, hello.password)
        client.will_set(will.topic, will.payload, will.qos, will.is_retained)
        client.on_socket_open = self._socket_opened
        client.on_socket_close = self._socket_closing
        client.on_socket_register_write = self._wants_to_write
        client.on_socket_unregister_write = self._has_written
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_disconnect = self._on_disconnect
        client.connect("broker", keepalive=hello.keepalive_s)  # the socket is there already

    def publish(self, message: Encoded) -> int:
        """Queue a message and return the number under which `Owner.written` will name it."""
        properties = None
        if self._hello.level == 5 and self._hello.alias:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.TopicAlias = self._hello.alias
        return self._client.publish(
            message.topic, message.payload, message.qos, message.is_retained, properties
        ).mid

    def keep_alive(self) -> None:
        """Ping the broker if it is time, and give up on one that does not answer."""
        self._client.loop_misc()

    def disconnect(self) -> None:
        """Send DISCONNECT behind what is queued; `Owner.closed` follows."""
        self._client.disconnect()

    def drop(self) -> None:
        """Close at once, without DISCONNECT; the owner is not told."""
        client = self._client
        client.on_socket_close = client.on_socket_unregister_write = None
        client.on_disconnect = client.on_publish = client.on_message = None
        if self._sock.fileno() >= 0:
            self._loop.remove_reader(self._sock)
            self._loop.remove_writer(self._sock)
            self._sock.close()

    def _socket_opened(self, client: mqtt.Client, data: None, sock: object) -> None:
        self._loop.add_reader(self._sock, self._client.loop_read)

    def _socket_closing(self, client: mqtt.Client, data: None, sock: object) -> None:
        self._loop.remove_reader(self._sock)

    def _wants_to_write(self, client: mqtt.Client, data: None, sock: object) -> None:
        # Most writes go through at once, which spares two epoll_ctl for each message.
        self._loop.call_soon(self._write)

    def _has_written(self, client: mqtt.Client, data: None, sock: object) -> None:
        self._loop.remove_writer(self._sock)

    def _write(self) -> None:
        if self._sock.fileno() < 0:
            return
        self._client.loop_write()
        if self._client.want_write() and self._sock.fileno() >= 0:
            self._loop.add_writer(self._sock, self._client.loop_write)

    def _on_connect(
        self,
        client: mqtt.Client,
        data: None,
        flags: mqtt.ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._refusal = str(reason)
        else:
            client.subscribe(self._wanted())

    def _wanted(self) -> list[Any]:
        if self._hello.level == 4:
            return list(self._hello.topics)
        return [(topic, SubscribeOptions(qos=qos)) for topic, qos in self._hello.topics]

    def _on_subscribe(
        self,
        client: mqtt.Client,
        data: None,
        number: int,
        reasons: list[ReasonCode],
        properties: Properties | None,
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            self._refusal = "the broker refuses the subscription"
            client.disconnect()
        else:
            self._owner.subscribed()

    def _on_message(self, client: mqtt.Client, data: None, message: mqtt.MQTTMessage) -> None:
        self._owner.arrived(message.topic, bytes(message.payload), is_retained=message.retain)

    def _on_publish(
        self,
        client: mqtt.Client,
        data: None,
        number: int,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        self._owner.written(number)

    def _on_disconnect(
        self,
        client: mqtt.Client,
        data: None,
        flags: mqtt.DisconnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        self._owner.closed(self._refusal or str(reason), is_refused=bool(self._refusal))


async def open_socket(host: str, port: int, timeout_s: float) -> socket.socket:
    """Return a socket connected to the first address of `host` that answers.

    It does not block, and sends small messages at once (ECO-MQTT-006).

    Raises:
        OSError: No address answers, within `timeout_s` in all.
    """
    loop = asyncio.get_running_loop()
    error = OSError(f"{host} has no address")
    async with asyncio.timeout(timeout_s):
        for family, kind, number, _, address in await loop.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        ):
            sock = socket.socket(family, kind, number)
            try:
                sock.setblocking(False)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                await loop.sock_connect(sock, address)
            except OSError as failed:
                sock.close()
                error = failed
            except BaseException:
                sock.close()
                raise
            else:
                return sock
    raise error
