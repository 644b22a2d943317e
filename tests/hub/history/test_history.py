"""The history as the hub's loop knows it, when it cannot or must not work."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import cast

import pytest

from hub.bus import Bus
from hub.config import HistorySettings
from hub.core.device import Device
from hub.history import History, HistoryOffError, HistorySlowError, NotRecordedError, Question
from hub.history.policy import Policy, grain
from hub.store import StoreVersionError
from protocol.ids import Address, DeviceId
from tests.alongside import alongside
from tests.hub.clocks import Times
from tests.hub.history.diary import PROBE, PRODUCT, Member, product

QUESTION = Question(PROBE, ("p.temp",), 0, 1)


@asynccontextmanager
async def running(folder: Path, **settings: object) -> AsyncIterator[History]:
    devices = {PROBE: cast("Device", Member(PRODUCT))}
    table = HistorySettings.model_validate(settings)
    history = History(table, folder, devices, Times().clock())
    async with alongside(history.run(Bus())):
        await asyncio.sleep(0)
        yield history


async def test_a_history_that_is_off_says_so_and_makes_no_file(tmp_path: Path) -> None:
    async with running(tmp_path, is_on=False) as history:
        with pytest.raises(HistoryOffError):
            await history.ask(QUESTION)
        assert history.health().detail == "switched off"
    assert await asyncio.to_thread(lambda: list(tmp_path.iterdir())) == []


async def test_a_file_of_another_program_is_left_alone_and_told(tmp_path: Path) -> None:
    path = tmp_path / "series.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE theirs (x)")
        other.commit()
    content = path.read_bytes()
    async with running(tmp_path) as history:
        with pytest.raises((StoreVersionError, HistorySlowError)):
            await history.ask(QUESTION)
        health = history.health()
    assert health.status == "degraded"
    assert "another program" in health.detail
    assert path.read_bytes()[100:] == content[100:]


async def test_a_property_that_is_not_recorded_is_told_why(tmp_path: Path) -> None:
    async with running(tmp_path) as history:
        with pytest.raises(NotRecordedError, match="body"):
            await history.ask(Question(PROBE, ("p.pulse",), 0, 1))


FINE = product(
    step={"format": "float", "range": [0, 10, 0.5]},
    free={"format": "float", "range": [0, 1000, 0]},
    bare={"format": "float"},
    ppm={"format": "uint16", "range": [0, 5000, 2], "unit": "ppm"},
    count={"format": "uint16"},
    target={"format": "float", "range": [0, 10, 0.5], "access": ["read", "notify", "write"]},
)


@pytest.mark.parametrize(
    ("name", "value", "band"),
    [
        ("step", 3.0, 0.5),
        ("free", 3.0, 1.0),
        ("bare", 200.0, 1.0),
        ("bare", 0.0, 0.0),
        ("ppm", 400.0, 2.0),
        ("count", 4.0, 0.0),
        ("target", 3.0, 0.0),
    ],
)
def test_the_deadband_is_one_step_of_what_is_measured(name: str, value: float, band: float) -> None:
    assert grain(FINE.properties[Address(f"p.{name}")]).band_at(value) == pytest.approx(band)


def test_patterns_switch_properties_off() -> None:
    policy = Policy(off=("*/air.co2", "plug-1/outlet.*", "light.level"))
    device, plug = DeviceId("sensor-1"), DeviceId("plug-1")
    assert policy.is_off(device, Address("air.co2"))
    assert policy.is_off(plug, Address("outlet.on"))
    assert policy.is_off(device, Address("light.level"))
    assert not policy.is_off(device, Address("outlet.on"))
