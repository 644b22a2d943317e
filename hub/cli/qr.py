"""QR codes on a terminal, and what they lead to."""

from io import StringIO

import segno


def drawn(text: str) -> str:
    """Return a QR code as characters, for a terminal in black on white."""
    lines = StringIO()
    segno.make(text, micro=False, error="l").terminal(lines, compact=True, border=2)
    return lines.getvalue().rstrip("\n")


def pairing_link(url: str, code: str) -> str:
    """Return what opens the app with a code; it stands behind `#`, so that no log sees it."""
    return f"{url}/#pair={code}"
