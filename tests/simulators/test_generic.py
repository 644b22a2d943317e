"""A simulator for any product spec: what its devices say is legal, what they are told they do."""

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.messages import Ack, Event, Presence, Scalar, SetCommand, State, StateGet, UpMessage
from protocol.product import Value
from protocol.validator import CompiledProduct
from simulators import registry
from simulators.device import Settings
from simulators.errors import SpecFileError, UsageError
from simulators.generic import BUTTON, Generic
from simulators.product import Product
from simulators.quantities import sample
from tests.protocol.product_documents import (
    Fields,
    as_bytes,
    choice,
    prop,
    service,
    spec,
    specs,
    value,
    with_properties,
)
from tests.simulators.scenes import Scene, of, only

EVERYTHING = spec(
    service(
        "room",
        properties=[
            prop("heat", "float", range=[16, 30, 0.5], access=["read", "notify", "write"]),
            prop("trim", "float", range=[-1, 1.23456, 0], access=["read", "notify", "write"]),
            prop("faint", "float", range=[0, 0.0005, 0]),
            prop("warmth", "float", range=[-40, 125, 0.1], unit="celsius"),
            prop("free", "float"),
            prop("huge", "int64", range=[-(2**53) + 1, 2**53 - 1, 3]),
            prop("wide", "int64"),
            prop("mode", enum=[choice(0, "auto"), choice(7, "sleep")]),
            prop("odd", "int8", range=[-7, 8, 5], access=["read", "write"]),
            prop("code", "string", max_length=3, access=["write"]),
            prop("label", "string", max_length=4096, access=["read", "notify", "write"]),
            prop("notes", "string", max_length=4096, access=["read", "write"]),
            prop("story", "string", max_length=4096, access=["read", "write"]),
            prop("novel", "string", max_length=4096, access=["read", "write"]),
            prop("saga", "string", max_length=4096, access=["read", "write"]),
            prop("still", "bool", access=["read"]),
        ],
        actions=[
            {
                "name": "measure",
                "title": {"en": "Measure"},
                "arguments": [value("times", range=[1, 9, 1])],
                "results": [value("mean", "float"), value("note", "string", max_length=2)],
            }
        ],
        events=[
            {"name": "opened", "title": {"en": "Opened"}, "arguments": [value("by", "string")]}
        ],
    ),
    product="Room Thing 3000 (EU)",
    rate_per_s=100,
)


def scene(document: bytes, seed: int = 1) -> Scene:
    physics = Generic.of(document)
    made = Scene(Product.read(document), physics(seed), Settings(seed=seed))
    made.connect()
    return made


def settable(part: Value, rng: random.Random) -> object:
    """Return an allowed value, the ends of the range more often than chance would."""
    if part.range is not None and rng.random() < 0.5:
        return part.range[0]
    return sample(part, rng)


def taken(one: Scene, ask: Callable[[], list[UpMessage]]) -> list[UpMessage]:
    """Ask until the device is not busy any more: it keeps the rate that it declares."""
    for _ in range(50):
        said = ask()
        if [a.status for a in of(said, Ack)] != ["busy"]:
            return said
        one.wait(11.0)
    raise AssertionError("it is busy for ever")


@settings(max_examples=50)
@given(specs(), st.integers(0, 2**32))
def test_devices_of_any_product_say_only_what_it_declares_and_do_what_they_are_told(
    fields: Fields, seed: int
) -> None:
    one = scene(as_bytes(fields), seed)  # which judges every message by the product spec
    compiled: CompiledProduct = one.product.compiled
    assert set(only(one.heard, State).values) == compiled.readable
    assert None not in only(one.heard, State).values.values()
    one.wait(1_200.0)
    rng = random.Random(seed)  # noqa: S311 - a test's dice, not a secret
    for address in sorted(compiled.writable):
        wanted = settable(compiled.properties[address], rng)
        name = address.replace(".", "__")
        said = taken(one, lambda n=name, w=wanted: one.set(**{n: w}))  # type: ignore[misc]
        assert [a.status for a in of(said, Ack)] == ["received", "done"]
        shown = [s.values for s in of(said, State)]
        assert shown == ([{address: wanted}] if address in compiled.readable else [])
    for action, declared in compiled.actions.items():
        given = {a.name: sample(a, rng) for a in declared.arguments}
        said = taken(one, lambda a=action, g=given: one.act(a, g))  # type: ignore[misc]
        assert compiled.check_results(action, of(said, Ack)[-1].results) == ()
    for button in Generic.of(as_bytes(fields)).buttons:
        one.press(button)
    said = one.wait(20_000.0)
    events = {event.event for event in of(said, Event)}
    assert events == set(compiled.events) or compiled.spec.rate_per_s < 0.2


def test_the_same_seed_gives_the_same_life_and_another_seed_another() -> None:
    lives = [scene(as_bytes(EVERYTHING), seed).wait(3_600.0) for seed in (3, 3, 4)]
    assert lives[0] == lives[1] != lives[2]


def test_what_is_measured_wanders_slowly_and_events_happen_from_time_to_time() -> None:
    said = scene(as_bytes(EVERYTHING)).wait(86_400.0)
    warmth = [s.values["room.warmth"] for s in of(said, State) if "room.warmth" in s.values]
    assert all(12.0 < w < 30.0 for w in warmth if isinstance(w, float))
    assert 200 < len(warmth) < 3_000
    assert 20 < len(of(said, Event)) < 90
    assert not of(said, Presence)


def test_texts_longer_than_a_message_make_each_other_shorter_and_the_new_one_is_kept() -> None:
    one = scene(as_bytes(EVERYTHING))
    for name in ("label", "notes", "story", "novel", "saga"):
        values: dict[str, Scalar] = {f"room.{name}": "ü" * 4096}
        said = one.tell(SetCommand(id=one.number(), ttl_ms=1_000, values=values))
        assert only(said, State).values.items() >= values.items()
    full = next(s for s in of(one.wait(600.0), State) if s.full)  # the codec took it, so it fits
    kept = len(str(full.values["room.saga"]))
    assert kept == 4096


@pytest.mark.parametrize(
    "measured",
    [
        prop("warmth", "float", unit="celsius"),
        prop("free", "float"),
        prop("load", "uint8", range=[0, 100, 25]),
        prop("is_open", "bool"),
        prop("mode", enum=[choice(0, "auto"), choice(7, "sleep")]),
    ],
    ids=lambda fields: fields["name"],
)
def test_what_nobody_can_set_is_changed_by_hand_and_told_at_once(measured: Fields) -> None:
    document = as_bytes(with_properties(measured))
    (address,) = Generic.of(document).buttons
    one = scene(document)
    one.wait(20.0)
    before = only(one.tell(StateGet(id=one.number(), ttl_ms=1_000)), State).values[address]
    for _ in range(3):
        (after,) = {state.values[address] for state in of(one.press(address), State)}
        assert after != before
        before = after


def test_an_event_that_is_made_to_happen_is_told_at_once() -> None:
    one = scene(as_bytes(EVERYTHING))
    assert [event.event for event in of(one.press("room.opened"), Event)] == ["room.opened"]


def test_a_device_of_actions_alone_has_a_button_that_does_nothing() -> None:
    action = {"name": "beep", "title": {"en": "Beep"}}
    document = as_bytes(spec(service("main", actions=[action])))
    assert Generic.of(document).buttons == (BUTTON,)
    assert scene(document).press(BUTTON) == []


@pytest.mark.parametrize(
    ("named", "prefix"),
    [
        ("Room Thing 3000 (EU)", "room-thing-3000-eu"),
        ("zhimi.airp.mb4a", "zhimi-airp-mb4a"),
        ("净化器", "device"),
        ("A" * 64, "a" * 48),
        ("-x-", "device-x"),
    ],
)
def test_device_ids_begin_with_the_product_as_far_as_its_name_allows(
    named: str, prefix: str
) -> None:
    assert Generic.of(as_bytes({**EVERYTHING, "product": named})).product == prefix


def test_product_is_named_by_the_path_of_its_spec(tmp_path: Path) -> None:
    place = tmp_path / "room.json"
    place.write_bytes(as_bytes(EVERYTHING))
    physics = registry.find(str(place))
    assert physics.document() == place.read_bytes()
    assert physics.product == "room-thing-3000-eu"


WRONG = with_properties(prop("level", range=[5, 1, 1]), prop("heat", "float", unit="furlong"))


def test_every_fault_of_a_document_is_told_with_its_place_and_its_cure() -> None:
    with pytest.raises(SpecFileError) as raised:
        Generic.of(as_bytes(WRONG), "my.json")
    error = raised.value
    assert error.code == "ECO-SPEC-006"
    assert error.text.startswith("my.json is no product spec: services.0.properties.0.range is ")
    assert "2 things are wrong" in error.text
    assert [v.path for v in error.violations] == [
        "services.0.properties.0.range",
        "services.0.properties.1.unit",
    ]
    assert error.remedy == error.violations[0].fix


MANY = [prop(f"property_with_a_long_name_{n:03}", "string", max_length=9) for n in range(400)]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no product spec"),
        (b"[1]", "not an object"),
        (b'{"eco":', "char 7"),
        (b"\xff\xfe", "no product spec"),
        (b" " * 131_073, "131,073 bytes"),
        (as_bytes(with_properties(*MANY)), "400 readable properties"),
        (json.dumps({"type": "urn:miot-spec-v2:device:fan:0000A005:x:1"}).encode(), "eco"),
    ],
)
def test_a_file_that_is_no_product_spec_is_refused_and_named(
    tmp_path: Path, content: bytes, says: str
) -> None:
    place = tmp_path / "thing.json"
    place.write_bytes(content)
    with pytest.raises(SpecFileError, match=says) as raised:
        registry.find(str(place))
    assert str(place) in raised.value.text
    assert raised.value.remedy
    assert raised.value.exit_code == 2
    if b"urn:" in content:
        assert "ecohub spec import" in raised.value.remedy


def test_a_path_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    for place in (tmp_path / "absent.json", tmp_path, Path("/dev/null")):
        with pytest.raises(SpecFileError, match=r"does not exist|is a folder|is no file"):
            registry.find(f"{place}/" if place == tmp_path else str(place))


GOOD_CODE = (
    "from simulators.smart_plug import SmartPlug\nclass Mine(SmartPlug):\n    product = 'mine'\n"
)


def test_simulator_is_named_by_the_path_of_its_code(tmp_path: Path) -> None:
    place = tmp_path / "mine.py"
    place.write_text(GOOD_CODE)
    assert registry.find(str(place)).product == "mine"


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("x = 1\n", "has 0 simulators"),
        (GOOD_CODE + "class Other(SmartPlug): pass\n", "has 2 simulators"),
        ("import nothing_such\n", "line 1, fails: ModuleNotFoundError"),
        ("def x(:\n", "SyntaxError"),
    ],
)
def test_code_that_holds_no_simulator_is_told(tmp_path: Path, code: str, says: str) -> None:
    place = tmp_path / "mine.py"
    place.write_text(code)
    with pytest.raises(UsageError, match=says) as raised:
        registry.find(str(place))
    assert raised.value.remedy
    with pytest.raises(UsageError, match="is no file"):
        registry.find(str(tmp_path / "none.py"))
