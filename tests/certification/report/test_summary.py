"""The summary of a run for a CI: short Markdown, in which a device can write nothing but text."""

from pathlib import Path

from certification.report import summary
from certification.report.model import Report, Seen
from tests.certification.reports import report

EVIL = "a|b](http://x) <img src=x> `c` **d** \x1b[2J\nnext"


def failing(what: str, **subject: str) -> Report:
    """Return a report whose last rule fails, of a product that may call itself anything."""
    found = report(wanted=3, exit_code=1, counts={"fail": 1, "pass": 1, "warn": 1})
    seen = Seen(ok=False, what=what, expected="", path="", times=1, lines=())
    broken = found.rules[3].model_copy(update={"observations": (seen,)})
    named = found.subject.model_copy(update=subject)
    return found.model_copy(update={"rules": (*found.rules[:3], broken), "subject": named})


def test_summary_has_the_headline_the_counts_and_the_worst_first() -> None:
    whole = summary.render(failing("it ran the action"), (Path("certify/report.html"),))
    assert whole.splitlines() == [
        "### ECO/1: Acme purifier-7, firmware 1.2.0",
        "",
        "**Does not conform to level 3, Hardened; it reaches level 2, Dependable.** "
        "1 failed, 1 with a warning, 1 passed; scale 0.1.",
        "",
        "| rule | | what was seen |",
        "|---|---|---|",
        "| ECO-CMD-004 | fails | it ran the action |",
        "| ECO-STATE-004 | warning |  |",
        "",
        "Reports: `certify/report.html`",
        "",
    ]


def test_summary_of_many_rules_is_short() -> None:
    found = failing("it ran the action")
    many = found.model_copy(update={"rules": found.rules[3:] * 60})
    lines = summary.render(many, ()).splitlines()
    assert len([line for line in lines if line.startswith("| ECO-")]) == summary.MOST
    assert f"And {60 - summary.MOST} more." in lines


def test_what_a_device_says_is_text_and_nothing_else() -> None:
    lines = summary.render(failing(EVIL, product=EVIL), ()).splitlines()
    row = next(line for line in lines if line.startswith("| ECO-CMD-004 | fails | "))
    for told in (lines[0], row):
        assert r"a\|b\]\(http://x\) \<img src=x\> \`c\` \*\*d\*\* \\x1b\[2J\\nnext" in told
