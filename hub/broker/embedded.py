"""A broker in this process, for where there is no mosquitto: MQTT 3.1.1, on loopback only.

amqtt 0.12 does the work, behind a listener of ours that judges each client and each packet first.
Nothing is retained and no session outlives its connection: the hub is the record.
"""

import asyncio
import hmac
import logging
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from amqtt.broker import Broker as Amqtt
from amqtt.contexts import BrokerConfig
from amqtt.plugins.base import BaseAuthPlugin
from amqtt.session import Session

from drivers.contract import BrokerAccess
from hub.broker.client import LISTENER, Client, close
from hub.broker.contract import LOOPBACK, BrokerState, Login
from hub.broker.credentials import is_password
from hub.broker.entrance import Entrance
from hub.broker.port import obstacle
from hub.broker.rights import may_read, will_topic
from hub.broker.standing import Standing
from hub.sayings import Saying, say
from protocol.ids import DeviceId
from protocol.mqtt import REFUSED, Connect

QUEUE_MESSAGES: Final = 1000
"""Messages on their way to their readers; their senders wait when there are more."""

REFUSED_FILTER: Final = 0x80
TAKE_OVER_S: Final = 8.0
RETRY_S: Final = 2.0
STOP_S: Final = 2.0

_log = logging.getLogger(__name__)


class EmbeddedBroker:
    """A broker on a port of loopback that lets in who the hub says."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._hub = Login.random("hub")
        self._credentials: Mapping[DeviceId, str] = {}
        self._clients: dict[str, Client] = {}
        self._entrance = Entrance()
        self._visits: set[asyncio.Task[None]] = set()
        self._denied: Counter[str] = Counter()
        serving = say("embedded-serves", host=LOOPBACK, port=port)
        self._standing = Standing("embedded", LOOPBACK, port, serving)

    @property
    def access(self) -> BrokerAccess:
        """The hub's own user of this run; its password is nowhere but here."""
        return BrokerAccess(LOOPBACK, self._port, self._hub.user, self._hub.password)

    @property
    def state(self) -> BrokerState:
        """How it is."""
        return self._standing.state

    @property
    def denied(self) -> Mapping[str, int]:
        """Denied publishes by user."""
        return self._denied

    async def run(self) -> None:
        """Serve until cancelled."""
        for name in ("amqtt", "transitions"):
            # They log each client's end as an error with its traceback.
            logging.getLogger(name).setLevel(logging.CRITICAL)
        while True:
            trouble = await asyncio.to_thread(obstacle, LOOPBACK, self._port)
            self._standing.tell(trouble or await self._serve())
            await asyncio.sleep(RETRY_S)

    async def wait_ready(self, timeout_s: float) -> bool:
        """Wait until it lets clients in."""
        return await self._standing.wait_ready(timeout_s)

    def set_credentials(self, credentials: Mapping[DeviceId, str]) -> None:
        """Let exactly these devices in, from now on."""
        before, self._credentials = self._credentials, dict(credentials)
        for device, stored in before.items():
            if self._credentials.get(device) != stored and device in self._clients:
                self._clients[device].cut()

    async def provision(self, device: DeviceId, password: str | None) -> None:
        """Return at once: `set_credentials` has done it."""

    async def _serve(self) -> Saying:
        """Serve until cancelled; return why that cannot be."""
        router = _Router(self._clients)
        await router.start()
        try:
            async with await asyncio.start_server(
                lambda reader, writer: self._welcome(router, reader, writer),
                LOOPBACK,
                self._port,
                backlog=1024,
            ):
                self._standing.tell(None)
                try:
                    await asyncio.get_running_loop().create_future()
                finally:
                    await self._part()
        except OSError as error:
            return say("embedded-deaf", why=str(error))
        finally:
            await router.shutdown()
        return say("embedded-stopped")

    async def _part(self) -> None:
        """Cut off everybody and see them go, those too who wait to be let in."""
        self._entrance.close()
        clients = tuple(self._clients.values())
        for client in clients:
            client.cut()
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_S):
                for client in clients:
                    await client.gone.wait()
        if visits := tuple(self._visits):
            for visit in visits:
                visit.cancel()
            await asyncio.wait(visits, timeout=STOP_S)

    def _welcome(
        self, router: "_Router", reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        visit = asyncio.create_task(self._receive(router, reader, writer))
        self._visits.add(visit)
        visit.add_done_callback(self._visits.discard)
        # It may be cancelled before it runs at all, and could close anything.
        visit.add_done_callback(lambda _: writer.close())

    async def _receive(
        self, router: "_Router", reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            connect = await self._entrance.receive(reader, writer)
            if connect is not None and await self._may_enter(connect):
                await self._attend(router, connect, reader, writer)
            elif connect is not None:
                writer.write(REFUSED)
        except (OSError, TimeoutError) as error:
            _log.debug("a client of the embedded broker broke off: %s", error)
        finally:
            await close(writer)

    async def _may_enter(self, connect: Connect) -> bool:
        """Judge a CONNECT; an older connection of the same user goes first, its will before all."""
        if connect.will is not None and connect.will.topic != will_topic(connect.user):
            return False
        while self._is_known(connect):
            client = self._clients.get(connect.user)
            if client is None:
                return True
            client.cut()
            async with asyncio.timeout(TAKE_OVER_S):
                await client.gone.wait()
        return False

    def _is_known(self, connect: Connect) -> bool:
        if connect.user == self._hub.user:
            return hmac.compare_digest(connect.password.encode(), self._hub.password.encode())
        stored = self._credentials.get(DeviceId(connect.user))
        return stored is not None and is_password(connect.password, stored)

    async def _attend(
        self,
        router: "_Router",
        connect: Connect,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        user, is_hub = connect.user, connect.user == self._hub.user
        client = Client(reader, writer, connect, lambda: self._deny(user), is_hub=is_hub)
        self._clients[user] = client
        try:
            await client.attend(router)
        finally:
            del self._clients[user]
            client.gone.set()

    def _deny(self, user: str) -> None:
        self._denied[user] += 1


class LetIn(BaseAuthPlugin):  # type: ignore[misc]  # amqtt has no types
    """Tells amqtt, which asks a plugin, that the listener has judged the client already."""

    async def authenticate(self, *, session: Session) -> bool:
        """Say yes."""
        return True


class _Router(Amqtt):  # type: ignore[misc]  # amqtt has no types
    """amqtt's broker with the rights of ECO/1, bounds, and without what it does wrong."""

    def __init__(self, clients: Mapping[str, Client]) -> None:
        listeners = {LISTENER: {"type": "external", "bind": "none"}}
        plugin = f"{LetIn.__module__}.{LetIn.__name__}"
        super().__init__(BrokerConfig.from_dict({"listeners": listeners, "plugins": {plugin: {}}}))
        self._clients_by_user = clients
        self._broadcast_queue: asyncio.Queue[object] = asyncio.Queue(QUEUE_MESSAGES)

    async def add_subscription(self, subscription: tuple[str, int], session: Session) -> int:
        """Refuse filters that the user may not read."""
        client = self._clients_by_user.get(session.username)
        if client is None or not may_read(session.username, subscription[0], is_hub=client.is_hub):
            return REFUSED_FILTER
        granted: int = await super().add_subscription(
            (subscription[0], min(subscription[1], 1)), session
        )
        return granted

    async def retain_message(self, *_: object, **__: object) -> None:
        """Retain nothing: amqtt sends what is retained to every client that connects."""

    async def forget(self, user: str) -> None:
        """Drop the session of a client that is gone."""
        await self._delete_session(user)

    async def _broadcast_message(self, session: Session | None, *message: object) -> None:
        await super()._broadcast_message(session, *message)
        if session is not None and (client := self._clients_by_user.get(session.username)):
            client.gate.passed_on()

    async def _client_message_loop(self, session: Session, handler: object) -> None:
        if (client := self._clients_by_user.get(session.username)) is not None:
            client.gate.open()
        await super()._client_message_loop(session, handler)

    async def _session_monitor(self) -> None:
        """Do nothing: the original ends the new connection of a client that came back meanwhile."""
