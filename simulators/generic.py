"""A device of any product: all that it behaves by is its product spec.

What nobody can set wanders slowly; what can be set stays as it was set and is shown; actions return
what they declare; events happen from time to time. A product has a simulator of its own where more
is to be seen than that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final, Self

from protocol.ids import Address
from protocol.json_text import MAX_BYTES
from protocol.messages import Scalar
from protocol.product import ProductSpec
from protocol.validator import CompiledProduct
from simulators import quantities, spec_file
from simulators.errors import SpecFileError
from simulators.physics import Happening, Ran, chance
from simulators.product import Product

EVENT_PER_S: Final = 1 / 1_800
"""How often each event happens."""

MEASURE_S: Final = 5.0
"""How often it measures, unless the declared rate leaves less."""

BUTTON: Final = "nudge"
"""What is pressed on a device that has nothing but actions; it does nothing."""

_ENVELOPE: Final = 512
"""Bytes of a state beside its values."""


@dataclass(frozen=True, slots=True)
class Generic:
    """How devices of one product are made; takes the place of a class of physics.

    Attributes:
        product: Name that device ids can begin with.
        buttons: Addresses of properties, which are changed by hand, and of events.
    """

    product: str
    buttons: tuple[str, ...]
    _read: Product = field(repr=False)

    @classmethod
    def of(cls, document: bytes, name: str = "the document") -> Self:
        """Read a product spec.

        Args:
            document: Its bytes.
            name: What errors call it.

        Raises:
            SpecFileError: It breaks rules, or its devices could not tell all that they have to.
        """
        read = spec_file.parse(document, name)
        compiled = read.compiled
        _check_fits(compiled, name)
        buttons = (*compiled.properties, *compiled.events)
        return cls(_slug(compiled.spec), buttons or (BUTTON,), read)

    @classmethod
    def from_file(cls, place: Path) -> Self:
        """Read a product spec's file.

        Raises:
            SpecFileError: It cannot be read, or is wrong.
        """
        return cls.of(spec_file.load(place), str(place))

    def __call__(self, seed: int, *, day_s: float = 43_200.0) -> "GenericPhysics":
        """Make the hardware of one device."""
        return GenericPhysics(self.product, self._read.compiled, self.buttons, seed)

    def document(self) -> bytes:
        """Return the product spec."""
        return self._read.document


class GenericPhysics:
    """Hardware that does what its product spec says, and no more."""

    def __init__(
        self, product: str, compiled: CompiledProduct, buttons: tuple[str, ...], seed: int
    ) -> None:
        rng = self._rng = Random(seed)  # noqa: S311 - physics has to repeat from its seed
        self.product, self.buttons = product, buttons
        self.deadbands: Mapping[str, float] = {
            address: quantities.deadband(part)
            for address, part in compiled.properties.items()
            if not part.is_writable
        }
        self.report_s = max(MEASURE_S, 2.0 / compiled.spec.rate_per_s)
        self._compiled = compiled
        self._held: dict[Address, Scalar] = {
            address: quantities.sample(compiled.properties[address], rng)
            for address in compiled.properties
            if address in compiled.writable
        }
        self._courses = {
            address: quantities.course(part, rng)
            for address, part in compiled.properties.items()
            if address not in compiled.writable
        }

    def values(self) -> dict[Address, Scalar]:
        """Return every property, those that only can be set included."""
        return {
            **self._held,
            **{address: course.value() for address, course in self._courses.items()},
        }

    def step(self, dt_s: float) -> tuple[Happening, ...]:
        """Let time pass: values wander, now and then something happens."""
        for course in self._courses.values():
            course.step(dt_s)
        return tuple(
            Happening(event, quantities.samples(declared.arguments, self._rng))
            for event, declared in self._compiled.events.items()
            if chance(self._rng, EVENT_PER_S, dt_s)
        )

    def apply(self, values: Mapping[Address, Scalar]) -> None:
        """Take over what was set; where texts fill the memory, the longest other ones go."""
        self._held.update(values)
        while _state_bytes(self._compiled, self.values()) > MAX_BYTES:
            texts = {a: v for a, v in self._held.items() if isinstance(v, str) and v}
            others = [a for a in texts if a not in values] or list(texts)
            if not others:
                return
            self._held[max(others, key=lambda address: len(texts[address]))] = ""

    def run(self, action: Address, arguments: Mapping[str, Scalar]) -> Ran:
        """Carry out an action: what it declares comes back."""
        declared = self._compiled.actions[action]
        return Ran(quantities.samples(declared.results, self._rng))

    def press(self, button: str) -> None:
        """Change a property by hand: what can be set, or what is measured."""
        address = Address(button)
        if address in self._held:
            part = self._compiled.properties[address]
            self._held[address] = quantities.another(part, self._held[address], self._rng)
        elif address in self._courses:
            self._courses[address].jump()


def _check_fits(compiled: CompiledProduct, name: str) -> None:
    rng = Random(0)  # noqa: S311 - only the length of what is drawn matters
    values = {a: quantities.sample(part, rng) for a, part in compiled.properties.items()}
    needed = _state_bytes(compiled, values)
    if needed > MAX_BYTES:
        raise SpecFileError(
            f"{name}: a full state of its {len(compiled.readable)} readable properties needs about "
            f"{needed:,} bytes, and a message has at most {MAX_BYTES:,}",
            "shorten names, or make several products of it",
            "ECO-CODEC-001",
        )


def _state_bytes(compiled: CompiledProduct, values: Mapping[Address, Scalar]) -> int:
    """Return how long a full state is at most: a number takes 24 characters, a text six each."""
    size = _ENVELOPE
    for address in compiled.readable:
        value = values.get(address)
        size += len(address) + 4
        size += 2 + len(value.encode()) + 5 * _escaped(value) if isinstance(value, str) else 24
    return size


def _escaped(text: str) -> int:
    return sum(char in '"\\' or char < " " for char in text)


def _slug(spec: ProductSpec) -> str:
    words = "".join(char if char.isascii() and char.isalnum() else " " for char in spec.product)
    name = "-".join(words.lower().split())[:48].strip("-")
    return name if len(name) >= 3 else f"device-{name}".strip("-")
