"""The papers as browsers judge them; OpenSSL plays the browser."""

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from hub.tls import papers
from hub.tls.papers import (
    fingerprint,
    is_allowed,
    is_due,
    make_authority,
    make_certificate,
    names_of,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OWN = {"hub-1.local", "pi", "192.168.1.20", "127.0.0.1", "localhost"}
OPENSSL = shutil.which("openssl")


def verdict(
    folder: Path, authority: papers.Paper, served: papers.Paper, *name: str, at: datetime = NOW
) -> str:
    """Return what OpenSSL says of a certificate for a host or an address."""
    assert OPENSSL is not None
    (folder / "ca.pem").write_bytes(authority.certificate.public_bytes(Encoding.PEM))
    (folder / "hub.pem").write_bytes(served.certificate.public_bytes(Encoding.PEM))
    done = subprocess.run(  # noqa: S603 - our own words
        [
            OPENSSL, "verify", "-x509_strict", "-purpose", "sslserver", "-no-CApath",
            "-attime", str(int(at.timestamp())), "-CAfile", "ca.pem", *name, "hub.pem",
        ],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


@pytest.mark.parametrize("name", sorted(OWN))
def test_a_certificate_is_good_for_each_name_of_the_hub(name: str, tmp_path: Path) -> None:
    authority = make_authority("ecohub hub-1", OWN, NOW)
    served = make_certificate(authority, "hub-1.local", OWN, NOW)
    kind = "-verify_hostname" if papers.address_of(name) is None else "-verify_ip"
    assert "hub.pem: OK" in verdict(tmp_path, authority, served, kind, name)


@pytest.mark.parametrize("name", ["bank.example", "203.0.113.7", "local.example", "2001:db8::1"])
def test_an_authority_speaks_for_nobody_outside_of_homes(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = make_authority("ecohub hub-1", OWN, NOW)
    assert not is_allowed(authority.certificate, name)
    asked = make_certificate(authority, "hub-1.local", {*OWN, name}, NOW)
    assert names_of(asked.certificate) == OWN
    monkeypatch.setattr(papers, "is_allowed", lambda *_: True)  # as a thief of the key would
    stolen = make_certificate(authority, name, {name}, NOW)
    assert "permitted subtree violation" in verdict(tmp_path, authority, stolen)


@pytest.mark.parametrize("name", ["hub.example", "203.0.113.7", "2001:db8::1"])
def test_what_the_owner_calls_the_hub_is_within_a_new_authority(name: str, tmp_path: Path) -> None:
    authority = make_authority("ecohub hub-1", {*OWN, name}, NOW)
    served = make_certificate(authority, "hub-1.local", {*OWN, name}, NOW)
    assert "hub.pem: OK" in verdict(tmp_path, authority, served)
    assert name in names_of(served.certificate)


def test_a_certificate_lasts_no_longer_than_browsers_take_and_begins_before_today() -> None:
    authority = make_authority("ecohub hub-1", OWN, NOW)
    made = make_certificate(authority, "hub-1.local", OWN, NOW).certificate
    assert made.not_valid_after_utc - made.not_valid_before_utc <= timedelta(days=397)
    assert made.not_valid_before_utc <= NOW - timedelta(days=30)
    assert made.not_valid_after_utc >= NOW + timedelta(days=360)
    use = made.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert [one.dotted_string for one in use] == ["1.3.6.1.5.5.7.3.1"]
    key = made.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == "secp256r1"


@pytest.mark.parametrize(
    ("days", "due"), [(-32, True), (0, False), (300, False), (310, True), (400, True)]
)
def test_a_certificate_is_made_anew_before_it_ends_and_when_it_is_yet_to_begin(
    days: int, due: bool
) -> None:
    authority = make_authority("ecohub hub-1", OWN, NOW).certificate
    made = make_certificate(make_authority("x", OWN, NOW), "hub-1.local", OWN, NOW).certificate
    assert is_due(made, authority, NOW + timedelta(days=days)) is due


def test_no_certificate_outlasts_its_authority_and_none_is_made_again_and_again() -> None:
    authority = make_authority("ecohub hub-1", OWN, NOW)
    late = NOW + timedelta(days=3600)
    made = make_certificate(authority, "hub-1.local", OWN, late).certificate
    assert made.not_valid_after_utc == authority.certificate.not_valid_after_utc
    assert not is_due(made, authority.certificate, late)


def test_an_authority_made_by_a_clock_far_ahead_is_good_today(tmp_path: Path) -> None:
    authority = make_authority("ecohub hub-1", OWN, datetime(2060, 1, 1, tzinfo=UTC))
    served = make_certificate(authority, "hub-1.local", OWN, NOW)
    assert "hub.pem: OK" in verdict(tmp_path, authority, served)


def test_a_fingerprint_reads_as_phones_show_it() -> None:
    told = fingerprint(make_authority("ecohub hub-1", OWN, NOW).certificate)
    assert [len(one) for one in told.split()] == [2] * 32
    assert told == told.upper()
