"""Serves the API: opens the port, and closes all that came through it.

* ApiStartError    the API cannot be served, with what to do about it
"""

import asyncio
import errno
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib.metadata import version
from typing import Final

from aiohttp import web
from pydantic_core import to_json

from hub.api import (
    activity,
    asyncapi,
    automations,
    catalogue,
    certificates,
    commands,
    devices,
    groups,
    history,
    https,
    judged,
    live,
    network,
    notifications,
    openapi,
    overview,
    pages,
    pairing,
    people,
    rooms,
    scenes,
    shell,
)
from hub.api.connections import HEADERS_WITHIN_S, Connection, Connections
from hub.api.context import Context
from hub.api.dispatch import MAX_BODY_BYTES, go_on, guard, serving
from hub.api.doors import BACKLOG, SecureDoor
from hub.api.gate import Gate
from hub.api.operations import Operation
from hub.api.stream import Stream
from hub.api.trust import TrustPages
from hub.errors import MendableError
from hub.home import Home
from hub.metrics import Metrics
from hub.ports import describe
from hub.tls.names import own_names
from protocol.rules import rules

LINGER_S: Final = 1.0
"""How long the rest of a body that nobody wants is read, so that the answer arrives."""

SHUTDOWN_S: Final = 1.0

OPERATIONS: Final[tuple[Operation, ...]] = (
    *overview.routes,
    *devices.routes,
    *rooms.routes,
    *groups.routes,
    *scenes.routes,
    *automations.routes,
    *history.routes,
    *judged.routes,
    *notifications.routes,
    *activity.routes,
    *certificates.routes,
    *commands.routes,
    *network.routes,
    *https.routes,
    *pairing.routes,
    *people.routes,
    *catalogue.routes,
    *pages.routes,
    *live.routes,
)


class ApiStartError(MendableError):
    """The API cannot be served."""


class Api:
    """The API of one home.

    Attributes:
        port: Where it is served, once `open` has returned.
        stream: The phones on it.
        metrics: What it and the rest of the hub have counted.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._settings = home.settings.api
        self.port = self._settings.port
        self.metrics = Metrics(home)
        self.stream = Stream(home, self.metrics)
        self._connections = Connections(home.clock)
        self._runner: web.AppRunner | None = None
        self._server: asyncio.Server | None = None
        own = partial(own_names, home.hub_id, self._settings.allowed_hosts)
        self._gate = Gate(home, own, self._settings.allowed_origins)
        self._door = SecureDoor(home.tls, self._settings, self._connect, self._neighbours)
        self._hear_no_more: list[Callable[[], None]] = []

    async def open(self) -> None:
        """Open the port.

        Raises:
            ApiStartError: The port is taken, or not ours to use.
        """
        await asyncio.to_thread(rules)
        number = await asyncio.to_thread(version, "ecohub")
        app = self._application(number, await asyncio.to_thread(shell.read_shell))
        (await asyncio.to_thread(TrustPages.read, self._home.tls)).add_to(app.router)
        self._runner = web.AppRunner(app, shutdown_timeout=SHUTDOWN_S)
        await self._runner.setup()
        try:
            self._server = await asyncio.get_running_loop().create_server(
                self._connect, self._settings.host, self._settings.port, backlog=BACKLOG
            )
        except OSError as error:
            await self._runner.cleanup()
            raise await self._start_error(error) from error
        self.port = self._server.sockets[0].getsockname()[1]
        await self._door.look()
        for listener in (self.metrics.take, self.stream.take):
            self._hear_no_more.append(self._home.bus.subscribe(listener))

    async def run(self) -> None:
        """Serve until cancelled, then close everything."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._connections.run(), name="connections")
                tasks.create_task(self.stream.run(), name="stream")
                tasks.create_task(self._door.run(), name="https")
        finally:
            await self._close()

    async def _close(self) -> None:
        for unsubscribe in self._hear_no_more:
            unsubscribe()
        if self._server is not None:
            self._server.close()
        self._door.close()
        self.stream.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def _neighbours(self, secure_port: int) -> None:
        self._gate.ports = frozenset({self.port, secure_port})

    def _connect(self) -> Connection:
        if self._runner is None or self._runner.server is None:
            raise RuntimeError("the API is not open")
        return Connection(
            self._connections,
            self._runner.server,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=HEADERS_WITHIN_S,
            lingering_time=LINGER_S,
            access_log=None,
            auto_decompress=False,
        )

    def _application(
        self, number: str, app_files: Mapping[str, shell.ShellFile]
    ) -> web.Application:
        context = Context(
            home=self._home,
            stream=self.stream,
            metrics=self.metrics,
            version=number,
            port=lambda: self.port,
            document=cache(lambda: to_json(openapi.document(OPERATIONS, number))),
            stream_document=cache(lambda: to_json(asyncapi.document(OPERATIONS, number))),
        )
        gate = self._gate
        watch = guard(gate, self.metrics.requests)
        app = web.Application(middlewares=[watch], client_max_size=MAX_BODY_BYTES)
        for operation in OPERATIONS:
            handler = serving(operation, context, gate)
            app.router.add_route(operation.method, operation.place, handler, expect_handler=go_on)
        for path, file in app_files.items():
            app.router.add_get(path, shell.serving(file), expect_handler=go_on)
        return app

    async def _start_error(self, error: OSError) -> ApiStartError:
        where = f"{self._settings.host}:{self._settings.port}"
        if error.errno == errno.EADDRINUSE:
            holder = await asyncio.to_thread(describe, self._settings.port, "tcp")
            remedy = "Stop that, or set another port in [api] of hub.toml."
            return ApiStartError(f"The API's port {where} is taken by {holder}", remedy)
        what = f"The API cannot be served at {where}: {error.strerror or error}"
        return ApiStartError(what, "Set another host or port in [api] of hub.toml.")
