"""What a check is, and the words in which checks say what they saw."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from certification.judging.evidence import HARNESS_S, Evidence, seconds
from certification.judging.traffic import NS
from certification.judging.verdicts import Observation

Judge = Callable[[Evidence], Iterable[Observation]]


@dataclass(frozen=True, slots=True)
class Check:
    """How one rule is judged.

    Attributes:
        would: What has to be seen before anything can be said; ends the sentence "To decide:".
        judge: Yields what was seen of the rule.
        is_of_messages: Whether a gateway keeps the rule for each of its children too
            (ECO-CHILD-005).
    """

    rule: str
    would: str
    judge: Judge
    is_of_messages: bool = False


FOUND: Final[dict[str, Check]] = {}
"""The checks of the modules that were imported; `checks.CHECKS` imports all."""


class Seen(Protocol):
    """Anything with a line and a time."""

    @property
    def line(self) -> int:
        """Number of its line."""

    @property
    def at_ns(self) -> int:
        """When it was."""


def judges(rule: str, would: str, *, of_messages: bool = False) -> Callable[[Judge], Judge]:
    """Make a function the check of a rule.

    Raises:
        ValueError: The rule has one already.
    """

    def register(judge: Judge) -> Judge:
        if rule in FOUND:
            raise ValueError(f"{rule} has two checks")
        FOUND[rule] = Check(rule, would, judge, of_messages)
        return judge

    return register


def kept(seen: Sequence[Seen], what: str, alive: int | None = None) -> Iterator[Observation]:
    """Yield one observation for many that keep a rule: from the first to the last of them."""
    if seen:
        lines = [seen[0].line, seen[-1].line, *([] if alive is None else [alive])]
        number = f"{len(seen)} " if len(seen) > 1 else "1 "
        yield Observation(True, tuple(dict.fromkeys(lines)), number + what)


def broken(lines: Iterable[int], what: str, expected: str, path: str = "") -> Observation:
    """Return an observation of a rule that was broken."""
    return Observation(False, tuple(lines), what, expected, path)


def unclear(lines: Iterable[int], why: str) -> Observation:
    """Return an observation of something that cannot be judged."""
    return Observation(None, tuple(lines), why)


def within(
    e: Evidence, asked: Seen, limit_s: float, answer: Seen | None, ask: "Ask"
) -> Observation:
    """Judge an answer that has to come within a time.

    Args:
        e: The evidence.
        asked: What has to be answered.
        limit_s: Within so many seconds; the harness' own delay is added.
        answer: What came, if anything.
        ask: How it is called, and what could be in the way.
    """
    expected = f"{ask.answer} within {limit_s:g} s"
    if answer is not None:
        late_s = seconds(asked.at_ns, answer.at_ns)
        what = f"{ask.answer} {late_s:.3f} s after {ask.question}"
        is_kept = late_s <= limit_s + HARNESS_S
        return Observation(is_kept, (asked.line, answer.line), what, expected)
    end_ns = asked.at_ns + int((limit_s + HARNESS_S) * NS)
    what = f"no {ask.answer} within {limit_s:g} s of {ask.question}"
    if ask.leaf and (bad := e.unreadable(ask.leaf, asked.at_ns, end_ns)):
        return unclear((asked.line, bad.line), f"what was sent on {ask.leaf} cannot be read")
    if not could_answer(e, ask.link, asked.at_ns, end_ns):
        return unclear((asked.line,), f"the connection ended too soon after {ask.question}")
    return broken((asked.line,), what, expected)


@dataclass(frozen=True, slots=True)
class Ask:
    """How a question and its answer are called.

    Attributes:
        link: Number of the connection on which it was asked.
        leaf: Leaf of the answer: an unreadable message on it leaves open whether it came.
    """

    question: str
    answer: str
    link: int
    leaf: str = ""


def could_answer(e: Evidence, link: int, begin_ns: int, end_ns: int) -> bool:
    """Say whether a device was free to answer all through a time: connected and left alone.

    A device that closed the connection by itself was; one that sleeps was not.
    """
    if end_ns > e.end_ns or e.is_disturbed(begin_ns, end_ns):
        return False
    ended = e.link(link)
    if ended.closed_ns is None or ended.closed_ns > end_ns:
        return True
    return ended.by == "device" and not e.holds("sleeper")
