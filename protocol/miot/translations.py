"""The registry's translations of an instance: what each part is called, by language."""

from collections.abc import Mapping
from typing import Final

from protocol.miot.document import read_json
from protocol.miot.errors import NotAnInstanceError
from protocol.miot.texts import Translations

_MOST: Final = 50_000
"""So many texts of one language are read."""


def read_translations(document: bytes) -> Translations:
    """Read a translation document, in any of the forms in which it is passed on.

    The languages stand at the top, below `data`, or below the device's type.

    Raises:
        MiotError: it is not JSON, too large, or holds no language with texts.
    """
    languages = _languages(read_json(document))
    if languages is None:
        detail = "no English or Chinese texts such as `service:002` were found"
        fix = "give it what the registry sends as multiLanguage for the instance's type"
        raise NotAnInstanceError("document", detail, fix)
    return Translations(
        _texts(languages, "en"), _texts(languages, "zh_cn", "zh-Hans", "zh", "zh-CN")
    )


def _languages(found: object, depth: int = 0) -> Mapping[str, object] | None:
    if not isinstance(found, dict) or depth > 3:
        return None
    if any(isinstance(found.get(tag), dict) for tag in _TAGS):
        return found
    for name in ("data", *(key for key in list(found)[:8] if key.startswith("urn:"))):
        languages = _languages(found.get(name), depth + 1)
        if languages is not None:
            return languages
    return None


def _texts(languages: Mapping[str, object], *tags: str) -> dict[str, str]:
    for tag in tags:
        found = languages.get(tag)
        if isinstance(found, dict):
            pairs = list(found.items())[:_MOST]
            return {key: text for key, text in pairs if isinstance(text, str)}
    return {}


_TAGS: Final = ("en", "zh_cn", "zh-Hans", "zh", "zh-CN")
