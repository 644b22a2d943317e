"""The history over HTTP, with real files."""

import asyncio
import csv
import io
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from protocol.messages import Presence
from protocol.presence import Presence as Reach
from tests.hub.api.bench import PLUG, PURIFIER, SENSOR, Bench, Json, bench

PLACE = f"/api/v1/devices/{SENSOR}/history"
AIR = f"{PLACE}?address=air.temperature"


def ago(**span: float) -> str:
    return (datetime.now(UTC) - timedelta(**span)).isoformat().replace("+00:00", "Z")


async def told(home: Bench, *values: float | None) -> None:
    """Have the sensor tell temperatures, each at a time of its own."""
    for value in values:
        home.report(SENSOR, {"air.temperature": value})
        await home.until(partial(holds, home, value), f"{value} to arrive")
        await asyncio.sleep(0.002)


def holds(home: Bench, value: float | None) -> bool:
    return home.value(SENSOR, "air.temperature") == value


async def of(home: Bench, query: str) -> Json:
    (series,) = (await home.get(query))["series"]
    return series


def values(series: Json) -> list[Any]:
    return [point["value"] for point in series["points"]]


async def test_values_that_leave_the_deadband_are_told_with_what_is_not_known(home: Bench) -> None:
    await home.bring(SENSOR)
    await told(home, 20.0, 20.1, 20.2, 20.1, 25.0, 24.9)
    series = await of(home, f"{AIR}&from={ago(hours=1)}")
    assert values(series)[-3:] == [20.0, 20.2, 25.0]
    assert (series["format"], series["unit"], series["resolution_s"]) == ("float", "celsius", 0)
    (gap,) = series["gaps"]
    assert gap["reason"] == "not_recorded"
    assert gap["to"] == series["complete_from"] == series["points"][0]["at"]


async def test_never_more_points_than_asked_for_and_the_extremes_stay(home: Bench) -> None:
    await home.bring(SENSOR)
    await told(home, *(20.0 + number % 7 for number in range(40)), 55.0, 21.0, -11.0, 22.0)
    for points in (2, 3, 10):
        series = await of(home, f"{AIR}&from={ago(seconds=9)}&points={points}")
        assert len(series["points"]) <= points
        assert series["resolution_s"] > 0
        assert max(point["max"] for point in series["points"]) == 55.0
        assert min(point["min"] for point in series["points"]) == -11.0
        assert sum(point["count"] for point in series["points"]) >= 44


async def test_several_properties_are_told_at_once_each_with_its_kind(home: Bench) -> None:
    await home.bring(PLUG)
    home.report(PLUG, {"outlet.on": True})
    home.report(PLUG, {"outlet.on": False})
    place = f"/api/v1/devices/{PLUG}/history?address=outlet.on&address=outlet.voltage_v"
    on, voltage = (await home.get(place))["series"]
    assert values(on)[-2:] == [True, False]
    assert (on["format"], voltage["unit"]) == ("bool", "volt")
    gathered = await of(home, f"{place.partition('&')[0]}&points=2")
    assert {"value", "mean", "count"} <= gathered["points"][-1].keys()
    assert "min" not in gathered["points"][-1]


async def test_a_device_out_of_reach_leaves_a_gap_with_its_reason(home: Bench) -> None:
    await home.bring(SENSOR)
    await told(home, 20.0)
    device = home.air.devices.get(SENSOR)
    assert device is None
    record = home.home.hub.devices[SENSOR].record
    lost = Presence(
        epoch=record.epoch, connection=record.connection, status="offline", reason="lost"
    )
    home.air.tell(SENSOR, lost)
    found = home.home.hub.devices[SENSOR]
    await home.until(lambda: found.presence is Reach.UNREACHABLE, "it to be missed")
    series = await of(home, AIR)
    gap = series["gaps"][-1]
    assert (gap["reason"], gap["detail"]) == ("unreachable", "lost")


async def test_a_value_the_device_does_not_know_is_a_gap(home: Bench) -> None:
    await home.bring(SENSOR)
    await told(home, 20.0, None, 20.0)
    series = await of(home, AIR)
    assert [gap["reason"] for gap in series["gaps"]][-1] == "null"
    assert values(series)[-2:] == [20.0, 20.0]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("address=air.temprature", 404, "property-unknown"),
        ("address=air.temperature&points=1", 422, "query-invalid"),
        ("address=air.temperature&points=all", 422, "query-invalid"),
        ("address=air.temperature&points=5001", 422, "query-invalid"),
        ("address=air.temperature&from=yesterday", 422, "query-invalid"),
        ("address=air.temperature&from=2026-01-01T00:00:00", 422, "query-invalid"),
        ("address=air.temperature&format=xml", 422, "query-invalid"),
        (
            "address=air.temperature&from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
            409,
            "time-order",
        ),
        ("&".join(f"address=a.a{n}" for n in range(17)), 422, "query-invalid"),
    ],
)
async def test_a_question_without_an_answer_is_told_why(
    home: Bench, query: str, status: int, code: str
) -> None:
    await home.bring(SENSOR)
    problem = await home.problem("GET", f"{PLACE}?{query}", status)
    assert problem["code"] == code
    if code == "property-unknown":
        assert "air.temperature" in problem["remedy"]


async def test_ten_years_and_the_future_are_answered_at_once(home: Bench) -> None:
    await home.bring(SENSOR)
    await told(home, 20.0, 21.0)
    series = await of(home, f"{AIR}&from=2016-01-01T00:00:00Z&to=2036-01-01T00:00:00Z")
    assert [gap["reason"] for gap in series["gaps"]] == ["not_recorded", "future"]
    assert len(series["points"]) == 1
    future = await of(home, f"{AIR}&from=2136-01-01T00:00:00Z&to=2137-01-01T00:00:00Z")
    assert (future["points"], [gap["reason"] for gap in future["gaps"]]) == ([], ["future"])


async def test_a_device_that_told_nothing_yet_has_no_points(home: Bench) -> None:
    await home.bring(PURIFIER)
    place = f"/api/v1/devices/{PURIFIER}/history?address=air.pm2_5&to=2020-01-01T00:00:00Z"
    series = await of(home, place)
    assert series["points"] == []
    assert [gap["reason"] for gap in series["gaps"]] == ["not_recorded"]
    await home.problem("GET", "/api/v1/devices/nobody-0001/history?address=air.pm2_5", 404)


async def test_csv_holds_every_value_and_personal_ones_only_when_named(home: Bench) -> None:
    await home.bring(SENSOR)
    await told(home, *(20.0 + number for number in range(30)))
    text = await home.ask("GET", PLACE, headers={"Accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["address"] for row in rows} >= {"air.temperature", "air.humidity"}
    assert "air.co2" not in text
    named = await home.ask("GET", f"{PLACE}?address=air.co2&format=csv")
    assert "air.co2" in named
    temperatures = [float(row["value"]) for row in rows if row["address"] == "air.temperature"]
    assert temperatures[-30:] == [20.0 + number for number in range(30)]


async def test_history_goes_with_the_device_that_leaves(home: Bench) -> None:
    await home.bring(SENSOR)
    await told(home, 20.0, 33.0)
    assert values(await of(home, AIR))[-1] == 33.0
    await home.ask("DELETE", f"/api/v1/devices/{SENSOR}", status=204)
    await home.problem("GET", AIR, 404)
    await home.bring(SENSOR)
    assert 33.0 not in values(await of(home, AIR))


async def test_history_outlives_the_hub_and_says_when_there_was_none(tmp_path: Path) -> None:
    async with bench(tmp_path) as first:
        await first.bring(SENSOR)
        await told(first, 20.0, 31.0)
    async with bench(tmp_path) as second:
        await second.bring(SENSOR)
        series = await of(second, AIR)
        assert 31.0 in values(series)
        assert "hub_down" in [gap["reason"] for gap in series["gaps"]]


async def test_health_names_the_history(home: Bench) -> None:
    parts = {part["name"]: part for part in (await home.get("/api/v1/health"))["parts"]}
    assert parts["history"]["status"] == "ok"
