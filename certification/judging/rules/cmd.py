"""ECO-CMD: what a device does with a command."""

from collections.abc import Iterator
from typing import Final

from certification.judging.evidence import HARNESS_S, Evidence, seconds
from certification.judging.rules.check import broken, could_answer, judges, unclear
from certification.judging.rules.orders import (
    EFFECT_S,
    Order,
    after_s,
    is_same,
    orders,
    reported,
    shown_after,
    states_between,
)
from certification.judging.traffic import NS
from certification.judging.verdicts import Observation
from protocol.messages import Ack
from protocol.rules import rule

WINDOW_S: Final = 2.0
"""How long a command that is to be ignored is watched for an effect."""

SHORT_MS: Final = 2000
"""A ttl of at most so much was sent to see whether it is kept."""

MANY: Final = 8
"""So many commands on their way at once give a device a reason to be busy."""


@judges("ECO-CMD-005", "a retained command, and a sign of life after it", of_messages=True)
def ignores_retained(e: Evidence) -> Iterator[Observation]:
    """Judge the window after each retained command."""
    for order in orders(e):
        if order.is_retained:
            yield _untouched(e, order, rule("ECO-CMD-005").text)


def _untouched(e: Evidence, order: Order, expected: str) -> Observation:
    """Judge that nothing came of a command within the window, and that the device was alive."""
    end_ns = order.at_ns + int(WINDOW_S * NS)
    if order.acks:
        what = f"{order.name} was acked: {order.acks[0].message.status}"
        return broken((order.line, order.acks[0].line), what, expected)
    if taken := _taken(e, order, end_ns):
        return broken((order.line, taken[1]), f"{taken[0]} changed by {order.name}", expected)
    alive = e.alive_after(end_ns)
    if alive is None:
        return unclear((order.line,), "nothing shows that the device was alive after the window")
    what = f"{WINDOW_S:g} s after {order.name} nothing had come of it"
    return Observation(True, (order.line, alive), what, expected)


def _taken(e: Evidence, order: Order, end_ns: int) -> tuple[str, int] | None:
    """Return an address that took the value of a set that was not to change anything."""
    if order.states:
        return order.states[0].message.cause or "", order.states[0].line
    before = reported(e, order.at_ns)
    for address, wanted in order.values.items():
        old = before.get(address)
        if old is None or is_same(old[0], wanted) or _is_set_by_another(e, order, address, end_ns):
            continue
        shown = shown_after(e, address, order.at_ns)
        if shown is not None and is_same(shown[0], wanted):
            return address, shown[1]
    return None


def _is_set_by_another(e: Evidence, order: Order, address: str, end_ns: int) -> bool:
    others = (o for o in orders(e) if o.id != order.id and address in o.values)
    return any(order.at_ns - 2 * NS < other.at_ns <= end_ns for other in others)


@judges(
    "ECO-CMD-006",
    "a set of several values, and a set of which one value is wrong",
    of_messages=True,
)
def all_or_nothing(e: Evidence) -> Iterator[Observation]:
    """Judge that a done set is applied as a whole, and one that was refused not at all."""
    for order in orders(e):
        if not order.is_set or order.earlier is not None or order.is_retained:
            continue
        if order.status == "done" and order.states:
            yield _applied(order)
        elif order.status in {"rejected", "expired"}:
            yield _unchanged(e, order)


def _applied(order: Order) -> Observation:
    until_ns = after_s((order.final or order).at_ns, EFFECT_S)
    states = [state for state in order.states if state.at_ns <= until_ns]
    shown = {a: (v, s.line) for s in states for a, v in s.message.values.items()}
    expected = f"the values of {order.name}, all of them"
    for address, wanted in order.values.items():
        if address in shown and not is_same(shown[address][0], wanted):
            what = f"{order.name} is done, and {address} is {shown[address][0]} instead of {wanted}"
            return broken((order.line, shown[address][1]), what, expected, f"values.{address}")
    lines = (order.line, *(state.line for state in order.states))
    return Observation(True, lines, f"{order.name} was applied: {len(order.values)} values")


def _unchanged(e: Evidence, order: Order) -> Observation:
    end_ns = after_s(order.at_ns, WINDOW_S)
    expected = f"nothing changed by {order.name}"
    if taken := _taken(e, order, end_ns):
        what = f"{order.name} was {order.status}, and {taken[0]} has taken its value"
        return broken((order.line, taken[1]), what, expected)
    after = next(states_between(e, order.at_ns, e.end_ns), None)
    if after is None:
        return unclear((order.line,), f"no state shows what came of {order.name}")
    what = f"{order.name} was {order.status}, and changed nothing"
    return Observation(True, (order.line, after.line), what, expected)


@judges("ECO-CMD-007", "a command sent again with the same id", of_messages=True)
def remembers_what_it_took(e: Evidence) -> Iterator[Observation]:
    """Judge the answer to a repeated command, and that it is not carried out again."""
    for order in orders(e):
        earlier = order.earlier
        if earlier is None or order.is_retained or earlier.status in {"", "busy"}:
            continue
        expected = f"{earlier.status} again, and nothing done"
        if undone := _done_again(e, order):
            what = f"{order.name} was sent again and carried out again"
            yield broken((earlier.line, order.line, undone), what, expected)
        elif order.acks:
            is_kept = earlier.status in {order.status, "received"}
            what = f"{order.name} was {earlier.status}, and {order.status} when sent again"
            lines = (earlier.line, order.line, order.acks[0].line)
            yield Observation(is_kept, lines, what, expected, "status")
        elif e.unreadable("ack", order.at_ns, after_s(order.at_ns, WINDOW_S)) or not could_answer(
            e, order.sent.link, order.at_ns, after_s(order.at_ns, WINDOW_S)
        ):
            yield unclear((order.line,), f"what followed the repeated {order.name} was not seen")
        else:
            what = f"{order.name} was sent again, and not answered"
            yield broken((earlier.line, order.line), what, expected)


def _done_again(e: Evidence, order: Order) -> int | None:
    """Return the line that shows that a repeated command was carried out once more.

    A set that another has overtaken shows its own values again; an action tells of the same event
    or the same change again.
    """
    before = reported(e, order.at_ns)
    for state in order.states:
        for address, value in state.message.values.items():
            wanted, old = order.values.get(address), before.get(address)
            is_back = address in order.values and is_same(value, wanted)
            if is_back and old is not None and not is_same(old[0], value):
                return state.line
    if not order.is_set:
        return order.states[0].line if order.states else None
    return None


@judges("ECO-CMD-008", "a command with a short ttl, and what came of it", of_messages=True)
def keeps_the_ttl(e: Evidence) -> Iterator[Observation]:
    """Judge commands with a short ttl: begun in time or not at all."""
    for order in orders(e):
        ttl_ms = order.sent.message.ttl_ms
        if ttl_ms > SHORT_MS or order.earlier is not None or order.is_retained or not order.acks:
            continue
        first = order.acks[0]
        late_s = seconds(order.at_ns, first.at_ns)
        is_begun = order.status in {"done", "received"}
        what = f"{order.name} with a ttl of {ttl_ms} ms: {order.status} after {late_s:.3f} s"
        expected = f"expired when not begun within {ttl_ms} ms"
        is_kept = not is_begun or late_s <= ttl_ms / 1000 + HARNESS_S
        last = order.states[0].line if order.states else first.line
        yield Observation(is_kept, (order.line, first.line, last), what, expected)


@judges("ECO-CMD-010", "more commands at once than the device can take", of_messages=True)
def says_that_it_is_busy(e: Evidence) -> Iterator[Observation]:
    """Judge `busy` acks, or that a burst of commands was taken without any."""
    found = orders(e)
    acks = [(order, ack) for order in found for ack in order.acks if ack.message.status == "busy"]
    for order, ack in acks:
        has_time = ack.message.retry_after_ms is not None
        what = f"{order.name} is busy, {'with' if has_time else 'without'} retry_after_ms"
        if not has_time:
            yield broken((order.line, ack.line), what, rule("ECO-CMD-010").text, "retry_after_ms")
        elif order.states and order.status == "busy" and order.is_refused:
            what = f"{order.name} was busy, and a state names it as cause"
            yield broken((order.line, order.states[0].line), what, rule("ECO-CMD-010").text)
        else:
            yield Observation(True, (order.line, ack.line), what)
    burst = [order for order in found if order.is_plain]
    for place in range(len(burst) - MANY + 1):
        many = burst[place : place + MANY]
        if not acks and seconds(many[0].at_ns, many[-1].at_ns) < 1.0 and all(o.acks for o in many):
            what = f"{MANY} commands within a second were all taken"
            yield Observation(True, (many[0].line, many[-1].line), what)
            return


@judges("ECO-CMD-011", "a command that breaks a rule", of_messages=True)
def rejects_what_breaks_rules(e: Evidence) -> Iterator[Observation]:
    """Judge the answer to each command that breaks a rule."""
    for order in orders(e):
        if not order.wrongs or order.is_retained or order.earlier is not None:
            continue
        wanted = " or ".join(dict.fromkeys(order.wrongs))
        expected = f"rejected with code {wanted}"
        end_ns = after_s(order.at_ns, WINDOW_S)
        final = order.final
        if final is None:
            is_seen = could_answer(e, order.sent.link, order.at_ns, end_ns)
            is_seen = is_seen and not e.unreadable("ack", order.at_ns, end_ns)
            what = f"{order.name}, which breaks {wanted}, was not answered"
            yield Observation(False if is_seen else None, (order.line,), what, expected)
            continue
        codes = _codes(final.message)
        is_kept = final.message.status == "rejected" and bool(codes & set(order.wrongs))
        told = f" with {', '.join(sorted(codes))}" if codes else ""
        what = f"{order.name}, which breaks {wanted}, was {final.message.status}{told}"
        yield Observation(is_kept, (order.line, final.line), what, expected, "error.code")


def _codes(ack: Ack) -> set[str]:
    codes = {item.error.code for item in ack.items if item.error is not None}
    return codes | ({ack.error.code} if ack.error is not None else set())


@judges("ECO-CMD-012", "a command whose expires_at_ms has passed", of_messages=True)
def keeps_the_wall_time(e: Evidence) -> Iterator[Observation]:
    """Judge commands that had ended by wall time before they were sent."""
    for order in orders(e):
        ends_ms, now_ms = order.sent.message.expires_at_ms, wall_ms(e, order.at_ns)
        announced = e.announced_at(order.at_ns)
        is_synced = announced is not None and announced.message.is_time_synced
        if ends_ms is None or ends_ms > now_ms - 1000 or not order.acks or not is_synced:
            continue
        what = f"{order.name} had ended {(now_ms - ends_ms) / 1000:.0f} s before: {order.status}"
        is_kept = order.status not in {"done", "received"} and not order.states
        yield Observation(is_kept, (order.line, order.acks[0].line), what, "expired")


def wall_ms(e: Evidence, at_ns: int) -> int:
    """Return the harness' wall time, Unix time in milliseconds."""
    return int(e.run.get("started_ms", 0)) + at_ns // 1_000_000


@judges(
    "ECO-CMD-014",
    "two sets of one property, or calls of one action, the second before the first is answered",
    of_messages=True,
)
def keeps_their_order(e: Evidence) -> Iterator[Observation]:
    """Judge pairs of commands about one thing that were on their way at the same time."""
    plain = [o for o in orders(e) if o.is_plain and not o.earlier]
    for one, two in ((a, b) for n, a in enumerate(plain) for b in plain[n + 1 : n + 3]):
        shared = one.concerns & two.concerns
        if one.final is None or two.final is None or not shared or two.line > one.final.line:
            continue
        if (one.status, two.status) != ("done", "done"):
            continue
        lines = (one.line, two.line, one.final.line, two.final.line)
        expected = f"{one.name} before {two.name}"
        late = [state for state in one.states if state.line > two.final.line]
        if two.final.line < one.final.line:
            yield broken(lines, f"{two.name} was done before {one.name}", expected)
        elif any(a in state.message.values for state in late for a in shared) and _wins(one, two):
            yield broken((*lines, late[0].line), f"{one.name} was shown after {two.name}", expected)
        else:
            yield Observation(True, lines, f"{one.name} was done before {two.name}", expected)


def _wins(one: Order, two: Order) -> bool:
    """Say whether the older of two sets had the last word about a property of both."""
    last = {a: (s.line, o) for o in (one, two) for s in o.states for a in s.message.values}
    shared = set(one.values) & set(two.values)
    return any(last[a][1] is one for a in shared if a in last)


@judges("ECO-CMD-017", "an action with the epoch of another boot", of_messages=True)
def refuses_another_boot(e: Evidence) -> Iterator[Observation]:
    """Judge actions that were meant for another boot."""
    for order in orders(e):
        if order.is_of_this_boot or order.is_retained or order.wrongs:
            continue
        expected = "expired, and nothing done"
        if order.acks:
            is_kept = order.status == "expired" and not order.states
            what = f"{order.name} of another epoch was {order.status}"
            lines = (order.line, order.acks[0].line)
            yield Observation(is_kept, lines, what, expected, "status")
            continue
        end_ns = order.at_ns + int((EFFECT_S + HARNESS_S) * NS)
        is_seen = could_answer(e, order.sent.link, order.at_ns, end_ns)
        is_seen = is_seen and not e.unreadable("ack", order.at_ns, end_ns)
        what = f"{order.name} of another epoch was not answered"
        yield Observation(False if is_seen else None, (order.line,), what, expected)
