"""The compiled checks of values agree with a slow reference, for any product spec."""

from collections.abc import Mapping
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import Violation
from protocol.messages import Scalar
from protocol.product import parse_product
from protocol.validator import CompiledProduct, compile_product
from tests.protocol.product_documents import (
    WHOLE,
    Fields,
    as_bytes,
    specs,
    values_inside,
    values_outside,
)


def compiled(fields: Fields) -> CompiledProduct:
    return compile_product(parse_product(as_bytes(fields)))


def told(violations: tuple[Violation, ...]) -> list[tuple[str, str]]:
    return [(violation.rule, violation.path) for violation in violations]


def reference(declared: Fields, given_value: Scalar) -> str:
    """Judge a value by the text of the rules, in exact arithmetic; empty if it is fine."""
    kind = {"bool": bool, "string": str, "float": float}.get(declared["format"], int)
    is_bool = isinstance(given_value, bool)
    if is_bool != (kind is bool) or not isinstance(
        given_value, kind | int if kind is float else kind
    ):
        return "ECO-VALUE-001"
    if isinstance(given_value, str):
        if any(0xD800 <= ord(char) < 0xE000 for char in given_value):
            return "ECO-VALUE-001"
        return "ECO-VALUE-005" if len(given_value) > declared.get("max_length", 9999) else ""
    if is_bool or given_value is None:
        return ""
    if "enum" in declared:
        names = [item["value"] for item in declared["enum"]]
        return "" if given_value in names else "ECO-VALUE-004"
    return reference_number(declared, given_value)


def reference_number(declared: Fields, given_value: float) -> str:
    if given_value in {float("inf"), -float("inf")} or given_value != given_value:  # noqa: PLR0124 - NaN
        return "ECO-VALUE-001"
    if abs(given_value) > 1.7976931348623157e308:
        return "ECO-VALUE-001"
    if "range" not in declared:
        least, most = WHOLE.get(declared["format"], (-(10**400), 10**400))
        return "" if least <= given_value <= most else "ECO-VALUE-001"
    low, high, step = declared["range"]
    if not low <= given_value <= high:
        return "ECO-VALUE-002"
    if step == 0:
        return ""
    steps = (Fraction(given_value) - Fraction(low)) / Fraction(str(step))
    slack = Fraction(0) if declared["format"] in WHOLE else Fraction(1, 10**5)
    return "" if abs(steps - round(steps)) <= slack else "ECO-VALUE-003"


def declarations(fields: Fields) -> Mapping[str, Fields]:
    return {f"{s['name']}.{p['name']}": p for s in fields["services"] for p in s["properties"]}


any_value = (
    st.none()
    | st.booleans()
    | st.integers(-300, 300)
    | st.integers(-(2**53), 2**53)
    | st.integers(-2000, 2000).map(lambda number: number / 4)
    | st.text(max_size=8)
)


@given(specs(), st.data())
def test_values_inside_pass_and_one_outside_breaks_its_rule(
    fields: Fields, data: st.DataObject
) -> None:
    product = compiled(fields)
    declared = {a: p for a, p in declarations(fields).items() if "read" in p["access"]}
    values = {address: data.draw(values_inside(part)) for address, part in declared.items()}
    assert product.check_state(values, is_full=True) == ()
    assert product.keep(values) == values
    if declared:
        address = data.draw(st.sampled_from(sorted(declared)))
        wrong, expected = data.draw(values_outside(declared[address]))
        found = product.check_state(values | {address: wrong}, is_full=True)
        assert told(found) == [(expected, f"values.{address}")]


@given(specs(), st.data())
def test_a_state_is_judged_as_by_the_slow_reference(fields: Fields, data: st.DataObject) -> None:
    product = compiled(fields)
    declared = declarations(fields)
    chosen = data.draw(st.lists(st.sampled_from([*declared, "no.such"]), unique=True))
    values: dict[str, Scalar] = {address: data.draw(any_value) for address in chosen}
    expected = []
    for address, given_value in values.items():
        part = declared.get(address)
        if part is None:
            expected.append(("ECO-STATE-001", f"values.{address}"))
        elif "read" not in part["access"]:
            expected.append(("ECO-STATE-002", f"values.{address}"))
        elif given_value is not None and (broken := reference(part, given_value)):
            expected.append((broken, f"values.{address}"))
    assert told(product.check_state(values, is_full=False)) == expected


@given(specs(), st.data())
def test_a_set_is_judged_as_by_the_slow_reference(fields: Fields, data: st.DataObject) -> None:
    product = compiled(fields)
    declared = declarations(fields)
    chosen = data.draw(st.lists(st.sampled_from([*declared, "no.such"]), unique=True, min_size=1))
    values: dict[str, Scalar] = {address: data.draw(any_value) for address in chosen}
    expected = []
    for address, given_value in values.items():
        part = declared.get(address)
        if part is None:
            expected.append(("ECO-CMD-001", f"values.{address}"))
        elif "write" not in part["access"]:
            expected.append(("ECO-CMD-002", f"values.{address}"))
        elif given_value is None:
            expected.append(("ECO-VALUE-006", f"values.{address}"))
        elif broken := reference(part, given_value):
            expected.append((broken, f"values.{address}"))
    assert told(product.check_set(values)) == expected


@given(specs(), st.data())
def test_arguments_inside_pass_and_one_outside_breaks_its_rule(
    fields: Fields, data: st.DataObject
) -> None:
    product = compiled(fields)
    for part in fields["services"]:
        for kind, check in (("actions", product.check_action), ("events", product.check_event)):
            for item in part[kind]:
                address = f"{part['name']}.{item['name']}"
                declared = {argument["name"]: argument for argument in item["arguments"]}
                inside = {name: data.draw(values_inside(a)) for name, a in declared.items()}
                assert check(address, inside) == ()
                for name, argument in declared.items():
                    wrong, expected = data.draw(values_outside(argument))
                    found = check(address, inside | {name: wrong})
                    assert told(found) == [(expected, f"arguments.{name}")]
