"""Keeps the hub's TLS: makes what is missing, renews what ends, follows names and files."""

import asyncio
import logging
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from hub.clock import PLAUSIBLE_S, Clock
from hub.config import ApiSettings
from hub.health import PartHealth, part
from hub.sayings import Saying, say
from hub.tls.files import (
    AUTHORITY,
    CERTIFICATE,
    FOLDER,
    PaperFileError,
    read_bytes,
    read_paper,
    serving,
    write_paper,
)
from hub.tls.names import names_to_prove
from hub.tls.papers import (
    Paper,
    fingerprint,
    is_allowed,
    is_due,
    make_authority,
    make_certificate,
    names_of,
)

log = logging.getLogger(__name__)

Trace = tuple[object, ...]
Kind = Literal["off", "own", "auto"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How TLS stands.

    Attributes:
        authority: The hub's own; None where it serves the owner's files, or none at all.
        certificate: What it shows to phones; None where it cannot serve.
        left_out: Own names and addresses that the authority may not speak for.
        trouble: What is wrong, and what mends it.
        context: How TLS is served.
    """

    authority: x509.Certificate | None = None
    certificate: x509.Certificate | None = None
    left_out: tuple[str, ...] = ()
    trouble: Saying | None = None
    context: ssl.SSLContext | None = field(default=None, repr=False)


class Tls:
    """The TLS of one hub; files are read and written in a thread, one look at a time.

    Attributes:
        standing: As the last look found it.
        port: Where https is served; None while it is not.
        port_trouble: Why not, and what mends it.
    """

    def __init__(self, settings: ApiSettings, data_dir: Path, clock: Clock, hub_id: str) -> None:
        self.standing = Standing()
        self.port: int | None = None
        self.port_trouble: Saying | None = None
        self.front = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.front.minimum_version = ssl.TLSVersion.TLSv1_2
        self.front.sni_callback = self._show
        self._settings, self._clock, self._hub_id = settings, clock, hub_id
        self._folder = data_dir / FOLDER
        self._trace: Trace | None = None
        self._looking = asyncio.Lock()

    @property
    def kind(self) -> Kind:
        """`off`, `own` for the owner's files, or `auto` for the hub's authority."""
        if self._settings.tls == "off":
            return "off"
        return "own" if self._settings.certificate else "auto"

    @property
    def now(self) -> datetime:
        """The time by which certificates are made: the system's, unless that was never set."""
        wall_s = self._clock.wall_s(self._clock.now_s())
        system_s = wall_s - self._clock.behind_s
        likely_s = system_s if system_s >= PLAUSIBLE_S else max(wall_s, PLAUSIBLE_S)
        return datetime.fromtimestamp(likely_s, UTC)

    async def look(self) -> None:
        """See to it that there is a certificate, for all the names that the hub has now."""
        if self.kind == "off":
            return
        async with self._looking:
            before, trouble = self.standing, self.standing.trouble
            self.standing = await asyncio.to_thread(self._look, before)
        if self.standing.trouble and self.standing.trouble != trouble:
            log.warning("https: %s; %s", self.standing.trouble.detail, self.standing.trouble.remedy)

    async def renew(self) -> None:
        """Make a new authority; every phone has to be told to trust it.

        Raises:
            PaperFileError: It cannot be written; the old one stays.
        """
        async with self._looking:
            names = self._names()
            made = make_authority(self._authority_name(), names, self.now)
            await asyncio.to_thread(write_paper, self._folder / AUTHORITY, made)
        await self.look()

    def health(self) -> PartHealth:
        """Return whether phones can come by https."""
        if self.kind == "off":
            return part("https", say("https-off"), is_ok=True)
        trouble = self.standing.trouble or self.port_trouble
        if trouble:
            return part("https", trouble, is_ok=False)
        shown, authority = self.standing.certificate, self.standing.authority
        if shown is None or self.port is None:
            return part("https", say("https-soon"), is_ok=False)
        if authority is not None and authority.not_valid_after_utc < self.now:
            return part("https", say("https-authority-ended"), is_ok=False)
        if self.now > shown.not_valid_after_utc:
            return part("https", say("https-certificate-ended"), is_ok=False)
        ends = f"{shown.not_valid_after_utc:%Y-%m-%d}"
        return part("https", say("https-on", port=self.port, until=ends), is_ok=True)

    def _show(self, socket: ssl.SSLObject, name: str | None, front: ssl.SSLContext) -> None:
        """Serve a new connection with the certificate as it is now; others are not disturbed."""
        if self.standing.context is not None:
            socket.context = self.standing.context

    def _look(self, before: Standing) -> Standing:
        try:
            return self._own(before) if self.kind == "own" else self._auto(before)
        except PaperFileError as error:
            self._trace = None
            said = error.said
        return Standing(before.authority, before.certificate, (), said, before.context)

    def _auto(self, before: Standing) -> Standing:
        authority_path, path = self._folder / AUTHORITY, self._folder / CERTIFICATE
        names = self._names()
        if self._is_as_before(before, (names, _stamp(authority_path), _stamp(path))):
            return before
        authority = read_paper(authority_path)
        if authority is None:
            authority = make_authority(self._authority_name(), names, self.now)
            write_paper(authority_path, authority)
        paper = self._certificate(authority, names)
        self._trace = (names, _stamp(authority_path), _stamp(path))
        left_out = tuple(sorted(n for n in names if not is_allowed(authority.certificate, n)))
        return Standing(authority.certificate, paper.certificate, left_out, None, serving(path))

    def _is_as_before(self, before: Standing, trace: Trace) -> bool:
        if trace != self._trace or before.authority is None or before.certificate is None:
            return False
        return not is_due(before.certificate, before.authority, self.now)

    def _certificate(self, authority: Paper, names: frozenset[str]) -> Paper:
        """Return the certificate that is there if it is still good, else a new one."""
        path, issuer = self._folder / CERTIFICATE, authority.certificate
        try:
            paper = read_paper(path)
        except PaperFileError as error:
            log.warning("%s; a new one is made", error)
            paper = None
        wanted = frozenset(name for name in names if is_allowed(issuer, name))
        if paper is not None and names_of(paper.certificate) == wanted:
            is_signed = _is_signed_by(paper.certificate, issuer)
            if is_signed and not is_due(paper.certificate, issuer, self.now):
                return paper
        paper = make_certificate(authority, f"{self._hub_id}.local", names, self.now)
        write_paper(path, paper)
        log.info("a certificate for %s was made", ", ".join(sorted(wanted)))
        return paper

    def _own(self, before: Standing) -> Standing:
        chain, key = self._settings.certificate, self._settings.key
        if chain is None:
            raise ValueError("there is no certificate in [api]")
        trace = (_stamp(chain), _stamp(key or chain))
        if trace == self._trace:
            return before
        try:
            certificate = x509.load_pem_x509_certificate(read_bytes(chain))
            context = serving(chain, key)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            said = say("https-own-unusable", why=why, chain=str(chain), key=str(key))
            raise PaperFileError(said) from error
        self._trace = trace
        return Standing(None, certificate, (), None, context)

    def _names(self) -> frozenset[str]:
        settings = self._settings
        return names_to_prove(self._hub_id, settings.allowed_hosts, settings.host)

    def _authority_name(self) -> str:
        return f"ecohub {self._hub_id} {self.now:%Y-%m-%d}"


def authority_fingerprint(standing: Standing) -> str | None:
    """Return the fingerprint of the hub's own authority."""
    return None if standing.authority is None else fingerprint(standing.authority)


def _stamp(path: Path) -> Trace:
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino


def _is_signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
