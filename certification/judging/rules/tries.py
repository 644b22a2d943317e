"""ECO-MQTT-008 to -010 and ECO-JOIN-014: how a device tries again to connect."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import Final

from certification.judging.evidence import HARNESS_S, Evidence, seconds
from certification.judging.rules.check import broken, judges, unclear
from certification.judging.traffic import Link
from certification.judging.verdicts import Observation
from protocol.rules import rule

SHORTEST_S: Final = 1.0
LONGEST_S: Final = 60.0
JITTER: Final = 0.25
FEWEST: Final = 4
"""Waits between failed tries from which growth and chance can be told."""

EARLY: Final = 0.8
"""A wait may look this much shorter than it was: both ends are seen from the other side."""

ALIKE: Final = 0.04
"""Waits of which each is the double of the one before, to this part, were drawn by no chance."""

GROWN: Final = 1.5
"""The longest of the later half of such waits is so many times the mean of the earlier half: where
waits, or the spans from which they are drawn, double, but for one row in 500; else seldom."""

NOISE_S: Final = 0.01
"""How far from what a device has waited a wait may look."""

_EVENTS: Final = ("power_cycle", "factory_reset", "stop", "start", "new_firmware")
_BAD_PASSWORD: Final = frozenset({4, 5, 0x86, 0x87})


@dataclass(frozen=True, slots=True)
class Wait:
    """The time between the end of a connection, or its refusal, and the next try.

    Attributes:
        line: Where it ended or was refused.
    """

    before: Link
    after: Link
    line: int
    s: float

    @property
    def lines(self) -> tuple[int, ...]:
        """Where the one ended and the other began."""
        return (self.line, self.after.opened_line)

    @property
    def is_after_failure(self) -> bool:
        """Whether the try before it failed."""
        return not self.before.is_accepted


def waits(e: Evidence) -> list[Wait]:
    """Return the waits between connections that follow one another without anything between."""
    found = []
    for one, two in pairwise(e.links):
        line, ended_ns = _end(one)
        if ended_ns is None or two.opened_ns < ended_ns:
            continue
        if not _is_interrupted(e, ended_ns, two.opened_ns, one):
            found.append(Wait(one, two, line, seconds(ended_ns, two.opened_ns)))
    return found


def _end(link: Link) -> tuple[int, int | None]:
    """Return line and time from which a device knows that it has to try again."""
    if link.connack is not None and not link.is_accepted:
        return link.connack.line, link.connack.at_ns
    return link.closed_line or link.opened_line, link.closed_ns


def _is_interrupted(e: Evidence, begin_ns: int, end_ns: int, link: Link) -> bool:
    """Say whether something else than a failed connection led to the next one."""
    ran = e.hooks(*_EVENTS)
    if any(hook.at_ns <= end_ns and (hook.ended_ns or e.end_ns) >= begin_ns for hook in ran):
        return True
    if any(call.is_grant and begin_ns <= call.at_ns <= end_ns for call in e.calls):
        return True
    return link.is_accepted and link.how == "disconnect"


@judges("ECO-MQTT-008", "a connection that failed or was cut, and the next try")
def waits_before_it_tries_again(e: Evidence) -> Iterator[Observation]:
    """Judge each wait, by the declared scale."""
    least_s = SHORTEST_S * e.scale
    for wait in waits(e):
        what = f"tried again {wait.s:.3f} s after the connection had ended"
        is_long = wait.s >= EARLY * least_s
        # When a device has closed a connection is seen late, and the wait looks too short.
        is_seen_late = wait.before.by == "device" and wait.line == wait.before.closed_line
        is_kept = None if is_seen_late and not is_long else is_long
        yield Observation(is_kept, wait.lines, what, f"{least_s:g} s or more")


@judges("ECO-MQTT-009", "five tries in a row that fail")
def waits_longer_each_time(e: Evidence) -> Iterator[Observation]:
    """Judge that waits between failed tries grow, and never far beyond 60 s.

    Where a scale makes them as short as the harness' own delay, growth cannot be seen.
    """
    most_s = LONGEST_S * e.scale
    for row in failures(e):
        lines = tuple(line for wait in row for line in wait.lines)
        told = ", ".join(f"{wait.s:.2f}" for wait in row)
        half = len(row) // 2
        early_s, late_s = fmean(w.s for w in row[:half]), max(w.s for w in row[-half:])
        is_grown = early_s >= 0.6 * most_s or late_s + HARNESS_S >= GROWN * early_s
        is_kept = is_grown and row[-1].s <= 1.6 * most_s + HARNESS_S
        expected = f"each twice the one before, up to {most_s:g} s"
        yield Observation(is_kept, lines, f"waited {told} s", expected)


@judges("ECO-MQTT-010", "five tries in a row that fail")
def waits_by_chance(e: Evidence) -> Iterator[Observation]:
    """Judge that waits between failed tries are no plain doubling or repeating."""
    for row in failures(e):
        lines = tuple(line for wait in row for line in wait.lines)
        told = ", ".join(f"{wait.s:.2f}" for wait in row)
        ratios = [two.s / one.s for one, two in pairwise(row)]
        near = [ALIKE + NOISE_S / one.s for one in row]
        plain = all(
            any(abs(ratio / n - 1) <= within for n in (1, 2))
            for ratio, within in zip(ratios, near, strict=False)
        )
        expected = f"each varied by {JITTER:.0%} of it or more"
        yield Observation(not plain, lines, f"waited {told} s", expected)


def failures(e: Evidence) -> Iterator[Sequence[Wait]]:
    """Yield the rows of waits after tries that failed one after the other."""
    row: list[Wait] = []
    for wait in waits(e):
        if row and wait.before is not row[-1].after:
            yield from [row] if len(row) >= FEWEST else []
            row = []
        if wait.is_after_failure:
            row.append(wait)
        else:
            yield from [row] if len(row) >= FEWEST else []
            row = []
    yield from [row] if len(row) >= FEWEST else []


@judges("ECO-JOIN-014", "a CONNECT that is refused for its password")
def keeps_refused_credentials(e: Evidence) -> Iterator[Observation]:
    """Judge that a device goes on trying with what it was granted."""
    for link in e.links:
        connack = link.connack
        if connack is None or connack.decoded.get("code") not in _BAD_PASSWORD:
            continue
        if not e.membership(connack.at_ns):
            continue
        after = next((each for each in e.links if each.opened_ns > connack.at_ns), None)
        join = next((c for c in e.calls if c.is_in and c.at_ns > connack.at_ns), None)
        expected = rule("ECO-JOIN-014").text
        if join is not None and (after is None or join.at_ns < after.opened_ns):
            what = "refused once, it asks to join anew"
            yield broken((connack.line, join.line), what, expected)
        elif after is not None:
            yield Observation(True, (connack.line, after.opened_line), "refused, it tried again")
        elif seconds(connack.at_ns, e.end_ns) > 2 * LONGEST_S * e.scale:
            yield broken((connack.line,), "refused once, it never came back", expected)
        else:
            yield unclear((connack.line,), "the run ended before it could try again")
