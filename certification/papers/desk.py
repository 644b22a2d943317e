"""What is done with papers: files in, files out, and words on what was found."""

import datetime
import fcntl
import hashlib
import json
import os
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from certification import files
from certification.errors import CertifyError, MismatchError, UsageError
from certification.papers import certificate, keys, registry
from certification.papers.certificate import Certificate
from certification.papers.keys import Keyring
from certification.papers.registry import Registry
from certification.report import badge as drawing
from certification.report import reporting

MOST_IMAGE: Final = 4 * 1024**3
"""A larger firmware image is not read."""

TRANSCRIPT_LIMIT: Final = "A transcript is signed by nobody: whoever wrote it can write another."

Told = Mapping[str, object]
"""What a command found, for programs; for people each is a line."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What a certificate is held against besides keys; None where it is not.

    Attributes:
        registry: File of a registry that has to list it.
        transcript: What it was judged from; is judged again.
        firmware: The image.
    """

    registry: Path | None = None
    transcript: Path | None = None
    firmware: Path | None = None


def today() -> datetime.date:
    """Return the day (UTC)."""
    return datetime.datetime.now(datetime.UTC).date()


def new_key(folder: Path, name: str) -> Told:
    """Make a key; raises UsageError when there is one of this name."""
    key = keys.new()
    with _files():
        private, public = keys.save(key, folder, name)
    return {"private": str(private), "public": str(public), "keyid": key.public.id}


def show_key(file: Path) -> Told:
    """Return the fingerprint of a public key."""
    with _files():
        return {"keyid": keys.load_public(file).id}


def sign(transcript: Path, firmware: str | Path, key: Path, days: int, out: Path) -> Told:
    """Certify what a transcript shows; raises PaperError where there is nothing to certify."""
    with _files():
        report = reporting.report(reporting.read(transcript))
        sha256 = firmware if isinstance(firmware, str) else _sha256(firmware)
        paper = certificate.sign(report, sha256, keys.load_private(key), today(), days)
        files.write_whole(out, paper.content())
    return {"file": str(out), **_told(paper)}


def countersign(paper: Path, transcript: Path, key: Path, out: Path) -> Told:
    """Judge a transcript again, and sign the certificate where it says the same."""
    with _files():
        found = certificate.read(paper)
        report = reporting.report(reporting.read(transcript))
        signed = certificate.countersign(found, report, keys.load_private(key), today())
        files.write_whole(out, signed.content())
    return {"file": str(out), **_told(signed)}


def verify(file: Path, trusted: Sequence[Path], beside: Beside) -> Told:
    """Say what a certificate, registry or transcript is worth.

    Raises:
        PaperError: Nothing; says where and why.
    """
    with _files():
        ring = keys.keyring(keys.load_public(each) for each in trusted)
        with file.open("rb") as opened:
            start = opened.read(4096)
        if start.startswith(b'{"payload":'):
            return _verify_certificate(file, ring, beside)
        if b'"kind":"registry"' in start:
            return registry_state(registry.read(file, ring))
        told = {"transcript": reporting.read(file).sha256, "checked": ["chain", "bytes of packets"]}
        return told | {"does_not_prove": [TRANSCRIPT_LIMIT]}


def _verify_certificate(file: Path, ring: Keyring, beside: Beside) -> Told:
    paper = certificate.read(file)
    certificate.check(paper, ring, today())
    checked = ["form", "signatures", "days"]
    if beside.registry is not None:
        registry.read(beside.registry, ring).check(paper)
        checked.append("registry")
    if beside.transcript is not None:
        certificate.check_again(paper, reporting.report(reporting.read(beside.transcript)))
        checked.append("transcript, judged again")
    if beside.firmware is not None:
        if _sha256(beside.firmware) != paper.statement.firmware_sha256:
            raise MismatchError(str(beside.firmware), "not the image that is certified")
        checked.append("firmware image")
    return {"checked": checked, **_told(paper)}


def badge(paper: Path, out: Path) -> Told:
    """Draw the badge of a certificate."""
    with _files():
        told = certificate.read(paper).statement.told
        files.write_whole(out, drawing.render(told.level, f"{told.product} {told.firmware}"))
    return {"file": str(out)}


def new_registry(file: Path, name: str, key: Path) -> Told:
    """Begin a registry; raises UsageError when the file is there."""
    with _files():
        made = registry.new(name, keys.load_private(key), today())
        files.write_new(file, made.content())
    return registry_state(made)


def add(file: Path, paper: Path, key: Path) -> Told:
    """List a countersigned certificate."""
    with _files(), _alone(file):
        private = keys.load_private(key)
        ring = keys.keyring([private.public])
        found = certificate.read(paper)
        certificate.check(found, ring, today())
        grown = registry.add(registry.read(file, ring), found, private, today())
        files.write_whole(file, grown.content())
    return registry_state(grown)


def revoke(file: Path, target: str, why: str, key: Path) -> Told:
    """Take back a certificate or all of a vendor's key."""
    with _files(), _alone(file):
        private = keys.load_private(key)
        found = registry.read(file, keys.keyring([private.public]))
        grown = registry.revoke(found, target, why, private, today())
        files.write_whole(file, grown.content())
    return registry_state(grown)


def check_registry(file: Path, trusted: Sequence[Path], known: Path | None) -> Told:
    """Say how a registry stands; `known` is an older copy, which it has to have grown from."""
    with _files():
        ring = keys.keyring(keys.load_public(each) for each in trusted)
        found = registry.read(file, ring)
        if known is not None:
            found.check_grown(registry.read(known, ring).head)
    return registry_state(found)


def registry_state(found: Registry) -> Told:
    """Return how a registry stands."""
    head, listed = found.head, len(list(found.entries()))
    return {
        "registry": found.name,
        "lines": head.count,
        "head": head.last,
        "date": head.date,
        "certificates": listed,
        "revoked": listed - len(found.counting()),
    }


def _told(paper: Certificate) -> dict[str, object]:
    told = paper.statement.told
    return {
        "certificate": paper.id,
        "vendor": told.vendor,
        "product": told.product,
        "firmware": told.firmware,
        "level": told.level,
        "level_name": told.level_name,
        "unmet_advice": list(paper.statement.predicate.warned),
        "scale": told.scale,
        "issued": told.issued,
        "not_after": told.not_after,
        "signed_by": [each.keyid for each in paper.envelope.signatures],
        "does_not_prove": list(told.limits),
    }


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        if os.fstat(opened.fileno()).st_size > MOST_IMAGE:
            raise UsageError(f"{file} is larger than {MOST_IMAGE} bytes", "give its hash")
        return hashlib.file_digest(opened, "sha256").hexdigest()


@contextmanager
def _files() -> Iterator[None]:
    """Turn what goes wrong with a file into words."""
    try:
        yield
    except FileExistsError as error:
        what = error.filename2 or error.filename or error
        raise UsageError(f"{what} is there already", "give another name") from None
    except OSError as error:
        raise CertifyError(f"{error.filename or 'a file'}: {error.strerror}", "", "file") from None


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Let nobody else change a registry meanwhile; waits until its folder is free."""
    number = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)


def lines(told: Told, width: int) -> Iterator[str]:
    """Yield what a command found as lines for people, of so many columns save for long words."""
    for name, value in told.items():
        shown = name.replace("_", " ")
        for each in value if isinstance(value, list) else [value]:
            line = f"{shown}: {each if isinstance(each, str) else json.dumps(each)}"
            yield from textwrap.wrap(
                line, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
            )
