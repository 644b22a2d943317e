"""Values to try: the allowed ones are allowed, the forbidden ones are not, for any declaration."""

from random import Random

import pytest

from certification.driving import values
from protocol import products
from protocol.product import Value, parse_product
from protocol.validator import compile_product
from protocol.value_check import problem

NAMES = ("air-purifier", "router", "light", "television", "band", "heater", "robot-cleaner")


def chance(seed: int = 1) -> Random:
    return Random(seed)  # noqa: S311 - no secret


def every_value() -> list[Value]:
    found: list[Value] = []
    for name in NAMES:
        product = compile_product(parse_product(products.document(name)))
        found += product.properties.values()
        found += [v for action in product.actions.values() for v in action.arguments]
    return found


@pytest.mark.parametrize("value", every_value(), ids=lambda value: value.name)
def test_allowed_values_keep_the_declaration_and_forbidden_ones_break_it(value: Value) -> None:
    for one in values.allowed(value, chance()):
        assert problem(value, one.value, "values") is None, one
    for one in values.forbidden(value):
        assert one.value is None or problem(value, one.value, "values") is not None, one
    assert {"type", "null"} <= {one.kind for one in values.forbidden(value)}


def number(form: str, low: float, high: float, step: float) -> Value:
    return Value.model_validate(
        {"name": "x", "title": {"en": "X"}, "format": form, "range": (low, high, step)}
    )


def test_edges_steps_and_what_lies_beyond_are_tried() -> None:
    for seed in range(20):
        tried = [one.value for one in values.allowed(number("uint8", 10, 30, 5), chance(seed))]
        assert tried in ([10, 15, 25, 30], [10, 15, 20, 25, 30])
    wrong = {(one.value, one.kind) for one in values.forbidden(number("uint8", 10, 30, 5))}
    assert {(35, "range"), (5, "range"), (12, "off_step")} <= wrong


def test_a_value_other_than_the_present_one_is_found_where_there_is_one() -> None:
    assert values.another(number("int8", -1, 1, 1), -1, chance()) != -1
    assert values.another(number("int8", 4, 4, 1), 4, chance()) == 4
