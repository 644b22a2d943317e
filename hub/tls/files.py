"""The files of the hub's TLS: `tls/authority.pem` and `tls/hub.pem` in the data folder.

* PaperFileError    a file cannot be used; says which, why, and what mends it
"""

import ssl
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from hub.errors import MendableError
from hub.private_files import PrivateFileError, write_private
from hub.sayings import Saying, say
from hub.tls.papers import Paper

FOLDER: Final = "tls"
AUTHORITY: Final = "authority.pem"
CERTIFICATE: Final = "hub.pem"

MAX_BYTES: Final = 65_536
"""Larger files are no certificates."""


class PaperFileError(MendableError):
    """A file cannot be used.

    Attributes:
        said: What is wrong, and what a person can do about it.
    """

    def __init__(self, said: Saying) -> None:
        super().__init__(said.detail, said.remedy)
        self.said = said


def read_paper(path: Path) -> Paper | None:
    """Return a certificate with its key; None where there is no such file.

    A file that others could read, as after a careless restore, is closed to them.

    Raises:
        PaperFileError: It is there and cannot be used.
    """
    try:
        content = read_bytes(path)
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(path, error.strerror or str(error)) from error
    try:
        key = load_pem_private_key(content, None)
        certificate = x509.load_pem_x509_certificate(content)
    except (ValueError, TypeError) as error:
        raise _unusable(path, "it holds no certificate with its key") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise _unusable(path, "its key is of another kind")
    if key.public_key() != certificate.public_key():
        raise _unusable(path, "the key is not that of the certificate")
    return Paper(certificate, key)


def write_paper(path: Path, paper: Paper) -> None:
    """Write a certificate with its key, whole or not at all, for nobody else's eyes.

    Raises:
        PaperFileError: It cannot be written.
    """
    try:
        write_private(path, paper.pem())
    except PrivateFileError as error:
        said = say("https-file-unwritten", what=str(error), fix=error.remedy)
        raise PaperFileError(said) from error


def read_bytes(path: Path) -> bytes:
    """Return the content of a small file.

    Raises:
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        return file.read(MAX_BYTES)


def serving(chain: Path, key: Path | None = None) -> ssl.SSLContext:
    """Return how to serve TLS with the certificate of a file.

    Raises:
        OSError: It cannot be read, or certificate and key do not go together (`ssl.SSLError`).
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(chain, key, password=_no_password)
    return context


def _no_password() -> str:
    """Refuse a key that is locked, instead of asking on the terminal for what unlocks it."""
    return ""


def _unusable(path: Path, why: str) -> PaperFileError:
    return PaperFileError(say("https-file-unusable", path=str(path), why=why))
