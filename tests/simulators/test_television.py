"""The television: what it shows, what it costs, when it sleeps."""

import pytest

from protocol.ids import Address
from protocol.messages import Scalar
from simulators.physics import DAY_S
from simulators.programmes import SLOT_S, TITLES
from simulators.television import (
    APPS,
    HDMI_1,
    KEYS,
    PAUSED,
    PLAYING,
    STANDBY_W,
    STOPPED,
    TUNER,
    UNTOUCHED_S,
    Television,
)

NIGHT_S = 2 * 3_600.0
EVENING_S = 19 * 3_600.0


def value(tv: Television, address: str) -> Scalar:
    return tv.values()[Address(address)]


def number(tv: Television, address: str) -> float:
    found = value(tv, address)
    assert isinstance(found, int | float)
    return found


def give(tv: Television, **values: Scalar) -> None:
    tv.apply({Address(name.replace("__", ".")): given for name, given in values.items()})


def press(tv: Television, *keys: str) -> None:
    for key in keys:
        tv.run(Address("television.press_key"), {"key": KEYS.index(key)})


def switched_on(day_s: float = NIGHT_S, seed: int = 4) -> Television:
    tv = Television(seed, day_s=day_s)
    give(tv, television__on=False)
    give(tv, television__on=True, television__input=TUNER)
    tv.step(10.0)
    return tv


def asleep(day_s: float = NIGHT_S) -> Television:
    tv = Television(4, day_s=day_s)
    give(tv, television__on=False)
    return tv


def test_picture_comes_seconds_after_the_power_and_shows_a_programme() -> None:
    tv = asleep()
    give(tv, television__on=True)
    assert (value(tv, "playback.title"), value(tv, "playback.state")) == ("", STOPPED)
    tv.step(10.0)
    assert value(tv, "playback.title") in TITLES[0]
    assert value(tv, "playback.state") == PLAYING


def test_programme_changes_on_the_half_hour_and_with_the_channel() -> None:
    tv = switched_on(day_s=NIGHT_S)
    first = value(tv, "playback.title")
    tv.step(SLOT_S - 100.0)
    assert value(tv, "playback.title") == first
    tv.step(200.0)
    assert value(tv, "playback.title") != first
    second = value(tv, "playback.title")
    press(tv, "channel_up")
    assert value(tv, "playback.title") != second


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"television__app": 1}, (APPS, 1, PLAYING)),
        ({"television__input": APPS}, (APPS, 0, STOPPED)),
        ({"television__input": HDMI_1}, (HDMI_1, 0, STOPPED)),
        ({"television__channel": 7}, (TUNER, 0, PLAYING)),
        ({"television__app": 2, "television__input": HDMI_1}, (HDMI_1, 2, STOPPED)),
        ({"television__app": 0}, (TUNER, 0, PLAYING)),
    ],
)
def test_channel_or_app_brings_its_input_along(
    values: dict[str, Scalar], shown: tuple[int, int, int]
) -> None:
    tv = switched_on()
    give(tv, **values)
    names = ("television.input", "television.app", "playback.state")
    assert tuple(value(tv, name) for name in names) == shown


def test_launching_an_app_wakes_it_and_plays() -> None:
    tv = asleep()
    tv.run(Address("television.launch"), {"app": 1})
    tv.step(5.0)
    assert value(tv, "television.on") is True
    assert value(tv, "playback.title") in TITLES[1]


def test_pause_holds_what_an_app_plays() -> None:
    tv = switched_on()
    tv.run(Address("television.launch"), {"app": 1})
    title = value(tv, "playback.title")
    tv.run(Address("playback.pause"), {})
    assert value(tv, "playback.state") == PAUSED
    tv.step(3 * SLOT_S)
    assert value(tv, "playback.title") == title
    tv.run(Address("playback.play"), {})
    tv.step(SLOT_S)
    assert (value(tv, "playback.title") != title, value(tv, "playback.state")) == (True, PLAYING)


def test_volume_stays_in_bounds_whatever_the_remote_control_says() -> None:
    tv = switched_on()
    press(tv, *["louder"] * 70)
    assert value(tv, "sound.volume") == 100
    press(tv, *["softer"] * 70)
    assert value(tv, "sound.volume") == 0
    press(tv, "mute")
    assert value(tv, "sound.muted") is True
    press(tv, "louder")
    assert value(tv, "sound.muted") is False


def test_channels_go_round_in_both_directions() -> None:
    tv = switched_on()
    give(tv, television__channel=99)
    press(tv, "channel_up")
    assert value(tv, "television.channel") == 1
    press(tv, "channel_down")
    assert value(tv, "television.channel") == 99


def test_keys_do_nothing_but_wake_it_while_it_sleeps() -> None:
    tv = asleep()
    before = tv.values()
    press(tv, *(key for key in KEYS if key != "power"))
    assert tv.values() == before
    press(tv, "power")
    assert value(tv, "television.on") is True


def test_meter_counts_standby_and_picture() -> None:
    tv = asleep()
    before = number(tv, "meter.energy_wh")
    tv.step(10 * 3_600.0)
    assert number(tv, "meter.energy_wh") - before == pytest.approx(10 * STANDBY_W)
    tv = switched_on()
    before, used_wh = number(tv, "meter.energy_wh"), 0.0
    for _ in range(500):
        tv.step(10.0)
        used_wh += number(tv, "meter.power_w") / 360.0
        assert 28.0 < number(tv, "meter.power_w") < 150.0
    assert number(tv, "meter.energy_wh") - before == pytest.approx(used_wh)
    tv.run(Address("meter.reset"), {})
    assert number(tv, "meter.energy_wh") == 0.0


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ({"television__picture_mode": 2}, {"television__picture_mode": 1}),
        ({"display__brightness": 10}, {"display__brightness": 100}),
        ({"sound__muted": True}, {"sound__volume": 100, "sound__muted": False}),
    ],
)
def test_darker_and_quieter_costs_less(less: dict[str, Scalar], more: dict[str, Scalar]) -> None:
    tv = switched_on()
    give(tv, **less)
    least_w = number(tv, "meter.power_w")
    give(tv, **more)
    assert number(tv, "meter.power_w") > least_w


def test_timer_counts_down_and_switches_off_once() -> None:
    tv = switched_on()
    give(tv, timer__off_after_s=1_800)
    tv.step(600.0)
    assert value(tv, "timer.left_s") == 1_200.0
    told = [happening for _ in range(40) for happening in tv.step(60.0)]
    assert [(h.event, h.arguments) for h in told] == [("television.fell_asleep", {"why": 0})]
    assert (value(tv, "television.on"), value(tv, "timer.left_s")) == (False, 0.0)


def test_set_that_nobody_touches_switches_itself_off_after_hours() -> None:
    tv = switched_on()
    assert tv.step(UNTOUCHED_S - 60.0) == ()
    give(tv, sound__volume=20)
    assert tv.step(UNTOUCHED_S - 60.0) == ()
    (told,) = tv.step(120.0)
    assert told.arguments == {"why": 1}
    assert value(tv, "television.on") is False


def test_somebody_sits_down_in_the_evening_and_nobody_at_night() -> None:
    evening, night = asleep(EVENING_S), asleep(NIGHT_S)
    for tv in (evening, night):
        for _ in range(240):
            tv.step(30.0)
    assert (value(evening, "television.on"), value(night, "television.on")) == (True, False)


def test_every_app_and_hour_has_a_title() -> None:
    for app in range(6):
        tv = switched_on()
        tv.run(Address("television.launch"), {"app": app})
        for _ in range(48):
            give(tv, sound__volume=20)
            tv.step(DAY_S / 48)
            assert value(tv, "playback.title") in TITLES[app] or app == 0
