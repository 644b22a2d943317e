"""QR codes for apps to draw: a phone that is let in scans the one of another."""

from typing import Annotated

import segno
from pydantic import Field

QrRows = Annotated[
    list[str],
    Field(
        description="The link as a QR code: a row per text, 1 for dark; leave 4 light ones around."
    ),
]


def rows(text: str) -> QrRows:
    """Return `text` as the rows of a QR code."""
    code = segno.make(text, micro=False, error="m")
    return ["".join("1" if cell else "0" for cell in row) for row in code.matrix]
