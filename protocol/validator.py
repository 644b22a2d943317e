"""One compiled validator per product: what its devices may say, and what may be asked of them."""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from types import MappingProxyType
from typing import Final

from protocol.errors import Violation, printable
from protocol.ids import Address
from protocol.messages import Scalar
from protocol.product_model import Action, EventKind, ProductSpec, Property, Value
from protocol.value_check import NOT_SHOWN, allowed, as_json, has_type, limits, problem, quick_check

MAX_VIOLATIONS: Final = 16
"""So many broken rules of one state or event are told; a device must not make long work."""


class CompiledProduct:
    """A product spec made ready for checking; one is shared by all devices of the product.

    The quick test of each value is compiled; where one fails, the plain check says why. Both agree.

    Attributes:
        spec: What was compiled.
        properties, actions, events: The parts by address, in the order of the document.
        readable: What stands in a full state.
        writable: What may be set.
    """

    def __init__(self, spec: ProductSpec) -> None:
        self.spec = spec
        self.properties: Mapping[Address, Property] = MappingProxyType(
            {Address(f"{s.name}.{p.name}"): p for s in spec.services for p in s.properties}
        )
        self.actions: Mapping[Address, Action] = MappingProxyType(
            {Address(f"{s.name}.{a.name}"): a for s in spec.services for a in s.actions}
        )
        self.events: Mapping[Address, EventKind] = MappingProxyType(
            {Address(f"{s.name}.{e.name}"): e for s in spec.services for e in s.events}
        )
        self.readable = frozenset(a for a, p in self.properties.items() if p.is_readable)
        self.writable = frozenset(a for a, p in self.properties.items() if p.is_writable)
        self._reported: dict[str, Callable[[Scalar], bool]] = {
            address: quick_check(limits(part))
            for address, part in self.properties.items()
            if _is_reported(part)
        }
        self._settable: dict[str, Callable[[Scalar], bool]] = {
            address: quick_check(limits(self.properties[address])) for address in self.writable
        }

    def check_state(self, values: Mapping[str, Scalar], *, is_full: bool) -> tuple[Violation, ...]:
        """Return the rules that a reported state breaks; paths are `values.<address>`."""
        quick = self._reported
        try:
            for address, value in values.items():
                if not quick[address](value):
                    return self._explain(values, is_full=is_full)
        except KeyError:
            return self._explain(values, is_full=is_full)
        if is_full and not values.keys() >= self.readable:
            return self._explain(values, is_full=True)
        return ()

    def keep(self, values: Mapping[str, Scalar]) -> dict[Address, Scalar]:
        """Return the values that are stored in warn mode.

        Those of properties that are reported, if they have the JSON type; range, step, enumeration
        and length do not count.
        """
        kept: dict[Address, Scalar] = {}
        for address, value in values.items():
            part = self.properties.get(Address(address))
            if part is None or not _is_reported(part):
                continue
            if value is None or has_type(part, value):
                kept[Address(address)] = value
        return kept

    def check_set(self, values: Mapping[str, Scalar]) -> tuple[Violation, ...]:
        """Return the rules that a `set` breaks, all of them; paths are `values.<address>`."""
        if not values:
            detail = "a set names at least one property"
            return (Violation("ECO-CMD-009", "values", "{}", detail),)
        quick = self._settable
        if all(a in quick and v is not None and quick[a](v) for a, v in values.items()):
            return ()
        return tuple(self._set_violations(values))

    def check_action(self, action: str, arguments: Mapping[str, Scalar]) -> tuple[Violation, ...]:
        """Return the rules that a call of an action breaks; paths are `arguments.<name>`."""
        declared = self.actions.get(Address(action))
        if declared is None:
            detail = _undeclared("action", self.actions)
            return (Violation("ECO-CMD-003", "action", printable(action), detail),)
        return tuple(_set_of_values("ECO-CMD-004", "arguments", declared.arguments, arguments))

    def check_results(self, action: str, results: Mapping[str, Scalar]) -> tuple[Violation, ...]:
        """Return the rules that the results in a `done` ack break; paths are `results.<name>`."""
        declared = self.actions.get(Address(action))
        wanted = declared.results if declared else ()
        found = _set_of_values("ECO-ACK-006", "results", wanted, results)
        return tuple(islice(found, MAX_VIOLATIONS))

    def check_event(self, event: str, arguments: Mapping[str, Scalar]) -> tuple[Violation, ...]:
        """Return the rules that an event breaks; paths are `arguments.<name>`."""
        declared = self.events.get(Address(event))
        if declared is None:
            detail = _undeclared("event", self.events)
            return (Violation("ECO-EVENT-001", "event", printable(event), detail),)
        found = _set_of_values("ECO-EVENT-002", "arguments", declared.arguments, arguments)
        return tuple(islice(found, MAX_VIOLATIONS))

    def allowed(self, address: str) -> str:
        """Say in a few words which values a property takes; empty if there is no such property."""
        part = self.properties.get(Address(address))
        return "" if part is None else allowed(part)

    def _explain(self, values: Mapping[str, Scalar], *, is_full: bool) -> tuple[Violation, ...]:
        return tuple(islice(self._state_violations(values, is_full=is_full), MAX_VIOLATIONS))

    def _state_violations(
        self, values: Mapping[str, Scalar], *, is_full: bool
    ) -> Iterator[Violation]:
        for address, value in values.items():
            path = f"values.{printable(address)}"
            part = self.properties.get(Address(address))
            if part is None:
                detail = "the product spec declares no such property"
                yield Violation("ECO-STATE-001", path, as_json(value), detail)
            elif not _is_reported(part):
                detail = f"the access of this property is {', '.join(part.access)} alone"
                yield Violation("ECO-STATE-002", path, NOT_SHOWN, detail)
            elif value is not None and (found := problem(part, value, path)):
                yield found
        if is_full:
            for address in self.properties:
                if address in self.readable and address not in values:
                    detail = "it is readable, and a full state holds all that is"
                    yield Violation("ECO-STATE-003", f"values.{address}", "", detail)

    def _set_violations(self, values: Mapping[str, Scalar]) -> Iterator[Violation]:
        for address, value in values.items():
            path = f"values.{printable(address)}"
            part = self.properties.get(Address(address))
            if part is None:
                detail = _undeclared("property", self.properties)
                yield Violation("ECO-CMD-001", path, as_json(value), detail)
            elif not part.is_writable:
                detail = f"the access of this property is {', '.join(part.access)}"
                yield Violation("ECO-CMD-002", path, as_json(value), detail)
            elif found := _input_problem(part, value, path, is_secret=not _is_reported(part)):
                yield found


def compile_product(spec: ProductSpec) -> CompiledProduct:
    """Make a product spec ready for checking."""
    return CompiledProduct(spec)


def _is_reported(part: Property) -> bool:
    return part.is_readable or "notify" in part.access


def _input_problem(
    value: Value, given: Scalar, path: str, *, is_secret: bool = False
) -> Violation | None:
    if given is None:
        return Violation("ECO-VALUE-006", path, "null", f"null is not {allowed(value)}")
    return problem(value, given, path, is_secret=is_secret)


def _set_of_values(
    rule: str, kind: str, declared: tuple[Value, ...], given: Mapping[str, Scalar]
) -> Iterator[Violation]:
    """Judge arguments or results: all that are declared, no other, each as declared."""
    names = {value.name for value in declared}
    judge = problem if kind == "results" else _input_problem
    for value in declared:
        path = f"{kind}.{value.name}"
        if value.name not in given:
            detail = f"it is missing; it is {allowed(value)}"
            yield Violation(rule, path, "", detail)
        elif found := judge(value, given[value.name], path):
            yield found
    for name in given:
        if name not in names:
            detail = (
                f"none of the {kind} has this name: {', '.join(sorted(names)) or 'there are none'}"
            )
            yield Violation(rule, f"{kind}.{printable(name)}", as_json(given[name]), detail)


def _undeclared(kind: str, declared: Mapping[Address, object]) -> str:
    known = ", ".join(declared) or "none"
    return f"the product has no such {kind}; it has {known}"
