"""ECO-EVENT and ECO-TIME."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from certification.judging.evidence import HARNESS_S, Evidence, seconds
from certification.judging.record import HookRun
from certification.judging.rules.check import broken, judges, kept, unclear
from certification.judging.rules.cmd import wall_ms
from certification.judging.rules.form import of_rule
from certification.judging.traffic import NS, Said
from certification.judging.verdicts import Observation
from protocol.messages import Event, State
from protocol.rules import rule

EVENT_S: Final = 1.0
AFTER_S: Final = 10.0
"""So long after a hand has brought about one event the same event is taken for a second telling."""

CLOSE_MS: Final = 120_000
"""A clock that was set from a time source is no further off than this."""


def _declared(rule_id: str, e: Evidence) -> Iterator[Observation]:
    found = list(of_rule(e, rule_id))
    judged = [event for event in e.said(Event) if e.product_at(event.at_ns) is not None]
    yield from found or kept(judged, "events, each as it is declared")


for _rule in ("ECO-EVENT-001", "ECO-EVENT-002"):
    judges(_rule, "an event, and the product spec it is judged by", of_messages=True)(
        partial(_declared, _rule)
    )


@judges("ECO-EVENT-003", "a hook that makes an event happen")
def tells_at_once(e: Evidence) -> Iterator[Observation]:
    """Judge the time from what a hand did to the event."""
    for hook in e.hooks("button"):
        if not _is_event(e, hook):
            continue
        told = next(iter(_told(e, hook)), None)
        expected = f"{hook.wanted} within {EVENT_S:g} s"
        if told is None:
            yield unclear((hook.line,), f"nothing shows that {hook.wanted} has happened")
            continue
        late_s = max(0.0, seconds(hook.ended_ns or hook.at_ns, told.at_ns))
        what = f"{hook.wanted} was told {late_s:.3f} s after it was brought about"
        is_kept = late_s <= EVENT_S + HARNESS_S
        yield Observation(is_kept, (hook.line, told.line), what, expected)


def _is_event(e: Evidence, hook: HookRun) -> bool:
    return e.product is not None and hook.wanted in e.product.events


def _told(e: Evidence, hook: HookRun) -> list[Said[Event]]:
    """Return the events that a hook brought about, up to the next hook."""
    following = [h.at_ns for h in e.hooks("button") if h.at_ns > hook.at_ns]
    end_ns = min([*following, hook.at_ns + int(AFTER_S * NS)])
    return [
        event
        for event in e.said(Event)
        if event.message.event == hook.wanted and hook.at_ns < event.at_ns <= end_ns
    ]


@judges("ECO-EVENT-004", "an event brought about once, and what the device tells of it")
def tells_once(e: Evidence) -> Iterator[Observation]:
    """Judge that one happening is told under one number, also when its PUBACK does not come."""
    found = False
    for one, two in _twins(e):
        found = True
        what = f"{one.message.event} of seq {one.message.seq} was told again as {two.message.seq}"
        yield broken((one.line, two.line), what, rule("ECO-EVENT-004").text, "seq")
    for hook in e.hooks("button"):
        told = _told(e, hook) if _is_event(e, hook) else []
        same = [event for event in told if _content(event) == _content(told[0])]
        numbers = {event.message.seq for event in same}
        what = f"{hook.wanted} was brought about once, and told {len(numbers)} times"
        lines = (hook.line, *(event.line for event in same))
        if len(numbers) > 1 and told[0].message.time_ms is None and _happens_by_itself(e, hook):
            yield unclear(lines, f"{what}; it happens by itself too, and tells no time")
        elif told and not found:
            yield Observation(len(numbers) == 1, lines, what, rule("ECO-EVENT-004").text, "seq")


def _content(event: Said[Event]) -> tuple[object, ...]:
    """Return what tells one happening from another; time_ms does where it is there."""
    said = event.message
    return said.epoch, said.event, said.time_ms, tuple(sorted(said.arguments.items(), key=str))


def _happens_by_itself(e: Evidence, hook: HookRun) -> bool:
    """Say whether an event is also told where no hand had brought it about."""
    by_hand = {
        one.line for h in e.hooks("button") if h.wanted == hook.wanted for one in _told(e, h)
    }
    said = (event for event in e.said(Event) if event.message.event == hook.wanted)
    return any(event.line not in by_hand for event in said)


def _twins(e: Evidence) -> Iterator[tuple[Said[Event], Said[Event]]]:
    """Yield pairs of events that are one: the same content of one millisecond over two connections.

    Over one connection they may be two: what comes and goes and comes within a step of the device.
    """
    known: dict[tuple[object, ...], Said[Event]] = {}
    for event in e.said(Event):
        said = event.message
        if said.time_ms is None:
            continue
        first = known.setdefault(_content(event), event)
        if first.message.seq != said.seq and first.link != event.link:
            yield first, event


@judges("ECO-TIME-001", "a state or an event")
def dates_only_when_synced(e: Evidence) -> Iterator[Observation]:
    """Judge that `time_ms` comes from devices alone that announced a right clock."""
    said = _dated(e)
    wrong = False
    for each in said:
        announced = e.announced_at(each.at_ns)
        is_synced = announced is not None and announced.message.is_time_synced
        if each.message.time_ms is not None and not is_synced:
            wrong = True
            what = f"time_ms {each.message.time_ms}, and is_time_synced was not announced"
            yield broken((each.line,), what, rule("ECO-TIME-001").text, "time_ms")
    if not wrong:
        yield from kept(said, "states and events, none with time_ms without a right clock")


def _dated(e: Evidence) -> list[Said[State] | Said[Event]]:
    found: list[Said[State] | Said[Event]] = [*e.said(State), *e.said(Event)]
    return sorted(found, key=lambda each: each.line)


@judges("ECO-TIME-002", "an announce, and time_ms where it says is_time_synced")
def claims_only_a_right_clock(e: Evidence) -> Iterator[Observation]:
    """Judge the clock of a device that calls it right, by the harness' own."""
    claims = [a for a in e.said_announces if a.message.is_time_synced]
    if not claims:
        yield from kept(e.said_announces, "announces, none says is_time_synced")
        return
    stamps = [each for each in _dated(e) if each.message.time_ms is not None]
    for each in stamps:
        off_ms = abs((each.message.time_ms or 0) - wall_ms(e, each.at_ns))
        if off_ms > CLOSE_MS and _is_in_ms(e, each):
            what = f"its clock is {off_ms / 1000:.0f} s off, and it announced is_time_synced"
            yield broken((claims[0].line, each.line), what, rule("ECO-TIME-002").text)
            return
    near = [s for s in stamps if abs((s.message.time_ms or 0) - wall_ms(e, s.at_ns)) <= CLOSE_MS]
    if near:
        yield from kept(near, "messages with the right time")
    else:
        yield unclear((claims[0].line,), "it says is_time_synced and dates nothing")


@judges("ECO-TIME-003", "a state or an event with time_ms")
def counts_milliseconds(e: Evidence) -> Iterator[Observation]:
    """Judge that `time_ms` is near the harness' own time, in its unit."""
    for each in _dated(e):
        told = each.message.time_ms
        if told is None:
            continue
        is_kept = _is_in_ms(e, each)
        what = f"time_ms {told}, and the harness' time was {wall_ms(e, each.at_ns)}"
        expected = rule("ECO-TIME-003").text
        yield Observation(is_kept, (each.line,), what, expected, "time_ms")


def _is_in_ms(e: Evidence, said: Said[State] | Said[Event]) -> bool:
    """Say whether a time can be in milliseconds since 1970, however wrong the clock is."""
    now_ms, told_ms = wall_ms(e, said.at_ns), said.message.time_ms or 0
    return now_ms / 2 <= told_ms <= now_ms * 2
