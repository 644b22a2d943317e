"""ECO-STATE-004 to -011 and ECO-RATE-001: when a device reports, and what brought it about."""

from collections.abc import Iterator, Mapping
from typing import Final

from certification.judging.evidence import HARNESS_S, Evidence, seconds
from certification.judging.record import HookRun
from certification.judging.rules.check import (
    Ask,
    broken,
    could_answer,
    judges,
    kept,
    unclear,
    within,
)
from certification.judging.rules.orders import (
    EFFECT_S,
    Order,
    after_s,
    is_same,
    orders,
    raw_ids,
    reported,
    shown_after,
    states_between,
)
from certification.judging.traffic import NS, Said
from certification.judging.verdicts import Observation
from protocol.ids import Address
from protocol.messages import Announce, Event, State, StateGet
from protocol.rules import rule

FULL_S: Final = 2.0
EVERY_S: Final = 600.0
CHANGE_S: Final = 1.0
LEAST_WINDOW_S: Final = 1.0
"""A shorter window of the rate cannot be measured from here; no scale makes it less."""

WINDOW_S: Final = 10.0

HIGHEST_RATE: Final = 100
"""No product spec may declare a higher `rate_per_s`."""

_ABSENT: Final = object()


@judges("ECO-STATE-004", "an announce", of_messages=True)
def full_state_after_announce(e: Evidence) -> Iterator[Observation]:
    """Judge the full state that follows each announce."""
    for announce in e.said_announces:
        ask = Ask("the announce", "full state", announce.link, "state")
        yield within(e, announce, FULL_S, full_after(e, announce), ask)


def full_after(e: Evidence, asked: Said[Announce] | Said[StateGet]) -> Said[State] | None:
    """Return the first full state after a message, on the same connection."""
    return next(
        (
            state
            for state in e.said(State)
            if state.message.full and state.line > asked.line and state.link == asked.link
        ),
        None,
    )


@judges("ECO-STATE-011", "a state.get", of_messages=True)
def full_state_when_asked(e: Evidence) -> Iterator[Observation]:
    """Judge the full state that answers each `state.get`."""
    for asked in e.told(StateGet):
        if asked.publish.is_retained:
            continue
        ask = Ask(f"state.get {asked.message.id}", "full state", asked.link, "state")
        yield within(e, asked, FULL_S, full_after(e, asked), ask)


@judges("ECO-STATE-005", "a hook that changes a property by hand, and the state that tells of it")
def reports_what_changes(e: Evidence) -> Iterator[Observation]:
    """Judge the state that follows what a hand did to the device."""
    product = e.product
    for hook in e.hooks("button"):
        part = product.properties.get(Address(hook.wanted)) if product else None
        if part is None or "notify" not in part.access:
            continue
        yield _report(e, hook)


def _report(e: Evidence, hook: HookRun) -> Observation:
    changes = list(_changes(e, hook, reported(e, hook.at_ns).get(hook.wanted)))
    asked = [each.at_ns for each in e.told(StateGet) if each.at_ns > hook.at_ns]
    own = [c for c in changes if not (c.message.full and asked and c.at_ns > asked[0])]
    expected = f"a state with {hook.wanted} within {CHANGE_S:g} s"
    if own:
        late_s = max(0.0, seconds(hook.ended_ns or hook.at_ns, own[0].at_ns))
        what = f"{hook.wanted} was changed by hand, and reported {late_s:.3f} s later"
        is_kept = late_s <= CHANGE_S + HARNESS_S
        return Observation(is_kept, (hook.line, own[0].line), what, expected, hook.wanted)
    if changes:
        what = f"{hook.wanted} was changed by hand, and told of only when asked"
        return broken((hook.line, changes[0].line), what, expected, hook.wanted)
    return unclear((hook.line,), f"nothing shows that {hook.wanted} was changed by hand")


def _changes(
    e: Evidence, hook: HookRun, before: tuple[object, int] | None
) -> Iterator[Said[State]]:
    """Yield the states after a hook in which its property has another value than before."""
    for state in e.said(State):
        value = state.message.values.get(hook.wanted, _ABSENT)
        is_new = before is None or value != before[0]
        if state.at_ns > hook.at_ns and value is not _ABSENT and is_new:
            yield state


@judges("ECO-STATE-006", "a connection that lasts longer than the time between two full states")
def full_state_every_ten_minutes(e: Evidence) -> Iterator[Observation]:
    """Judge the time between full states, by the declared scale, that nobody had asked for."""
    limit_s = EVERY_S * e.scale
    for link in e.links:
        full = [s for s in e.said(State) if s.message.full and s.link == link.n]
        for place, one in enumerate(full):
            end_ns = after_s(one.at_ns, limit_s)
            after = full[place + 1] if place + 1 < len(full) else None
            is_there = any(packet.is_in and packet.at_ns >= end_ns for packet in link.packets)
            if after is None and is_there and not e.is_disturbed(one.at_ns, end_ns):
                what = f"no full state for {limit_s:g} s after this one"
                yield broken((one.line,), what, rule("ECO-STATE-006").text)
            elif after is not None:
                yield from _gap(e, one, after, limit_s)


def _gap(
    e: Evidence, one: Said[State], after: Said[State], limit_s: float
) -> Iterator[Observation]:
    gap_s = seconds(one.at_ns, after.at_ns)
    asked = [s for s in e.told(StateGet) if one.line < s.line < after.line]
    announced = [a for a in e.said_announces if one.line < a.line < after.line]
    what = f"{gap_s:.3f} s between two full states"
    if gap_s > limit_s + HARNESS_S and not e.is_disturbed(one.at_ns, after.at_ns):
        yield broken((one.line, after.line), what, f"{limit_s:g} s at most")
    elif not asked and not announced and after.message.cause is None:
        yield Observation(True, (one.line, after.line), what)


@judges("ECO-STATE-007", "a set that changes something", of_messages=True)
def effects_name_their_cause(e: Evidence) -> Iterator[Observation]:
    """Judge the states that bring the new values of a set."""
    yield from _nothing_to_show(e)
    for order in orders(e):
        if not order.is_set or order.status != "done" or order.earlier is not None:
            continue
        until_ns = after_s((order.final or order).at_ns, EFFECT_S)
        before = reported(e, order.at_ns)
        nameless = [
            (state, address)
            for state in states_between(e, order.at_ns, until_ns)
            if state.message.cause is None and not state.message.full
            for address in _new(order, state, before)
        ]
        for state, address in nameless[:1]:
            if any(named.line < state.line for named in order.states):
                continue
            what = f"{address} changed to what {order.name} asked for, without a cause"
            yield broken((order.line, state.line), what, f"cause {order.id}", "cause")
        if order.states and not nameless:
            lines = (order.line, order.states[0].line)
            yield Observation(True, lines, f"the state that {order.name} brought about names it")


def _new(
    order: Order, state: Said[State], before: Mapping[str, tuple[object, int]]
) -> Iterator[str]:
    for address, value in state.message.values.items():
        is_wanted = address in order.values and is_same(value, order.values[address])
        if is_wanted and (address not in before or before[address][0] != value):
            yield address


def _nothing_to_show(e: Evidence) -> Iterator[Observation]:
    """Yield that a product has no property of which a state could show that it was set."""
    if e.product and not e.product.readable & e.product.writable:
        yield from kept(e.said(State), "states; nothing that can be set can be read")


@judges("ECO-STATE-008", "a set that is done", of_messages=True)
def shows_what_was_set(e: Evidence) -> Iterator[Observation]:
    """Judge that states with the cause of each set hold all its readable properties."""
    yield from _nothing_to_show(e)
    for order in orders(e):
        product, final = e.product_at(order.at_ns), order.final
        if product is None or final is None or order.status != "done" or order.earlier:
            continue
        wanted = set(order.values) & product.readable
        until_ns = after_s(final.at_ns, EFFECT_S)
        states = [state for state in order.states if state.at_ns <= until_ns]
        missing = wanted - {address for state in states for address in state.message.values}
        if not wanted:
            continue
        lines = (order.line, final.line, *(state.line for state in states))
        expected = f"states with cause {order.id} that hold {', '.join(sorted(wanted))}"
        if not missing:
            yield Observation(True, lines, f"{order.name} is done, and states show it", expected)
        elif e.unreadable("state", order.at_ns, until_ns) or not could_answer(
            e, final.link, final.at_ns, until_ns
        ):
            yield unclear(lines, f"what followed {order.name} could not be seen")
        else:
            what = f"{order.name} is done, and no state with its cause shows {sorted(missing)}"
            yield broken(lines, what, expected, f"values.{min(missing)}")


@judges("ECO-STATE-009", "a change by hand, and the state that tells of it")
def no_cause_without_command(e: Evidence) -> Iterator[Observation]:
    """Judge that a cause is a command that was carried out, and none where a hand did it."""
    known = raw_ids(e)
    refused = {s.line: order for order in orders(e) if order.is_refused for s in order.states}
    for state in e.said(State):
        cause = state.message.cause
        if cause is None:
            continue
        if cause not in known or known[cause].line > state.line:
            what = f"the cause is {cause}, and no such command was sent"
            yield broken((state.line,), what, rule("ECO-STATE-009").text, "cause")
        elif state.line in refused:
            what = f"the cause is {cause}, which was {refused[state.line].status}"
            yield broken((state.line,), what, rule("ECO-STATE-009").text, "cause")
    for hook in e.hooks("button"):
        before = reported(e, hook.at_ns).get(hook.wanted)
        told = next(_changes(e, hook, before), None)
        if told is not None:
            cause = told.message.cause
            what = f"{hook.wanted} was changed by hand, the cause is {cause or 'none'}"
            expected = "no cause"
            yield Observation(cause is None, (hook.line, told.line), what, expected, "cause")


@judges("ECO-STATE-010", "a hook that takes a value away, such as a sensor unplugged")
def unknown_is_null(e: Evidence) -> Iterator[Observation]:
    """Judge what is reported of a value that the device cannot know any more."""
    if e.product and not e.product.readable:
        yield from kept(e.said(State), "states; the product spec has no value that could get lost")
    for hook in e.hooks("sensor_lost"):
        shown = shown_after(e, hook.wanted, hook.ended_ns or hook.at_ns)
        if shown is None:
            yield unclear((hook.line,), f"nothing was reported of {hook.wanted} after it was lost")
            continue
        what = f"{hook.wanted} was lost, and reported as {shown[0]!r}"
        lines = (hook.line, shown[1])
        path = f"values.{hook.wanted}"
        yield Observation(shown[0] is None, lines, what, rule("ECO-STATE-010").text, path)


@judges("ECO-RATE-001", "states and events over the window of the rate", of_messages=True)
def keeps_its_rate(e: Evidence) -> Iterator[Observation]:
    """Judge the busiest window, by the declared scale: it is shorter, its messages as many.

    What a harness reads late bunches up, so that it looks at a little less than the window.
    """
    yield from _floods(e)
    states: list[Said[State] | Said[Event]] = [*e.said(State), *e.said(Event)]
    said = sorted(states, key=lambda each: each.line)
    if not said or e.product is None:
        return
    window_s, most = max(LEAST_WINDOW_S, WINDOW_S * e.scale), e.product.spec.rate_per_s * WINDOW_S
    window_ns = int((window_s - HARNESS_S) * NS)
    begin, busiest = 0, (0, said[0], said[0])
    for end, last in enumerate(said):
        while begin < end and last.at_ns - e.earliest_ns(said[begin].at_ns) >= window_ns:
            begin += 1
        busiest = max(busiest, (end - begin + 1, said[begin], last), key=lambda found: found[0])
    number, first, last = busiest
    alive = e.alive_after(last.at_ns) or e.last_line
    what = f"at most {number} states and events within {window_s:g} s"
    lines = (first.line, last.line, alive)
    yield Observation(number <= most, lines, what, f"at most {most:g}")


def _floods(e: Evidence) -> Iterator[Observation]:
    """Yield the connections that were cut off with more messages than any rate allows.

    The product spec of a device that floods is seldom known.
    """
    for link in e.links if e.child is None else ():
        said = [up for up in e.ups if up.link == link.n and up.topic.endswith(("/state", "/event"))]
        if link.how != "flood" or len(said) <= HIGHEST_RATE * WINDOW_S:
            continue
        lasted_s = seconds(said[0].at_ns, said[-1].at_ns)
        what = f"{len(said)} states and events within {lasted_s:.1f} s, and then it was cut off"
        expected = rule("ECO-RATE-001").text
        yield broken((said[0].line, link.closed_line or link.opened_line), what, expected)
