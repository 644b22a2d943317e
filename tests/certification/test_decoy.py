"""The decoy: it shows itself, writes down who calls, keeps nothing of it, and is judged by that."""

import asyncio
import io
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from certification.judging.verdicts import Verdict
from certification.recorder.adverts import AdvertWatch
from certification.recorder.decoy import HUB, decoy
from certification.transcript.file import Writer
from protocol.mqtt import Connect, encode_connect
from tests.certification.devices import DEVICE, PASSWORD
from tests.certification.judging.scene import Scene

PATIENCE_S = 5.0
TURNS = 5
"""Of the loop, in which it takes in that somebody has come."""


@asynccontextmanager
async def calling(writer: Writer) -> AsyncIterator[asyncio.StreamWriter]:
    """Call the decoy, which is advertised nowhere here: mDNS has tests of its own."""
    async with decoy(AdvertWatch(writer), writer, "127.0.0.1"):
        port = next(line for line in writer.lines if line.kind == "stimulus").fields["args"]["port"]
        reader, caller = await asyncio.open_connection("127.0.0.1", port)
        yield caller
        assert await asyncio.wait_for(reader.read(), PATIENCE_S) == b""
        caller.close()


@pytest.mark.parametrize(
    ("said", "is_mqtt"),
    [
        (encode_connect(Connect(DEVICE, PASSWORD, 30)), True),
        (b"GET /api/v1/health HTTP/1.1\r\n\r\n", False),
        (b"", False),
    ],
)
async def test_call_is_written_down_without_what_it_says(said: bytes, is_mqtt: bool) -> None:
    file = io.BytesIO()
    writer = Writer(file, time.monotonic_ns)
    writer.write("run", format=1)
    async with calling(writer) as caller:
        caller.write(said) if said else caller.write_eof()
    (line,) = [line for line in writer.lines if line.kind == "decoy"]
    assert (line.fields["hub"], line.fields["is_mqtt"]) == (HUB, is_mqtt)
    assert line.fields["bytes"] == len(said)
    assert PASSWORD.encode() not in file.getvalue()
    shown = [x.fields["args"].get("is_advertised") for x in writer.lines if x.kind == "stimulus"]
    assert shown == [True, False]


async def test_caller_who_never_speaks_is_cut_off_and_written_down_when_the_decoy_ends() -> None:
    writer, before = Writer(io.BytesIO(), time.monotonic_ns), asyncio.all_tasks()
    writer.write("run", format=1)
    async with decoy(AdvertWatch(writer), writer, "127.0.0.1"):
        port = next(line for line in writer.lines if line.kind == "stimulus").fields["args"]["port"]
        reader, caller = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(TURNS):
            await asyncio.sleep(0)
    assert [line.fields["bytes"] for line in writer.lines if line.kind == "decoy"] == [0]
    assert asyncio.all_tasks() == before
    with suppress(ConnectionError):
        assert await asyncio.wait_for(reader.read(), PATIENCE_S) == b""
    caller.close()


def in_sight(meanwhile: Callable[[Scene], object]) -> Verdict:
    """Return what is said of a device in whose sight a decoy was."""
    scene = Scene().join().wait(1).hello().interview().wait(1)
    scene.writer.write("scenario", name="decoy_hub", phase="begin")
    scene.close().wait(0.1)
    meanwhile(scene)
    scene.hello().wait(1)
    scene.writer.write("scenario", name="decoy_hub", phase="end", outcome="done")
    found = scene.wait(1).ping().judged().verdict("ECO-JOIN-007")
    assert "scenario" in {scene.writer.lines[n].kind for n in found.lines}
    return found.verdict


def test_device_that_calls_the_decoy_has_called_another_broker() -> None:
    called = in_sight(lambda s: s.writer.write("decoy", hub=HUB, is_mqtt=True, bytes=99))
    assert called is Verdict.FAIL


def test_device_that_only_asks_the_decoy_or_leaves_it_alone_has_not() -> None:
    asked = in_sight(lambda s: s.writer.write("decoy", hub=HUB, is_mqtt=False, bytes=99))
    assert asked is in_sight(lambda s: None) is Verdict.PASS
