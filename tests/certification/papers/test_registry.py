"""The registry: it only grows, its head is signed, and what it took back counts no more."""

import datetime
import json

import pytest
from hypothesis import given

from certification.errors import (
    ForeignKeyError,
    FormError,
    MismatchError,
    PaperError,
    RevokedError,
    SignatureError,
)
from certification.papers import certificate, keys, registry
from certification.papers.keys import keyring
from tests.certification.papers.damage import damaged
from tests.certification.reports import FIRMWARE, report

DAY = datetime.date(2026, 11, 22)
NEXT = DAY + datetime.timedelta(days=1)
VENDOR, KEY, STRANGER = keys.new(), keys.new(), keys.new()
TRUSTED = keyring([KEY.public])


def paper(days: int, vendor: keys.PrivateKey = VENDOR) -> certificate.Certificate:
    signed = certificate.sign(report(), FIRMWARE, vendor, DAY, days)
    return certificate.countersign(signed, report(), KEY, DAY)


ONE, TWO = paper(100), paper(200)
EMPTY = registry.new("The registry", KEY, DAY)
LISTED = registry.add(registry.add(EMPTY, ONE, KEY, DAY), TWO, KEY, NEXT)
WHOLE = registry.revoke(LISTED, ONE.id[:8], "the purifier reboots", KEY, NEXT)


def test_a_registry_is_read_as_it_was_written() -> None:
    assert registry.parse(WHOLE.content(), TRUSTED) == WHOLE
    assert registry.parse(EMPTY.content(), TRUSTED) == EMPTY


def test_the_head_signs_count_hash_and_date() -> None:
    *lines, head = [json.loads(line) for line in LISTED.content().splitlines()]
    assert (head["count"], head["last"]) == (3, lines[-1]["hash"])
    assert head["date"] == NEXT.isoformat()
    assert head["keyid"] == KEY.public.id


def test_an_entry_says_what_is_certified() -> None:
    entry = next(LISTED.entries())
    assert (entry.vendor, entry.product, entry.firmware) == ("Acme", "purifier-7", "1.2.0")
    assert (entry.certificate, entry.firmware_sha256) == (ONE.id, FIRMWARE)
    assert (entry.level, entry.not_after) == (2, ONE.statement.told.not_after)


def test_a_certificate_counts_while_it_is_listed_and_not_taken_back() -> None:
    LISTED.check(ONE)
    WHOLE.check(TWO)
    with pytest.raises(MismatchError, match="does not list"):
        EMPTY.check(ONE)
    with pytest.raises(RevokedError, match=r"line 3.*reboots"):
        WHOLE.check(ONE)


def test_what_counts_is_what_was_not_taken_back() -> None:
    assert [each.certificate for each in LISTED.counting()] == [ONE.id, TWO.id]
    assert [each.certificate for each in WHOLE.counting()] == [TWO.id]


def test_a_lost_key_takes_all_of_its_certificates_along() -> None:
    lost = registry.revoke(LISTED, VENDOR.public.id, "the key was stolen", KEY, NEXT)
    assert lost.counting() == ()
    for each in (ONE, TWO):
        with pytest.raises(RevokedError):
            lost.check(each)
    with pytest.raises(RevokedError):
        registry.add(lost, paper(300), KEY, NEXT)
    registry.add(lost, paper(300, STRANGER), KEY, NEXT).check(paper(300, STRANGER))


def test_a_registry_takes_only_what_it_has_countersigned_and_once() -> None:
    alone = certificate.sign(report(), FIRMWARE, VENDOR, DAY, 9)
    with pytest.raises(ForeignKeyError, match="not countersigned"):
        registry.add(EMPTY, alone, KEY, DAY)
    with pytest.raises(MismatchError, match="already"):
        registry.add(LISTED, ONE, KEY, NEXT)
    with pytest.raises(RevokedError):
        registry.add(WHOLE, ONE, KEY, NEXT)


@pytest.mark.parametrize(
    "target", ["12345678", "", ONE.id[:7], "registry"], ids=["id", "none", "short", "word"]
)
def test_what_nobody_knows_cannot_be_taken_back(target: str) -> None:
    with pytest.raises(MismatchError, match="names no"):
        registry.revoke(LISTED, target, "why", KEY, NEXT)


def test_only_its_own_key_goes_on_with_a_registry() -> None:
    with pytest.raises(ForeignKeyError):
        registry.add(EMPTY, ONE, STRANGER, DAY)
    with pytest.raises(ForeignKeyError):
        registry.revoke(LISTED, ONE.id, "why", STRANGER, NEXT)
    with pytest.raises(ForeignKeyError, match="not trusted"):
        registry.parse(WHOLE.content(), keyring([STRANGER.public]))


def test_nothing_is_dated_before_what_is_there() -> None:
    with pytest.raises(MismatchError, match="before the head"):
        registry.revoke(LISTED, ONE.id, "why", KEY, DAY)


def test_a_stranger_cannot_sign_the_head_of_another() -> None:
    forged = registry.new("The registry", STRANGER, DAY)
    lines = [*EMPTY.content().splitlines()[:1], forged.content().splitlines()[1]]
    with pytest.raises(SignatureError):
        registry.parse(b"\n".join(lines) + b"\n", keyring([KEY.public, STRANGER.public]))


def test_a_registry_that_was_rolled_back_or_forked_is_known_by_its_head() -> None:
    WHOLE.check_grown(EMPTY.head)
    WHOLE.check_grown(WHOLE.head)
    with pytest.raises(MismatchError, match="fewer"):
        LISTED.check_grown(WHOLE.head)
    other = registry.revoke(LISTED, TWO.id, "another", KEY, NEXT)
    with pytest.raises(MismatchError, match="line 3: it was another"):
        other.check_grown(WHOLE.head)


@given(damaged(WHOLE.content()))
def test_no_damage_goes_unseen(content: bytes) -> None:
    if content == WHOLE.content():
        return
    with pytest.raises(PaperError) as caught:
        registry.parse(content, TRUSTED)
    assert "line" in caught.value.where or "head" in caught.value.where


def test_each_cut_at_a_line_is_seen() -> None:
    lines = WHOLE.content().splitlines(keepends=True)
    for count in range(len(lines)):
        with pytest.raises(FormError):
            registry.parse(b"".join(lines[:count]), TRUSTED)
