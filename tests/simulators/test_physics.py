"""What all products' physics have in common."""

import math
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol import products
from simulators import registry
from simulators.errors import UnknownProductError
from simulators.physics import DAY_S, PhysicsType, Wander, chance, clamp, hour_of, relax
from simulators.reporting import Reporter
from tests.simulators.scenes import PHYSICS, PRODUCTS

every_product = pytest.mark.parametrize("kind", PHYSICS, ids=lambda kind: kind.product)


def rng() -> Random:
    return Random(3)  # noqa: S311 - no secret


@every_product
def test_values_are_those_of_the_product_spec(kind: PhysicsType) -> None:
    assert set(kind(1).values()) == PRODUCTS[kind.product].compiled.readable


@every_product
def test_document_is_the_one_that_comes_with_the_protocol(kind: PhysicsType) -> None:
    assert kind.document() == products.document(kind.product)


@every_product
def test_deadbands_and_happenings_are_of_the_product(kind: PhysicsType) -> None:
    physics, compiled = kind(1), PRODUCTS[kind.product].compiled
    assert physics.deadbands.keys() <= compiled.properties.keys()
    for _ in range(3_000):
        for happening in physics.step(30.0):
            assert compiled.check_event(happening.event, happening.arguments) == ()


@every_product
def test_the_same_seed_gives_the_same_day(kind: PhysicsType) -> None:
    one, two, other = kind(7), kind(7), kind(8)
    for _ in range(500):
        assert one.step(60.0) == two.step(60.0)
        other.step(60.0)
    assert one.values() == two.values() != other.values()


@every_product
@settings(max_examples=15)
@given(data=st.data())
def test_values_stay_allowed_whatever_is_pressed_and_however_time_passes(
    kind: PhysicsType, data: st.DataObject
) -> None:
    physics = kind(data.draw(st.integers(0, 99)), day_s=data.draw(st.floats(0.0, DAY_S)))
    compiled = PRODUCTS[kind.product].compiled
    reporter = Reporter(compiled, physics.deadbands)
    for _ in range(data.draw(st.integers(0, 10))):
        physics.step(data.draw(st.sampled_from([0.01, 1.0, 60.0, 3_600.0, DAY_S])))
        physics.press(data.draw(st.sampled_from(physics.buttons)))
        full = {str(address): v for address, v in reporter.full(physics.values()).items()}
        assert compiled.check_state(full, is_full=True) == ()
        assert physics.report_s > 0.0


@every_product
def test_every_product_is_found_by_its_name(kind: PhysicsType) -> None:
    assert registry.find(kind.product) is kind
    assert kind.product in registry.names()


def test_unknown_product_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownProductError) as caught:
        registry.find("toaster")
    assert all(kind.product in caught.value.remedy for kind in PHYSICS)


@given(st.floats(-100, 100), st.floats(-100, 100), st.floats(1e-6, 10), st.floats(0.01, 1e5))
def test_relaxing_goes_towards_the_equilibrium_and_never_beyond(
    value: float, equilibrium: float, rate: float, dt_s: float
) -> None:
    after = relax(value, equilibrium, rate, dt_s)
    assert min(value, equilibrium) - 1e-9 <= after <= max(value, equilibrium) + 1e-9


@given(st.floats(-100, 100), st.floats(-100, 100), st.integers(1, 50))
def test_relaxing_in_many_steps_or_in_one_comes_to_the_same(
    value: float, equilibrium: float, steps: int
) -> None:
    after = value
    for _ in range(steps):
        after = relax(after, equilibrium, 0.01, 100.0 / steps)
    assert after == pytest.approx(relax(value, equilibrium, 0.01, 100.0), abs=1e-6)


def test_wandering_keeps_about_its_mean_and_spread_at_any_step() -> None:
    for dt_s in (1.0, 60.0, 3_600.0):
        wander = Wander(rng(), mean=20.0, spread=2.0, tau_s=60.0)
        values = [wander.step(dt_s) for _ in range(20_000)]
        mean = sum(values) / len(values)
        spread = math.sqrt(sum((v - mean) ** 2 for v in values) / len(values))
        assert abs(mean - 20.0) < 0.8
        assert 1.5 < spread < 2.5


def test_chance_grows_with_time_up_to_certainty() -> None:
    dice = rng()
    seldom = sum(chance(dice, 0.01, 1.0) for _ in range(10_000))
    often = sum(chance(dice, 0.01, 100.0) for _ in range(10_000))
    assert 60 < seldom < 150
    assert 6_000 < often < 6_700
    assert chance(dice, 1.0, 1e9)


def test_clamping_and_hours() -> None:
    assert [clamp(v, 0.0, 1.0) for v in (-1.0, 0.5, 2.0)] == [0.0, 0.5, 1.0]
    assert hour_of(DAY_S + 6.5 * 3_600.0) == pytest.approx(6.5)
