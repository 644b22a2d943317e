"""Ed25519 keys, named by the fingerprint of their public half.

A private key is a PKCS #8 PEM file that only its owner reads, its public half a PEM file beside it.
`openssl pkey -pubin -in acme.pub.pem -outform DER | sha256sum` shows the same fingerprint.
"""

import base64
import hashlib
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from certification import files
from certification.errors import FormError, SignatureError

PRIVATE_END: Final = ".key.pem"
PUBLIC_END: Final = ".pub.pem"

_MOST_BYTES: Final = 1024
_SIGNATURE_BYTES: Final = 64


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The half that everybody may know."""

    raw: bytes

    @property
    def id(self) -> str:
        """The fingerprint: SHA-256 of the key as DER, in hex."""
        return hashlib.sha256(self._der()).hexdigest()

    @property
    def text(self) -> str:
        """The 32 bytes as base64."""
        return to_base64(self.raw)

    def pem(self) -> bytes:
        """Return it as a file."""
        return self._key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def check(self, signature: bytes, message: bytes, where: str) -> None:
        """See that a signature is of this key over this message.

        Raises:
            SignatureError: It is not; `where` names it.
        """
        try:
            self._key().verify(signature, message)
        except InvalidSignature:
            why = (
                f"this is not what key {self.id[:16]} signed: the content or the signature changed"
            )
            raise SignatureError(where, why) from None

    def _der(self) -> bytes:
        return self._key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def _key(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(self.raw)


class PrivateKey:
    """The half that signs; its repr shows nothing of it."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @property
    def public(self) -> PublicKey:
        """Its other half."""
        return PublicKey(self._key.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """Return the signature, 64 bytes, the same for the same message."""
        return self._key.sign(message)

    def pem(self) -> bytes:
        """Return it as a file."""
        return self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


Keyring = Mapping[str, PublicKey]
"""Keys that somebody vouches for, by their ids."""


def keyring(keys: Iterable[PublicKey]) -> Keyring:
    """Return keys by their ids."""
    return MappingProxyType({key.id: key for key in keys})


def new() -> PrivateKey:
    """Make a key."""
    return PrivateKey(Ed25519PrivateKey.generate())


def save(key: PrivateKey, folder: Path, name: str) -> tuple[Path, Path]:
    """Write both halves and return where they lie.

    Raises:
        FileExistsError: There is such a key; nothing is ever written over one.
        OSError: A file cannot be written.
    """
    private, public = folder / (name + PRIVATE_END), folder / (name + PUBLIC_END)
    if public.exists():
        raise FileExistsError(f"{public} is there already")
    files.write_new(private, key.pem(), files.PRIVATE)
    files.write_new(public, key.public.pem())
    return private, public


def load_private(file: Path) -> PrivateKey:
    """Return the private key in a file.

    Raises:
        FormError: It holds no such key, or others than its owner may read it.
        OSError: It cannot be read.
    """
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise FormError(str(file), "others may read this private key; chmod 600 it")
    content = files.read_whole(file, _MOST_BYTES)
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise FormError(str(file), "no private key in PEM") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise FormError(str(file), "not an Ed25519 key")
    found = PrivateKey(key)
    if found.pem() != content:
        raise FormError(str(file), "not in the form in which a private key is written")
    return found


def load_public(file: Path) -> PublicKey:
    """Return the public key in a file; raises as `load_private` does."""
    content = files.read_whole(file, _MOST_BYTES)
    try:
        key = serialization.load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm):
        raise FormError(str(file), "no public key in PEM") from None
    if not isinstance(key, Ed25519PublicKey):
        raise FormError(str(file), "not an Ed25519 key")
    found = PublicKey(key.public_bytes_raw())
    if found.pem() != content:
        raise FormError(str(file), "not in the form in which a public key is written")
    return found


def decode(text: str, where: str) -> PublicKey:
    """Return the public key that stands in a paper as base64; raises FormError."""
    return PublicKey(from_base64(text, where, length=32))


def signature(text: str, where: str) -> bytes:
    """Return the signature that stands in a paper as base64; raises FormError."""
    return from_base64(text, where, length=_SIGNATURE_BYTES)


def to_base64(content: bytes) -> str:
    """Return bytes as a paper writes them."""
    return base64.b64encode(content).decode()


def from_base64(text: str, where: str, length: int | None = None) -> bytes:
    """Return bytes that are written in base64, as only one text says them; raises FormError."""
    try:
        found = base64.b64decode(text, validate=True)
    except ValueError:
        raise FormError(where, "not base64") from None
    if to_base64(found) != text:
        raise FormError(where, "not in the canonical form of base64")
    if length is not None and len(found) != length:
        raise FormError(where, f"{len(found)} bytes, not {length}")
    return found
