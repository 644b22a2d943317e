"""Design rules about titles: what people read, in every language of the product."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from protocol.design.findings import Finding
from protocol.design.outline import Titled, titled, values
from protocol.product_model import ProductSpec, Titles

LONGEST: Final = 32
LONGEST_CHOICE: Final = 28
SHOWN: Final = 5
"""Places that a finding names; of more it tells the number."""

_SAYS_NOTHING: Final = re.compile(
    r"(mode|level|value|option|state|type|gear)? ?-?\d+", re.IGNORECASE
)


def check(spec: ProductSpec) -> Iterator[Finding]:
    """Yield what is odd about the titles of a product."""
    everything = list(titled(spec))
    for each in everything:
        yield from _form(each)
    yield from _missing(spec, everything)
    for service in spec.services:
        shown = [part.title for part in service.properties]
        shown += [part.title for part in service.actions]
        yield from _repeated(service.name, shown)
    for path, value in values(spec):
        yield from _repeated(f"{path}.enum", [choice.title for choice in value.enum or ()])


def _form(each: Titled) -> Iterator[Finding]:
    text = each.titles["en"]
    longest = LONGEST_CHOICE if each.is_choice else LONGEST
    if len(text) > longest:
        detail = f"{text!r} has {len(text)} characters"
        yield Finding("title-long", each.path, detail, f"say it in {longest}")
    if not _is_latin(text):
        fix = "translate it; other languages stand beside `en`"
        yield Finding("title-not-english", each.path, f"{text!r} is under `en`", fix)
    elif (better := _well_formed(text)) != text:
        yield Finding("title-form", each.path, f"{text!r}", f"write {better!r}")
    if each.is_choice and _SAYS_NOTHING.fullmatch(text):
        fix = "say what it does: Quiet, Strong"
        yield Finding("title-says-nothing", each.path, f"{text!r} is only a number", fix)


def _missing(spec: ProductSpec, everything: Iterable[Titled]) -> Iterator[Finding]:
    for language in spec.title:
        without = [each.path for each in everything if language not in each.titles]
        if without:
            more = f" and {len(without) - SHOWN} more" if len(without) > SHOWN else ""
            detail = f"no {language} at {', '.join(without[:SHOWN])}{more}"
            fix = f"add `{language}` there, or leave it out of the product's title"
            yield Finding("translation-missing", without[0], detail, fix)


def _repeated(path: str, titles: Iterable[Titles]) -> Iterator[Finding]:
    by_language: dict[str, list[str]] = {}
    for title in titles:
        for language, text in title.items():
            by_language.setdefault(language, []).append(text.casefold())
    for language, texts in by_language.items():
        twice = [text for text, count in Counter(texts).items() if count > 1]
        if twice:
            detail = f"in {language} more than one is called {', '.join(map(repr, twice[:SHOWN]))}"
            yield Finding("title-repeated", path, detail, "give each a title of its own")


def _is_latin(text: str) -> bool:
    letters = [each for each in text if each.isalpha()]
    return all("LATIN" in unicodedata.name(each, "") or each in "µμΩ" for each in letters)


def _well_formed(text: str) -> str:
    better = " ".join(text.replace("_", " ").split()).rstrip(".:;, ")
    if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", better):
        better = better.replace("-", " ")
    if better and not re.match(r"[a-z]+[A-Z0-9]", better):  # eMotion, pH: a name of its own
        better = better[0].upper() + better[1:]
    return better or text
