"""The demo's picture: what a person sees of a home on any terminal."""

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from hub.cli.demo_places import KINDS, NAMES
from hub.cli.demo_view import Sight, changes, picture
from hub.cli.readable import duration, pieces, readable
from protocol import products
from protocol.classes import CLASSES
from protocol.ids import Address
from protocol.messages import Scalar
from protocol.product import parse_product
from protocol.validator import CompiledProduct, compile_product
from simulators import registry
from simulators.reporting import Reporter

NOW = datetime(2026, 11, 21, 19, 0, tzinfo=UTC)
PRODUCTS = {name: compile_product(parse_product(products.document(name))) for name in NAMES}


def iso(moment: datetime) -> str:
    return moment.isoformat()


def device(product: str, **changed: Any) -> dict[str, Any]:
    physics = registry.find(product)(1)
    full = Reporter(PRODUCTS[product], physics.deadbands).full(physics.values())
    since = iso(NOW - timedelta(minutes=5))
    presence = {"status": "online", "reason": "announced", "since": since}
    twin = {str(address): {"value": value, "at": since} for address, value in full.items()}
    made = {"id": f"{product}-0001", "name": NAMES[product], "product": product, "twin": twin}
    facts = {"presence": presence, "spec_sha256": "0", "gateway": None, "sleep": None}
    return {**made, **facts, **changed}


HOME = [device(product) for product in NAMES]


def sight(devices: list[dict[str, Any]] | None = None, **facts: Any) -> Sight:
    shown: Any = HOME if devices is None else devices
    kinds = {one["id"]: PRODUCTS[one["product"]] for one in shown}
    title, hints = Text(" ecohub http://127.0.0.1:8321"), [Text(" try this"), Text(" or that")]
    return Sight(title, shown, kinds, **{"hints": hints, **facts})


def lines(seen: Sight, width: int = 80, height: int = 24) -> list[str]:
    return picture(seen, width, height, NOW).plain.split("\n")


def line_of(seen: Sight, name: str, width: int = 110) -> str:
    (found,) = [line for line in lines(seen, width, 60) if name in line]
    return found


@given(st.integers(20, 200), st.integers(5, 80), st.integers(0, len(HOME)), st.booleans())
def test_picture_fits_any_terminal_and_keeps_the_hints(
    width: int, height: int, count: int, has_news: bool
) -> None:
    news = [Text("19:00:00 Front door: opened")] * (3 if has_news else 0)
    drawn = picture(sight(HOME[:count], happened=news), width, height, NOW)
    rows = drawn.split("\n", allow_blank=True)
    assert len(rows) <= height
    assert all(row.cell_len <= width for row in rows)
    assert [row.plain for row in rows[-2:]] == [" try this", " or that"]


def test_every_device_has_a_line_on_the_smallest_usual_terminal() -> None:
    shown = "\n".join(lines(sight(), 80, 23))
    assert all(name in shown for name in NAMES.values())
    assert f"{len(NAMES)} devices: {len(NAMES)} online" in shown


def test_tall_terminal_shows_kinds_and_what_happened_and_a_low_one_says_what_is_missing() -> None:
    seen = sight(happened=[Text("one"), Text("two")])
    tall = lines(seen, height=60)
    assert [line for line in tall if line.strip() in {kind for kind, _ in KINDS}] != []
    assert {"one", "two"} <= set(tall)
    assert "two" in lines(seen, height=24)
    low = lines(seen, height=10)
    assert "more: ecohub devices" in low[-3]
    assert int(low[-3].split("and ")[1].split()[0]) == len(NAMES) - (len(low) - 4)


def test_devices_stand_by_kind_whatever_order_they_came_in() -> None:
    there = lines(sight(), height=60)
    assert lines(sight(HOME[::-1]), height=60) == there
    found = [next(k for k, line in enumerate(there) if line.strip() == kind) for kind, _ in KINDS]
    assert found == sorted(found)


def test_child_stands_under_its_gateway_and_says_so() -> None:
    child = device("band", gateway="gateway-0001")
    home = [*(one for one in HOME if one["product"] != "band"), child]
    shown = lines(sight(home), 110, 60)
    place = next(number for number, line in enumerate(shown) if NAMES["gateway"] in line)
    assert shown[place + 1].startswith("  └ ● Band")
    assert shown[place + 1].endswith("behind gateway-0001")


@pytest.mark.parametrize(
    ("wakes_in_s", "words"),
    [(40, "asleep, wakes in 40 s"), (150, "asleep, wakes in 2 min"), (-3, "asleep, due to wake")],
)
def test_sleeper_says_when_it_wakes(wakes_in_s: int, words: str) -> None:
    wakes_at = iso(NOW + timedelta(seconds=wakes_in_s))
    presence = {"status": "asleep", "reason": "asleep", "since": iso(NOW), "next_wake_at": wakes_at}
    seen = sight([device("door-sensor", presence=presence)])
    assert line_of(seen, "Front door").endswith(words)
    assert "1 devices: 1 asleep" in lines(seen)[0]


def test_device_that_is_lost_says_why_and_since_when() -> None:
    since = iso(NOW - timedelta(seconds=30))
    presence = {"status": "unreachable", "reason": "lost", "since": since}
    seen = sight([device("light", presence=presence)])
    assert line_of(seen, "Kitchen light").endswith("unreachable (lost) 30 s")


def test_narrow_terminal_leaves_out_whole_values() -> None:
    seen = sight([device("air-purifier")])
    wide = line_of(seen, "Bedroom purifier", 200).split(" · ")
    narrow = line_of(seen, "Bedroom purifier", 60).split(" · ")
    assert len(narrow) < len(wide)
    assert wide[: len(narrow)] == narrow


def test_value_that_changed_just_now_stands_out() -> None:
    key = ("air-purifier-0001", "fan.level")
    seen = sight([device("air-purifier")], changed={key: NOW})
    bold = [s for s in picture(seen, 100, 24, NOW).spans if "cyan" in str(s.style)]
    later = picture(seen, 100, 24, NOW + timedelta(seconds=3)).spans
    assert len(bold) == 1
    assert [s for s in later if "cyan" in str(s.style)] == []


def test_only_values_that_differ_have_changed() -> None:
    before, fresh = changes({}, sight().devices)
    assert fresh == []
    home = copy.deepcopy(HOME)
    home[0]["twin"]["fan.level"]["value"] = 77
    _, fresh = changes(before, sight(home).devices)
    assert fresh == [(home[0]["id"], "fan.level")]


def test_names_from_elsewhere_do_nothing_to_the_terminal() -> None:
    seen = sight([device("light", name="\x1b[31mevil\nname")])
    assert "\x1b" not in "\n".join(lines(seen))
    assert len(lines(seen, height=60)) < 10


def test_every_class_has_a_kind_and_every_product_a_name() -> None:
    assert {kind for _, kinds in KINDS for kind in kinds} == set(CLASSES)
    assert set(NAMES) == set(products.names())
    assert len(set(NAMES.values())) == len(NAMES)


def item(product: str, address: str) -> Any:
    return PRODUCTS[product].properties[Address(address)]


@pytest.mark.parametrize(
    ("product", "address", "value", "text"),
    [
        ("smart-plug", "outlet.energy_wh", 12_340.0, "12.3 kWh"),
        ("smart-plug", "outlet.energy_wh", 340.0, "340 Wh"),
        ("router", "router.download_bps", 24_000_000.0, "24 Mbit/s"),
        ("router", "router.uptime_s", 200_000, "2 d"),
        ("air-purifier", "air.pm2_5", 12.34, "12.3 µg/m³"),
        ("smart-plug", "outlet.voltage_v", 231.4, "231 V"),
        ("air-purifier", "purifier.mode", 0, "automatic"),
        ("television", "playback.title", "Quiz night", "“Quiz night”"),
        ("light", "light.color", 0xFFB46B, "#ffb46b"),
        ("light", "light.on", True, "on"),
    ],
)
def test_values_are_said_as_people_say_them(
    product: str, address: str, value: Scalar, text: str
) -> None:
    assert readable(value, item(product, address)) == text


@pytest.mark.parametrize(
    ("product", "address", "value", "said"),
    [
        ("robot-cleaner", "status.fault", 0, []),
        ("robot-cleaner", "status.fault", 1, [("", "stuck")]),
        ("television", "sound.muted", False, []),
        ("television", "sound.muted", True, [("", "muted")]),
        ("television", "playback.title", "", []),
        ("power-bank", "battery.left_s", None, []),
        ("television", "timer.left_s", 0, []),
        ("television", "timer.left_s", 90, [("time left", "1 min")]),
        ("band", "activity.steps", 316, [("", "316 steps")]),
        ("door-sensor", "contact.open", False, [("", "closed")]),
        ("door-sensor", "contact.open", True, [("", "open")]),
        ("earphones", "earphones.noise_mode", 1, [("noise", "cancelling")]),
        ("air-purifier", "air.temperature", 21.2, [("", "21.2 °C")]),
        ("air-purifier", "air.humidity", 40.0, [("humidity", "40 %")]),
    ],
)
def test_what_says_nothing_is_left_out(
    product: str, address: str, value: Scalar, said: list[tuple[str, str]]
) -> None:
    kind: CompiledProduct = PRODUCTS[product]
    told: Any = {address: {"value": value, "at": iso(NOW)}}
    assert [(piece.label, piece.text) for piece in pieces(told, kind)] == said


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (59, "59 s"), (60, "1 min"), (7_300, "2 h"), (172_801, "2 d")]
)
def test_durations_are_told_in_their_largest_unit(seconds: float, text: str) -> None:
    assert duration(seconds) == text
