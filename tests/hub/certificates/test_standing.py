"""How a device stands by its certificates, and whether that lets it join."""

import datetime
from dataclasses import replace

import pytest

from hub.certificates.standing import Paper, Status, shortfall, standing

TODAY = datetime.date(2026, 11, 22)
DAY = datetime.timedelta(days=1)
GOOD = Paper("a" * 64, "Acme", "purifier-7", "1.2.0", 2, TODAY, TODAY)
OLD = replace(GOOD, issued=TODAY - 9 * DAY, not_after=TODAY - DAY)
EARLY = replace(GOOD, issued=TODAY + DAY, not_after=TODAY + DAY)
TAKEN = replace(GOOD, revoked="revoked on 2026-11-01: reboots")
FOREIGN = replace(GOOD, untrusted="signature 1: key is not trusted")
NEXT = replace(GOOD, firmware="1.3.1")


@pytest.mark.parametrize(
    ("papers", "firmware", "status", "why"),
    [
        ((), "1.2.0", "none", "there is no certificate of Acme purifier-7"),
        ((replace(GOOD, product="purifier-8"),), "1.2.0", "none", "no certificate"),
        ((replace(GOOD, vendor="Acne"),), "1.2.0", "none", "no certificate"),
        ((GOOD,), "1.2.0", "valid", "counts until 2026-11-22"),
        ((GOOD,), None, "valid", "counts until"),
        ((GOOD,), "1.3.1", "firmware_differs", "certified is 1.2.0, running is 1.3.1"),
        ((OLD,), "1.2.0", "expired", "counted until 2026-11-21; today is 2026-11-22"),
        ((EARLY,), "1.2.0", "expired", "counts from 2026-11-23 on"),
        ((TAKEN,), "1.2.0", "revoked", "reboots"),
        ((FOREIGN,), "1.2.0", "untrusted", "not trusted"),
        ((OLD, GOOD), "1.2.0", "valid", ""),
        ((TAKEN, GOOD), "1.2.0", "valid", ""),
        ((TAKEN, NEXT), "1.2.0", "revoked", "reboots"),
        ((TAKEN, NEXT), "1.4.0", "firmware_differs", "certified is 1.3.1"),
        ((OLD, NEXT), "1.2.0", "expired", ""),
        ((GOOD, NEXT), "1.3.1", "valid", ""),
        ((FOREIGN, NEXT), "1.2.0", "firmware_differs", ""),
        ((FOREIGN, OLD), "1.3.1", "expired", ""),
        ((replace(TAKEN, not_after=TODAY - DAY),), "1.2.0", "revoked", ""),
        ((replace(TAKEN, untrusted="nobody knows it"),), "1.2.0", "untrusted", ""),
    ],
)
def test_a_device_stands_as_its_best_certificate_says(
    papers: tuple[Paper, ...], firmware: str | None, status: Status, why: str
) -> None:
    for order in (papers, papers[::-1]):
        found = standing(order, "Acme", "purifier-7", firmware, TODAY)
        assert found.status == status
        assert why in found.why


def test_of_several_that_count_the_highest_level_speaks() -> None:
    best = replace(GOOD, level=3, id="b" * 64)
    assert standing((GOOD, best), "Acme", "purifier-7", "1.2.0", TODAY).paper == best


@pytest.mark.parametrize(
    ("paper", "level", "is_enough"),
    [(GOOD, 1, True), (GOOD, 2, True), (GOOD, 3, False), (OLD, 1, False), (TAKEN, 1, False)],
)
def test_only_a_valid_certificate_of_the_level_is_enough(
    paper: Paper, level: int, is_enough: bool
) -> None:
    found = standing((paper,), "Acme", "purifier-7", None, TODAY)
    assert (shortfall(found, level) == "") is is_enough
    assert shortfall(standing((), "Acme", "purifier-7", None, TODAY), level)
