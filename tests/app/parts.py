"""Whether the page of a device gives each part of its product spec what it should have."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from protocol.messages import Scalar
from protocol.product import Action, EventKind, ProductSpec, Property, Value

Part = Property | Action | EventKind
Shown = Mapping[str, Any]

_PROBE = (Path(__file__).parent / "parts_shown.js").read_text()
FEW_CHOICES = 4


def parts_of(spec: ProductSpec) -> dict[str, Part]:
    """Return the parts of a product by address."""
    found: dict[str, Part] = {}
    for service in spec.services:
        kinds: tuple[Sequence[Part], ...] = (service.properties, service.actions, service.events)
        found |= {f"{service.name}.{part.name}": part for kind in kinds for part in kind}
    return found


@dataclass(frozen=True)
class Look:
    """The page of a device, as a browser shows it.

    Attributes:
        twin: What the hub holds of the device, by address.
    """

    spec: ProductSpec
    twin: Mapping[str, Scalar]
    language: str = "en"

    async def faults(self, page: Page) -> list[str]:
        """Return what is missing or wrong on the page, each with its address."""
        listed: list[Shown] = await page.evaluate(_PROBE)
        shown = {one["address"]: one for one in listed}
        declared = parts_of(self.spec)
        faults = [f"{address} is missing" for address in declared.keys() - shown.keys()]
        faults += [f"{address} is not declared" for address in shown.keys() - declared.keys()]
        faults += ["a part stands twice"] if len(listed) > len(shown) else []
        for address in declared.keys() & shown.keys():
            found = self._part(address, declared[address], shown[address])
            faults += [f"{address}: {fault}" for fault in found]
        return faults

    def _part(self, address: str, part: Part, shown: Shown) -> Iterator[str]:
        title = _title(part.title, self.language)
        if not isinstance(part, Property):
            yield from _other(part, shown, title)
        elif part.is_writable:
            yield from self._control(part, shown, self.twin.get(address))
        else:
            yield from _reading(shown, title, self.twin.get(address))

    def _control(self, part: Property, shown: Shown, value: Scalar | None) -> Iterator[str]:
        if part.format == "bool":
            yield from _is([bool(value)], shown["switches"], "switch")
        elif part.enum is not None:
            said = [(_title(one.title, self.language), one.value == value) for one in part.enum]
            kind = "radios" if len(said) <= FEW_CHOICES else "options"
            yield from _is([*map(list, said)], shown[kind], kind)
        elif part.format == "string":
            held = str(value or "") if part.is_readable else ""
            seen = [(one["value"], one["maxLength"]) for one in shown["texts"]]
            yield from _is([(held, part.max_length)], seen, "text")
        else:
            yield from _number(part, shown, value)


def _is(wanted: object, seen: object, what: str) -> Iterator[str]:
    if wanted != seen:
        yield f"{what}: {seen!r:.300}, not {wanted!r:.300}"


def _number(part: Value, shown: Shown, value: Scalar | None) -> Iterator[str]:
    if part.unit == "rgb":
        seen = [one["value"] for one in shown["colours"]]
        yield from _is([f"#{int(value or 0):06x}"], seen, "colour")
        return
    assert part.range
    least, most, _ = part.range
    kind = shown["kind"]
    if kind == "stepper":
        yield from _is(2, len(shown["buttons"]), "buttons of a stepper")
        yield from _is(
            [value is not None], [any(map(str.isdigit, t)) for t in shown["outputs"]], "output"
        )
        return
    if kind not in {"slider", "number", "time"}:
        yield f"{kind} for a number"
        return
    fields = shown["ranges" if kind == "slider" else "numbers"]
    ends = [(float(one["min"]), float(one["max"])) for one in fields]
    if kind == "time" and most > 3_600:
        least, most = -(-least // 60), most // 60
    yield from _is([(float(least), float(most))], ends, kind)
    if kind != "time" and value is not None:
        seen = [float(one["value"]) for one in fields]
        yield from _is([True], [abs(one - float(value)) <= _step(part) for one in seen], "value")


def _step(part: Value) -> float:
    """Return how far a browser may move a value that does not lie on a step."""
    least, most, step = part.range or (0, 0, 0)
    return float(step or (most - least) / 1e6 or 0.5)


def _reading(shown: Shown, title: str, value: Scalar | None) -> Iterator[str]:
    yield from _is("sensor", shown["kind"], "kind")
    left = shown["text"].replace(title, "", 1).strip()
    if value is not None and (not left or "Not told yet" in left):
        yield f"its value {value!r:.60} is not shown: {shown['text']!r:.200}"


def _other(part: Action | EventKind, shown: Shown, title: str) -> Iterator[str]:
    yield from _is("action" if isinstance(part, Action) else "event", shown["kind"], "kind")
    if " ".join(title.split()) not in " ".join(shown["text"].split()):
        yield f"no title: {shown['text']!r:.200}"
    if isinstance(part, Action):
        if not shown["buttons"]:
            yield "no button"
        kinds = ("switches", "ranges", "numbers", "texts", "colours", "radios", "options")
        controls = sum(len(shown[kind]) > 0 for kind in kinds) + len(shown["outputs"])
        if part.arguments and not controls:
            yield "its arguments cannot be given"


def _title(titles: Mapping[str, str], language: str) -> str:
    return titles.get(language) or titles["en"]
