"""A cable to a broker or an API that a test may cut and mend."""

import asyncio
import ssl
from contextlib import suppress


class Cable:
    """Carries every connection to its own port on to another port of this machine.

    Args:
        to_port: Where it leads.
        tls: Which TLS it takes off what comes; None for none.

    Attributes:
        loses_answers: Whether nothing of what comes back arrives.
    """

    def __init__(self, to_port: int, tls: ssl.SSLContext | None = None) -> None:
        self.port = 0
        self.loses_answers = False
        self._to_port, self._tls = to_port, tls
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    def lead_to(self, port: int) -> None:
        """Carry the connections that come from now on to another port."""
        self._to_port = port

    async def mend(self) -> None:
        self._server = await asyncio.start_server(
            self._carry, "127.0.0.1", self.port, ssl=self._tls
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        if self._server is None:
            return
        # asyncio breaks over a connection that is accepted but not yet attached when it closes.
        for listening in self._server.sockets:
            asyncio.get_running_loop().remove_reader(listening)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        self._server.close()
        for writer in tuple(self._writers):
            writer.transport.abort()
        await self._server.wait_closed()
        self._server = None

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        if self._server is None:  # it was cut while this one was on its way
            writer.transport.abort()
            return
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._to_port)
            self._writers.add(back)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._pour(reader, back))
                tasks.create_task(self._pour(there, writer, is_answer=True))
        except OSError:
            writer.transport.abort()

    async def _pour(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        is_answer: bool = False,
    ) -> None:
        with suppress(OSError):
            while chunk := await reader.read(65_536):
                if is_answer and self.loses_answers:
                    continue
                writer.write(chunk)
                await writer.drain()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        self._writers.discard(writer)
