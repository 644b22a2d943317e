"""The registry: which certificates there are and which were taken back, in a file that only grows.

Each line is the canonical JSON of an object with `n`, `kind`, `date`, the fields of its kind,
`prev` (hash of the line before) and `hash`. The last line is the head: how many lines there are,
the hash of the last, the date, and the registry's signature over these. It is made anew at every
entry; nothing else ever changes. Whoever knows an earlier head sees a registry that was rolled back
or forked (`check_grown`).
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from certification import files
from certification.errors import (
    ForeignKeyError,
    FormError,
    MismatchError,
    RevokedError,
    SignatureError,
)
from certification.papers import form, keys, registry_lines
from certification.papers.certificate import Certificate
from certification.papers.keys import Keyring, PrivateKey
from certification.papers.registry_lines import Entry, Head, Line, Opening, Revocation
from certification.transcript.file import canonical

MOST_BYTES: Final = 64 * 1024 * 1024
"""A longer file is not read: some 100,000 certificates."""


@dataclass(frozen=True, slots=True)
class Registry:
    """A registry whose chain holds and whose head is signed by a trusted key."""

    lines: tuple[Line, ...]
    head: Head

    @property
    def name(self) -> str:
        """Whose it is."""
        return self.lines[0].name if isinstance(self.lines[0], Opening) else ""

    def entries(self) -> Iterator[Entry]:
        """Yield the certificates, revoked ones too, the oldest first."""
        return (line for line in self.lines if isinstance(line, Entry))

    def revocation(self, certificate: str, vendor_keyid: str) -> Revocation | None:
        """Return what took back this certificate or all of its vendor's key, or None."""
        taken = {("certificate", certificate), ("key", vendor_keyid)}
        for line in self.lines:
            if isinstance(line, Revocation) and (line.what, line.id) in taken:
                return line
        return None

    def counting(self) -> tuple[Entry, ...]:
        """Return the certificates that were not taken back; days are another matter."""
        taken = {(line.what, line.id) for line in self.lines if isinstance(line, Revocation)}
        return tuple(
            entry
            for entry in self.entries()
            if taken.isdisjoint({("certificate", entry.certificate), ("key", entry.vendor_keyid)})
        )

    def check(self, certificate: Certificate) -> None:
        """See that a certificate stands here and was not taken back.

        Raises:
            MismatchError: It is not listed.
            RevokedError: It counts no more; names the line.
        """
        revoked = self.revocation(certificate.id, certificate.vendor_key.id)
        if revoked is not None:
            why = f"revoked on {revoked.date}: {revoked.why}"
            raise RevokedError(f"registry line {revoked.n}", why)
        if all(entry.certificate != certificate.id for entry in self.entries()):
            raise MismatchError("registry", "it does not list this certificate")

    def check_grown(self, known: Head) -> None:
        """See that this registry is one that was known earlier, with nothing but more lines.

        Raises:
            MismatchError: It has fewer lines than were known, or others.
        """
        if len(self.lines) < known.count:
            why = f"{known.count} lines were known on {known.date}; this file has fewer"
            raise MismatchError(f"line {len(self.lines)}", why)
        if self.lines[known.count - 1].hash != known.last:
            raise MismatchError(f"line {known.count - 1}", f"it was another on {known.date}")

    def content(self) -> bytes:
        """Return it as a file."""
        return b"".join(each.canonical() + b"\n" for each in (*self.lines, self.head))


def new(name: str, key: PrivateKey, date: datetime.date) -> Registry:
    """Return a registry without entries."""
    fields = {"kind": "registry", "format": 1, "name": name, "keyid": key.public.id}
    return _signed((registry_lines.chained((), fields, date),), key, date)


def add(
    registry: Registry, certificate: Certificate, key: PrivateKey, date: datetime.date
) -> Registry:
    """Return the registry with a certificate that it has countersigned.

    Raises:
        ForeignKeyError: The key is not that of the registry, or has not countersigned.
        RevokedError: The certificate or its vendor's key was taken back.
        MismatchError: It stands there already, or the date is before that of the head.
    """
    own = _own(registry, key)
    if own not in certificate.countersigned_by:
        raise ForeignKeyError("certificate", "this registry has not countersigned it")
    revoked = registry.revocation(certificate.id, certificate.vendor_key.id)
    if revoked is not None:
        raise RevokedError(f"registry line {revoked.n}", f"revoked on {revoked.date}")
    if any(entry.certificate == certificate.id for entry in registry.entries()):
        raise MismatchError("certificate", "it stands in the registry already")
    said, told = certificate.statement, certificate.statement.told
    return _grown(
        registry,
        {
            "kind": "certificate",
            "certificate": certificate.id,
            "vendor": told.vendor,
            "vendor_keyid": certificate.vendor_key.id,
            "product": told.product,
            "hardware": told.hardware,
            "firmware": told.firmware,
            "firmware_sha256": said.firmware_sha256,
            "declaration_sha256": said.declaration_sha256,
            "level": told.level,
            "issued": told.issued,
            "not_after": told.not_after,
        },
        key,
        date,
    )


def revoke(
    registry: Registry, target: str, why: str, key: PrivateKey, date: datetime.date
) -> Registry:
    """Return the registry with a certificate, or all of a vendor's key, taken back.

    Args:
        registry: As `parse` returns it.
        target: Id of a certificate or of a vendor's key, or how it begins, at least 8 characters.
        why: The reason, for people.
        key: The registry's.
        date: Today (UTC).

    Raises:
        ForeignKeyError: The key is not that of the registry.
        MismatchError: Nothing or more than one thing is named so, or the date is before the head's.
    """
    _own(registry, key)
    known = {("certificate", entry.certificate) for entry in registry.entries()}
    known |= {("key", entry.vendor_keyid) for entry in registry.entries()}
    found = [each for each in known if each[1].startswith(target)] if len(target) >= 8 else []
    if len(found) != 1:
        why = "names more than one thing" if found else "names no certificate and no vendor's key"
        raise MismatchError(target, why)
    what, name = found[0]
    return _grown(registry, {"kind": "revoked", "what": what, "id": name, "why": why}, key, date)


def parse(content: bytes, trusted: Keyring) -> Registry:
    """Return the registry in a file.

    Args:
        content: Its bytes.
        trusted: Keys that somebody vouches for; one of them has to be the registry's.

    Raises:
        FormError: It is none, cut, or not written in its only form.
        SignatureError: The chain or the head's signature does not hold.
        ForeignKeyError: The head is signed by a key that is not trusted.
    """
    *written, rest = content.split(b"\n")
    if rest or len(written) < 2:
        raise FormError(f"line {len(written)}", "the file is cut")
    head = form.read(written[-1], Head, f"line {len(written) - 1}, the head")
    lines: list[Line] = []
    for text in written[:-1]:
        lines.append(registry_lines.read(text, lines))
    registry = Registry(tuple(lines), head)
    _check_head(registry, trusted)
    return registry


def read(file: Path, trusted: Keyring) -> Registry:
    """Return the registry in a file; raises as `parse` does, and OSError."""
    return parse(files.read_whole(file, MOST_BYTES), trusted)


def _check_head(registry: Registry, trusted: Keyring) -> None:
    head, where = registry.head, "the head"
    if head.count != len(registry.lines):
        raise FormError(where, f"it counts {head.count} lines; there are {len(registry.lines)}")
    if head.last != registry.lines[-1].hash:
        raise SignatureError(where, "`last` is not the hash of the last line")
    opening = registry.lines[0]
    if not isinstance(opening, Opening) or opening.keyid != head.keyid:
        raise ForeignKeyError(where, "it is not signed with the key of the first line")
    key = trusted.get(head.keyid)
    if key is None:
        raise ForeignKeyError(where, f"key {head.keyid[:16]}… is not trusted")
    key.check(keys.signature(head.sig, where), _to_sign(head), where)
    if head.date < registry.lines[-1].date:
        raise FormError(where, "its date is before that of the last line")


def _own(registry: Registry, key: PrivateKey) -> str:
    own = key.public.id
    if own != registry.head.keyid:
        raise ForeignKeyError("key", f"the registry's is {registry.head.keyid[:16]}…")
    return own


def _grown(
    registry: Registry, fields: dict[str, object], key: PrivateKey, date: datetime.date
) -> Registry:
    if date.isoformat() < registry.head.date:
        raise MismatchError("date", f"today is before the head, {registry.head.date}")
    return _signed(
        (*registry.lines, registry_lines.chained(registry.lines, fields, date)), key, date
    )


def _signed(lines: tuple[Line, ...], key: PrivateKey, date: datetime.date) -> Registry:
    unsigned = {
        "kind": "head",
        "count": len(lines),
        "date": date.isoformat(),
        "last": lines[-1].hash,
        "keyid": key.public.id,
    }
    signature = key.sign(canonical(unsigned))
    return Registry(lines, Head.model_validate({**unsigned, "sig": keys.to_base64(signature)}))


def _to_sign(head: Head) -> bytes:
    return canonical(head.model_dump(mode="json", exclude={"sig"}))
