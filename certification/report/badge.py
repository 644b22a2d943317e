"""The badge: a small picture of the level for a vendor's page."""

from typing import Final

from certification.report.markup import safe
from certification.report.model import LEVELS

_COLOURS: Final = {0: "#57606a", 1: "#0550ae", 2: "#116329", 3: "#6639ba"}
_CHAR: Final = 6.6
"""Width of a character at 11 px, in px; the picture says its own text length, so it fits."""


def render(level: int, detail: str) -> bytes:
    """Return an SVG.

    Args:
        level: 0 to 3.
        detail: What comes after the name of the level, such as the firmware.
    """
    left = "ECO/1"
    shown = detail if len(detail) <= 40 else f"{detail[:39]}…"
    right = f"{LEVELS.get(level, 'no level')} {shown}".strip()
    one, two = round(len(left) * _CHAR + 14), round(len(right) * _CHAR + 14)
    text = safe(f"{left}: {right}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{one + two}" height="22" role="img" '
        f'aria-label="{text}"><title>{text}</title>'
        f'<rect width="{one + two}" height="22" rx="4" fill="#24292f"/>'
        f'<path d="M{one} 0h{two - 4}a4 4 0 0 1 4 4v14a4 4 0 0 1-4 4H{one}z" '
        f'fill="{_COLOURS.get(level, _COLOURS[0])}"/>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f"{_text(left, 7, one - 14)}{_text(right, one + 7, two - 14)}</g></svg>\n"
    ).encode()


def _text(text: str, x: int, width: int) -> str:
    return f'<text x="{x}" y="15" textLength="{width}">{safe(text)}</text>'
