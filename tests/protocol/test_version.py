"""Versions: majors equal, minors only add."""

import pytest

from protocol.errors import ViolationError
from protocol.version import PROTOCOL, Version, check_peer, may_add_fields


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("1.0", Version(1, 0)),
        ("1.10", Version(1, 10)),
        ("0.0", Version(0, 0)),
        ("9999.9999", Version(9999, 9999)),
    ],
)
def test_a_version_reads_as_it_is_written(text: str, version: Version) -> None:
    assert Version.parse(text) == version
    assert str(version) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1.",
        ".1",
        "1.0.0",
        "v1.0",
        "01.0",
        "1.00",
        "1.0 ",
        "1.0\n",
        "-1.0",
        "1.10000",
        "\u0661.\u0660",
    ],
)
def test_another_form_is_refused_by_its_rule(text: str) -> None:
    with pytest.raises(ViolationError) as caught:
        Version.parse(text)
    assert caught.value.violation.rule == "ECO-VERSION-001"
    assert caught.value.violation.path == "protocol"


def test_versions_are_ordered_as_numbers() -> None:
    assert Version.parse("1.9") < Version.parse("1.10") < Version.parse("2.0")


@pytest.mark.parametrize("text", ["1.0", "1.1", "1.9999"])
def test_a_peer_of_the_same_major_can_be_talked_to(text: str) -> None:
    assert str(check_peer(text)) == text


@pytest.mark.parametrize(
    ("text", "rule"),
    [("0.9", "ECO-VERSION-002"), ("2.0", "ECO-VERSION-002"), ("2", "ECO-VERSION-001")],
)
def test_a_peer_of_another_major_is_refused(text: str, rule: str) -> None:
    with pytest.raises(ViolationError) as caught:
        check_peer(text)
    assert caught.value.violation.rule == rule


def test_only_a_newer_peer_may_add_fields() -> None:
    assert may_add_fields(Version(PROTOCOL.major, PROTOCOL.minor + 1))
    assert not may_add_fields(PROTOCOL)
    assert not may_add_fields(Version(1, 0))
