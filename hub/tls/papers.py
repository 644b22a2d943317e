"""Makes the hub's authority and the certificates that it signs; pure: no file, no clock.

An authority stands for this home alone: name constraints tell browsers that it may speak for names
and networks of homes, so that a stolen key lets nobody pose as a bank.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hub.clock import PLAUSIBLE_S

AUTHORITY_LIFE: Final = timedelta(days=3650)

LIFE: Final = timedelta(days=397)
"""Of a certificate of the hub, beginning to end: no browser refuses one for lasting too long."""

EARLY: Final = timedelta(days=31)
"""So much earlier it begins: phones whose clock is slow take it all the same."""

RENEW_BEFORE: Final = timedelta(days=60)

HOME_NAMES: Final = ("local", "localhost", "home.arpa", "internal", "lan", "home")
"""Names that no public authority speaks for, each with all that ends in it."""

HOME_NETWORKS: Final = (
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "fc00::/7",
    "fe80::/10",
    "::1/128",
)

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Paper:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def pem(self) -> bytes:
        """Return both, the key first."""
        key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return key + self.certificate.public_bytes(Encoding.PEM)


def make_authority(name: str, own: Iterable[str], now: datetime) -> Paper:
    """Return a new authority, good from the first day of which a clock can tell.

    Args:
        name: What people see in the list of authorities of their phone.
        own: Names and addresses of this hub, which may lie outside of those that all homes have.
        now: The time, with its zone.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(name)
    builder = _builder(subject, subject, key)
    begins = datetime.fromtimestamp(PLAUSIBLE_S, UTC)
    builder = builder.not_valid_before(begins).not_valid_after(max(now, begins) + AUTHORITY_LIFE)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(signs=True), critical=True)
    builder = builder.add_extension(_constraints(own), critical=True)
    own_id = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = builder.add_extension(own_id, critical=False)
    return Paper(builder.sign(key, hashes.SHA256()), key)


def make_certificate(authority: Paper, name: str, own: Iterable[str], now: datetime) -> Paper:
    """Return a certificate for those names and addresses of `own` that the authority allows."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = authority.certificate
    begins = max(now - EARLY, issuer.not_valid_before_utc)
    ends = min(begins + LIFE, issuer.not_valid_after_utc)
    builder = _builder(_name(name), issuer.subject, key)
    builder = builder.not_valid_before(begins).not_valid_after(ends)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
    builder = builder.add_extension(_usage(signs=False), critical=True)
    serves = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    builder = builder.add_extension(serves, critical=False)
    alternatives = [_alternative(one) for one in sorted(own) if is_allowed(issuer, one)]
    builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    own_id = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = builder.add_extension(own_id, critical=False)
    signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    builder = builder.add_extension(signer, critical=False)
    return Paper(builder.sign(authority.key, hashes.SHA256()), key)


def is_allowed(authority: x509.Certificate, name: str) -> bool:
    """Say whether an authority may speak for a name or an address."""
    allowed = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    subtrees = allowed.permitted_subtrees or []
    address = address_of(name)
    if address is not None:
        networks = [one.value for one in subtrees if isinstance(one, x509.IPAddress)]
        return any(address in ipaddress.ip_network(network) for network in networks)
    names = (one.value for one in subtrees if isinstance(one, x509.DNSName))
    return any(name == one or name.endswith(f".{one}") for one in names)


def names_of(certificate: x509.Certificate) -> frozenset[str]:
    """Return the names and addresses that a certificate is for."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return frozenset()
    addresses = {str(one) for one in found.get_values_for_type(x509.IPAddress)}
    return frozenset(addresses | set(found.get_values_for_type(x509.DNSName)))


def is_due(certificate: x509.Certificate, authority: x509.Certificate, now: datetime) -> bool:
    """Say whether a certificate of the hub is to be made anew: it ends soon, or is yet to begin."""
    ends = certificate.not_valid_after_utc
    lasts = ends >= authority.not_valid_after_utc  # it ends with the authority: none lasts longer
    return now < certificate.not_valid_before_utc or (now > ends - RENEW_BEFORE and not lasts)


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of a certificate as phones show it, `AB CD ...`."""
    digest = sha256(certificate.public_bytes(Encoding.DER)).hexdigest().upper()
    return " ".join(digest[i : i + 2] for i in range(0, len(digest), 2))


def address_of(name: str) -> _Address | None:
    """Return a name as an address; None where it is none."""
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _constraints(own: Iterable[str]) -> x509.NameConstraints:
    names, networks = list(HOME_NAMES), [ipaddress.ip_network(one) for one in HOME_NETWORKS]
    for one in sorted(own):
        address = address_of(one)
        if address is not None:
            if not any(address in network for network in networks):
                networks.append(ipaddress.ip_network(one))
        elif not any(one == name or one.endswith(f".{name}") for name in names):
            names.append(one)
    subtrees = [*map(x509.DNSName, names), *map(_subtree, networks)]
    return x509.NameConstraints(permitted_subtrees=subtrees, excluded_subtrees=None)


def _subtree(network: _Network) -> x509.GeneralName:
    return x509.IPAddress(network)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
    return builder.public_key(key.public_key()).serial_number(x509.random_serial_number())


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])


def _alternative(name: str) -> x509.GeneralName:
    address = address_of(name)
    return x509.DNSName(name) if address is None else x509.IPAddress(address)
