"""The envelope of a certificate: DSSE v1 with one payload and up to four signatures.

See the Dead Simple Signing Envelope; what is signed is the type and the bytes of the payload, not
their JSON. The file is the canonical JSON of the envelope and one line feed.
"""

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from certification.errors import FormError
from certification.papers import form, keys
from certification.papers.keys import PrivateKey

TYPE: Final = "application/vnd.in-toto+json"
MOST_BYTES: Final = 1024 * 1024
"""A longer file is no certificate."""


class Signature(form.Paper):
    """One signature, named by the fingerprint of its key."""

    keyid: form.Sha256
    sig: form.Base64


class _Envelope(form.Paper):
    payload: Annotated[str, StringConstraints(min_length=4, max_length=MOST_BYTES)]
    payload_type: Literal["application/vnd.in-toto+json"] = Field(alias="payloadType")
    signatures: Annotated[tuple[Signature, ...], Field(min_length=1, max_length=4)]


@dataclass(frozen=True, slots=True)
class Envelope:
    """A payload and who signed it, the first of them its author."""

    payload: bytes
    signatures: tuple[Signature, ...]

    def signed(self, key: PrivateKey) -> "Envelope":
        """Return it with one signature more.

        Raises:
            FormError: This key has signed already.
        """
        own = key.public.id
        if any(each.keyid == own for each in self.signatures):
            raise FormError("signatures", f"key {own[:16]} has signed already")
        text = keys.to_base64(key.sign(encoding(self.payload)))
        return Envelope(self.payload, (*self.signatures, Signature(keyid=own, sig=text)))

    def content(self) -> bytes:
        """Return it as a file."""
        payload = keys.to_base64(self.payload)
        whole = _Envelope(payload=payload, payloadType=TYPE, signatures=self.signatures)
        return whole.canonical() + b"\n"

    def check(self, number: int, key: keys.PublicKey) -> None:
        """See that a signature is of this key; raises SignatureError or FormError."""
        where = f"signature {number + 1}"
        found = self.signatures[number]
        if found.keyid != key.id:
            raise FormError(where, f"keyid is not the fingerprint of the key, {key.id[:16]}…")
        key.check(keys.signature(found.sig, where), encoding(self.payload), where)


def encoding(payload: bytes) -> bytes:
    """Return what is signed: the pre-authentication encoding of DSSE v1."""
    return b"DSSEv1 %d %s %d %s" % (len(TYPE), TYPE.encode(), len(payload), payload)


def read(content: bytes) -> Envelope:
    """Return the envelope in a file, whose signatures nobody has looked at yet.

    Raises:
        FormError: It is none, or not in its only form.
    """
    if not content.endswith(b"\n"):
        raise FormError(f"byte {len(content)}", "the file is cut: the last line feed is missing")
    found = form.read(content[:-1], _Envelope, "envelope")
    ids = [each.keyid for each in found.signatures]
    if len(set(ids)) != len(ids):
        raise FormError("signatures", "a key has signed twice")
    return Envelope(keys.from_base64(found.payload, "payload"), found.signatures)
