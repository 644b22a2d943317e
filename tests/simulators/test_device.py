"""How a device introduces itself, keeps in touch and takes its leave."""

from itertools import pairwise

import pytest

from protocol.messages import (
    Announce,
    Event,
    Presence,
    Rest,
    Scalar,
    SpecGet,
    SpecPart,
    State,
    StateGet,
    Update,
    Verdict,
)
from simulators.device import Settings
from simulators.physics import PhysicsType
from simulators.product import PART_BYTES, Product
from tests.simulators.scenes import (
    LAMP,
    LAMP_DOCUMENT,
    PHYSICS,
    PRODUCTS,
    Lamp,
    Scene,
    birth,
    document_of,
    introduction,
    kinds,
    lamp,
    of,
    only,
)


def verdict(rule: str = "ECO-STATE-001", min_epoch: int | None = None) -> Verdict:
    return Verdict(
        rule=rule,
        leaf="state",
        path="values",
        sample="",
        text="no",
        fix="mend it",
        count=1,
        min_epoch=min_epoch,
    )


def test_device_introduces_itself_first_after_connecting() -> None:
    scene = Scene(LAMP, Lamp(), Settings(epoch=7))
    will = scene.device.dial()
    said = scene.device.connected(scene.now_s)
    announce = only(said, Announce)
    assert kinds(said) == introduction()
    assert (announce.vendor, announce.product, announce.serial) == ("bench", "bench-lamp", "S1")
    assert (announce.epoch, announce.connection, announce.birth) == (7, 1, None)
    assert (announce.spec.sha256, announce.spec.bytes) == (LAMP.sha256, len(LAMP_DOCUMENT))
    assert only(said, Presence) == Presence(status="online", epoch=7, connection=1)
    assert only(said, State).full
    assert will == Presence(status="offline", reason="lost", epoch=7, connection=1)


def test_each_connect_counts_even_one_that_failed() -> None:
    scene = Scene(LAMP, Lamp(), Settings())
    scene.device.dial()
    scene.device.lost()
    will = scene.device.dial()
    said = scene.device.connected(scene.now_s)
    assert (
        will.connection == only(said, Announce).connection == only(said, Presence).connection == 2
    )


@pytest.mark.parametrize("physics", PHYSICS, ids=lambda p: p.product)
def test_full_state_of_every_product_holds_every_readable_property(physics: PhysicsType) -> None:
    scene = Scene(PRODUCTS[physics.product], physics(1), Settings())
    full = only(scene.connect(), State)
    assert set(full.values) == scene.product.compiled.readable


def test_full_state_comes_at_least_every_ten_minutes() -> None:
    scene, _ = lamp()
    times = [scene.now_s]
    for _ in range(5_000):
        times += [scene.now_s for state in of(scene.wait(1.0), State) if state.full]
    gaps = [after - before for before, after in pairwise(times)]
    assert len(gaps) >= 8
    assert all(500.0 < gap <= 601.0 for gap in gaps)


def test_birth_is_answered_once_within_its_spread_and_with_its_id() -> None:
    scene, _ = lamp()
    assert scene.tell(birth("b1", spread_s=20.0)) == []
    assert scene.tell(birth("b1", spread_s=20.0)) == []
    said = scene.wait(20.0)
    assert [a.birth for a in of(said, Announce)] == ["b1"]
    assert [k for k in kinds(said) if k in introduction()][:3] == introduction()
    assert of(scene.tell(birth("b1")), Announce) == []
    assert only(scene.tell(birth("b2", spread_s=0.0)), Announce).birth == "b2"


def test_births_of_a_home_are_answered_all_over_the_spread() -> None:
    times = []
    for seed in range(200):
        scene, _ = lamp(Settings(seed=seed))
        scene.tell(birth("b1", spread_s=10.0))
        while not of(scene.heard[3:], Announce):
            scene.wait(0.5)
        times.append(scene.now_s)
    first, last = min(times), max(times)
    assert last - first > 8.0
    assert sum(t < (first + last) / 2 for t in times) in range(70, 131)


def test_birth_that_came_before_a_lost_link_is_still_answered() -> None:
    scene, _ = lamp()
    scene.tell(birth("b1", spread_s=20.0))
    scene.device.lost()
    assert only(scene.connect(), Announce).birth is None
    assert only(scene.wait(20.0), Announce).birth == "b1"


def test_spec_is_given_in_parts_from_any_offset() -> None:
    document = LAMP_DOCUMENT + b" " * 20_000
    scene = Scene(Product.read(document), Lamp(), Settings())
    scene.connect()
    parts: list[SpecPart] = []
    offset = 0
    while offset < len(document):
        asked = SpecGet(id=scene.number(), ttl_ms=5_000, sha256=scene.product.sha256, offset=offset)
        parts.append(only(scene.tell(asked), SpecPart))
        assert parts[-1].offset == offset
        offset += PART_BYTES
    assert document_of(parts) == document


@pytest.mark.parametrize(
    ("sha256", "offset"), [("0" * 64, 0), (LAMP.sha256, len(LAMP_DOCUMENT)), (LAMP.sha256, 2**40)]
)
def test_spec_of_another_hash_or_beyond_the_end_is_not_given(sha256: str, offset: int) -> None:
    scene, _ = lamp()
    assert scene.tell(SpecGet(id="hub.1", ttl_ms=5_000, sha256=sha256, offset=offset)) == []


def test_state_get_is_answered_with_a_full_state_of_no_cause() -> None:
    scene, _ = lamp()
    state = only(scene.tell(StateGet(id="hub.1", ttl_ms=5_000)), State)
    assert state.full
    assert state.cause is None


def test_min_epoch_makes_the_device_jump_and_introduce_itself_again() -> None:
    scene, _ = lamp(Settings(epoch=3))
    scene.wait(5.0)
    said = scene.tell(verdict("ECO-ORDER-001", min_epoch=41))
    assert kinds(said) == introduction()
    assert scene.device.epoch == only(said, Announce).epoch == 41
    assert only(said, State).seq == 1
    assert scene.tell(verdict("ECO-ORDER-001", min_epoch=41)) == []


def test_verdict_alone_makes_the_device_say_nothing() -> None:
    scene, _ = lamp()
    assert scene.tell(verdict()) == []
    assert scene.tell(verdict("ECO-ORDER-001")) == []


def test_reserved_and_retained_messages_are_ignored() -> None:
    scene, _ = lamp()
    assert scene.tell(Update(version="2.0")) == []
    assert scene.tell(Rest(id="r", ttl_ms=1)) == []
    assert scene.tell(birth("b9"), is_retained=True) == []
    assert of(scene.wait(2.0), Announce) == []


def test_button_is_told_at_once_and_with_no_cause() -> None:
    scene, _ = lamp()
    state = only(scene.press("more"), State)
    assert state.values == {"light.brightness": 77}
    assert (state.cause, state.full) == (None, False)


def test_event_is_told_once_with_its_arguments() -> None:
    scene, _ = lamp()
    scene.press("alarm")
    event = only(scene.wait(3.0), Event)
    assert (event.event, event.arguments) == ("light.alarm", {"loudness": 3})


def test_event_without_the_brokers_answer_is_told_again_with_the_same_number() -> None:
    scene, _ = lamp()
    scene.press("alarm")
    unsent = of(scene.wait(3.0), Event)
    scene.device.lost(unsent)
    scene.device.dial()
    said = scene.device.connected(scene.now_s)
    assert kinds(said)[:3] == introduction()
    assert of(said, Event) == unsent
    scene.device.lost()
    scene.device.dial()
    assert of(scene.device.connected(scene.now_s), Event) == []


def test_event_of_an_earlier_boot_is_not_told_again() -> None:
    scene, _ = lamp()
    scene.press("alarm")
    unsent = of(scene.wait(3.0), Event)
    scene.act("light.reboot")
    scene.device.lost(unsent)
    assert kinds(scene.connect()) == introduction()


def test_device_without_a_link_says_nothing_and_lives_on() -> None:
    scene, physics = lamp()
    scene.device.lost()
    assert scene.press("more") == []
    assert scene.wait(3_600.0) == []
    assert scene.tell(StateGet(id="hub.1", ttl_ms=5_000)) == []
    full = only(scene.connect(), State)
    assert full.values["light.brightness"] == 77
    assert physics.elapsed_s == pytest.approx(3_600.0)


def test_device_that_leaves_says_so_and_nothing_more() -> None:
    scene, _ = lamp()
    gone = only(scene.device.leave(), Presence)
    assert (gone.status, gone.reason) == ("offline", "shutdown")
    assert scene.device.leave() == []
    assert scene.wait(1_000.0) == []


def test_device_with_a_clock_announces_it_and_stamps_what_it_says() -> None:
    scene, _ = lamp(Settings(wall_minus_now_s=1_700_000_000.0))
    announce, state = only(scene.heard, Announce), only(scene.heard, State)
    assert announce.is_time_synced
    assert state.time_ms == 1_700_001_000_000


def test_device_without_a_clock_stamps_nothing() -> None:
    scene, _ = lamp()
    scene.wait(1_000.0)
    assert not only(scene.heard, Announce).is_time_synced
    assert all(state.time_ms is None for state in of(scene.heard, State))


def test_speed_moves_physics_and_not_the_wire() -> None:
    quick, slow = lamp(Settings(speed=100.0)), lamp(Settings(speed=1.0))
    for scene, _ in (quick, slow):
        scene.wait(100.0)
    assert quick[1].elapsed_s == pytest.approx(100.0 * slow[1].elapsed_s)
    assert len(quick[0].heard) == len(slow[0].heard)


def test_measured_values_leave_half_of_the_rate_to_commands() -> None:
    scene, physics = lamp()
    values: list[Scalar] = []
    for second in range(300):
        physics.brightness = second % 100
        values += [s.values.get("light.brightness") for s in of(scene.wait(1.0), State)]
    assert 100 < len(values) <= 300
    assert [s for s in scene.set(light__on=True) if isinstance(s, State)]
