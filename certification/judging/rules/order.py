"""ECO-ORDER: epochs, connections and numbers."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from certification.judging.evidence import Evidence
from certification.judging.rules.check import Ask, broken, judges, kept, unclear, within
from certification.judging.traffic import NS, Packet, Said
from certification.judging.verdicts import Observation
from protocol.errors import ViolationError
from protocol.json_text import read_object
from protocol.messages import (
    LEAF_OF,
    Ack,
    Announce,
    Birth,
    Event,
    Presence,
    SpecPart,
    State,
    Verdict,
)
from protocol.rules import rule

Numbered = State | Event | Ack
Dated = State | Event | Ack | SpecPart | Presence

RAISED_S: Final = 2.0
"""How long a device that heard of `min_epoch` may take, since ECO/1 sets no time; the suite waits
a little longer than that."""

_Key = tuple[str, int, int]


def numbered(e: Evidence) -> dict[_Key, list[Said[Numbered]]]:
    """Return the numbered messages of the subject by leaf, epoch and join, in their order."""
    found: dict[_Key, list[Said[Numbered]]] = defaultdict(list)
    every: list[Said[Numbered]] = [*e.said(State), *e.said(Event), *e.said(Ack)]
    for each in sorted(every, key=lambda said: said.line):
        key = LEAF_OF[type(each.message)], each.message.epoch, e.membership(each.at_ns)
        found[key].append(each)
    return dict(found)


@judges("ECO-ORDER-001", "a power cycle, and the announces before and after it")
def epoch_rises_with_each_boot(e: Evidence) -> Iterator[Observation]:
    """Judge the epochs before and after each boot that the harness brought about."""
    for hook in e.hooks("power_cycle"):
        before, after = e.announced_at(hook.at_ns), first_of_next_boot(e, hook.at_ns)
        if before is None or after is None:
            yield unclear((hook.line,), "there is no announce before and after the boot")
            continue
        if e.membership(before.at_ns) != e.membership(after.at_ns):
            yield unclear((hook.line,), "it has joined anew, and may count anew")
            continue
        old, new = before.message.epoch, after.message.epoch
        what = f"epoch {old} before the boot, {new} after it"
        lines = (before.line, hook.line, after.line)
        yield Observation(new > old, lines, what, "a higher epoch after each boot")
    for one, two in pairwise(e.said_announces):
        is_anew = e.membership(one.at_ns) != e.membership(two.at_ns)
        if two.message.epoch < one.message.epoch and not is_anew:
            what = f"epoch {two.message.epoch} after {one.message.epoch}"
            yield broken((one.line, two.line), what, "an epoch never falls", "epoch")


def first_of_next_boot(e: Evidence, at_ns: int) -> Said[Announce] | None:
    """Return the first announce on a connection that was opened after a time."""
    return next((a for a in e.said_announces if e.link(a.link).opened_ns > at_ns), None)


@judges("ECO-ORDER-002", "two messages of one leaf in one epoch", of_messages=True)
def numbers_rise(e: Evidence) -> Iterator[Observation]:
    """Judge that each number is above the one before it."""
    for (leaf, epoch, _), said in numbered(e).items():
        wrong = [(a, b) for a, b in pairwise(said) if b.message.seq <= a.message.seq]
        for one, two in wrong:
            what = f"{leaf} of epoch {epoch}: seq {two.message.seq} after {one.message.seq}"
            yield broken((one.line, two.line), what, rule("ECO-ORDER-002").text, "seq")
        if not wrong and len(said) > 1:
            yield from kept(said, f"messages on {leaf} of epoch {epoch} with rising numbers")


@judges("ECO-ORDER-004", "two messages of one leaf in one epoch", of_messages=True)
def numbers_leave_none_out(e: Evidence) -> Iterator[Observation]:
    """Judge gaps; what was sent around the end of a connection may have been lost."""
    for (leaf, epoch, _), said in numbered(e).items():
        gaps = [(a, b) for a, b in pairwise(said) if b.message.seq > a.message.seq + 1]
        seen = [(a, b) for a, b in gaps if a.link == b.link]
        if unread := seen and e.unreadable(leaf, seen[0][0].at_ns, seen[-1][1].at_ns):
            yield unclear((unread.line,), f"a message on {leaf} could not be read")
            continue
        for one, two in seen:
            what = f"{leaf} of epoch {epoch}: seq {two.message.seq} after {one.message.seq}"
            yield broken((one.line, two.line), what, rule("ECO-ORDER-004").text, "seq")
        if not gaps and len(said) > 1:
            yield from kept(said, f"messages on {leaf} of epoch {epoch}, no number left out")


@judges("ECO-ORDER-005", "an epoch seen from its first connection on", of_messages=True)
def numbers_begin_with_one(e: Evidence) -> Iterator[Observation]:
    """Judge the first number on each leaf of an epoch that was seen from its beginning."""
    firsts: dict[tuple[int, int], Said[Announce]] = {}
    for each in e.said_announces:
        firsts.setdefault((each.message.epoch, e.membership(each.at_ns)), each)
    for (leaf, epoch, member), said in numbered(e).items():
        begun, first = firsts.get((epoch, member)), said[0]
        if begun is None or not _is_beginning(e, begun):
            yield unclear((first.line,), f"the beginning of epoch {epoch} was not seen")
        elif first.message.seq != 1 and e.unreadable(leaf, begun.at_ns, first.at_ns):
            yield unclear((first.line,), f"a message on {leaf} before it could not be read")
        elif first.message.seq != 1 and first.link != begun.link:
            yield unclear((first.line,), "what came before it may have been lost")
        else:
            what = f"{leaf} of epoch {epoch} begins with seq {first.message.seq}"
            is_kept = first.message.seq == 1
            yield Observation(is_kept, (begun.line, first.line), what, "seq 1", "seq")


def _is_beginning(e: Evidence, first: Said[Announce]) -> bool:
    """Say whether nothing of an epoch can have been sent before its first announce seen."""
    is_first = first is e.said_announces[0]
    return e.child is not None or first.message.connection == 1 or not is_first


@judges("ECO-ORDER-003", "two CONNECTs of one epoch")
def connections_rise(e: Evidence) -> Iterator[Observation]:
    """Judge the connection in the wills, or else in the announces, of each CONNECT."""
    told = [(c, place) for c in e.connects if (place := _place(e, c)) is not None]
    for (one, old), (two, new) in pairwise(told):
        if new[0] != old[0] or e.membership(one.at_ns) != e.membership(two.at_ns):
            continue
        what = f"connection {new[1]} after {old[1]} in epoch {new[0]}"
        yield Observation(
            new[1] > old[1], (one.line, two.line), what, rule("ECO-ORDER-003").text, "connection"
        )


def _place(e: Evidence, connect: Packet) -> tuple[int, int] | None:
    """Return epoch and connection of a CONNECT, by its announce or else by its will."""
    for each in e.said_announces:
        if each.link == connect.link:
            return each.message.epoch, each.message.connection
    return will_place(connect)


def will_place(connect: Packet) -> tuple[int, int] | None:
    """Return epoch and connection that stand in the will of a CONNECT."""
    will = connect.decoded.get("will") or {}
    try:
        said = read_object(str(will.get("payload") or "").encode())
    except ViolationError:
        return None
    epoch, connection = said.get("epoch"), said.get("connection")
    if isinstance(epoch, int) and isinstance(connection, int):
        return epoch, connection
    return None


@judges("ECO-ORDER-006", "a message after an announce", of_messages=True)
def messages_carry_the_epoch(e: Evidence) -> Iterator[Observation]:
    """Judge the epoch of each message by the announce before it."""
    every: list[Said[Dated]] = [
        *e.said(State),
        *e.said(Event),
        *e.said(Ack),
        *e.said(SpecPart),
        *e.said(Presence),
    ]
    said = sorted(every, key=lambda each: each.line)
    known: list[Said[Dated]] = []
    wrong = False
    for each in said:
        announced = e.announced_at(each.at_ns)
        if announced is None or announced.link != each.link:
            continue
        known.append(each)
        if each.message.epoch != announced.message.epoch:
            wrong = True
            what = f"epoch {each.message.epoch}; announced was {announced.message.epoch}"
            lines = (announced.line, each.line)
            yield broken(lines, what, rule("ECO-ORDER-006").text, "epoch")
    if not wrong:
        yield from kept(known, "messages, each with the epoch announced before it")


@judges("ECO-ORDER-007", "a verdict with min_epoch")
def raises_its_epoch(e: Evidence) -> Iterator[Observation]:
    """Judge the announce that follows a verdict with `min_epoch`."""
    for each in e.told(Verdict):
        least = each.message.min_epoch
        before = e.announced_at(each.at_ns)
        if least is None or (before is not None and before.message.epoch >= least):
            continue
        after = _first_after(e.said_announces, each.at_ns)
        ask = Ask("the verdict with min_epoch", "announce", each.link, "announce")
        if after is not None and after.message.epoch < least:
            what = f"announced epoch {after.message.epoch} after min_epoch {least}"
            expected = f"an epoch of {least} or more"
            yield broken((each.line, after.line), what, expected, "epoch")
        else:
            yield within(e, each, RAISED_S, after, ask)


@judges("ECO-ORDER-008", "a birth of a hub whose epoch is lower than before")
def takes_any_epoch_of_the_hub(e: Evidence) -> Iterator[Observation]:
    """Judge the answers to births whose epoch is not the highest so far."""
    highest = 0
    for each in e.told(Birth):
        is_lower, highest = each.message.epoch < highest, max(highest, each.message.epoch)
        if not is_lower:
            continue
        limit_s = each.message.spread_s + 2.0
        until_ns = each.at_ns + int((limit_s + RAISED_S) * NS)
        after = _first_after(e.said_announces, each.at_ns, until_ns)
        ask = Ask("the birth of a lower epoch", "announce", each.link, "announce")
        yield within(e, each, limit_s, after, ask)


def _first_after(
    said: Sequence[Said[Announce]], at_ns: int, until_ns: int | None = None
) -> Said[Announce] | None:
    found = (each for each in said if each.at_ns > at_ns)
    return next((each for each in found if until_ns is None or each.at_ns <= until_ns), None)
