"""What a simulator of any product owes to its product spec, whatever is done to it."""

import math
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.ids import Address
from protocol.messages import Scalar
from protocol.product import INTEGER_LIMITS
from protocol.validator import CompiledProduct
from simulators.physics import DAY_S, Happening, Physics, PhysicsType
from simulators.reporting import Reporter
from tests.simulators.choices import calls, legal, sets
from tests.simulators.scenes import PHYSICS, PRODUCTS

every_product = pytest.mark.parametrize("kind", PHYSICS, ids=lambda kind: kind.product)

Act = Callable[[Physics], tuple[Happening, ...]]

TINY = 1e-6


def compiled(kind: PhysicsType) -> CompiledProduct:
    return PRODUCTS[kind.product].compiled


def acts(kind: PhysicsType) -> st.SearchStrategy[Act]:
    product = compiled(kind)
    waits = st.sampled_from([0.01, 1.0, 17.0, 60.0])
    hours = st.integers(1, 240).map(lambda minutes: lambda physics: _wait(physics, minutes))
    choices: list[st.SearchStrategy[Act]] = [
        waits.map(lambda dt_s: lambda physics: physics.step(dt_s)),
        hours,
        hours,
    ]
    if kind.buttons:
        buttons = st.sampled_from(kind.buttons)
        choices.append(buttons.map(lambda button: lambda physics: _press(physics, button)))
    if product.writable:
        choices.append(sets(product).map(lambda values: lambda physics: _apply(physics, values)))
    if product.actions:
        choices.append(calls(product).map(lambda call: lambda physics: _run(physics, kind, *call)))
    return st.one_of(*choices)


def _wait(physics: Physics, minutes: int) -> tuple[Happening, ...]:
    return tuple(happening for _ in range(minutes) for happening in physics.step(60.0))


def _press(physics: Physics, button: str) -> tuple[Happening, ...]:
    physics.press(button)
    return ()


def _apply(physics: Physics, values: Mapping[str, Scalar]) -> tuple[Happening, ...]:
    physics.apply({Address(address): value for address, value in values.items()})
    return ()


def _run(
    physics: Physics, kind: PhysicsType, action: str, arguments: Mapping[str, Scalar]
) -> tuple[Happening, ...]:
    ran = physics.run(Address(action), arguments)
    assert compiled(kind).check_results(action, ran.results) == ()
    assert ran.reboot_s is None or ran.reboot_s >= 0.0
    return ()


def check_raw(product: CompiledProduct, values: Mapping[Address, Scalar]) -> None:
    """Hold what the hardware has, before it is rounded, to the declared ranges."""
    assert set(values) == product.readable
    for address, value in values.items():
        item = product.properties[address]
        if value is None or not item.is_number or item.enum is not None:
            continue
        assert isinstance(value, int | float), address
        low, high = INTEGER_LIMITS.get(item.format, (-math.inf, math.inf))
        if item.range is not None:
            low, high, _ = item.range
        assert low - TINY <= value <= high + TINY, address


@every_product
@settings(max_examples=25)
@given(data=st.data())
def test_nothing_that_is_done_to_it_leads_beyond_the_product_spec(
    kind: PhysicsType, data: st.DataObject
) -> None:
    physics = kind(data.draw(st.integers(0, 999)), day_s=data.draw(st.floats(0.0, DAY_S)))
    product = compiled(kind)
    reporter = Reporter(product, physics.deadbands)
    for act in data.draw(st.lists(acts(kind), max_size=20)):
        for happening in act(physics):
            assert product.check_event(happening.event, happening.arguments) == ()
        values = physics.values()
        check_raw(product, values)
        full = {str(address): value for address, value in reporter.full(values).items()}
        assert product.check_state(full, is_full=True) == ()
        assert physics.report_s > 0.0


@every_product
@settings(max_examples=40)
@given(data=st.data())
def test_a_value_that_is_set_is_shown_at_once(kind: PhysicsType, data: st.DataObject) -> None:
    product = compiled(kind)
    if not product.writable:
        return
    physics = kind(data.draw(st.integers(0, 99)))
    reporter = Reporter(product, physics.deadbands)
    for act in data.draw(st.lists(acts(kind), max_size=3)):
        act(physics)
    address = data.draw(st.sampled_from(sorted(product.writable)))
    value = data.draw(legal(product.properties[address]))
    physics.apply({address: value})
    if address in product.readable:
        assert reporter.full(physics.values())[address] == pytest.approx(value)


@every_product
@settings(max_examples=10)
@given(data=st.data())
def test_the_same_seed_and_the_same_acts_give_the_same_values(
    kind: PhysicsType, data: st.DataObject
) -> None:
    seed = data.draw(st.integers(0, 999))
    one, two = kind(seed), kind(seed)
    for act in data.draw(st.lists(acts(kind), max_size=10)):
        assert act(one) == act(two)
        assert one.values() == two.values()


METERS = (("meter.power_w", "meter.energy_wh"), ("outlet.power_w", "outlet.energy_wh"))


@every_product
@settings(max_examples=15)
@given(data=st.data())
def test_energy_is_the_sum_of_power_over_time(kind: PhysicsType, data: st.DataObject) -> None:
    meters = [pair for pair in METERS if set(pair) <= compiled(kind).readable]
    physics = kind(data.draw(st.integers(0, 999)))
    for power, energy in meters:
        counted = before = _number(physics, energy)
        for _ in range(data.draw(st.integers(1, 200))):
            dt_s = data.draw(st.sampled_from([0.5, 10.0, 60.0]))
            physics.step(dt_s)
            counted += _number(physics, power) * dt_s / 3600.0
        assert _number(physics, energy) == pytest.approx(counted)
        assert counted >= before


def _number(physics: Physics, address: str) -> float:
    value = physics.values()[Address(address)]
    assert isinstance(value, int | float)
    return value
