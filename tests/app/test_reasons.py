"""Every code with which the hub says no has words in both languages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from certification.errors import PaperError
from hub.core.activity import AuditCode
from hub.core.arrangement.records import Kind
from hub.core.records import NoticeKind
from hub.sayings import SAYINGS
from hub.store import StoreError
from protocol.messages import Presence
from protocol.presence import Evidence, judge
from protocol.presence import Presence as Reach
from protocol.rules import rules

HUB = Path(__file__).parents[2] / "hub"
APP = HUB / "web" / "app"
_ROW = re.compile(
    r'^ +"([a-z0-9_.]+)": \[\s*"((?:[^"\\]|\\.)+)",\s*"((?:[^"\\]|\\.)+)",?\s*\]', re.M
)
CODE_AT = {"refused": 1, "problem": 1, "Flaw": 0}
"""Which argument of these calls is the code of a problem."""


def words() -> dict[str, tuple[str, str]]:
    """Return all that the app can say, by key: English and Chinese."""
    texts = [file.read_text() for file in APP.rglob("*words.js")]
    return {key: (en, zh) for text in texts for key, en, zh in _ROW.findall(text)}


WORDS = words()


def codes() -> Iterator[str]:
    """Yield the codes of problems as the sources name them; `{}` stands for what is filled in."""
    for file in HUB.rglob("*.py"):
        if "cli" not in file.relative_to(HUB).parts:
            for node in ast.walk(ast.parse(file.read_text())):
                yield from _codes_of(node)


def _codes_of(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=given):
            if name in CODE_AT and len(given) > CODE_AT[name]:
                yield from _text(given[CODE_AT[name]])
        case ast.Assign(targets=[target], value=value) if _is_code(target):
            yield from _text(value)
        case ast.AnnAssign(target=target, value=ast.expr() as value) if _is_code(target):
            yield from _text(value)


def _is_code(target: ast.expr) -> bool:
    match target:
        case ast.Tuple(elts=[first, *_]):
            return _is_code(first)
        case ast.Name(id="code") | ast.Attribute(attr="code"):
            return True
    return False


def _text(value: ast.expr) -> Iterator[str]:
    match value:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(p.value) if isinstance(p, ast.Constant) else "{}" for p in parts)
        case ast.Tuple(elts=[first, *_]):
            yield from _text(first)


def _kinds(error: type[PaperError]) -> Iterator[str]:
    yield error.code
    for kind in error.__subclasses__():
        yield from _kinds(kind)


FILLED = {
    "{}-unknown": [f"{kind}-unknown" for kind in get_args(Kind)],
    "too-many-{}": ["too-many-people", "too-many-sessions", "too-many-invites"],
    "certificate-{}": [f"certificate-{code}" for code in _kinds(PaperError)],
}
"""Codes that are put together, and all that comes of it."""


def every_code() -> list[str]:
    found = set(codes())
    whole = {code for code in found if "{}" not in code}
    assert {code for code in found if "{}" in code} <= FILLED.keys()
    filled = {code for pattern in found & FILLED.keys() for code in FILLED[pattern]}
    return sorted(code for code in whole | filled if code and not code.startswith("ECO-"))


@pytest.mark.parametrize("code", every_code())
def test_a_problem_of_the_api_is_told_in_the_readers_language(code: str) -> None:
    assert f"problem.{code.replace('-', '_')}" in WORDS


def test_no_words_wait_for_a_code_that_nobody_sends() -> None:
    known = {f"problem.{code.replace('-', '_')}" for code in every_code()}
    said = {key for key in WORDS if key.startswith("problem.") and key.count(".") == 1}
    assert said - known == set()


def test_the_codes_are_found() -> None:
    assert {"last-owner", "right-missing", "room-unknown", "store-full"} <= set(every_code())
    assert len(every_code()) > 90


@pytest.mark.parametrize("area", sorted({rule.split("-")[1].lower() for rule in rules()}))
def test_each_area_of_the_rules_has_words(area: str) -> None:
    assert f"rule.{area}" in WORDS


@pytest.mark.parametrize("kind", [kind for kind in get_args(NoticeKind) if kind != "alarm"])
def test_each_kind_of_message_has_words(kind: str) -> None:
    assert f"notice.{kind}" in WORDS


def key_of(prefix: str, code: str) -> str:
    return f"{prefix}.{code.replace('-', '_')}"


@pytest.mark.parametrize("code", get_args(AuditCode))
def test_each_thing_that_audit_tells_has_words(code: str) -> None:
    assert key_of("audit", code) in WORDS


@pytest.mark.parametrize("code", SAYINGS)
def test_each_thing_that_health_says_has_words(code: str) -> None:
    detail, remedy = SAYINGS[code]
    key = key_of("health", code)
    assert WORDS[key][0].replace('\\"', '"') == detail
    if remedy:
        assert WORDS[f"{key}.fix"][0].replace('\\"', '"') == remedy
    else:
        assert f"{key}.fix" not in WORDS


def test_health_says_nothing_but_what_has_words() -> None:
    calls = [
        node
        for file in HUB.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say"
    ]
    named = {text for call in calls for text in _said(call.args[0])}
    assert named | {kind.code for kind in _stores(StoreError)} <= SAYINGS.keys()
    known = {key_of("health", code) for code in SAYINGS}
    said = {key.removesuffix(".fix") for key in WORDS if key.startswith("health.")}
    assert said == known


def _said(value: ast.expr) -> Iterator[str]:
    """Yield the codes that an argument can be, if they stand there."""
    match value:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from _said(one)
            yield from _said(other)


def _stores(error: type[StoreError]) -> Iterator[type[StoreError]]:
    yield error
    for kind in error.__subclasses__():
        yield from _stores(kind)


def test_both_languages_are_told_the_same_things() -> None:
    gaps = {
        key: [sorted(re.findall(r"{\w+}", text)) for text in texts] for key, texts in WORDS.items()
    }
    free = {key for key in gaps if key.startswith("health.")}  # what a system said stays out
    told = {key: both for key, both in gaps.items() if key not in free}
    assert [key for key, (english, chinese) in told.items() if english != chinese] == []
    assert [key for key in free if not {*gaps[key][1]} <= {*gaps[key][0]}] == []


def test_each_reason_why_an_automation_is_switched_off_has_words() -> None:
    tree = ast.parse((HUB / "core" / "automations" / "starting.py").read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    halts = [one for one in calls if getattr(one.func, "attr", "") == "halt"]
    found = {code for one in halts for code in _codes_of(one.args[1])}
    assert len(halts) == len(found) >= 4
    assert {key for key in WORDS if key.startswith("notice.off.")} == {
        key_of("notice.off", code) for code in found
    }


AWAY = {Reach.UNREACHABLE, Reach.UNSTABLE, Reach.QUARANTINED}
SEEN = {str(one) for one in Evidence if judge(Reach.ONLINE, one) in AWAY} - {str(Evidence.WILL)}
"""What takes a device away is its reason; a will says one of its own."""
TOLD = set(get_args(get_args(Presence.model_fields["reason"].annotation)[0]))


@pytest.mark.parametrize("reason", sorted(SEEN | TOLD))
def test_each_reason_why_a_device_is_away_has_words(reason: str) -> None:
    assert {"silent", "link_lost"} <= SEEN
    assert {"lost", "shutdown"} <= TOLD
    assert f"reason.{reason}" in WORDS


@pytest.mark.parametrize("status", sorted(map(str, Reach)))
def test_each_presence_for_which_a_command_waits_has_words(status: str) -> None:
    assert f"receipt.{status}" in WORDS
