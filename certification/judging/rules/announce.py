"""ECO-ANNOUNCE and ECO-TOPIC-004, -005: who a device is, and how it answers a birth."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from certification.judging.evidence import HARNESS_S, Evidence, seconds
from certification.judging.record import HookRun
from certification.judging.rules.check import Ask, broken, judges, kept, unclear, within
from certification.judging.traffic import NS, Said
from certification.judging.verdicts import Observation
from protocol.messages import Announce, Birth
from protocol.rules import rule
from protocol.topics import Leaf

EVEN_FROM: Final = 5
"""Answers to births from which it can be told whether their waits were drawn."""

DRAWN_S: Final = 0.5
"""Only waits of at least this spread tell anything."""

EARLY: Final = 0.1
"""All waits within this first part of the spread: five times in a row by chance is 1 in 100,000."""

_IDENTITY: Final = ("vendor", "product", "serial")


@judges("ECO-ANNOUNCE-001", "a message after a CONNECT")
def announces_first(e: Evidence) -> Iterator[Observation]:
    """Judge the first message of each connection."""
    for link in e.links:
        first = next((up for up in e.published if up.link == link.n), None)
        if first is None:
            continue
        is_announce = first.where is not None and first.where.leaf is Leaf.ANNOUNCE
        what = f"the first message of connection {link.n} is on {first.topic}"
        lines = (link.opened_line, first.line)
        yield Observation(is_announce, lines, what, "the announce")


@judges("ECO-ANNOUNCE-002", "two announces, or a join and an announce")
def keeps_its_identity(e: Evidence) -> Iterator[Observation]:
    """Judge vendor, product and serial from announce to announce, and from join to announce."""
    wrong = [*_changes(e), *_other_joins(e)]
    yield from wrong or kept(e.said_announces, "announces with one vendor, product and serial")


def _changes(e: Evidence) -> Iterator[Observation]:
    for one, two in pairwise(e.said_announces):
        if any(call.is_grant and one.at_ns < call.at_ns < two.at_ns for call in e.calls):
            continue
        for name in _IDENTITY:
            old, new = getattr(one.message, name), getattr(two.message, name)
            if old != new:
                what = f"{name} was {old} and is {new}"
                yield broken((one.line, two.line), what, rule("ECO-ANNOUNCE-002").text, name)


def _other_joins(e: Evidence) -> Iterator[Observation]:
    for call in e.calls:
        first = _first_after(e, call.at_ns)
        if first is None or not call.is_in or call.number != 1:
            continue
        for name in ("vendor", "product"):
            asked, told = call.body.get(name), getattr(first.message, name)
            if asked != told:
                what = f"{name} {asked} in the join, {told} announced"
                yield broken((call.line, first.line), what, rule("ECO-ANNOUNCE-002").text, name)


def _first_after(e: Evidence, at_ns: int) -> Said[Announce] | None:
    return next((each for each in e.said_announces if each.at_ns > at_ns), None)


def answers(e: Evidence, birth: Said[Birth]) -> list[Said[Announce]]:
    """Return the announces that answer a birth id, told once or repeated.

    Those on its connection, before a birth of another id, that name it; where none does, the first
    that names no other: a device announces for other reasons too.
    """
    births = [each for each in e.told(Birth) if each.line >= birth.line]
    other = next((b.at_ns for b in births if b.message.id != birth.message.id), e.end_ns)
    last = [b for b in births if b.message.id == birth.message.id and b.at_ns <= other][-1]
    until_ns = last.at_ns + int((birth.message.spread_s + 2.0 + HARNESS_S) * NS)
    end_ns = min(until_ns, other)
    found = [
        each
        for each in e.said_announces
        if birth.at_ns < each.at_ns <= end_ns and each.link == birth.link
    ]
    named = [each for each in found if each.message.birth == birth.message.id]
    return named or [each for each in found if each.message.birth is None][:1]


def _is_first_of_its_id(e: Evidence, birth: Said[Birth]) -> bool:
    first = next(each for each in e.told(Birth) if each.message.id == birth.message.id)
    return first.line == birth.line


@judges("ECO-ANNOUNCE-003", "a birth")
def answers_each_birth_once(e: Evidence) -> Iterator[Observation]:
    """Judge that each birth id gets one announce, within its spread, drawn by chance."""
    drawn: list[tuple[Said[Birth], Said[Announce]]] = []
    for birth in e.told(Birth):
        if not _is_first_of_its_id(e, birth):
            continue
        found = answers(e, birth)
        ask = Ask("the birth", "announce", birth.link, "announce")
        yield within(e, birth, birth.message.spread_s, found[0] if found else None, ask)
        if len(found) > 1:
            what = f"{len(found)} announces for birth {birth.message.id}"
            yield broken([birth.line, *(f.line for f in found)], what, "one announce for each id")
        if found and birth.message.spread_s >= DRAWN_S:
            drawn.append((birth, found[0]))
    yield from _drawn(drawn)


def _drawn(drawn: list[tuple[Said[Birth], Said[Announce]]]) -> Iterator[Observation]:
    if len(drawn) < EVEN_FROM:
        return
    parts = [seconds(b.at_ns, a.at_ns) / b.message.spread_s for b, a in drawn]
    told = ", ".join(f"{part:.0%}" for part in parts)
    lines = tuple(line for b, a in drawn for line in (b.line, a.line))
    is_kept = any(part > EARLY for part in parts)
    yield Observation(
        is_kept, lines, f"it waited {told} of the spread", "a wait drawn evenly from the spread"
    )


@judges("ECO-ANNOUNCE-004", "an announce that answers a birth")
def names_the_birth(e: Evidence) -> Iterator[Observation]:
    """Judge the field `birth` of what answers a birth, and of what names one."""
    known = {birth.message.id: birth for birth in e.told(Birth)}
    for each in e.said_announces:
        named = each.message.birth
        if named is not None and named not in known:
            what = f"the announce names birth {named}, and there was none"
            yield broken((each.line,), what, rule("ECO-ANNOUNCE-004").text, "birth")
    for birth in e.told(Birth):
        if not _is_first_of_its_id(e, birth):
            continue
        for each in answers(e, birth)[:1]:
            what = f"birth {birth.message.id} was answered with {each.message.birth or 'none'}"
            is_kept = each.message.birth == birth.message.id
            lines = (birth.line, each.line)
            yield Observation(is_kept, lines, what, f"birth {birth.message.id}", "birth")


@judges("ECO-ANNOUNCE-005", "a new firmware, and what the device says before and after it")
def announces_a_change(e: Evidence) -> Iterator[Observation]:
    """Judge that a new firmware is announced."""
    for hook in e.hooks("new_firmware"):
        before = e.announced_at(hook.at_ns)
        end_ns = _handled_next(e, hook)
        after = [each for each in e.said_announces if hook.at_ns < each.at_ns < end_ns]
        if before is None:
            continue
        old = before.message
        new = next((a for a in after if _is_another(old, a.message)), None)
        if new is not None:
            what = f"firmware {old.firmware} before, {new.message.firmware} announced"
            yield Observation(True, (before.line, hook.line, new.line), what)
        elif any((hook.ended_ns or hook.at_ns) < up.at_ns < end_ns for up in e.published):
            what = f"firmware {old.firmware} is still what was announced last"
            yield broken((before.line, hook.line), what, rule("ECO-ANNOUNCE-005").text)
        else:
            yield unclear((hook.line,), "nothing came from the device after its new firmware")


def _handled_next(e: Evidence, hook: HookRun) -> int:
    """Return when the device was brought back by another hand, if it was, or the run ended."""
    others = e.hooks("power_cycle", "factory_reset", "stop")
    return min((each.at_ns for each in others if each.at_ns > hook.at_ns), default=e.end_ns)


def _is_another(old: Announce, new: Announce) -> bool:
    names = ("hardware", "firmware", "spec", "is_time_synced")
    return any(getattr(old, name) != getattr(new, name) for name in names)


@judges("ECO-ANNOUNCE-006", "the announce of a second unit")
def serials_differ(e: Evidence) -> Iterator[Observation]:
    """Judge the serial of a second unit."""
    for hook in e.hooks("second_unit"):
        other = hook.answer.get("serial")
        if other and e.said_announces:
            one = e.said_announces[-1]
            what = f"the serials are {one.message.serial} and {other}"
            lines = (one.line, hook.line)
            is_kept = other != one.message.serial
            yield Observation(is_kept, lines, what, rule("ECO-ANNOUNCE-006").text)


@judges("ECO-TOPIC-004", "a factory reset, and how the device calls itself before and after it")
def keeps_its_id(e: Evidence) -> Iterator[Observation]:
    """Judge the id before and after each factory reset or new firmware."""
    told = [(c.at_ns, c.line, str(c.decoded.get("client_id"))) for c in e.connects]
    asked = [c for c in e.calls if c.is_in and c.number == 1]
    told += [(c.at_ns, c.line, str(c.body.get("device"))) for c in asked]
    for hook in e.hooks("factory_reset", "new_firmware"):
        before = [each for each in sorted(told) if each[0] <= hook.at_ns]
        after = [each for each in sorted(told) if each[0] > hook.at_ns]
        if not before or not after:
            yield unclear((hook.line,), "it did not say who it is both before and after")
            continue
        (_, line, old), (_, new_line, new) = before[-1], after[0]
        what = f"{old} before {hook.name}, {new} after it"
        yield Observation(new == old, (line, hook.line, new_line), what, "the same device id")


@judges("ECO-TOPIC-005", "the id of a second unit")
def ids_differ(e: Evidence) -> Iterator[Observation]:
    """Judge the id of a second unit."""
    for hook in e.hooks("second_unit"):
        other = hook.answer.get("id")
        if other and e.id:
            what = f"the ids are {e.id} and {other}"
            yield Observation(other != e.id, (hook.line,), what, rule("ECO-TOPIC-005").text)
