"""Markup in which nothing that a device or a vendor has said can be more than text."""

import html
import re
from typing import Final

from protocol.errors import printable

LONGEST: Final = 300
"""Longest text from elsewhere that is shown in one line."""


def safe(text: object, limit: int = LONGEST) -> str:
    """Return one line of text for markup: escaped, and no sign that is not seen."""
    return html.escape(printable(str(text), limit))


def prose(text: str, limit: int = LONGEST) -> str:
    """Return a sentence of the catalogue, with code where it has backquotes."""
    return _CODE.sub(r"<code>\1</code>", safe(text, limit))


def said(text: object, limit: int = LONGEST) -> str:
    """Return text from elsewhere as an element that cannot turn the text around it."""
    return f'<bdi class="said">{safe(text, limit)}</bdi>'


def block(text: str, name: str = "") -> str:
    """Return lines as they are, escaped."""
    shown = "\n".join(safe(line, 4_000) for line in text.split("\n"))
    return f'<pre class="{name}">{shown}</pre>' if name else f"<pre>{shown}</pre>"


def facts(*pairs: tuple[str, str]) -> str:
    """Return names and their values, which are markup already."""
    inner = "".join(f"<div><dt>{safe(name)}</dt><dd>{value}</dd></div>" for name, value in pairs)
    return f'<dl class="facts">{inner}</dl>'


_CODE: Final = re.compile(r"`([^`]+)`")
