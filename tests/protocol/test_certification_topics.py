"""docs/certification-topics.md has every topic once, each with rules that exist or a reason."""

import re
from pathlib import Path

from protocol.rules import rules

PAGE = Path(__file__).parents[2] / "docs" / "certification-topics.md"
ROWS = re.findall(r"^\| ([0-9]+) \| ([^|]+) \| ([^|]+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)


def test_every_topic_stands_there_once() -> None:
    assert [int(number) for number, _, _ in ROWS] == list(range(1, 91))


def test_a_short_form_of_a_rule_id_is_that_of_a_rule() -> None:
    for number, _, covered in ROWS:
        area = ""
        for named in re.findall(r"`((?:ECO-[A-Z]+)?-[0-9]{3})`", covered):
            area = named.rsplit("-", 1)[0] or area
            assert f"{area}-{named[-3:]}" in rules(), number


def test_a_topic_without_a_rule_says_why() -> None:
    for number, _, covered in ROWS:
        assert "`ECO-" in covered or len(covered) > 20, number
