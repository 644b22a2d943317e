"""How a device stands by its certificates, and whether that lets it join."""

import datetime
from dataclasses import replace
from typing import Any

import pytest

from hub.certificates.standing import Paper, Status, Today, Told, shortfall, standing

TODAY = datetime.date(2026, 11, 22)
NOW = Today(TODAY)
DAY = datetime.timedelta(days=1)
SPEC = "5" * 64
GOOD = Paper("a" * 64, "Acme", "purifier-7", "r2", "1.2.0", SPEC, 2, TODAY, TODAY)
OLD = replace(GOOD, issued=TODAY - 9 * DAY, not_after=TODAY - DAY)
EARLY = replace(GOOD, issued=TODAY + DAY, not_after=TODAY + DAY)
TAKEN = replace(GOOD, revoked="revoked on 2026-11-01: reboots")
FOREIGN = replace(GOOD, untrusted="signature 1: key is not trusted")
RUNNING = Told("Acme", "purifier-7", "r2", "1.2.0", SPEC)
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
        found = standing(order, Told("Acme", "purifier-7", firmware=firmware), NOW)
        assert found.status == status
        assert why in found.why


def test_of_several_that_count_the_highest_level_speaks() -> None:
    best = replace(GOOD, level=3, id="b" * 64)
    assert standing((GOOD, best), RUNNING, NOW).paper == best


@pytest.mark.parametrize(
    ("device", "status", "why"),
    [
        ({}, "valid", "counts until"),
        ({"hardware": "r3"}, "hardware_differs", "certified is hardware r2, this is r3"),
        ({"spec_sha256": "6" * 64}, "spec_differs", "555555555555…, this one sends 666666666666…"),
        (
            {"hardware": "r3", "firmware": "1.3.1"},
            "firmware_differs",
            "certified is 1.2.0, running is 1.3.1; certified is hardware r2, this is r3",
        ),
        ({"hardware": None, "firmware": None, "spec_sha256": None}, "valid", "counts until"),
    ],
)
def test_what_runs_is_held_against_firmware_hardware_and_product_spec(
    device: dict[str, Any], status: Status, why: str
) -> None:
    found = standing((GOOD,), replace(RUNNING, **device), NOW)
    assert (found.status, found.paper) == (status, GOOD)
    assert why in found.why


def test_of_those_that_differ_the_nearest_speaks() -> None:
    near = replace(GOOD, hardware="r3", level=1)
    far = replace(GOOD, hardware="r3", firmware="1.1.0", spec_sha256="6" * 64, level=3)
    for order in ((near, far), (far, near)):
        assert standing(order, RUNNING, NOW).paper == near


@pytest.mark.parametrize(
    ("paper", "status"), [(GOOD, "valid"), (EARLY, "valid"), (OLD, "expired"), (TAKEN, "revoked")]
)
def test_a_clock_that_was_not_set_makes_none_early_and_none_young(
    paper: Paper, status: Status
) -> None:
    found = standing((paper,), RUNNING, Today(TODAY, is_sure=False))
    assert found.status == status
    assert ("clock was not set" in found.why) is (status == "valid")


@pytest.mark.parametrize(
    ("paper", "level", "is_enough"),
    [(GOOD, 1, True), (GOOD, 2, True), (GOOD, 3, False), (OLD, 1, False), (TAKEN, 1, False)],
)
def test_only_a_valid_certificate_of_the_level_is_enough(
    paper: Paper, level: int, is_enough: bool
) -> None:
    found = standing((paper,), Told("Acme", "purifier-7"), NOW)
    assert (shortfall(found, level) == "") is is_enough
    assert shortfall(standing((), RUNNING, NOW), level)
