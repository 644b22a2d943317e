"""The history's thread with real files: recorded, sealed, kept within its bytes, read again."""

import math
import random
import shutil
import threading
from bisect import bisect_right
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.events import Event
from hub.history import keeper
from hub.history.catalogue import Catalogue
from hub.history.policy import Policy
from hub.history.recorder import Recorder
from hub.history.room import Days
from hub.history.segments import Points
from hub.history.tiers import Tier
from protocol.ids import DeviceId
from tests.hub.history.diary import DAY_S, HOUR_S, PROBE, PRODUCT, Diary, Member, product
from tests.hub.history.told import report

STEP = 0.1


@given(st.lists(st.tuples(st.floats(0, 900), st.integers(-400, 1250)), max_size=60))
def test_the_series_gives_back_every_value_within_the_deadband(
    told: list[tuple[float, int]],
) -> None:
    recorder = Recorder(lambda _: PRODUCT, Policy(), Catalogue([]))
    now_s, truth = 0.0, []
    for passed_s, tenths in told:
        now_s += passed_s
        recorder.take([report(PROBE, now_s, temp=tenths / 10, count=tenths + 400)], 1e9)
        truth.append((int((1e9 + now_s) * 1000), tenths / 10, tenths + 400))
    temp, count = recorder.points(1), recorder.points(2)
    last = {time_ms: values for time_ms, *values in truth}
    for time_ms, (temperature, number) in last.items():
        assert abs(_at(temp, time_ms) - temperature) <= STEP * 1.000001
        assert _at(count, time_ms) == number


def _at(points: Points, time_ms: int) -> float:
    value = points.values[bisect_right(points.times, time_ms) - 1]
    assert not isinstance(value, str | None)
    return value


def test_hours_and_days_are_gathered_without_losing_number_extremes_or_mean(
    tmp_path: Path,
) -> None:
    chance, truth = random.Random(7), []  # noqa: S311 - not for secrets
    with Diary(tmp_path) as diary:
        for number in range(3 * 96):
            value = round(chance.uniform(-20, 9) + 30 * (number % 2), 1)
            truth.append(value)
            diary.tell(temp=value)
            diary.pass_(900)
        raw = diary.ask(span_s=3 * DAY_S, points=None)
        fine = diary.ask(span_s=3 * DAY_S, points=500)
        coarse = diary.ask(span_s=3 * DAY_S, points=72)
    assert (raw.resolution_s, fine.resolution_s >= 300, coarse.resolution_s >= 3600) == (0, 1, 1)
    assert [point.value for point in raw.points if point.count is None] == truth
    for series in (fine, coarse):
        told = [point for point in series.points if point.count]
        assert sum(point.count or 0 for point in told) == len(truth)
        assert min(point.low or 0 for point in told) == min(truth)
        assert max(point.high or 0 for point in told) == max(truth)
        means = [point.mean or 0.0 for point in series.points]
        assert math.isclose(sum(means) / len(means), sum(truth) / len(truth), abs_tol=0.7)
        assert [gap for gap in series.gaps if gap.reason != "not_recorded"] == []


def test_a_year_is_answered_from_hours(tmp_path: Path) -> None:
    with Diary(tmp_path) as diary:
        for day in range(40):
            diary.tell(temp=20.0 + day)
            diary.pass_(DAY_S)
        series = diary.ask(span_s=365 * DAY_S, points=400)
        assert diary.do(lambda kept: len(kept.file.blocks(Tier.RAW))) <= 11
    assert series.resolution_s >= 3600
    assert [point.value for point in series.points if point.count] == [20.0 + d for d in range(40)]


@pytest.mark.parametrize("budget", [400_000, 600_000])
def test_the_budget_is_never_exceeded_and_the_oldest_and_finest_goes_first(
    tmp_path: Path, budget: int
) -> None:
    chance = random.Random(1)  # noqa: S311 - not for secrets
    devices = {DeviceId(f"probe-{n:04d}"): Member(PRODUCT) for n in range(1, 13)}
    with Diary(tmp_path, budget=budget, devices=devices) as diary:
        for _ in range(60):
            for _ in range(30):
                for device in devices:
                    noise = {"temp": round(chance.uniform(-40, 125), 1)}
                    diary.tell(device, **noise, count=chance.randrange(60_000))
                diary.times.pass_(120)
                assert diary.size() <= budget
            diary.turn()
            assert diary.size() <= budget
            assert diary.keeper.failure is None
        raw = diary.do(lambda kept: kept.file.blocks(Tier.RAW))
        fine = diary.do(lambda kept: kept.file.blocks(Tier.FIVE_MINUTES))
        assert fine[0].start_ms < raw[0].start_ms
        assert diary.ask(span_s=HOUR_S).points


def test_a_chatty_series_gives_way_before_the_others(tmp_path: Path) -> None:
    chance = random.Random(1)  # noqa: S311 - not for secrets
    devices = {DeviceId(f"probe-{n:04d}"): Member(PRODUCT) for n in range(1, 9)}
    hog = DeviceId("probe-0008")
    with Diary(tmp_path, budget=700_000, devices=devices) as diary:
        for _ in range(80):
            for device in devices:
                diary.tell(device, temp=round(chance.uniform(-40, 125), 1))
            for _ in range(400):
                diary.times.pass_(9)
                diary.tell(hog, temp=round(chance.uniform(-40, 125), 1))
            diary.turn()
        calm = diary.ask(span_s=80 * HOUR_S, points=None)
        first = diary.do(lambda kept: kept.file.blocks(Tier.RAW)[0].start_ms)
    assert len([p for p in calm.points if p.count is None and p.at_ms >= first]) >= 40


def test_a_killed_hub_loses_nothing_that_was_written_and_says_since_when_it_knows_nothing(
    tmp_path: Path,
) -> None:
    living, killed = tmp_path / "living", tmp_path / "killed"
    living.mkdir()
    with Diary(living) as diary:
        for number in range(20):
            diary.tell(temp=20.0 + number)
            diary.pass_(10)
        shutil.copytree(living, killed)
        written_ms = diary.now_ms
        times = diary.times
    times.pass_(600)
    with Diary(killed, times) as diary:
        diary.tell(temp=5.0)
        series = diary.ask(span_s=HOUR_S)
    assert [point.value for point in series.points] == [*(20.0 + n for n in range(20)), 5.0]
    down = next(gap for gap in series.gaps if gap.reason == "hub_down")
    assert abs(down.from_ms - written_ms) <= 11_000
    assert down.to_ms - down.from_ms >= 590_000


@pytest.mark.parametrize("cut", [1, 5, 30])
def test_a_torn_end_of_the_journal_costs_the_last_entry_alone(tmp_path: Path, cut: int) -> None:
    with Diary(tmp_path) as diary:
        for number in range(10):
            diary.tell(temp=20.0 + number)
            diary.pass_(10)
        times = diary.times
    journal = tmp_path / "series.journal"
    journal.write_bytes(journal.read_bytes()[:-cut])
    with Diary(tmp_path, times) as diary:
        values = [point.value for point in diary.ask().points]
    assert values[:9] == [20.0 + n for n in range(9)]


def test_a_damaged_file_is_set_aside_and_a_new_one_begun(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Diary(tmp_path) as diary:
        diary.tell(temp=20.0)
        diary.pass_(2 * HOUR_S)
        times = diary.times
    (tmp_path / "series.db").write_bytes(b"This is no database at all. " * 500)
    with Diary(tmp_path, times) as diary:
        diary.tell(temp=21.0)
        assert [point.value for point in diary.ask().points] == [21.0]
    assert list(tmp_path.glob("series.db.corrupt.*"))
    assert "The history begins anew" in caplog.text


def test_time_never_runs_back_in_the_history(tmp_path: Path) -> None:
    with Diary(tmp_path) as diary:
        diary.tell(temp=20.0)
        diary.pass_(2)
        diary.times.system_s += 7_200
        diary.times.mono_s += 2
        diary.tell(temp=22.0)
        diary.turn()
        diary.times.system_s -= 10_800
        diary.times.mono_s += 2
        diary.tell(temp=24.0)
        diary.pass_(30)
        series = diary.ask(span_s=3 * HOUR_S)
    assert [point.value for point in series.points] == [20.0, 22.0, 24.0]
    times = [point.at_ms for point in series.points]
    assert times == sorted(times)


def test_what_tells_of_a_body_is_recorded_only_where_the_owner_says_so(tmp_path: Path) -> None:
    for name, policy, kept in (
        ("default", Policy(), False),
        ("named", Policy(health=(PROBE,)), True),
    ):
        folder = tmp_path / name
        folder.mkdir()
        with Diary(folder, policy=policy) as diary:
            diary.tell(pulse=60, temp=20.0)
            assert bool(diary.ask("pulse").points) is kept
            assert diary.ask("temp").points
    policy = Policy(off=("probe-*/p.temp", "p.count"))
    folder = tmp_path / "off"
    folder.mkdir()
    with Diary(folder, policy=policy) as diary:
        diary.tell(temp=20.0, count=3, mode=1)
        assert not diary.ask("temp").points
        assert not diary.ask("count").points
        assert diary.ask("mode").points


def test_what_is_private_is_kept_for_a_shorter_time(tmp_path: Path) -> None:
    days = Days(raw=30, five_minutes=60, hours=3_650, private=2)
    with Diary(tmp_path, days=days) as diary:
        for number in range(6):
            diary.tell(temp=20.0 + number, room=bool(number % 2))
            diary.pass_(DAY_S)
        span_s = 10 * DAY_S
        assert len(diary.ask("temp", span_s).points) == 6
        private = diary.ask("room", span_s)
    assert all(point.at_ms > diary.now_ms - 4 * DAY_S * 1000 for point in private.points)


def test_a_device_that_leaves_takes_its_history_along(tmp_path: Path) -> None:
    with Diary(tmp_path) as diary:
        diary.tell(temp=20.0, count=1)
        diary.pass_(2 * HOUR_S)
        diary.tell(temp=30.0)
        diary.leave()
        diary.join()
        diary.tell(temp=40.0)
        diary.pass_(20)
        assert [point.value for point in diary.ask(span_s=DAY_S).points] == [40.0]
        sizes = diary.do(lambda kept: kept.file.bytes_by_series(Tier.RAW))
        known = diary.do(lambda kept: {record.number for record in kept.file.series()})
    assert sizes == {}
    assert len(known) == 5


def test_what_is_much_is_taken_in_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    is_taken = threading.Event()

    class Eager(Recorder):
        def take(self, events: Iterable[Event], offset_s: float) -> None:
            told = list(events)
            super().take(told, offset_s)
            if told:
                is_taken.set()

    monkeypatch.setattr(keeper, "TURN_S", 3_600.0)
    monkeypatch.setattr(keeper, "Recorder", Eager)
    with Diary(tmp_path) as diary:
        for count in range(keeper.MANY):
            assert not is_taken.is_set()
            diary.tell(count=count)
        assert is_taken.wait(20)
        assert len(diary.ask("count").points) == keeper.MANY


def test_texts_and_choices_are_kept_as_they_changed(tmp_path: Path) -> None:
    with Diary(tmp_path) as diary:
        for song, mode in (("Air", 0), ("Air", 1), ("=Sum", 1), (None, 1), ("Air", 0)):
            diary.tell(song=song, mode=mode)
            diary.pass_(60)
        songs, modes = diary.ask("song"), diary.ask("mode")
    assert [point.value for point in songs.points] == ["Air", "=Sum", "Air"]
    assert [gap.reason for gap in songs.gaps] == ["not_recorded", "null"]
    assert [point.value for point in modes.points] == [0, 1, 0]


def test_a_gap_ends_with_the_next_value_even_when_it_is_the_same(tmp_path: Path) -> None:
    with Diary(tmp_path) as diary:
        diary.tell(temp=20.0)
        diary.pass_(60)
        diary.lose()
        diary.pass_(120)
        diary.tell(temp=20.0)
        diary.pass_(60)
        fine = diary.ask(span_s=240)
        coarse = diary.ask(span_s=DAY_S, points=48)
    assert [(gap.reason, gap.detail, gap.to_ms - gap.from_ms) for gap in fine.gaps] == [
        ("unreachable", "lost", 120_000)
    ]
    assert sum(point.count or 0 for point in coarse.points) == 2


def test_what_held_when_a_span_begins_is_found_before_the_block_in_which_it_begins(
    tmp_path: Path,
) -> None:
    with Diary(tmp_path) as diary:
        diary.pass_(HOUR_S - diary.now_ms / 1000 % HOUR_S)
        diary.tell(temp=10.0)
        diary.pass_(1.5 * HOUR_S)
        diary.tell(temp=20.0)
        diary.pass_(0.75 * HOUR_S)
        found = diary.ask(span_s=HOUR_S)
        from_ms = diary.now_ms - int(HOUR_S * 1000)
    assert [point.value for point in found.points] == [10.0, 20.0]
    assert found.points[0].at_ms == from_ms
    assert found.gaps == ()


def test_a_property_may_change_its_format_with_a_new_product_spec(tmp_path: Path) -> None:
    with Diary(tmp_path) as diary:
        diary.tell(count=3)
        diary.pass_(10)
        diary.devices[PROBE] = Member(product(count={"format": "string"}))
        diary.join()
        diary.tell(count="many")
        diary.pass_(2 * HOUR_S)
        assert diary.keeper.failure is None
        assert [point.value for point in diary.ask("count", DAY_S).points] == [3, "many"]
