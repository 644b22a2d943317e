"""Certificates: what is signed, who is believed, and that nothing can be changed unseen."""

import base64
import datetime
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certification.errors import (
    ExpiredError,
    ForeignKeyError,
    FormError,
    MismatchError,
    PaperError,
    SignatureError,
)
from certification.papers import certificate, keys
from certification.papers.keys import keyring
from certification.papers.statement import EXTENSION, LIMITS
from tests.certification.papers.damage import damaged
from tests.certification.reports import FIRMWARE, RULES, report

DAY = datetime.date(2026, 11, 22)
VENDOR, REGISTRY, STRANGER = keys.new(), keys.new(), keys.new()
SIGNED = certificate.sign(report(), FIRMWARE, VENDOR, DAY, 730)
BOTH = certificate.countersign(SIGNED, report(), REGISTRY, DAY)
TRUSTED = keyring([REGISTRY.public])


def test_a_certificate_says_what_was_judged_and_what_it_does_not_prove() -> None:
    said = json.loads(SIGNED.envelope.payload)
    assert said["_type"] == "https://in-toto.io/Statement/v1"
    assert said["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    assert [each["digest"]["sha256"] for each in said["subject"]] == [FIRMWARE, "b" * 64]
    predicate = said["predicate"]
    assert [each["digest"]["sha256"] for each in predicate["configuration"]] == ["a" * 64, "c" * 64]
    assert predicate["result"] == "WARNED"
    assert predicate["passedTests"] == ["ECO-MQTT-001"]
    assert predicate["warnedTests"] == ["ECO-STATE-004"]
    assert predicate["failedTests"] == []
    told = predicate[EXTENSION]
    assert told["verdicts"] == {name: verdict for name, (verdict, *_) in RULES.items()}
    assert (told["level"], told["level_name"], told["seed"]) == (2, "Dependable", 7)
    assert (told["issued"], told["not_after"]) == ("2026-11-22", "2028-11-21")
    assert told["limits"] == list(LIMITS)


def test_a_certificate_is_read_as_it_was_written() -> None:
    again = certificate.parse(BOTH.content())
    assert again == BOTH
    assert again.id == SIGNED.id
    assert again.countersigned_by == (REGISTRY.public.id,)


def test_it_is_a_dsse_envelope() -> None:
    found = json.loads(SIGNED.content())
    payload = base64.b64decode(found["payload"])
    encoded = b"DSSEv1 28 application/vnd.in-toto+json %d %s" % (len(payload), payload)
    (signature,) = found["signatures"]
    assert signature["keyid"] == VENDOR.public.id
    VENDOR.public.check(base64.b64decode(signature["sig"]), encoded, "signature")


@pytest.mark.parametrize(
    ("paper", "trusted"),
    [(SIGNED, [VENDOR]), (BOTH, [REGISTRY]), (BOTH, [REGISTRY, VENDOR, STRANGER])],
)
def test_it_is_believed_by_whoever_trusts_its_signers(
    paper: certificate.Certificate, trusted: list[keys.PrivateKey]
) -> None:
    certificate.check(paper, keyring(key.public for key in trusted), DAY)


@pytest.mark.parametrize(
    ("paper", "trusted", "where"),
    [
        (SIGNED, [], "signature 1"),
        (SIGNED, [STRANGER, REGISTRY], "signature 1"),
        (BOTH, [STRANGER], "signature 2"),
        (BOTH, [VENDOR], "signature 2"),
    ],
)
def test_a_foreign_key_is_refused(
    paper: certificate.Certificate, trusted: list[keys.PrivateKey], where: str
) -> None:
    with pytest.raises(ForeignKeyError) as caught:
        certificate.check(paper, keyring(key.public for key in trusted), DAY)
    assert caught.value.where == where


def test_a_countersignature_of_something_else_is_refused() -> None:
    other = certificate.sign(report(), FIRMWARE, VENDOR, DAY, 30)
    other = certificate.countersign(other, report(), REGISTRY, DAY)
    swapped = certificate.Certificate(
        SIGNED.statement,
        type(SIGNED.envelope)(
            SIGNED.envelope.payload,
            (SIGNED.envelope.signatures[0], other.envelope.signatures[1]),
        ),
    )
    with pytest.raises(SignatureError, match="signature 2"):
        certificate.check(swapped, TRUSTED, DAY)


@pytest.mark.parametrize(
    ("days", "where"), [(-1, "issued"), (0, None), (730, None), (731, "not_after")]
)
def test_it_counts_from_its_first_day_to_its_last(days: int, where: str | None) -> None:
    today = DAY + datetime.timedelta(days=days)
    if where is None:
        certificate.check(BOTH, TRUSTED, today)
        return
    with pytest.raises(ExpiredError) as caught:
        certificate.check(BOTH, TRUSTED, today)
    assert caught.value.where == where


def test_nothing_is_certified_below_level_1() -> None:
    with pytest.raises(MismatchError, match="no level was reached"):
        certificate.sign(report(reached=0), FIRMWARE, VENDOR, DAY, 30)


def test_an_image_other_than_the_declared_one_is_not_certified() -> None:
    declared = report()
    subject = declared.subject.model_copy(update={"firmware_sha256": "e" * 64})
    with pytest.raises(MismatchError, match="firmware"):
        certificate.sign(
            declared.model_copy(update={"subject": subject}), FIRMWARE, VENDOR, DAY, 30
        )


def test_a_registry_signs_only_what_it_has_found_itself() -> None:
    lower = report(reached=1)
    with pytest.raises(MismatchError) as caught:
        certificate.countersign(SIGNED, lower, REGISTRY, DAY)
    assert caught.value.where == "predicate.result"
    hashes = report().hashes.model_copy(update={"catalogue": "d" * 64})
    with pytest.raises(MismatchError, match=r"configuration\.1\.digest\.sha256"):
        certificate.countersign(
            SIGNED, report().model_copy(update={"hashes": hashes}), REGISTRY, DAY
        )


def test_a_registry_does_not_sign_twice_nor_after_the_end() -> None:
    with pytest.raises(FormError, match="signed already"):
        certificate.countersign(BOTH, report(), REGISTRY, DAY)
    with pytest.raises(ExpiredError):
        certificate.countersign(SIGNED, report(), REGISTRY, DAY + datetime.timedelta(days=731))
    for_ever = certificate.sign(report(), FIRMWARE, VENDOR, DAY, certificate.MOST_DAYS + 1)
    with pytest.raises(MismatchError, match="not_after"):
        certificate.countersign(for_ever, report(), REGISTRY, DAY)


@given(damaged(BOTH.content()))
def test_no_damage_goes_unseen(content: bytes) -> None:
    if content == BOTH.content():
        return
    with pytest.raises(PaperError) as caught:
        certificate.check(certificate.parse(content), TRUSTED, DAY)
    assert caught.value.where
    assert caught.value.why


@given(st.integers(0, len(SIGNED.envelope.payload) - 1), st.integers(0, 7))
def test_no_bit_of_the_statement_can_be_changed_below_the_base64(place: int, bit: int) -> None:
    payload = bytearray(SIGNED.envelope.payload)
    payload[place] ^= 1 << bit
    forged = type(SIGNED.envelope)(bytes(payload), SIGNED.envelope.signatures)
    with pytest.raises(PaperError):
        certificate.parse(forged.content())


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_what_is_no_certificate_is_refused(content: bytes) -> None:
    with pytest.raises(FormError):
        certificate.parse(content + b"\n")
