"""Makes and reads the secrets that people and phones carry; only hashes of them are kept."""

import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from re import compile as pattern
from typing import Final

from hub.core.people.records import SessionId

ACCESS_PREFIX: Final = "eca_"
REFRESH_PREFIX: Final = "ecr_"
SESSION_PREFIX: Final = "session-"

_CODE_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is taken for another."""

_refresh = pattern(rf"{REFRESH_PREFIX}([0-9a-f]{{12}})\.([\w-]{{22}})\.([\w-]{{43}})")
_ALIKE: Final = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None})


@dataclass(frozen=True, slots=True)
class Refresh:
    """A refresh token: the session, what all of its tokens share, and the token whole."""

    session: SessionId
    family: str = field(repr=False)
    plain: str = field(repr=False)


def digest(plain: str) -> str:
    """Return what is kept of a secret."""
    return sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


def new_name(prefix: str) -> str:
    """Return a new id, `prefix` and twelve hex digits."""
    return prefix + secrets.token_hex(6)


def new_access() -> str:
    """Return a new access token of 256 bits."""
    return ACCESS_PREFIX + secrets.token_urlsafe(32)


def new_family() -> str:
    """Return what all refresh tokens of a new session will share."""
    return secrets.token_urlsafe(16)


def new_refresh(session: SessionId, family: str) -> str:
    """Return a new refresh token of a session."""
    number = session.removeprefix(SESSION_PREFIX)
    return f"{REFRESH_PREFIX}{number}.{family}.{secrets.token_urlsafe(32)}"


def read_refresh(plain: str) -> Refresh | None:
    """Return the parts of a refresh token; None where it is none."""
    found = _refresh.fullmatch(plain)
    if found is None:
        return None
    return Refresh(SessionId(SESSION_PREFIX + found[1]), found[2], plain)


def new_window_code() -> str:
    """Return eight digits."""
    return f"{secrets.randbelow(10**8):08d}"


def new_invite_code() -> str:
    """Return twelve letters and digits, 60 bits that nobody guesses in a month."""
    return "".join(secrets.choice(_CODE_LETTERS) for _ in range(12))


def spoken(code: str) -> str:
    """Return a code in groups of four, as people read it out."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def heard(text: str) -> str:
    """Return a code as it was made, from how somebody typed it."""
    return text.upper().translate(_ALIKE)
