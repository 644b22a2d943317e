"""Reads certificates, keys and the registry from files; nothing here asks a network."""

import datetime
import hashlib
import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from certification import files
from certification.errors import MismatchError, PaperError
from certification.papers import certificate, keys, registry
from certification.papers.certificate import Certificate
from certification.papers.keys import Keyring, PublicKey
from certification.papers.registry import Registry
from hub.certificates.standing import Paper, Today
from hub.config import AdmissionSettings
from hub.sayings import Saying, say

log = logging.getLogger(__name__)

FOLDER: Final = "certificates"
"""In the data folder: one file for each certificate."""

ENDING: Final = ".json"

MOST_FILES: Final = 1_000
"""Of more, only the first by name are read."""

Trace = tuple[tuple[str, int, int], ...]
"""Name, time of change and size of each file: another one means that something has changed."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that is no certificate, key or registry that can be used, and what mends it."""

    file: str
    why: str
    said: Saying

    @property
    def remedy(self) -> str:
        """What mends it."""
        return self.said.remedy


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the files held.

    Attributes:
        files: The certificates, by the names of their files.
        registry: The newest state that could be believed; None where there is none.
        refused: Files that say nothing, with the reason.
        is_kept: Whether a later run of the hub will know of this registry.
    """

    files: tuple[tuple[str, Paper], ...] = ()
    registry: Registry | None = None
    refused: tuple[Refused, ...] = ()
    is_kept: bool = True

    @property
    def papers(self) -> tuple[Paper, ...]:
        """The certificates."""
        return tuple(paper for _, paper in self.files)

    def day(self, clock: datetime.date, *, is_set: bool) -> Today:
        """Return today: no clock is behind the day of the registry's last change."""
        if self.registry is None:
            return Today(clock, is_set)
        return Today(max(clock, datetime.date.fromisoformat(self.registry.head.date)), is_set)


class Reader:
    """Knows where the files are. Its calls block: they belong in a thread."""

    def __init__(self, data: Path, settings: AdmissionSettings) -> None:
        self.folder = data / FOLDER
        self._settings = settings
        self._seen = _copy(data, settings.registry)

    def trace(self) -> Trace:
        """Return what tells whether anything has changed."""
        listed = self._settings.registry
        named = [*self._settings.keys, *([] if listed is None else [listed])]
        return tuple(_traces([*self._files(), *named]))

    def read(self, before: Shelf = Shelf()) -> Shelf:
        """Return what the files hold now, and keep the registry for a later run.

        Args:
            before: As this run read it last. Its registry, or else that which an earlier run has
                kept, stays where the file is no good, or is an earlier state of it.
        """
        shelf = self.look(before.registry)
        return (
            shelf if shelf.registry is None else replace(shelf, is_kept=self._keep(shelf.registry))
        )

    def look(self, known: Registry | None = None) -> Shelf:
        """Return what the files hold now, as `read` does, and change nothing."""
        refused: list[Refused] = []
        ring = keys.keyring(self._keys(refused))
        listed = self._registry(ring, known or self._known(ring), refused)
        found: list[tuple[str, Paper]] = []
        for file in self._files():
            try:
                paper = self._paper(certificate.read(file), ring, listed)
            except (PaperError, OSError) as error:
                refused.append(_refused(file, error, "certificate-unused"))
            else:
                found.append((file.name, paper))
        return Shelf(tuple(found), listed, tuple(refused))

    def put(self, content: bytes) -> str:
        """Write a certificate into the folder and return the name of its file.

        Raises:
            PaperError: It is no certificate in its right form; whom it is signed by comes later.
            OSError: It cannot be written.
        """
        found = certificate.parse(content)
        self.folder.mkdir(mode=0o700, exist_ok=True)
        files.write_whole(self.folder / (found.id + ENDING), content)
        return found.id + ENDING

    def drop(self, names: Sequence[str]) -> None:
        """Take certificates out of the folder, by the names of their files; raises OSError."""
        for name in names:
            (self.folder / name).unlink(missing_ok=True)

    def _files(self) -> Sequence[Path]:
        try:
            return sorted(self.folder.glob(f"[!.]*{ENDING}"))[:MOST_FILES]
        except OSError as error:
            log.warning("%s cannot be read: %s", self.folder, error)
            return ()

    def _keys(self, refused: list[Refused]) -> Iterator[PublicKey]:
        for file in self._settings.keys:
            try:
                yield keys.load_public(file)
            except (PaperError, OSError) as error:
                refused.append(_refused(file, error, "key-unused"))

    def _registry(
        self, ring: Keyring, known: Registry | None, refused: list[Refused]
    ) -> Registry | None:
        file = self._settings.registry
        if file is None:
            return None
        try:
            found = registry.read(file, ring)
            if known is not None:
                found.check_grown(known.head)
        except MismatchError as error:
            refused.append(_refused(file, error, "registry-other", seen=str(self._seen)))
            return known
        except (PaperError, OSError) as error:
            refused.append(_refused(file, error, "registry-unused"))
            return known
        return found

    def _known(self, ring: Keyring) -> Registry | None:
        """Return the registry as an earlier run read it last, if its key still counts."""
        if self._seen is None or not self._seen.exists():
            return None
        try:
            return registry.read(self._seen, ring)
        except (PaperError, OSError) as error:
            log.warning("%s is forgotten: %s", self._seen, error)
            return None

    def _keep(self, found: Registry) -> bool:
        if self._seen is None:
            return True
        content = found.content()
        with suppress(OSError):
            if self._seen.read_bytes() == content:
                return True
        try:
            files.write_whole(self._seen, content, files.PRIVATE)
        except OSError as error:
            log.warning("%s cannot be kept: %s", self._seen, error.strerror)
            return False
        return True

    def _paper(self, found: Certificate, ring: Keyring, listed: Registry | None) -> Paper:
        told = found.statement.told
        issued = datetime.date.fromisoformat(told.issued)
        not_after = datetime.date.fromisoformat(told.not_after)
        untrusted = ""
        try:
            certificate.check(found, ring, issued)  # whom it is signed by; the day comes later
            self._check_listed(found, listed)
        except PaperError as error:
            untrusted = str(error)
        taken = listed.revocation(found.id, found.vendor_key.id) if listed else None
        return Paper(
            id=found.id,
            vendor=told.vendor,
            product=told.product,
            hardware=told.hardware,
            firmware=told.firmware,
            spec_sha256=told.spec_sha256,
            level=told.level,
            issued=issued,
            not_after=not_after,
            untrusted=untrusted,
            revoked="" if taken is None else f"revoked on {taken.date}: {taken.why}",
        )

    def _check_listed(self, found: Certificate, listed: Registry | None) -> None:
        """See that a certificate that a registry countersigned stands there.

        Raises:
            MismatchError: It does not, or the registry that could say so cannot be read.
        """
        if self._settings.registry is None:
            return
        if listed is None:
            raise MismatchError("registry", "it cannot be read, so nobody knows what was revoked")
        is_its_own = listed.head.keyid in found.countersigned_by
        if is_its_own and all(entry.certificate != found.id for entry in listed.entries()):
            raise MismatchError("registry", "it does not list this certificate")


def _copy(data: Path, listed: Path | None) -> Path | None:
    """Return where a registry is kept as it was seen last: one place for each name of a file."""
    if listed is None:
        return None
    name = hashlib.sha256(str(listed).encode()).hexdigest()[:12]
    return data / f"registry-seen-{name}.jsonl"


def _refused(file: Path, error: PaperError | OSError, code: str, **more: str) -> Refused:
    why = str(error) if isinstance(error, PaperError) else error.strerror or type(error).__name__
    return Refused(str(file), why, say(code, file=str(file), why=why, **more))


def _traces(files: Sequence[Path]) -> Iterator[tuple[str, int, int]]:
    for file in files:
        with suppress(OSError):
            found = file.stat()
            yield str(file), found.st_mtime_ns, found.st_size
