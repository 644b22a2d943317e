"""QR codes on a terminal, and the addresses at which phones reach a hub of this machine."""

from io import StringIO
from urllib.parse import urlsplit

import segno

from hub.discovery.interfaces import interfaces, reachable_addresses


def drawn(text: str) -> str:
    """Return a QR code as characters, for a terminal in black on white."""
    lines = StringIO()
    segno.make(text, micro=False, error="l").terminal(lines, compact=True, border=2)
    return lines.getvalue().rstrip("\n")


def outside(url: str, bound_to: str = "0.0.0.0") -> str:  # noqa: S104 - what hub.toml says by default
    """Return where a phone reaches a hub that a program of this machine knows by `url`.

    Args:
        url: Of the hub; one that is not this machine's loopback stays.
        bound_to: The address at which it listens.
    """
    parts = urlsplit(url)
    if parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
        return url
    found = reachable_addresses(bound_to, interfaces())
    return f"{parts.scheme}://{found[0]}:{parts.port}" if found else url


def pairing_link(url: str, code: str) -> str:
    """Return what opens the app with a code; it stands behind `#`, so that no log sees it."""
    return f"{url}/#pair={code}"
