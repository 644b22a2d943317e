"""ECO-ACK: what a device answers to a command."""

from collections.abc import Iterator
from typing import Final

from certification.judging.evidence import Evidence, seconds
from certification.judging.rules.check import (
    Ask,
    broken,
    could_answer,
    judges,
    kept,
    unclear,
    within,
)
from certification.judging.rules.form import of_rule
from certification.judging.rules.orders import FINAL, MOST, after_s, orders, raw_ids
from certification.judging.traffic import Said
from certification.judging.verdicts import Observation
from protocol.messages import Ack, ActionCommand, SpecGet, StateGet
from protocol.rules import rule

ACK_S: Final = 0.5
"""Longest time to the first ack (ECO-ACK-003)."""

END_S: Final = 2.0
"""So long after its ttl a command that was received has to have ended; ECO/1 sets no time."""


@judges("ECO-ACK-001", "an ack", of_messages=True)
def names_a_command(e: Evidence) -> Iterator[Observation]:
    """Judge that the id in each ack was sent before."""
    known = raw_ids(e)
    acks = e.said(Ack)
    wrong = [a for a in acks if a.message.id not in known or known[a.message.id].line > a.line]
    for ack in wrong:
        what = f"an ack for {ack.message.id}, which was not sent"
        yield broken((ack.line,), what, rule("ECO-ACK-001").text, "id")
    if not wrong:
        yield from kept(acks, "acks, each for a command that was sent")


@judges("ECO-ACK-002", "a command with a final ack", of_messages=True)
def ends_once(e: Evidence) -> Iterator[Observation]:
    """Judge that all final acks of an id say the same."""
    finals: dict[str, Said[Ack]] = {}
    wrong = False
    for ack in e.said(Ack):
        if ack.message.status not in FINAL:
            continue
        first = finals.setdefault(ack.message.id, ack)
        if _content(first.message) != _content(ack.message):
            wrong = True
            what = f"{ack.message.id} was {first.message.status}, then {ack.message.status}"
            yield broken((first.line, ack.line), what, rule("ECO-ACK-002").text, "status")
    if not wrong:
        yield from kept(list(finals.values()), "commands, each with one outcome")


def _content(ack: Ack) -> tuple[str, dict[str, object]]:
    return ack.status, dict(ack.results)


@judges("ECO-ACK-003", "a set or an action that breaks no rule", of_messages=True)
def answers_at_once(e: Evidence) -> Iterator[Observation]:
    """Judge the time to the first ack of commands that a device has no reason to refuse."""
    for order in orders(e):
        if not order.is_plain or order.earlier is not None or order.crowd >= MOST:
            continue
        ask = Ask(order.name, "ack", order.sent.link, "ack")
        yield within(e, order, ACK_S, order.first_ack, ask)


@judges("ECO-ACK-004", "a command that was acked `received`", of_messages=True)
def ends_what_it_received(e: Evidence) -> Iterator[Observation]:
    """Judge that a final ack follows `received` before the command is of no use any more."""
    found = orders(e)
    if not any(ack.message.status == "received" for order in found for ack in order.acks):
        ended = [order for order in found if order.final is not None]
        yield from kept(ended, "commands, each answered with a final ack at once")
    for order in found:
        first = order.first_ack
        if first is None or first.message.status != "received":
            continue
        limit_s = order.sent.message.ttl_ms / 1000 + END_S
        final = order.final
        if final is not None:
            after = seconds(order.at_ns, final.at_ns)
            what = f"{order.name} was received, and {final.message.status} after {after:.3f} s"
            yield Observation(True, (order.line, first.line, final.line), what)
        elif e.unreadable("ack", first.at_ns, after_s(order.at_ns, limit_s)):
            yield unclear((first.line,), "an ack after it could not be read")
        elif could_answer(e, order.sent.link, order.at_ns, after_s(order.at_ns, limit_s)):
            what = f"{order.name} was received, and nothing followed in {limit_s:g} s"
            yield broken((order.line, first.line), what, rule("ECO-ACK-004").text)
        else:
            yield unclear((first.line,), f"the connection ended before {order.name} could")


@judges("ECO-ACK-005", "a command that is rejected", of_messages=True)
def says_why_not(e: Evidence) -> Iterator[Observation]:
    """Judge that each `rejected` carries an error."""
    for ack in e.said(Ack):
        if ack.message.status != "rejected":
            continue
        is_kept = ack.message.error is not None or any(i.error for i in ack.message.items)
        what = f"{ack.message.id} was rejected {'with' if is_kept else 'without'} an error"
        yield Observation(is_kept, (ack.line,), what, rule("ECO-ACK-005").text, "error")


@judges("ECO-ACK-006", "an action that is done", of_messages=True)
def carries_its_results(e: Evidence) -> Iterator[Observation]:
    """Judge the results of actions."""
    found = list(of_rule(e, "ECO-ACK-006"))
    actions = {each.message.id for each in e.told(ActionCommand)}
    done = [a for a in e.said(Ack) if a.message.id in actions and a.message.status == "done"]
    yield from found or kept(done, "done actions, each with its declared results and no other")


@judges("ECO-ACK-007", "a spec.get or a state.get")
def may_answer_questions(e: Evidence) -> Iterator[Observation]:
    """Tell whether questions are acked; both is fine."""
    lines = [each.line for each in e.told(StateGet)] + [each.line for each in e.told(SpecGet)]
    names = {each.message.id for each in e.told(StateGet)}
    names |= {each.message.id for each in e.told(SpecGet)}
    acked = [ack for ack in e.said(Ack) if ack.message.id in names]
    if lines:
        what = f"{len(names)} questions, {len({a.message.id for a in acked})} of them acked"
        yield Observation(True, (min(lines), max(lines)), what)
