"""A scripted broker with the transcript that it writes."""

import io
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from certification.recorder.broker import ScriptedBroker
from certification.recorder.listening import Broker
from certification.recorder.real_broker import RealBroker
from certification.transcript.file import Line, Writer, parse
from tests.certification.devices import DEVICE, PASSWORD


@dataclass
class Bench:
    """A broker that listens."""

    broker: Broker
    writer: Writer
    file: io.BytesIO
    port: int = 0
    devices: list[Any] = field(default_factory=list)

    def lines(self, kind: str) -> list[Line]:
        return [line for line in self.writer.lines if line.kind == kind]

    def packets(self, way: str) -> list[str]:
        return [p.fields["type"] for p in self.lines("packet") if p.fields["way"] == way]

    async def seen(self, kind: str, timeout_s: float = 5.0, **fields: object) -> Line:
        """Return the first line of `kind` that holds these fields, now or soon."""
        line = await self.broker.until(
            lambda line: line.kind == kind and fields.items() <= line.fields.items(), timeout_s, 0
        )
        assert line is not None, self.writer.lines[-5:]
        return line


@pytest.fixture
def writer() -> Writer:
    writer = Writer(io.BytesIO(), time.monotonic_ns)
    writer.write("run", format=1)
    return writer


@asynccontextmanager
async def benched(kind: type[ScriptedBroker | RealBroker]) -> AsyncIterator[Bench]:
    """A bench with a broker of a kind, whose transcript is whole in the end and holds no secret."""
    file = io.BytesIO()
    writer = Writer(file, time.monotonic_ns)
    writer.write("run", format=1)
    broker = kind(writer, {DEVICE: PASSWORD})
    bench = Bench(broker, writer, file, await broker.start())
    try:
        yield bench
    finally:
        for device in bench.devices:
            await device.stop()
        await broker.stop()
    writer.end()
    assert parse(file.getvalue()).lines == tuple(writer.lines)
    assert PASSWORD.encode() not in file.getvalue()


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with benched(ScriptedBroker) as bench:
        yield bench
