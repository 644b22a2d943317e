"""Properties: every one that can be set, over its range, and everything that cannot be set."""

from collections.abc import Iterator, Mapping
from itertools import islice
from random import Random
from typing import Final, NamedTuple

from certification.driving import speech, values
from certification.driving.desk import Desk, GaveUpError
from certification.driving.parties import Party
from certification.suite.registry import scenario
from protocol.ids import Address
from protocol.messages import Scalar
from protocol.validator import CompiledProduct

MOST_SETS: Final = 400
"""So many sets of one kind are enough, however many properties there are."""

MOST_MIXED: Final = 40
"""Properties that are set together with a wrong value."""

NO_ADDRESS: Final = "eco_certify.no_such_part"
"""An address that no product declares."""


def product_of(party: Party) -> CompiledProduct:
    """Return the product of a device or child.

    Raises:
        GaveUpError: Nobody knows it.
    """
    if party.product is None:
        raise GaveUpError("its product spec is not known")
    return party.product


def writable(product: CompiledProduct) -> list[Address]:
    """Return what can be set, in the order of the product spec."""
    return [address for address, part in product.properties.items() if part.is_writable]


class Bad(NamedTuple):
    """A `set` that breaks a rule."""

    values: Mapping[str, Scalar]
    kind: str
    rule: str


async def set_over(desk: Desk, party: Party, address: Address) -> None:
    """Set a property to one value after the other, and then to what it was.

    Of a product with very many properties each is set to fewer values.
    """
    part = product_of(party).properties[address]
    before = party.values.get(address)
    share = max(1, MOST_SETS // len(writable(product_of(party))))
    wanted = [(one.value, one.kind) for one in values.allowed(part, desk.rng)[:share]]
    if before is not None:
        wanted.append((before, "read_back"))
    for value, kind in wanted:
        if not product_of(party).check_set({address: value}):
            await set_to(desk, party, {address: value}, kind)


async def set_to(desk: Desk, party: Party, wanted: Mapping[str, Scalar], kind: str) -> None:
    """Set properties and wait until they are shown."""
    outcome = await speech.command(
        desk, party, "set", {"values": dict(wanted)}, expect="done", kind=kind
    )
    if outcome.status == "done":
        readable = {address for address in wanted if Address(address) in product_of(party).readable}
        await speech.shown(desk, party, outcome, readable)


def bad_sets(product: CompiledProduct, rng: Random) -> Iterator[Bad]:
    """Return sets that break one rule each."""
    yield Bad({}, "empty", "ECO-CMD-009")
    yield Bad({NO_ADDRESS: 1}, "undeclared", "ECO-CMD-001")
    for address, part in product.properties.items():
        if not part.is_writable:
            good = next(iter(values.allowed(part, rng)), None)
            if good is not None:
                yield Bad({address: good.value}, "read_only", "ECO-CMD-002")
                break
    for address in writable(product):
        for one in values.forbidden(product.properties[address]):
            broken = product.check_set({address: one.value})
            if broken:
                yield Bad({address: one.value}, one.kind, broken[0].rule)


@scenario(features=("commands",), is_calm=True)
async def set_each(desk: Desk) -> None:
    """Set every writable property to its edges, its steps and each of its choices."""
    for address in writable(product_of(desk.device)):
        await set_over(desk, desk.device, address)


@scenario(features=("commands",), is_calm=True)
async def set_together(desk: Desk) -> None:
    """Set several properties by one command."""
    product = product_of(desk.device)
    known = desk.device.values
    wanted: dict[str, Scalar] = {a: known[a] for a in writable(product) if known.get(a) is not None}
    if wanted and not product.check_set(wanted):
        await set_to(desk, desk.device, wanted, "together")


@scenario(features=("commands",))
async def set_rejected(desk: Desk) -> None:
    """Set what cannot be set: wrong type, range, step, choice, length; undeclared; read-only."""
    for bad in islice(bad_sets(product_of(desk.device), desk.rng), MOST_SETS):
        await speech.command(
            desk,
            desk.device,
            "set",
            {"values": dict(bad.values)},
            expect="rejected",
            kind=bad.kind,
            rule=bad.rule,
        )
    await speech.probe(desk)


@scenario(features=("commands",))
async def set_atomic(desk: Desk) -> None:
    """Set one value that is right and one that is wrong: nothing may change."""
    product = product_of(desk.device)
    await speech.full_state(desk, desk.device, "read")
    for address in writable(product)[:MOST_MIXED]:
        part, present = product.properties[address], desk.device.values.get(address)
        good: dict[str, Scalar] = {address: values.another(part, present, desk.rng)}
        wrong = _wrong_besides(product, address)
        rule = product.check_set(wrong)[0].rule
        for mixed in ({**good, **wrong}, {**wrong, **good}):
            await speech.command(
                desk,
                desk.device,
                "set",
                {"values": mixed},
                expect="rejected",
                kind="mixed",
                rule=rule,
            )
    await speech.probe(desk)


def _wrong_besides(product: CompiledProduct, address: Address) -> dict[str, Scalar]:
    """Return a wrong value at another address, one that exists if there is one."""
    for other in sorted(product.writable - {address}):
        return {other: None}
    return {NO_ADDRESS: 1}
