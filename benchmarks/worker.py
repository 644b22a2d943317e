"""A process of the benchmark: takes orders on stdin, gives answers on stdout, ends with stdin."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import Final, Self

from benchmarks.orders import ANSWER, ORDER, Answer, Order

LINE_LIMIT: Final = 16_777_216
STOP_WITHIN_S: Final = 5.0

Obey = Callable[[Order], Awaitable[Sequence[float]]]


class WorkerError(Exception):
    """A process of the benchmark has failed."""


class Worker:
    """A module run as a process; an asynchronous context.

    Args:
        module: What to run; it calls `obey`.
    """

    def __init__(self, module: str, *arguments: str) -> None:
        self._module, self._arguments = module, arguments
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", self._module, *self._arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LINE_LIMIT,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        process = self._running
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(STOP_WITHIN_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._running.pid

    async def ask(self, order: Order, within_s: float = 60.0) -> tuple[float, ...]:
        """Have an order obeyed and return its numbers.

        Raises:
            WorkerError: It was not, or not in time.
        """
        return (await self._answer(order, within_s)).numbers

    async def _answer(self, order: Order, within_s: float) -> Answer:
        process = self._running
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("started without pipes")
        process.stdin.write(ORDER.dump_json(order) + b"\n")
        try:
            async with asyncio.timeout(within_s):
                line = await process.stdout.readline()
        except TimeoutError:
            raise WorkerError(f"{self._module}: no answer to {order.kind}") from None
        if not line:
            raise WorkerError(f"{self._module} has ended")
        answer = ANSWER.validate_json(line)
        if answer.fault:
            raise WorkerError(f"{self._module}: {order.kind}: {answer.fault}")
        return answer

    @property
    def _running(self) -> asyncio.subprocess.Process:
        if self._process is None:
            raise RuntimeError("used outside its context")
        return self._process


async def obey(do: Obey) -> None:
    """Take orders until stdin ends; what goes wrong with one is its answer."""
    reader = asyncio.StreamReader(limit=LINE_LIMIT)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        try:
            answer = Answer(tuple(await do(ORDER.validate_json(line))))
        except Exception as error:
            answer = Answer(fault=f"{type(error).__name__}: {error}")
        sys.stdout.buffer.write(ANSWER.dump_json(answer) + b"\n")
        sys.stdout.buffer.flush()
