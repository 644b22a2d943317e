"""Certificates: signed by the vendor, countersigned by a registry that has judged again.

A certificate carries the public key of its vendor, so its own signature can always be held against
it; that anybody believes this key takes a countersignature of a registry, or the key itself.
"""

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from certification import files
from certification.errors import ExpiredError, ForeignKeyError, FormError, MismatchError
from certification.papers import envelope, form, keys, statement
from certification.papers.envelope import Envelope
from certification.papers.keys import Keyring, PrivateKey, PublicKey
from certification.papers.statement import Statement
from certification.report.model import Report
from protocol.errors import printable

MOST_DAYS: Final = 1826
"""A certificate counts for five years at most."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate in its right form, signed by its vendor; who believes that is another matter.

    Attributes:
        statement: What it says.
        envelope: What was signed, and by whom.
    """

    statement: Statement
    envelope: Envelope

    @property
    def id(self) -> str:
        """SHA-256 of the statement; the same before and after a countersignature."""
        return hashlib.sha256(self.envelope.payload).hexdigest()

    @property
    def vendor_key(self) -> PublicKey:
        """The key with which the vendor signed."""
        return keys.decode(self.statement.told.vendor_key, "vendor_key")

    @property
    def countersigned_by(self) -> tuple[str, ...]:
        """Ids of the keys that signed after the vendor."""
        return tuple(each.keyid for each in self.envelope.signatures[1:])

    def content(self) -> bytes:
        """Return it as a file."""
        return self.envelope.content()


def sign(
    report: Report,
    firmware_sha256: str,
    key: PrivateKey,
    issued: datetime.date,
    days: int,
) -> Certificate:
    """Make the certificate of a device that has reached a level.

    Args:
        report: What was judged.
        firmware_sha256: Of the firmware's image.
        key: The vendor's.
        issued: Today (UTC).
        days: For how many days it counts, 1 to `MOST_DAYS`.

    Raises:
        MismatchError: There is nothing to certify, or the image is another.
    """
    not_after = issued + datetime.timedelta(days=days)
    said = statement.build(report, firmware_sha256, key.public.text, issued, not_after)
    return Certificate(said, Envelope(said.canonical(), ()).signed(key))


def countersign(
    certificate: Certificate, report: Report, key: PrivateKey, today: datetime.date
) -> Certificate:
    """Add the signature of a registry that has judged the transcript again.

    Args:
        certificate: As `parse` returns it.
        report: What the registry made of the transcript.
        key: The registry's.
        today: The day (UTC).

    Raises:
        ExpiredError: It does not count today.
        MismatchError: The certificate says what the transcript does not; names the first place.
        FormError: This key has signed already.
    """
    _check_days(certificate, today)
    issued, not_after = _days(certificate)
    if (not_after - issued).days > MOST_DAYS:
        raise MismatchError("not_after", f"more than {MOST_DAYS} days after issued")
    check_again(certificate, report)
    return Certificate(certificate.statement, certificate.envelope.signed(key))


def check_again(certificate: Certificate, report: Report) -> None:
    """See that a certificate says what a transcript, judged again, shows.

    Raises:
        MismatchError: It does not; names the first place.
    """
    said = certificate.statement
    again = statement.build(report, said.firmware_sha256, said.told.vendor_key, *_days(certificate))
    _check_same(
        said.model_dump(mode="json", by_alias=True),
        again.model_dump(mode="json", by_alias=True),
        "",
    )


def parse(content: bytes) -> Certificate:
    """Return the certificate in a file, with its vendor's signature held against it.

    Raises:
        FormError: It is none, or not written in its only form.
        SignatureError: The vendor did not sign this.
    """
    found = envelope.read(content)
    said = form.read(found.payload, Statement, "statement")
    certificate = Certificate(said, found)
    found.check(0, certificate.vendor_key)
    first, last = _days(certificate)
    if last < first:
        raise FormError("not_after", "is before issued")
    return certificate


def read(file: Path) -> Certificate:
    """Return the certificate in a file; raises as `parse` does, and OSError."""
    return parse(files.read_whole(file, envelope.MOST_BYTES))


def check(certificate: Certificate, trusted: Keyring, today: datetime.date) -> None:
    """See that a certificate is believed and counts today; revocations are the registry's.

    Args:
        certificate: As `parse` returns it.
        trusted: Keys that somebody vouches for: of registries, or of the vendor itself.
        today: The day (UTC).

    Raises:
        ForeignKeyError: It is signed by a key that is not trusted.
        SignatureError: A countersignature is not of this certificate.
        ExpiredError: It does not count today.
    """
    for number, keyid in enumerate(certificate.countersigned_by, start=1):
        key = trusted.get(keyid)
        if key is None:
            raise ForeignKeyError(f"signature {number + 1}", f"key {keyid[:16]}… is not trusted")
        certificate.envelope.check(number, key)
    vendor = certificate.vendor_key.id
    if not certificate.countersigned_by and vendor not in trusted:
        why = f"only its vendor's own key {vendor[:16]}… has signed, and that is not trusted"
        raise ForeignKeyError("signature 1", why)
    _check_days(certificate, today)


def _days(certificate: Certificate) -> tuple[datetime.date, datetime.date]:
    told = certificate.statement.told
    return statement.day(told.issued, "issued"), statement.day(told.not_after, "not_after")


def _check_days(certificate: Certificate, today: datetime.date) -> None:
    first, last = _days(certificate)
    if today < first:
        raise ExpiredError("issued", f"counts from {first} on; today is {today}")
    if today > last:
        raise ExpiredError("not_after", f"counted until {last}; today is {today}")


def _check_same(one: object, other: object, where: str) -> None:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for name in sorted(one.keys() | other.keys()):
            _check_same(one.get(name), other.get(name), f"{where}.{name}" if where else str(name))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (left, right) in enumerate(zip(one, other, strict=True)):
            _check_same(left, right, f"{where}.{number}")
    elif one != other:
        why = f"{printable(one)}; the transcript, judged again: {printable(other)}"
        raise MismatchError(where, why)
