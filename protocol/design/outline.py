"""The parts of a product spec with their addresses, as the design rules look at them."""

from collections.abc import Iterator
from typing import NamedTuple

from protocol.ids import Address
from protocol.product_model import Action, EventKind, ProductSpec, Property, Service, Titles, Value

AnyPart = Property | Action | EventKind


class Placed(NamedTuple):
    """A part, where it stands."""

    address: Address
    service: Service
    part: AnyPart


class Titled(NamedTuple):
    """Something with titles, and the address by which a person finds it."""

    path: str
    titles: Titles
    is_choice: bool


def placed(spec: ProductSpec) -> Iterator[Placed]:
    """Yield every property, action and event, service by service."""
    for service in spec.services:
        parts: tuple[AnyPart, ...] = (*service.properties, *service.actions, *service.events)
        for part in parts:
            yield Placed(Address(f"{service.name}.{part.name}"), service, part)


def values(spec: ProductSpec) -> Iterator[tuple[str, Value]]:
    """Yield every property, argument and result, with its path."""
    for address, _, part in placed(spec):
        if isinstance(part, Property):
            yield address, part
            continue
        yield from ((f"{address}.arguments.{each.name}", each) for each in part.arguments)
        if isinstance(part, Action):
            yield from ((f"{address}.results.{each.name}", each) for each in part.results)


def titled(spec: ProductSpec) -> Iterator[Titled]:
    """Yield all that has titles: product, services, parts, arguments, results, choices."""
    yield Titled("title", spec.title, is_choice=False)
    for service in spec.services:
        yield Titled(service.name, service.title, is_choice=False)
    for address, _, part in placed(spec):
        if not isinstance(part, Property):
            yield Titled(address, part.title, is_choice=False)
    for path, value in values(spec):
        yield Titled(path, value.title, is_choice=False)
        for choice in value.enum or ():
            yield Titled(f"{path}.enum.{choice.value}", choice.title, is_choice=True)
