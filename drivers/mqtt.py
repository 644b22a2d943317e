"""Native devices: ECO/1 over MQTT 3.1.1."""

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from drivers.contract import DriverContext, Receiver
from drivers.mqtt_link import Link, LinkError
from protocol import topics
from protocol.codec import decode_at, encode
from protocol.errors import Violation, ViolationError
from protocol.ids import DeviceId
from protocol.messages import QOS, AnyMessage, Birth, DownMessage
from protocol.topics import Leaf, Topic

HUB: Final = DeviceId("hub")
FIRST_PAUSE_S: Final = 0.1
MOST_PAUSE_S: Final = 5.0
STEADY_S: Final = 10.0
"""After so long a link the next pause is short again."""

MOST_TOPICS: Final = 65_536
"""Parsed topics that are remembered: six for each of ten thousand devices."""

WANTED: Final = [
    *((f"{topics.ROOT}/+/{leaf}", QOS[leaf]) for leaf in topics.UP),
    *((f"{topics.ROOT}/+/+/{leaf}", QOS[leaf]) for leaf in topics.UP),
]
"""What devices say, and what gateways say for their children."""

_log = logging.getLogger(__name__)


class MqttSettings(BaseModel):
    """The table `[drivers.mqtt]`.

    Attributes:
        window: QoS 1 messages that may be on their way to the broker and not acknowledged.
        keepalive_s: A broker that is silent for twice as long is lost.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    window: Annotated[int, Field(ge=1, le=10_000)] = 1000
    keepalive_s: Annotated[int, Field(ge=2, le=600)] = 10


@dataclass(frozen=True, slots=True)
class LinkState:
    """How the link is.

    Attributes:
        reason: Why it is down; empty while it is up.
        unacknowledged: QoS 1 messages of the hub that the broker has not acknowledged.
        had_session: Whether the broker kept a session although none was asked for.
    """

    is_up: bool
    reason: str
    unacknowledged: int
    had_session: bool


class MqttDriver:
    """The devices behind the hub's broker."""

    def __init__(self, context: DriverContext) -> None:
        self._access = context.broker
        self._settings = MqttSettings.model_validate(dict(context.settings))
        self._topics: dict[bytes, Topic] = {}
        self._link: Link | None = None
        self._reason = "not started"

    @property
    def state(self) -> LinkState:
        """How the link is now."""
        if self._link is None:
            return LinkState(False, self._reason, 0, had_session=False)
        link = self._link
        return LinkState(True, "", link.unacknowledged, had_session=link.had_session)

    async def run(self, receiver: Receiver) -> None:
        """Keep a link to the broker until cancelled."""
        loop, pause_s = asyncio.get_running_loop(), FIRST_PAUSE_S
        while True:
            started_s = loop.time()
            reason = await self._run_once(receiver)
            if reason != self._reason:
                self._reason = reason
                _log.warning("mqtt: %s", reason)
                receiver.link_changed(is_up=False, reason=reason)
            if loop.time() - started_s > STEADY_S:
                pause_s = FIRST_PAUSE_S
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))  # noqa: S311 - only jitter
            pause_s = min(2 * pause_s, MOST_PAUSE_S)

    def send(self, device: DeviceId, message: DownMessage, gateway: DeviceId | None = None) -> bool:
        """Publish `message` for `device`; False when the link is down or full."""
        return self._publish(device, message, gateway)

    def announce_birth(self, birth: Birth) -> bool:
        """Publish `birth` to all devices; False when the link is down."""
        return self._publish(HUB, birth)

    def forget(self, device: DeviceId) -> None:
        """Clear the presence that the broker retains for `device`."""
        if self._link is not None:
            topic = topics.build(device, Leaf.PRESENCE)
            self._link.publish(topic, b"", QOS[Leaf.PRESENCE], is_retained=True)

    def _publish(
        self, device: DeviceId, message: AnyMessage, gateway: DeviceId | None = None
    ) -> bool:
        if self._link is None:
            return False
        try:
            if gateway is None:
                topic, payload, qos, is_retained = encode(device, message)
            else:
                topic, payload, qos, is_retained = encode(gateway, message, device)
        except ViolationError as error:
            _log.error("mqtt: a message to %s cannot be sent: %s", device, error)
            return False
        return self._link.publish(topic, payload, qos, is_retained=is_retained)

    async def _run_once(self, receiver: Receiver) -> str:
        """Hold one connection for as long as it lasts and return why it ended."""
        inbox, settings = _Inbox(receiver, self._topics), self._settings
        link = Link(self._access, inbox.take, settings.window, settings.keepalive_s)
        try:
            inbox.clear = partial(link.publish, payload=b"", qos=1, is_retained=True)
            await link.open(WANTED)
            self._link, self._reason = link, ""
            receiver.link_changed(is_up=True, reason="")
            return await link.lost()
        except LinkError as error:
            return str(error)
        finally:
            self._link = None
            await link.close()


class _Inbox:
    """Takes what the broker delivers to the hub; this is where every report passes.

    Attributes:
        clear: Takes from the broker what it has retained on a topic.
    """

    def __init__(self, receiver: Receiver, known: dict[bytes, Topic]) -> None:
        self._is_heard = receiver.is_heard
        self._receive = receiver.receive
        self._refuse = receiver.refuse
        self._known = known
        self.clear: Callable[[str], object] = str

    def take(self, topic: bytes, payload: bytes, is_retained: bool) -> None:
        """Decode a message and hand it to the hub, if the hub wants to hear its device."""
        where = self._known.get(topic) or self._parse(topic)
        if where is None or not self._is_heard(where.device, where.child):
            return
        if (is_retained or not payload) and not self._is_meant(where, payload, is_retained):
            return
        try:
            decoded = decode_at(where, payload)
        except ViolationError as error:
            for violation in error.violations:
                self._refuse(where, violation, payload)
            return
        self._receive(decoded)

    def _is_meant(self, where: Topic, payload: bytes, is_retained: bool) -> bool:
        """Judge what the broker has kept, and what is empty as the hub's own clearing of it is."""
        if where.child is None:
            is_presence = where.leaf is Leaf.PRESENCE
            # only presence may be retained (ECO-MSG-006); anything else is stale
            return bool(payload) if is_presence else not is_retained
        if is_retained and payload:
            detail = "the broker has retained a message of a child"
            self._refuse(where, Violation("ECO-CHILD-003", "topic", where.child, detail), payload)
            self.clear(topics.build(where.device, where.leaf, where.child))
        return bool(payload) and not is_retained

    def _parse(self, topic: bytes) -> Topic | None:
        try:
            where = topics.parse(topic.decode("utf-8", "replace"))
        except ViolationError as error:
            self._refuse(None, error.violation)
            return None
        if len(self._known) >= MOST_TOPICS:
            self._known.clear()
        self._known[topic] = where
        return where
