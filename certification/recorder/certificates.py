"""Certificates for a scripted broker: one that is good, and bad ones that no device may take."""

import datetime
import ipaddress
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from certification.recorder.behaviour import Certificate

_DAY: Final = datetime.timedelta(days=1)
_LIFE: Final = 30 * _DAY
_WRONG_NAME: Final = "elsewhere.example"


@dataclass(frozen=True, slots=True)
class Certificates:
    """What a broker shows, and what a device has to trust.

    Attributes:
        authority: PEM of the authority that has signed the good one, for the device.
        contexts: How the broker serves TLS with each.
    """

    authority: str
    contexts: Mapping[Certificate, ssl.SSLContext]


class _Signed(NamedTuple):
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def make_certificates(folder: Path, host: str, now: datetime.datetime) -> Certificates:
    """Make an authority and the certificates of a broker at `host`, a name or an address.

    Args:
        folder: Where the keys lie as long as it takes to read them.
        host: How the device names the broker.
        now: The time, with its zone.
    """
    trusted, unknown = _authority("ecohub certify", now), _authority("somebody", now)
    made: dict[Certificate, _Signed] = {
        "good": _signed(trusted, host, now - _DAY),
        "expired": _signed(trusted, host, now - _LIFE - _DAY),
        "wrong-name": _signed(trusted, _WRONG_NAME, now - _DAY),
        "unknown-ca": _signed(unknown, host, now - _DAY),
    }
    contexts = {name: _context(folder, signed) for name, signed in made.items()}
    return Certificates(trusted.certificate.public_bytes(Encoding.PEM).decode(), contexts)


def _authority(name: str, now: datetime.datetime) -> _Signed:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(name)
    builder = _builder(subject, subject, key, now - 2 * _LIFE, now + _LIFE)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return _Signed(builder.sign(key, hashes.SHA256()), key)


def _signed(authority: _Signed, host: str, start: datetime.datetime) -> _Signed:
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = authority.certificate.subject
    builder = _builder(_name(host), issuer, key, start, start + _LIFE)
    builder = builder.add_extension(x509.SubjectAlternativeName([_alternative(host)]), False)
    return _Signed(builder.sign(authority.key, hashes.SHA256()), key)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    start: datetime.datetime,
    end: datetime.datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _context(folder: Path, signed: _Signed) -> ssl.SSLContext:
    """Return how to serve TLS with a certificate; its key is a file for no longer than that."""
    key = signed.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    chain = folder / "broker.pem"
    chain.touch(mode=0o600)
    try:
        chain.write_bytes(signed.certificate.public_bytes(Encoding.PEM) + key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(chain)
    finally:
        chain.unlink()
    return context
