"""What the MQTT driver does about a broker that does not do its part."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final

import pytest
import uvloop

from drivers import mqtt, mqtt_link
from drivers.contract import BrokerAccess, DriverContext
from drivers.mqtt import WANTED, MqttDriver
from drivers.mqtt_link import Link
from protocol.messages import SetCommand
from tests.drivers.driver_suite import BIRTH, ONE, STOP_S, command
from tests.drivers.recorder import Recorder
from tests.mqtt_client import packet

CONNACK: Final = b"\x20\x02\x00\x00"
Answer = Callable[[int, bytes], bytes | None]
"""From kind and body of a packet to what is answered; None hangs up."""


def obliging(kind: int, body: bytes) -> bytes | None:
    if kind == 1:
        return CONNACK
    if kind == 8:
        return packet(0x90, body[:2] + b"\x01" * len(WANTED))
    return b""


@asynccontextmanager
async def broker(answer: Answer) -> AsyncIterator[int]:
    """Serve a broker that answers each packet as `answer` says; yields its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                first = (await reader.readexactly(1))[0]
                length = shift = 0
                while True:
                    byte = (await reader.readexactly(1))[0]
                    length |= (byte & 0x7F) << shift
                    shift += 7
                    if byte < 0x80:
                        break
                said = answer(first >> 4, await reader.readexactly(length))
                if said is None:
                    return
                writer.write(said)
        except (asyncio.IncompleteReadError, OSError):
            return
        finally:
            writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def driving(port: int, recorder: Recorder, **settings: object) -> AsyncIterator[MqttDriver]:
    driver = MqttDriver(DriverContext(BrokerAccess("127.0.0.1", port, "hub", "secret"), settings))
    task = asyncio.create_task(driver.run(recorder))
    try:
        yield driver
    finally:
        task.cancel()
        done, _ = await asyncio.wait([task], timeout=STOP_S)
        assert done


async def until(claim: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not claim():  # noqa: ASYNC110 - it becomes true within the link, which tells nobody
            await asyncio.sleep(0)


async def first_reason(answer: Answer) -> str:
    recorder = Recorder()
    async with broker(answer) as port, driving(port, recorder):
        await recorder.until(lambda: recorder.links != [])
    is_up, reason = recorder.links[0]
    assert not is_up
    assert "secret" not in reason
    return reason


async def test_a_broker_that_refuses_the_hub_is_named_with_its_reason() -> None:
    said = await first_reason(lambda *_: b"\x20\x02\x00\x05")
    assert "refuses the hub" in said
    assert "not authorised" in said


async def test_a_broker_that_hangs_up_at_once_is_not_waited_for() -> None:
    assert "hangs up" in await first_reason(lambda *_: None)


async def test_a_broker_that_hangs_up_instead_of_a_suback_is_not_waited_for() -> None:
    said = await first_reason(lambda kind, body: None if kind == 8 else obliging(kind, body))
    assert "hangs up" in said


async def test_a_broker_that_refuses_a_subscription_is_no_link() -> None:
    def answer(kind: int, body: bytes) -> bytes | None:
        return (
            packet(0x90, body[:2] + b"\x01\x80" + b"\x01" * (len(WANTED) - 2))
            if kind == 8
            else CONNACK
        )

    assert "eco/1/+/presence" in await first_reason(answer)


async def test_a_broker_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqtt_link, "OPEN_S", 0.05)
    assert "does not answer" in await first_reason(lambda *_: b"")


async def test_where_there_is_no_broker_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    recorder, attempts = Recorder(), list[Link]()

    class Counted(Link):
        async def open(self, wanted: Sequence[tuple[str, int]]) -> None:
            attempts.append(self)
            await super().open(wanted)

    monkeypatch.setattr(mqtt, "Link", Counted)
    monkeypatch.setattr(mqtt, "FIRST_PAUSE_S", 0.01)
    async with driving(9, recorder):
        await until(lambda: len(attempts) == 4)
    assert len(recorder.links) == 1
    assert "127.0.0.1:9 cannot be reached" in recorder.links[0][1]


async def test_the_window_is_what_the_broker_has_not_acknowledged() -> None:
    recorder, held = Recorder(), list[bytes]()

    def answer(kind: int, body: bytes) -> bytes | None:
        if kind == 3:
            start = 2 + int.from_bytes(body[:2], "big")
            held.append(packet(0x40, body[start : start + 2]))
            return b""
        return b"".join(held) if kind == 12 else obliging(kind, body)

    async with broker(answer) as port, driving(port, recorder, window=5) as driver:
        await recorder.until(lambda: recorder.is_up)
        assert [driver.send(ONE, command(n)) for n in range(7)] == [True] * 5 + [False] * 2
        assert not driver.announce_birth(BIRTH)
        assert driver.state.unacknowledged == 5
        await until(lambda: len(held) == 5)
        link = driver._link
        assert link is not None
        link._beat()  # the broker answers all with that
        await until(lambda: driver.state.unacknowledged == 0)
        assert driver.send(ONE, command(8))


async def test_a_broker_that_does_not_read_holds_no_more_than_fits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mqtt_link, "MOST_UNSENT_BYTES", 1000)
    recorder = Recorder()
    async with broker(obliging) as port, driving(port, recorder, window=10_000) as driver:
        await recorder.until(lambda: recorder.is_up)
        large = SetCommand(id="c", ttl_ms=1, values={"a.b": "x" * 10_000})
        sent = sum(driver.send(ONE, large) for _ in range(3000))  # nobody reads meanwhile
        assert not driver.send(ONE, command(1))
    assert 0 < sent < 3000


@pytest.mark.parametrize("has_session", [False, True])
async def test_a_session_that_was_kept_is_known(has_session: bool) -> None:
    recorder = Recorder()

    def answer(kind: int, body: bytes) -> bytes | None:
        return b"\x20\x02" + bytes([has_session, 0]) if kind == 1 else obliging(kind, body)

    async with broker(answer) as port, driving(port, recorder) as driver:
        await recorder.until(lambda: recorder.is_up)
        assert driver.state.had_session is has_session
        assert driver.state.is_up
    assert not driver.state.is_up


async def test_a_broker_that_falls_silent_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder()
    async with broker(obliging) as port, driving(port, recorder, keepalive_s=2):
        await recorder.until(lambda: recorder.is_up)
        await recorder.until(lambda: not recorder.is_up)
    assert "was lost" in recorder.links[-1][1]


class Interrupted(Link):
    """Is cancelled when its connection is there and `create_connection` has not returned."""

    opening: asyncio.Task[None]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.opening.cancel()


@pytest.mark.parametrize("make_loop", [uvloop.new_event_loop, asyncio.new_event_loop])
def test_a_link_that_is_given_up_while_it_connects_closes_without_an_error(
    make_loop: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    """uvloop closes the transport of a `create_connection` that is cancelled, and tells nobody."""

    async def give_up() -> None:
        async with broker(obliging) as port:
            access = BrokerAccess("127.0.0.1", port, "hub", "secret")
            link = Interrupted(access, lambda *_: None, 10, 10)
            link.opening = asyncio.create_task(link.open(WANTED))
            with pytest.raises(asyncio.CancelledError):
                await link.opening
            await link.close()

    with asyncio.Runner(loop_factory=make_loop) as runner:
        runner.run(give_up())


@pytest.mark.parametrize("error", [RuntimeError("the handler is closed"), BrokenPipeError()])
async def test_a_goodbye_that_cannot_be_said_hides_nothing(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Link) -> None:
        raise error

    recorder = Recorder()
    async with broker(obliging) as port:
        access = BrokerAccess("127.0.0.1", port, "hub", "secret")
        task = asyncio.create_task(MqttDriver(DriverContext(access)).run(recorder))
        await recorder.until(lambda: recorder.is_up)
        monkeypatch.setattr(Link, "_flush", fail)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
