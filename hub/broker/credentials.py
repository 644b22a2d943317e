"""Passwords of broker users, hashed as mosquitto hashes them."""

import base64
import binascii
import hashlib
import hmac
import secrets
from typing import Final

ITERATIONS: Final = 101
"""What mosquitto_passwd 2.0 uses. Our passwords carry 256 random bits: more would only cost time
at each connect."""

SALT_BYTES: Final = 12
"""What mosquitto_passwd 2.0 uses."""

_MOST_ITERATIONS: Final = 1_000_000


def new_password() -> str:
    """Return a random password of 256 bits as 43 characters that are safe in a URL."""
    return secrets.token_urlsafe(32)


def hash_password(password: str) -> str:
    """Return `$7$<iterations>$<salt>$<hash>` (PBKDF2 with SHA-512), as in mosquitto's files."""
    salt = secrets.token_bytes(SALT_BYTES)
    return f"$7${ITERATIONS}${_text(salt)}${_text(_derive(password, salt, ITERATIONS))}"


def is_password(password: str, stored: str) -> bool:
    """Say whether `stored` was made of `password`; False for what is no such hash."""
    try:
        empty, kind, iterations, salt, digest = stored.split("$")
        count = int(iterations)
        salt_bytes, expected = _bytes(salt), _bytes(digest)
    except (ValueError, binascii.Error):
        return False
    if (empty, kind) != ("", "7") or not 0 < count <= _MOST_ITERATIONS or not expected:
        return False
    return hmac.compare_digest(_derive(password, salt_bytes, count), expected)


def _derive(password: str, salt: bytes, iterations: int) -> bytes:
    return hashlib.pbkdf2_hmac("sha512", password.encode(), salt, iterations)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
