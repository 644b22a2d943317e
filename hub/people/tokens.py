"""The secrets that people and phones carry: made and read here, and kept as hashes alone."""

import secrets
from dataclasses import dataclass, field, replace
from hashlib import sha256
from re import compile as pattern
from typing import Final
from unicodedata import normalize

from hub.core.people.records import Person, Session, SessionId

ACCESS_PREFIX: Final = "eca_"
REFRESH_PREFIX: Final = "ecr_"
SESSION_PREFIX: Final = "session-"

ACCESS_S: Final = 1_800.0
"""How long an access token is good."""

_CODE_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is taken for another."""

_refresh = pattern(rf"{REFRESH_PREFIX}([0-9a-f]{{12}})\.([\w-]{{22}})\.([\w-]{{43}})")
_ALIKE: Final = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None})


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a phone gets when it comes, and each time it refreshes.

    Attributes:
        expires_s: Seconds for which `access` is good.
    """

    person: Person
    session: SessionId
    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_s: float = ACCESS_S


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


def begin(
    person: Person, session_id: SessionId, device: str, now_s: float
) -> tuple[Session, Tokens]:
    """Return a new session of a person and its first tokens; nothing is kept yet."""
    family = secrets.token_urlsafe(16)
    session = Session(
        id=session_id,
        person=person.id,
        device=device,
        created_at_s=now_s,
        seen_at_s=now_s,
        family_sha256=digest(family),
        refresh_sha256="",
        access_sha256="",
        access_until_s=now_s,
    )
    return renew(session, person, family, now_s)


def renew(session: Session, person: Person, family: str, now_s: float) -> tuple[Session, Tokens]:
    """Return a session with new tokens, and these; nothing is kept yet.

    Args:
        session: As it was.
        person: Whose it is.
        family: What all refresh tokens of the session share.
        now_s: The core's clock.
    """
    access = ACCESS_PREFIX + secrets.token_urlsafe(32)
    number = session.id.removeprefix(SESSION_PREFIX)
    refresh = f"{REFRESH_PREFIX}{number}.{family}.{secrets.token_urlsafe(32)}"
    renewed = replace(
        session,
        seen_at_s=now_s,
        refresh_sha256=digest(refresh),
        access_sha256=digest(access),
        access_until_s=now_s + ACCESS_S,
    )
    return renewed, Tokens(person, session.id, access, refresh)


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
    return normalize("NFKC", text).upper().translate(_ALIKE)
