"""A driver that fails does not take the home with it."""

import asyncio

import pytest

from drivers.contract import BrokerAccess, DriverContext, Receiver
from drivers.memory import MemoryDriver
from hub.reach import drive, next_pause_s
from protocol.codec import Decoded
from protocol.errors import Violation
from protocol.ids import DeviceId
from protocol.topics import Topic


class Home:
    """A receiver that notes what it is told of the link."""

    def __init__(self) -> None:
        self.told: asyncio.Queue[tuple[bool, str]] = asyncio.Queue()

    def is_heard(self, device: DeviceId, child: DeviceId | None = None) -> bool:
        return True

    def receive(self, decoded: Decoded) -> None: ...

    def refuse(self, topic: Topic | None, violation: Violation, payload: bytes = b"") -> None: ...

    def introduce(self, device: DeviceId, vendor: str, product: str) -> None: ...

    def link_changed(self, *, is_up: bool, reason: str) -> None:
        self.told.put_nowait((is_up, reason))


class Fragile(MemoryDriver):
    """A driver that fails twice: by an error, and by ending; then it works."""

    runs = 0

    async def run(self, receiver: Receiver) -> None:
        self.runs += 1
        if self.runs == 1:
            raise ValueError("the dongle speaks no known dialect")
        if self.runs == 3:
            receiver.link_changed(is_up=True, reason="linked")
            await asyncio.get_running_loop().create_future()


async def test_driver_that_fails_is_told_and_run_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    home = Home()
    driver = Fragile(DriverContext(BrokerAccess("", 1, "", "")))
    task = asyncio.create_task(drive(driver, "dongle", home, first_pause_s=0.001))
    told = [await home.told.get() for _ in range(3)]
    fault = "ValueError: the dongle speaks no known dialect"
    assert told == [
        (False, f"driver dongle has failed: {fault}"),
        (False, "driver dongle has failed: it has ended by itself"),
        (True, "linked"),
    ]
    assert "driver dongle has failed" in caplog.text
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_pause_grows_while_runs_are_short_and_begins_again_after_a_long_one() -> None:
    pause_s, pauses_s = 0.0, list[float]()
    for ran_s in (0, 0, 2, 0, 0, 0, 0, 61, 0):
        pause_s = next_pause_s(pause_s, ran_s)
        pauses_s.append(pause_s)
    assert pauses_s == [1, 2, 4, 8, 16, 32, 60, 1, 2]
