"""What a device is to bear: ECO-MSG-007, -VERDICT-004, -UPDATE-001, -VERSION-003, -004."""

from collections.abc import Iterator
from typing import Final

from certification.judging.evidence import HARNESS_S, Evidence
from certification.judging.rules.announce import answers
from certification.judging.rules.check import Ask, broken, could_answer, judges, unclear, within
from certification.judging.rules.orders import after_s, ids_in, orders
from certification.judging.rules.state import full_after
from certification.judging.traffic import NS, Publish, Said
from certification.judging.verdicts import Observation
from protocol.errors import ViolationError
from protocol.json_text import read_object
from protocol.messages import Ack, Birth, Presence, State, StateGet, Update, Verdict
from protocol.rules import rule
from protocol.topics import Leaf

WATCH_S: Final = 2.0
"""How long a device is watched after something that it has to bear."""

NEAR_S: Final = 0.5
"""A message that comes so soon after another may come because of it."""

TIMES: Final = 3
"""So many times in a row it does."""

ANSWER_S: Final = 2.0


@judges("ECO-MSG-007", "a message that cannot be read, and a sign of life after it")
def bears_what_it_cannot_read(e: Evidence) -> Iterator[Observation]:
    """Judge that the device does nothing for an unreadable message, and goes on."""
    answered = _answered(e)
    for down in e.downs:
        if down.violation is None:
            continue
        if answer := answered.get(down.line):
            what = f"a payload that breaks {down.violation.rule} was taken, and {answer[1]}"
            lines = (down.line, answer[0])
            yield broken(lines, what, rule("ECO-MSG-007").text)
        else:
            yield _goes_on(e, down, "ECO-MSG-007", "a message that cannot be read")


def _answered(e: Evidence) -> dict[int, tuple[int, str]]:
    """Return what came of unreadable messages, by their line: where it stands, and what it is.

    What breaks section 5 alone may be rejected (ECO-CMD-011); an id that a readable message has,
    too, proves nothing.
    """
    readable = {getattr(d.decoded.message, "id", "") for d in e.downs if d.decoded}
    bad = [(d, ids_in(d)) for d in e.downs if d.violation is not None]
    said = [(a.line, a.message.id, f"acked {a.message.status}") for a in e.said(Ack)]
    said += [(s.line, s.message.cause or "", "a state names it as cause") for s in e.said(State)]
    found: dict[int, tuple[int, str]] = {}
    for line, named, what in sorted(said):
        sent = next((d for d, ids in reversed(bad) if named in ids and d.line < line), None)
        if sent is None or named in readable:
            continue
        if what != "acked rejected" or not _may_be_rejected(sent):
            found.setdefault(sent.line, (line, what))
    return found


def _may_be_rejected(down: Publish) -> bool:
    """Say whether a message is a `set` or an `action` with wrong fields, which can be read."""
    try:
        return read_object(down.payload).get("type") in ("set", "action")
    except ViolationError:
        return False


def _goes_on(e: Evidence, down: Publish, rule_id: str, name: str) -> Observation:
    end_ns = down.at_ns + int(WATCH_S * NS)
    link = e.link(down.link)
    alive = e.alive_after(end_ns)
    gone_ns = link.closed_ns if link.by == "device" and link.closed_ns is not None else None
    if gone_ns is not None and gone_ns <= end_ns and _has_no_other_reason(e, down, gone_ns):
        lines = (down.line, link.closed_line or link.opened_line)
        return broken(lines, f"after {name} it ended the connection", rule(rule_id).text)
    if alive is None:
        return unclear((down.line,), f"nothing shows that the device was alive after {name}")
    return Observation(True, (down.line, alive), f"after {name} it went on")


def _has_no_other_reason(e: Evidence, down: Publish, gone_ns: int) -> bool:
    """Say whether nobody did anything to the device, and it did not fall asleep."""
    said = [p for p in e.said(Presence) if p.link == down.link]
    falls_asleep = any(
        p.message.status == "asleep" and down.at_ns <= p.at_ns <= gone_ns for p in said
    )
    return not falls_asleep and not e.is_disturbed(down.at_ns, gone_ns)


@judges("ECO-UPDATE-001", "a message on the update topic, and a sign of life after it")
def ignores_updates(e: Evidence) -> Iterator[Observation]:
    """Judge the window after each message on `update`; who does not listen ignores it best."""
    told = e.told(Update)
    for stimulus in e.stimuli("update"):
        alive = e.alive_after(stimulus.at_ns)
        if not told and alive is not None:
            what = "it has not subscribed to update, so that nothing comes"
            yield Observation(True, (stimulus.line, alive), what)
    for each in told:
        if said := _reaction(e, each.publish):
            what = f"after a message on update it published {_leaf(said)}"
            yield broken((each.line, said.line), what, rule("ECO-UPDATE-001").text)
        else:
            yield _goes_on(e, each.publish, "ECO-UPDATE-001", "a message on update")


def _reaction(e: Evidence, down: Publish) -> Publish | None:
    """Return what came right after a message and has no other reason: no state, which may."""
    end_ns = down.at_ns + int((NEAR_S + HARNESS_S) * NS)
    others = [d for d in e.downs if d.line != down.line and _is_near(d, down)]
    if others:
        return None
    return next(
        (
            up
            for up in e.published
            if down.at_ns < up.at_ns <= end_ns
            and up.link == down.link
            and _leaf(up) in {Leaf.ANNOUNCE, Leaf.PRESENCE, Leaf.ACK, Leaf.SPEC}
        ),
        None,
    )


def _is_near(one: Publish, other: Publish) -> bool:
    return abs(one.at_ns - other.at_ns) < int((NEAR_S + HARNESS_S) * NS)


def _leaf(up: Publish) -> Leaf | None:
    return up.where.leaf if up.where else None


@judges("ECO-VERDICT-004", "verdicts without min_epoch, and a sign of life after them")
def takes_verdicts_in_silence(e: Evidence) -> Iterator[Observation]:
    """Judge what follows verdicts: at once, or each time anew."""
    told = [each.publish for each in e.told(Verdict) if not _raises(e, each)]
    for each in told:
        if said := _reaction(e, each):
            what = f"after a verdict it published {_leaf(said)}"
            yield broken((each.line, said.line), what, rule("ECO-VERDICT-004").text)
            return
    for burst in _bursts(told):
        yield _after_burst(e, burst)


def _raises(e: Evidence, verdict: Said[Verdict]) -> bool:
    """Say whether a verdict asks for a higher epoch than the device has."""
    announced = e.announced_at(verdict.at_ns)
    least = verdict.message.min_epoch
    return least is not None and (announced is None or announced.message.epoch < least)


def _bursts(told: list[Publish]) -> Iterator[list[Publish]]:
    """Yield verdicts that came close behind one another, together."""
    burst: list[Publish] = []
    for each in told:
        if burst and each.at_ns - burst[-1].at_ns > NEAR_S * NS:
            yield burst
            burst = []
        burst.append(each)
    yield from [burst] if burst else []


def _after_burst(e: Evidence, burst: list[Publish]) -> Observation:
    """Judge whether as much came after some verdicts as there were, and less before them."""
    begin_ns, end_ns = burst[0].at_ns, burst[-1].at_ns + int(NEAR_S * NS)
    after = [up for up in e.published if begin_ns < up.at_ns <= end_ns]
    before = [up for up in e.published if 2 * begin_ns - end_ns <= up.at_ns <= begin_ns]
    if len(burst) >= TIMES and len(after) >= len(burst) > len(before):
        lines = [burst[0].line, burst[-1].line, *(up.line for up in after)]
        what = f"{len(after)} messages came within {NEAR_S:g} s of {len(burst)} verdicts"
        return broken(lines, what, rule("ECO-VERDICT-004").text)
    return _goes_on(e, burst[-1], "ECO-VERDICT-004", "a verdict")


@judges("ECO-VERSION-003", "a birth with a field of a later version")
def takes_messages_of_later_versions(e: Evidence) -> Iterator[Observation]:
    """Judge births with fields that ECO/1.0 does not have: they are answered like any other."""
    for birth in e.told(Birth):
        unknown = birth.publish.decoded.unknown if birth.publish.decoded else ()
        if not unknown:
            continue
        found = answers(e, birth)
        what = f"a birth with {', '.join(unknown)} was {'answered' if found else 'not answered'}"
        end_ns = after_s(birth.at_ns, birth.message.spread_s + ANSWER_S)
        lines = (birth.line, *(each.line for each in found[:1]))
        is_seen = bool(found) or could_answer(e, birth.link, birth.at_ns, end_ns)
        yield Observation(bool(found) if is_seen else None, lines, what, "an announce")


@judges("ECO-VERSION-004", "a command with a field that ECO/1 does not have")
def takes_commands_with_more_fields(e: Evidence) -> Iterator[Observation]:
    """Judge commands with fields that no version defines: they are carried out like any other."""
    for asked in e.told(StateGet):
        if unknown := asked.publish.decoded.unknown if asked.publish.decoded else ():
            name = f"state.get {asked.message.id} with {', '.join(unknown)}"
            ask = Ask(name, "full state", asked.link, "state")
            yield within(e, asked, ANSWER_S, full_after(e, asked), ask)
    for order in orders(e):
        decoded = order.sent.publish.decoded
        unknown = decoded.unknown if decoded else ()
        if not unknown or order.earlier is not None or not order.is_plain:
            continue
        first = order.first_ack
        status = order.status or "not answered"
        what = f"{order.name} with {', '.join(unknown)} was {status}"
        end_ns = after_s(order.at_ns, ANSWER_S)
        is_seen = first is not None or could_answer(e, order.sent.link, order.at_ns, end_ns)
        is_taken = first is not None and first.message.status != "rejected"
        lines = (order.line, *([first.line] if first else []))
        yield Observation(is_taken if is_seen else None, lines, what, "taken as without it")
