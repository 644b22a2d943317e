"""`report.html`: offline, for everybody, and nothing that a device says is markup."""

import re
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certification.judging.verdicts import Verdict
from certification.report import page, page_wire, reporting
from certification.report.model import Report
from certification.transcript.file import Transcript
from tests.certification import recorded

VOID = {"meta", "input", "br"}
ALLOWED = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "main",
        "header",
        "section",
        "footer",
        "script",
    ),
    *("p", "h1", "h2", "h3", "div", "span", "bdi", "strong", "code", "pre", "a", "ul", "ol", "li"),
    *("dl", "dt", "dd", "details", "summary", "button", "input"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
BRIEF: tuple[tuple[str, dict[str, Any]], ...] = (
    ("opened", {"peer_is_local": True}),
    ("closed", {"by": "device", "how": "end of stream"}),
)
OPENED: tuple[str, dict[str, Any]] = ("opened", {"link": 1, "peer_is_local": True})


class Reader(HTMLParser):
    """Sees that tags are ours, attributes are ours, and all is closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.targets: set[str] = set()
        self.text: list[str] = []
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED, tag
        told = dict(attrs)
        assert not any(name.startswith("on") or name == "style" for name in told), told
        assert told.keys().isdisjoint({"src", "srcset", "action", "formaction"})
        if "href" in told:
            assert (told["href"] or "").startswith("#")
            self.targets.add((told["href"] or "")[1:])
        if "id" in told:
            self.ids.append(told["id"] or "")
        self.scripts += tag == "script"
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in {"style", "script"}:
            self.text.append(data)


def read(run: Transcript) -> tuple[Reader, str]:
    return opened(page.render(reporting.report(run), run))


def opened(raw: bytes) -> tuple[Reader, str]:
    content = raw.decode()
    reader = Reader()
    reader.feed(content)
    reader.close()
    assert reader.open == []
    assert reader.scripts == 1
    return reader, content


def test_it_takes_nothing_from_elsewhere() -> None:
    _, content = read(recorded.made([OPENED, recorded.publish("state", b"{}")]))
    assert "http:" not in content
    assert "https:" not in content
    assert "default-src 'none'" in content
    assert "url(" not in content


def test_its_first_page_is_for_a_manager() -> None:
    reader, _ = read(recorded.made([OPENED, recorded.publish("state", b"{")]))
    told = " ".join(reader.text)
    for words in ("smart-plug", "firmware", "No level yet", "What blocks the next level", "failed"):
        assert words in told
        assert told.index(words) < told.index("How to mend it")


def test_every_rule_stands_once_and_every_link_leads_somewhere() -> None:
    run = recorded.made([OPENED, recorded.publish("state", b'{"a":1,"a":2}')])
    reader, _ = read(run)
    assert len(reader.ids) == len(set(reader.ids))
    assert {rule.id for rule in reporting.report(run).rules} <= set(reader.ids)
    assert reader.targets <= set(reader.ids)


def test_a_broken_rule_shows_what_was_seen_its_bytes_and_how_to_try_again() -> None:
    reader, _ = read(recorded.made([OPENED, recorded.publish("state", b'{"a":1,"a":2}')]))
    told = " ".join(reader.text)
    assert "65 63 6f 2f 31 2f" in told
    assert "ecohub certify run --only ECO-CODEC-008 --seed 7" in told


BAD = (
    "<script>alert(1)</script>",
    "</pre></details><img src=x onerror=alert(1)>",
    '"><a href="javascript:alert(1)">',
    "\u202egnp.exe",
    "\u2066\u2067abc",
    "\x00\x1b[31m",
    "]]><!--",
    "x" * 10_240,
    "&lt;b&gt;",
    "\ud800",
)
HOSTILE = st.sampled_from(BAD) | st.text(max_size=200)


@pytest.mark.slow
@pytest.mark.timeout(120)
@settings(max_examples=25)
@given(name=HOSTILE, other=HOSTILE)
def test_nothing_that_is_said_is_more_than_text(name: str, other: str) -> None:
    lines: list[tuple[str, dict[str, Any]]] = [
        OPENED,
        recorded.publish("state", other.encode("utf-8", "replace")),
        ("stimulus", {"name": name, "args": {name: other}}),
        ("note", {"text": other}),
        ("scenario", {"name": name, "phase": "end", "outcome": other}),
        ("closed", {"link": 1, "by": "device", "how": other}),
        ("advert", {"instance": name, "txt": {name: other}}),
        ("http", {"way": "in", "call": 1, "body": {name: [other]}}),
        ("hook", {"name": name, "phase": "begin", "wanted": other}),
    ]
    run = recorded.made(lines, tool=name, broker=other)
    report = reporting.report(run)
    said = {"vendor": name, "product": name, "hardware": other, "firmware": other, "device": name}
    subject = report.subject.model_copy(update=said)
    _, content = opened(page.render(report.model_copy(update={"subject": subject}), run))
    body = content.split("</style>", 1)[1].rsplit("<script>", 1)[0]
    unseen = [c for c in body if not c.isprintable() and c != "\n"]
    assert unseen == []


def test_a_long_name_is_cut() -> None:
    lines = [OPENED, ("note", {"text": "y" * 10_240})]
    _, content = read(recorded.made(lines))
    assert "y" * 400 not in content


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_run_of_many_lines_stays_a_page_and_keeps_its_evidence() -> None:
    lines = [OPENED, *[recorded.publish("state", b'{"a":1}')] * 6_000]
    middle = 3_000
    lines[middle] = recorded.publish("state", b'{"a":1,"a":2}')
    run = recorded.made(lines)
    reader, content = read(run)
    assert len(content) < 12_000_000
    shown = [name for name in reader.ids if name.startswith("line-")]
    assert len(shown) < page_wire.MOST_LINES + 1_000
    assert f"line-{middle + 2}" in shown


def test_of_a_run_that_fits_no_line_is_left_out_however_uneven_its_connections_are() -> None:
    short = [(name, {"link": link} | more) for link in range(2, 40) for name, more in BRIEF]
    run = recorded.made([OPENED, *[recorded.publish("state", b'{"a":1}')] * 500, *short])
    reader, content = read(run)
    assert {f"line-{line.n}" for line in run.lines} <= set(reader.ids)
    assert "left out here" not in content


def test_the_wire_shows_payloads_silence_and_what_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(page_wire, "MOST_LINES", 80)
    monkeypatch.setattr(page_wire, "_QUIET_NS", 1_500_000)  # as far apart as lines of this run are
    call = ("http", {"way": "out", "call": 1, "status": 403, "body": {"code": "ECO-JOIN-002"}})
    run = recorded.made([OPENED, call, *[recorded.publish("state", b'{"a":[7,8]}')] * 200])
    reader, _ = read(run)
    told = " ".join(reader.text)
    assert '{"code":"ECO-JOIN-002"}' in told
    assert '{"a":[7,8]}' in told
    assert "0.0 s later" in told
    assert "lines are left out here" in told
    assert "scenarios: connect" in told


def test_it_says_when_the_run_was_and_what_it_does_not_prove() -> None:
    reader, _ = read(recorded.made())
    told = " ".join(reader.text)
    assert "tried on 2026-09-21 14:13 UTC" in told
    assert "Long waits were shortened to 1 % of their length." in told
    for limit in page.LIMITS:
        assert limit in told
    odd, _ = read(recorded.made(started_ms=10**17))
    assert "no day that there is" in " ".join(odd.text)


def test_a_manager_reads_beside_a_rule_what_was_seen_and_what_mends_it() -> None:
    run = recorded.made([OPENED, recorded.publish("state", b'{"a":1,"a":2}')])
    report = reporting.report(run)
    broken = next(rule for rule in report.rules if rule.id == "ECO-CODEC-008")
    assert broken.level == 1
    told = "".join(read(run)[0].text)
    first = told.index("What blocks the next level")
    told = told[first : told.index("What this does not prove")]
    assert f"Seen: {broken.observations[0].what}." in told
    assert "To mend it: " in told


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_colours_can_be_read(scheme: str) -> None:
    style = (files("certification.report") / "page.css").read_text()
    light, dark = re.findall(r":root \{(.*?)\}", style, re.DOTALL)[:2]
    block = light if scheme == "light" else dark
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
    for verdict in Verdict:
        assert contrast(colours[verdict], colours["paper"]) >= 4.5
        assert contrast(colours[verdict], colours[f"{verdict}-soft"]) >= 4.5
    for ink in ("ink", "soft", "link"):
        for paper in ("paper", "card"):
            assert contrast(colours[ink], colours[paper]) >= 4.5


def contrast(one: str, other: str) -> float:
    """Return the contrast of WCAG 2 between two colours."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_level_that_is_reached_is_told() -> None:
    run = recorded.made()
    report = reporting.report(run)
    outcome = report.outcome.model_copy(update={"reached": 2, "blocked": (), "exit_code": 0})
    good: Report = report.model_copy(update={"outcome": outcome})
    content = page.render(good, run).decode()
    assert "Reaches level 1, Connects, as asked for." in content
    assert "Nothing stands in the way" in content
