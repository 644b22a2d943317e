"""mosquitto run by the hub: configured, started, asked whether it works, and started again."""

import asyncio
import logging
import os
import pwd
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from drivers.contract import BrokerAccess
from hub.broker import files
from hub.broker.child import Child
from hub.broker.contract import BrokerState, Login, ProvisionError
from hub.broker.credentials import hash_password
from hub.broker.orphan import note, stop_orphan
from hub.broker.port import obstacle, reachable
from hub.broker.probe import ask
from hub.broker.standing import Standing
from hub.sayings import Saying, say
from protocol.ids import DeviceId

RELOAD_PAUSE_S: Final = 0.25
"""From one reload to the next: what changes meanwhile goes together."""

RELOAD_S: Final = 2.0
"""A reload is taken note of within this time; measured: 11 ms, 8 ms of stall at 5,000 users."""

PROVISION_S: Final = 5.0
ASK_S: Final = 5.0
START_ASK_PAUSE_S: Final = 0.02
ASK_PAUSE_S: Final = 15.0
FIRST_PAUSE_S: Final = 0.1
MOST_PAUSE_S: Final = 5.0
STEADY_S: Final = 30.0
"""After so long a life the next restart is quick again."""

_log = logging.getLogger(__name__)


class MosquittoBroker:
    """A mosquitto of the hub's own, in `folder`, that lets in who the hub says."""

    def __init__(self, program: Path, folder: Path, listener: files.Listener) -> None:
        self._program = program
        self._folder = folder
        self._listener = listener
        self._hub = Login.random("hub")
        self._asker = Login.random("probe")
        self._own = {
            login.user: hash_password(login.password) for login in (self._hub, self._asker)
        }
        self._credentials: Mapping[DeviceId, str] = {}
        self._wanted = self._written = self._in_force = 0  # versions of the credentials
        self._changed = asyncio.Event()
        self._taken_in = asyncio.Condition()
        self._owner: tuple[int, int] | None = None
        self._child: Child | None = None
        self._denied: Counter[str] = Counter()
        host, port = listener.host, listener.port
        serving = say("mosquitto-serves", host=host, port=port)
        self._standing = Standing("mosquitto", host, port, serving)

    @property
    def access(self) -> BrokerAccess:
        """The hub's own user of this run; its password is nowhere but here."""
        host = reachable(self._listener.host)
        return BrokerAccess(host, self._listener.port, self._hub.user, self._hub.password)

    @property
    def state(self) -> BrokerState:
        """How it is."""
        return self._standing.state

    @property
    def denied(self) -> Mapping[str, int]:
        """Denied publishes by user, when `audit` is on; else empty."""
        return self._denied + self._child.denied if self._child else self._denied

    async def run(self) -> None:
        """Keep a mosquitto running until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_reloading())
            tasks.create_task(self._keep_running())

    async def wait_ready(self, timeout_s: float) -> bool:
        """Wait until it lets clients in."""
        return await self._standing.wait_ready(timeout_s)

    def set_credentials(self, credentials: Mapping[DeviceId, str]) -> None:
        """Let exactly these devices in, from the next reload on."""
        self._credentials = dict(credentials)
        self._wanted += 1
        self._changed.set()

    async def provision(self, device: DeviceId, password: str | None) -> None:
        """Wait until mosquitto has taken in the last `set_credentials`."""
        wanted = self._wanted
        try:
            async with asyncio.timeout(PROVISION_S), self._taken_in:
                await self._taken_in.wait_for(lambda: self._in_force >= wanted)
        except TimeoutError:
            state = self._standing.state
            detail = f"the broker has not taken in the user {device}: {state.detail}"
            raise ProvisionError(detail, state.remedy) from None

    async def _keep_running(self) -> None:
        loop, pause_s = asyncio.get_running_loop(), FIRST_PAUSE_S
        while True:
            started_s = loop.time()
            self._standing.tell(await self._run_once())
            if loop.time() - started_s > STEADY_S:
                pause_s = FIRST_PAUSE_S
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, MOST_PAUSE_S)

    async def _run_once(self) -> Saying:
        """Start mosquitto and return what ended it, or kept it from starting."""
        try:
            if (trouble := await asyncio.to_thread(self._prepare)) is not None:
                return trouble
            child = await Child.start(self._program, self._folder, self._owner)
        except OSError as error:
            return say("mosquitto-not-started", why=str(error), folder=str(self._folder))
        try:
            return await self._watch(child)
        finally:
            self._child = None
            self._denied += child.denied
            await child.stop()

    def _prepare(self) -> Saying | None:
        stop_orphan(self._folder)
        self._owner = _service_user()
        self._write(files.CONFIGURATION, files.configuration(self._listener))
        self._write(files.RIGHTS, files.rights(self._hub.user))
        self._write_passwords()
        return obstacle(self._listener.host, self._listener.port)

    def _write_passwords(self) -> None:
        wanted, users = self._wanted, dict(self._own)
        for device, stored in self._credentials.items():
            users.setdefault(device, stored)
        self._write(files.PASSWORDS, files.passwords(users))
        self._written = wanted

    def _write(self, name: str, text: str) -> None:
        files.write(self._folder, name, text, self._owner[1] if self._owner else None)

    async def _watch(self, child: Child) -> Saying:
        await asyncio.to_thread(note, self._folder, child.pid)
        self._child = child
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(child.listen())
            asking = tasks.create_task(self._keep_asking())
            code = await child.wait()
            asking.cancel()
            await asyncio.wait([listening], timeout=1)
            listening.cancel()
        if child.complaints:
            return say("mosquitto-ended-saying", exit=code, said=child.complaints[-1])
        return say("mosquitto-ended", exit=code)

    async def _keep_asking(self) -> None:
        """Log in as a client does, often until it works and then now and then."""
        host, port = reachable(self._listener.host), self._listener.port
        patience_s = asyncio.get_running_loop().time() + ASK_S
        while True:
            problem = await ask(host, port, self._asker, ASK_S)
            if problem is None and not self._standing.is_ready:
                self._standing.tell(None)
                await self._take_in(self._written)
            elif problem is not None and asyncio.get_running_loop().time() > patience_s:
                self._standing.tell(say("mosquitto-mute", why=problem))
            await asyncio.sleep(ASK_PAUSE_S if self._standing.is_ready else START_ASK_PAUSE_S)

    async def _keep_reloading(self) -> None:
        while True:
            await self._changed.wait()
            await self._standing.ready()  # before, a SIGHUP would end it
            self._changed.clear()
            if self._written != self._wanted and (child := self._child) is not None:
                await self._reload(child)
                await asyncio.sleep(RELOAD_PAUSE_S)

    async def _reload(self, child: Child) -> None:
        try:
            await asyncio.to_thread(self._write_passwords)
        except OSError as error:
            _log.error("the broker's users cannot be written: %s", error)
            return
        written = self._written
        if not await child.reload(RELOAD_S):
            _log.warning("mosquitto did not say that it has read its users anew")
        await self._take_in(written)

    async def _take_in(self, version: int) -> None:
        async with self._taken_in:
            self._in_force = version
            self._taken_in.notify_all()


def _service_user() -> tuple[int, int] | None:
    """Return whom mosquitto runs as when the hub is root: never root."""
    if os.geteuid() != 0:
        return None
    for name in ("mosquitto", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    return None
