"""Product spec documents for tests: small ones by hand, any valid one by hypothesis."""

import json
from typing import Any

from hypothesis import strategies as st

Fields = dict[str, Any]

WHOLE = {
    "uint8": (0, 255),
    "uint16": (0, 2**16 - 1),
    "uint32": (0, 2**32 - 1),
    "int8": (-128, 127),
    "int16": (-(2**15), 2**15 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**53) + 1, 2**53 - 1),
}
UNITS = ["celsius", "percent", "watt", "second", "ug_m3"]


def title(text: str = "Title") -> Fields:
    return {"en": text}


def value(name: str = "level", format_: str = "uint8", **more: object) -> Fields:
    return {"name": name, "title": title(), "format": format_, **more}


def prop(name: str = "level", format_: str = "uint8", **more: object) -> Fields:
    return value(name, format_, **{"access": ["read", "notify"], **more})


def choice(number: int, name: str) -> Fields:
    return {"value": number, "name": name, "title": title(name)}


def service(name: str = "fan", **lists: list[Fields]) -> Fields:
    return {"name": name, "title": title(), **lists}


def spec(*services: Fields, **more: object) -> Fields:
    return {
        "eco": "1.0",
        "vendor": "acme",
        "product": "fan-1",
        "version": 1,
        "title": title("Fan"),
        "services": list(services),
        **more,
    }


def with_properties(*properties: Fields) -> Fields:
    return spec(service(properties=list(properties)))


def as_bytes(fields: Fields) -> bytes:
    return json.dumps(fields, ensure_ascii=False).encode()


NAMES = [
    "on",
    "level",
    "mode",
    "a",
    "z9",
    "pm2_5",
    "acme:on",
    "acme:x_1",
    "b:b",
    "_".join("abcdefgh"),
]
TITLES: list[Fields] = [
    {"en": "Level"},
    {"en": "ß 净化 é", "zh": "标题"},
    {"en": "x", "pt-BR": "Título"},
]


def unique_names(least: int, most: int) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(NAMES), min_size=least, max_size=most, unique=True)


titles = st.sampled_from(TITLES).map(dict)


@st.composite
def whole_ranges(draw: st.DrawFn, format_: str) -> list[int]:
    least, most = WHOLE[format_]
    low = draw(st.integers(least, most))
    high = draw(st.integers(low, most))
    return [low, high, draw(st.integers(0, 100))]


@st.composite
def float_ranges(draw: st.DrawFn) -> list[float]:
    low = draw(st.integers(-10_000, 10_000)) / draw(st.sampled_from([1, 2, 10]))
    width = draw(st.integers(0, 100_000)) / 10
    return [low, round(low + width, 6), draw(st.sampled_from([0, 0.1, 0.25, 1, 3, 0.001]))]


@st.composite
def enums(draw: st.DrawFn, format_: str) -> list[Fields]:
    least, most = WHOLE[format_]
    numbers = draw(st.lists(st.integers(least, most), min_size=1, max_size=5, unique=True))
    return [choice(number, f"choice_{place}") for place, number in enumerate(numbers)]


@st.composite
def values(draw: st.DrawFn, name: str, *, is_bounded: bool) -> Fields:
    format_ = draw(st.sampled_from(["bool", "string", "float", *WHOLE]))
    made: Fields = {"name": name, "title": draw(titles), "format": format_}
    if format_ == "string" and (is_bounded or draw(st.booleans())):
        made["max_length"] = draw(st.integers(1, 20))
    if format_ == "float" and (is_bounded or draw(st.booleans())):
        made["range"] = draw(float_ranges())
    if format_ in WHOLE:
        kind = draw(st.sampled_from(["range", "enum"] if is_bounded else ["range", "enum", ""]))
        if kind:
            made[kind] = draw(whole_ranges(format_) if kind == "range" else enums(format_))
    if format_ == "float" or format_ in WHOLE:
        made.update(draw(st.fixed_dictionaries({}, optional={"unit": st.sampled_from(UNITS)})))
    return made


@st.composite
def properties(draw: st.DrawFn, name: str) -> Fields:
    access = draw(
        st.sampled_from(
            [
                ["read"],
                ["read", "notify"],
                ["read", "notify", "write"],
                ["write"],
                ["read", "write"],
            ]
        )
    )
    made = draw(values(name, is_bounded="write" in access))
    return {**made, "access": access, "privacy": draw(st.sampled_from(["none", "health"]))}


@st.composite
def value_lists(draw: st.DrawFn, *, is_bounded: bool) -> list[Fields]:
    unique = draw(unique_names(0, 2))
    return [draw(values(name, is_bounded=is_bounded)) for name in unique]


@st.composite
def services(draw: st.DrawFn, name: str) -> Fields:
    unique = draw(unique_names(1, 7))
    third = max(1, len(unique) // 3)
    return {
        "name": name,
        "title": draw(titles),
        "properties": [draw(properties(n)) for n in unique[: -2 * third] or unique[:1]],
        "actions": [
            {
                "name": n,
                "title": draw(titles),
                "arguments": draw(value_lists(is_bounded=True)),
                "results": draw(value_lists(is_bounded=False)),
            }
            for n in unique[1:][-2 * third : -third]
        ],
        "events": [
            {"name": n, "title": draw(titles), "arguments": draw(value_lists(is_bounded=False))}
            for n in unique[1:][-third:]
        ],
    }


@st.composite
def specs(draw: st.DrawFn) -> Fields:
    unique = draw(unique_names(1, 2))
    return spec(
        *[draw(services(name)) for name in unique],
        title=draw(titles),
        rate_per_s=draw(st.floats(0.01, 100)),
        **draw(st.fixed_dictionaries({}, optional={"class": st.just("acme:gadget")})),
    )


@st.composite
def values_inside(draw: st.DrawFn, declared: Fields) -> bool | int | float | str:
    """Draw a value that a declaration allows."""
    format_ = declared["format"]
    if format_ == "bool":
        return draw(st.booleans())
    if format_ == "string":
        return draw(st.text(max_size=declared.get("max_length", 30)))
    if "enum" in declared:
        number: int = draw(st.sampled_from([item["value"] for item in declared["enum"]]))
        return number
    if "range" not in declared:
        return draw(st.integers(*WHOLE[format_]) if format_ in WHOLE else st.floats(-1e9, 1e9))
    low, high, step = declared["range"]
    if format_ in WHOLE:
        return int(low + draw(st.integers(0, (high - low) // (step or 1))) * (step or 1))
    if not step:
        return draw(st.floats(low, high))
    steps = draw(st.integers(0, int((high - low) / step)))
    return float(min(low + steps * step, high))


@st.composite
def values_outside(draw: st.DrawFn, declared: Fields) -> tuple[Any, str]:
    """Draw a value that a declaration refuses, and the rule."""
    format_ = declared["format"]
    wrong: list[tuple[Any, str]] = [(v, "ECO-VALUE-001") for v in WRONG_TYPES[kind_of(format_)]]
    if "max_length" in declared:
        wrong.append(("x" * (declared["max_length"] + 1), "ECO-VALUE-005"))
    if "enum" in declared:
        taken = {item["value"] for item in declared["enum"]}
        wrong.append((next(n for n in range(99) if n not in taken), "ECO-VALUE-004"))
    elif "range" in declared:
        low, high, step = declared["range"]
        wrong += [(high + 1, "ECO-VALUE-002"), (low - 1, "ECO-VALUE-002")]
        if step > 1 and high > low and format_ in WHOLE:
            wrong.append((low + 1, "ECO-VALUE-003"))
        if step > 0 and high - low > step and format_ == "float":
            wrong.append((low + step * 0.4, "ECO-VALUE-003"))
    elif format_ in WHOLE:
        least, most = WHOLE[format_]
        wrong += [(least - 1, "ECO-VALUE-001"), (most + 1, "ECO-VALUE-001")]
    drawn: tuple[Any, str] = draw(st.sampled_from(wrong))
    return drawn


WRONG_TYPES: dict[str, list[object]] = {
    "bool": [0, 1, 1.0, "true", ""],
    "string": [0, True, 1.5, "\ud800"],
    "float": [True, "1.5", float("nan"), float("inf"), -float("inf"), 10**400],
    "whole": [True, False, "1", 1.0, 0.5, float("nan")],
}


def kind_of(format_: str) -> str:
    return "whole" if format_ in WHOLE else format_
