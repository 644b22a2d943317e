"""Descriptions to titles."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from protocol.errors import printable
from protocol.miot.glossary import english
from protocol.miot.notebook import Notebook, Place
from protocol.miot.quirks import Quirk
from protocol.product_model import Titles

MAX_TITLE: Final = 120
"""Longest title, in characters."""

_LOOK_AT: Final = 2_000
"""So many characters of a description are looked at."""


@dataclass(frozen=True, slots=True)
class Translations:
    """Titles of an instance in other languages, as the registry hands them out.

    Attributes:
        english, chinese: Text by key, such as `service:002:property:004:valuelist:000`.
    """

    english: Mapping[str, str]
    chinese: Mapping[str, str]


NO_TRANSLATIONS: Final = Translations({}, {})


def _by_language(found: dict[str, object], key: str, known: Translations) -> Translations:
    """Return translations of one thing whose description holds several languages."""
    given = {tag.lower().replace("-", "_"): text for tag, text in found.items()}
    english, chinese = given.get("en"), given.get("zh_cn", given.get("zh"))
    return Translations(
        {key: english} if isinstance(english, str) else known.english,
        {key: chinese} if isinstance(chinese, str) else known.chinese,
    )


def clean(text: str) -> str:
    """Return text without what no title may hold, on one line, whole words of it."""
    kept = "".join(
        " " if char.isspace() or char in "\u2028\u2029" else char
        for char in text[:_LOOK_AT]
        if char.isspace() or not (unicodedata.category(char) in _BANNED or char in _TURNERS)
    )
    return " ".join(kept.split())


def title(
    found: object,
    fallback: str,
    key: str,
    translations: Translations,
    note: tuple[Notebook, Place] | None = None,
) -> Titles:
    """Return the titles of one thing, English always among them, and Chinese where it is known.

    Args:
        found: The description as it stood.
        fallback: English for when nothing else is.
        key: Its key in the translations; empty for none.
        translations: Where better titles may stand.
        note: Where mendings are noted; choices of a list note theirs as one.
    """
    if isinstance(found, dict):
        translations = _by_language(found, key, translations)
    text = found if isinstance(found, str) else ""
    own = clean(text)
    is_chinese = has_chinese(own)
    translated = clean(translations.english.get(key, ""))
    said = "" if has_chinese(translated) else translated
    in_english = said or ("" if is_chinese else own) or english(own) or clean(fallback) or "Unnamed"
    in_chinese = clean(translations.chinese.get(key, "")) or (own if is_chinese else "")
    if note is not None:
        _note(note, text, own, in_english, is_translated=bool(said))
    titles = {"en": _shortened(in_english)}
    return {**titles, "zh": _shortened(in_chinese)} if in_chinese else titles


def has_chinese(text: str) -> bool:
    """Say whether a text has a Chinese character."""
    return _CHINESE.search(text) is not None


def words(name: str) -> str:
    """Return a type name as words, the first with a capital: `pm2.5-density` as `Pm2.5 density`."""
    text = clean(re.sub(r"[-_\s]+", " ", name))
    return text[:1].upper() + text[1:]


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_TITLE else text[: MAX_TITLE - 1].rstrip() + "…"


def _note(
    note: tuple[Notebook, Place], text: str, own: str, said: str, *, is_translated: bool
) -> None:
    notes, place = note
    if not own and not is_translated:
        notes.mend(Quirk.TITLE_MISSING, place, f"now {said!r}")
    elif has_chinese(own) and not is_translated:
        notes.mend(Quirk.TITLE_CHINESE, place, f"{printable(own, 60)} is {said!r} in English")
    if own != " ".join(text.split()) or len(own) > MAX_TITLE:
        notes.mend(Quirk.TITLE_CUT, place, f"now {_shortened(own)!r}")


_BANNED: Final = frozenset({"Cc", "Cs", "Co", "Cn"})
_TURNERS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CHINESE: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
