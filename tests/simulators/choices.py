"""What may be sent to a product: values on the steps of their ranges, the edges first of all."""

import math

from hypothesis import strategies as st

from protocol.ids import Address
from protocol.messages import Scalar
from protocol.product import INTEGER_LIMITS, Value
from protocol.validator import CompiledProduct
from simulators.physics import Physics


def legal(item: Value) -> st.SearchStrategy[Scalar]:
    """Return values that the declaration allows."""
    if item.format == "bool":
        return st.booleans()
    if item.enum is not None:
        return st.sampled_from([choice.value for choice in item.enum])
    if item.format == "string":
        return st.text("abc é", max_size=item.max_length or 8)
    low, high, step = item.range or (*INTEGER_LIMITS[item.format], 1)
    steps = math.floor((high - low) / (step or 1) + 1e-6)
    numbers = st.one_of(st.sampled_from([0, steps]), st.integers(0, steps))
    return numbers.map(lambda number: _value(item, low + number * (step or 1)))


def _value(item: Value, number: float) -> Scalar:
    return int(number) if item.is_integer else round(number, 6)


def sets(product: CompiledProduct, most: int = 4) -> st.SearchStrategy[dict[str, Scalar]]:
    """Return what one `set` may hold."""
    writable = st.sampled_from(sorted(product.writable))
    return st.lists(writable, min_size=1, max_size=most, unique=True).flatmap(
        lambda names: st.fixed_dictionaries({str(n): legal(product.properties[n]) for n in names})
    )


def calls(product: CompiledProduct) -> st.SearchStrategy[tuple[str, dict[str, Scalar]]]:
    """Return actions with arguments."""
    return st.one_of(
        *(
            st.tuples(
                st.just(str(address)),
                st.fixed_dictionaries({a.name: legal(a) for a in action.arguments}),
            )
            for address, action in product.actions.items()
        )
    )


def disturb(physics: Physics, product: CompiledProduct, data: st.DataObject) -> None:
    """Press a button, set something or run an action, as the product spec allows."""
    deeds = ["press", *["set"] * bool(product.writable), *["run"] * bool(product.actions)]
    match data.draw(st.sampled_from(deeds)):
        case "press":
            physics.press(data.draw(st.sampled_from(physics.buttons)))
        case "set":
            wanted = data.draw(sets(product))
            physics.apply({Address(address): value for address, value in wanted.items()})
        case "run":
            action, arguments = data.draw(calls(product))
            physics.run(Address(action), arguments)
