"""ECO-CHILD: a gateway, and those for which it speaks."""

from collections.abc import Iterator, Sequence
from typing import Final

from certification.judging.evidence import HARNESS_S, Evidence
from certification.judging.record import HookRun
from certification.judging.rules.applying import false_term
from certification.judging.rules.check import FOUND, broken, could_answer, judges, kept, unclear
from certification.judging.rules.form import of_rule
from certification.judging.rules.mqtt import subscribed
from certification.judging.rules.order import first_of_next_boot
from certification.judging.traffic import NS, Said
from certification.judging.verdicts import Observation
from protocol.ids import DeviceId
from protocol.messages import Ack, ActionCommand, Announce, Birth, Leave, Presence, State
from protocol.rules import rule

PAIR: Final = "gateway.pair"
"""The standard action by which a gateway pairs."""

MOST_CHILDREN: Final = 64
MOST_IN_A_SECOND: Final = 50

ROUND_S: Final = 5.0
"""How long a gateway may take to announce its children; ECO/1 sets no time beyond 50 a second."""

CROSSED_S: Final = 0.015
"""What comes so soon after a `leave` was sent before that was read."""

NOTICED_S: Final = 4.0
"""No scale lets a gateway notice sooner than that what became of a child."""

LOST_S: Final = 10.0
"""How long it may take to notice that a child has gone or is back; ECO/1 sets none."""

GONE_S: Final = 5.0
"""How long a child is watched after it was to leave."""

_JUDGED_HERE: Final = frozenset({"ECO-STATE-004"})
"""What ECO-CHILD-007 asks for too."""


@judges("ECO-CHILD-004", "a connection on which the gateway announced")
def subscribes_for_its_children(e: Evidence) -> Iterator[Observation]:
    """Judge the filters for children."""
    wanted = [f"eco/1/{e.id}/+/{leaf}" for leaf in ("command", "verdict")]
    yield from subscribed(e, wanted, "ECO-CHILD-004")


@judges("ECO-CHILD-005", "a message for a child")
def keeps_the_rules_for_each_child(e: Evidence) -> Iterator[Observation]:
    """Judge each child's messages by every rule about messages."""
    for child in e.children:
        view, wrong = e.of(child), False
        early = _before_its_gateway(e, view)
        for check in FOUND.values():
            skipped = not check.is_of_messages or check.rule in _JUDGED_HERE
            if skipped or false_term(view, rule(check.rule)):
                continue
            if rule(check.rule).keyword in {"SHOULD", "MAY"}:
                continue
            for found in check.judge(view):
                if found.ok is False and not early & set(found.lines):
                    wrong = True
                    what = f"{child}: {check.rule}: {found.what}"
                    path = f"{child}.{found.path}" if found.path else str(child)
                    yield broken(found.lines, what, found.expected, path)
        if not wrong:
            yield from kept(view.published, f"messages for {child}, which keep every rule")


def _before_its_gateway(e: Evidence, view: Evidence) -> set[int]:
    """Return the lines of what ECO-CHILD-006 forbids: it is judged there."""
    firsts: dict[int, int] = {}
    for own in e.said_announces:
        firsts.setdefault(own.link, own.line)
    return {up.line for up in view.published if up.line < firsts.get(up.link, up.line + 1)}


@judges("ECO-CHILD-006", "a message for a child")
def announces_itself_first(e: Evidence) -> Iterator[Observation]:
    """Judge that nothing is said for a child on a connection before the gateway's announce."""
    for link in e.links:
        first = next(
            (up for up in e.ups if up.link == link.n and up.where and up.where.child), None
        )
        own = next((a for a in e.said_announces if a.link == link.n), None)
        if first is None:
            continue
        is_kept = own is not None and own.line < first.line
        what = f"the first message for a child is on {first.topic}"
        lines = (*([own.line] if own else []), first.line)
        yield Observation(is_kept, lines, what, "the gateway's own announce before it")


@judges("ECO-CHILD-007", "an announce of the gateway after which it has children")
def announces_its_children(e: Evidence) -> Iterator[Observation]:
    """Judge what follows each announce of the gateway after a CONNECT or for a birth."""
    births = {birth.message.id for birth in e.told(Birth)}
    links: set[int] = set()
    for own in e.said_announces:
        is_first, named = own.link not in links, own.message.birth
        links.add(own.link)
        if not is_first and named not in births:
            continue
        for child in e.children:
            if _is_there(e, child, own):
                yield _introduced(e, child, own)


def _is_there(e: Evidence, child: DeviceId, own: Said[Announce]) -> bool:
    """Say whether a gateway can speak for a child: one that it has announced and not lost."""
    view = e.of(child)
    if not any(a.line < own.line for a in view.said_announces):
        end_ns = own.at_ns + int(ROUND_S * NS)
        return any(a.line > own.line and a.at_ns < end_ns for a in view.said_announces)
    if any(each.line < own.line for each in view.told(Leave)) or _is_unpaired(e, view, own):
        return False
    before = [p for p in view.said(Presence) if p.line < own.line]
    return not before or before[-1].message.status != "offline"


def _is_unpaired(e: Evidence, view: Evidence, own: Said[Announce]) -> bool:
    """Say whether a hand has unpaired a child since it was last announced."""
    last = max(a.line for a in view.said_announces if a.line < own.line)
    hands = e.hooks("child_removed")
    return any(last < hand.line < own.line and hand.wanted == view.child for hand in hands)


def _introduced(e: Evidence, child: DeviceId, own: Said[Announce]) -> Observation:
    view = e.of(child)
    end_ns = own.at_ns + int((ROUND_S + HARNESS_S) * NS)
    announced = next((a for a in view.said_announces if a.line > own.line), None)
    lines = (own.line, *([announced.line] if announced else []))
    expected = f"announce, presence and full state of {child}"
    missing = "its announce"
    if announced is not None and announced.at_ns <= end_ns:
        presence = next((p for p in view.said(Presence) if p.line > announced.line), None)
        states = [s for s in view.said(State) if s.line > announced.line and s.message.full]
        missing = ""
        if presence is None or presence.at_ns > end_ns:
            missing = "its presence"
        elif presence.message.status == "online" and not (states and states[0].at_ns <= end_ns):
            missing = "its full state"
    if not missing:
        return Observation(True, lines, f"{child} was announced with all that follows", expected)
    unread = any(view.unreadable(n, own.at_ns, end_ns) for n in ("announce", "presence", "state"))
    if unread or not could_answer(e, own.link, own.at_ns, end_ns):
        return unclear(lines, f"what was said for {child} could not be seen")
    return broken(lines, f"{missing} is missing for {child}", expected)


@judges("ECO-CHILD-008", "announces of children")
def announces_them_slowly(e: Evidence) -> Iterator[Observation]:
    """Judge the second with the most announces of children."""
    said = sorted((a for c in e.children for a in e.of(c).said_announces), key=lambda a: a.line)
    busiest, begin = said[:1], 0
    for end, last in enumerate(said):
        while begin < end and last.at_ns - e.earliest_ns(said[begin].at_ns) >= NS:
            begin += 1
        if end - begin + 1 > len(busiest):
            busiest = said[begin : end + 1]
    if busiest:
        what = f"at most {len(busiest)} children announced within a second"
        lines = (busiest[0].line, busiest[-1].line)
        is_kept = len(busiest) <= MOST_IN_A_SECOND
        yield Observation(is_kept, lines, what, f"at most {MOST_IN_A_SECOND}")


@judges("ECO-CHILD-009", "a message for a child")
def children_have_good_ids(e: Evidence) -> Iterator[Observation]:
    """Judge the ids of children."""
    found = list(of_rule(e, "ECO-CHILD-009"))
    yield from found
    said = [up for up in e.ups if up.where is not None and up.where.child is not None]
    own = [up for up in said if up.where is not None and up.where.child == e.id]
    for up in own[:1]:
        what = f"the child has the id of its gateway, {e.id}"
        yield broken((up.line,), what, rule("ECO-CHILD-009").text, "topic")
    if not found and not own:
        yield from kept(said, f"messages for {len(e.children)} children with ids of their own")


@judges("ECO-CHILD-010", "an announce of a child")
def has_no_more_than_it_may(e: Evidence) -> Iterator[Observation]:
    """Judge the number of children that were announced."""
    said = [a for child in e.children for a in e.of(child).said_announces]
    number = len({a.publish.where.child for a in said if a.publish.where})
    if said:
        lines = (min(a.line for a in said), max(a.line for a in said))
        what = f"{number} children were announced"
        yield Observation(number <= MOST_CHILDREN, lines, what, f"at most {MOST_CHILDREN}")


@judges("ECO-CHILD-011", "a second gateway near the same children")
def leaves_others_alone(e: Evidence) -> Iterator[Observation]:
    """Judge the children of a second unit, as the hook tells of them."""
    for hook in e.hooks("second_unit"):
        others = hook.answer.get("children")
        if isinstance(others, list):
            shared = sorted(set(others) & set(e.children))
            what = f"children of both gateways: {', '.join(shared) or 'none'}"
            yield Observation(not shared, (hook.line,), what, rule("ECO-CHILD-011").text)


@judges("ECO-CHILD-012", "a leave, and a birth or a CONNECT after it")
def does_not_bring_back(e: Evidence) -> Iterator[Observation]:
    """Judge that a child that left is not announced when the others are."""
    for child in e.children:
        view = e.of(child)
        for leave in view.told(Leave)[:1]:
            end_ns = _let_in_again(e, leave.at_ns)
            after = _first_between(view.said_announces, leave.at_ns, end_ns)
            again = _first_between(e.said_announces, leave.at_ns, end_ns)
            expected = rule("ECO-CHILD-012").text
            if after is not None:
                what = f"{child} was to leave, and was announced again"
                yield broken((leave.line, after.line), what, expected)
            elif again is not None:
                what = f"{child} left, and the gateway announced itself without it"
                yield Observation(True, (leave.line, again.line), what, expected)
            else:
                yield unclear((leave.line,), "the gateway has not announced itself since")


def _let_in_again(e: Evidence, at_ns: int) -> int:
    """Return when the owner has the gateway pair again, which lets a child in that had left."""
    pairs = (a for a in e.told(ActionCommand) if a.message.action == PAIR and a.at_ns > at_ns)
    return next((each.at_ns for each in pairs), e.end_ns)


def _first_between(
    said: Sequence[Said[Announce]], begin_ns: int, end_ns: int
) -> Said[Announce] | None:
    return next((each for each in said if begin_ns < each.at_ns <= end_ns), None)


@judges("ECO-CHILD-013", "a leave, and a sign of life after it")
def lets_it_go(e: Evidence) -> Iterator[Observation]:
    """Judge that nothing is said for a child that left; announces are judged elsewhere."""
    for child in e.children:
        view = e.of(child)
        for leave in view.told(Leave)[:1]:
            end_ns = leave.at_ns + int(GONE_S * e.scale * NS) + NS
            acks = [a for a in e.said(Ack) if a.message.id == leave.message.id]
            acks += [a for a in view.said(Ack) if a.message.id == leave.message.id]
            announced = next((a.at_ns for a in view.said_announces if a.at_ns > leave.at_ns), None)
            said = [
                up
                for up in view.published
                if up.at_ns > leave.at_ns + int(CROSSED_S * NS)
                and (announced is None or up.at_ns < announced)
            ]
            alive = e.alive_after(end_ns)
            expected = rule("ECO-CHILD-013").text
            if acks:
                yield broken((leave.line, acks[0].line), "leave was acked", expected)
            elif said:
                what = f"{child} was to leave, and {said[0].topic} was published"
                yield broken((leave.line, said[0].line), what, expected)
            elif alive is None:
                yield unclear((leave.line,), "nothing shows that the gateway was alive after it")
            else:
                what = f"nothing more was said for {child} after its leave"
                yield Observation(True, (leave.line, alive), what, expected)


@judges("ECO-CHILD-014", "a power cycle, and the announces of a child before and after it")
def raises_their_epochs(e: Evidence) -> Iterator[Observation]:
    """Judge the epoch of each child over each boot of the gateway."""
    for hook in e.hooks("power_cycle"):
        for child in e.children:
            view = e.of(child)
            before, after = view.announced_at(hook.at_ns), first_of_next_boot(view, hook.at_ns)
            if before is None or after is None:
                continue
            old, new = before.message.epoch, after.message.epoch
            what = f"{child}: epoch {old} before the boot of its gateway, {new} after it"
            lines = (before.line, hook.line, after.line)
            yield Observation(new > old, lines, what, "a higher epoch", "epoch")


@judges("ECO-CHILD-015", "an announce of a child")
def carries_the_gateways_connection(e: Evidence) -> Iterator[Observation]:
    """Judge the connection in announces and presences of children."""
    for child in e.children:
        view, wrong = e.of(child), False
        said: list[Said[Announce] | Said[Presence]] = [*view.said(Announce), *view.said(Presence)]
        for each in said:
            own = e.announced_at(each.at_ns)
            if own is None or own.link != each.link:
                continue
            if each.message.connection != own.message.connection:
                wrong = True
                what = f"{child}: connection {each.message.connection}"
                expected = f"{own.message.connection}, as of its gateway"
                yield broken((own.line, each.line), what, expected, "connection")
        if not wrong:
            yield from kept(said, f"messages for {child} with the connection of its gateway")


@judges("ECO-CHILD-016", "a hook that takes a child out of reach and brings it back")
def tells_who_is_lost(e: Evidence) -> Iterator[Observation]:
    """Judge the presences that follow what was done to a child."""
    for hook in e.hooks("child_lost"):
        lost = _presence_after(e, hook, "offline", "lost")
        expected = "presence offline with reason lost, and online when it is back"
        if lost is None:
            yield _no_word(e, hook, "lost", expected)
            continue
        back = _presence_after(e, hook, "online", None, lost.line)
        lines = (hook.line, lost.line, *([back.line] if back else []))
        what = f"{hook.wanted} was lost, and {'is back' if back else 'never came back'}"
        yield Observation(True if back else None, lines, what, expected)


@judges("ECO-CHILD-017", "a hook that unpairs a child at the gateway")
def tells_who_was_removed(e: Evidence) -> Iterator[Observation]:
    """Judge the presence that follows the removal of a child at the gateway."""
    for hook in e.hooks("child_removed"):
        removed = _presence_after(e, hook, "offline", "removed")
        expected = "presence offline with reason removed"
        if removed is None:
            yield _no_word(e, hook, "removed", expected)
        else:
            what = f"{hook.wanted} was unpaired, and the gateway says so"
            yield Observation(True, (hook.line, removed.line), what, expected)


def _presence_after(
    e: Evidence, hook: HookRun, status: str, reason: str | None, line: int = 0
) -> Said[Presence] | None:
    for child in e.children:
        if hook.wanted and child != hook.wanted:
            continue
        for each in e.of(child).said(Presence):
            is_it = (each.message.status, each.message.reason) == (status, reason)
            if is_it and each.line > max(hook.line, line):
                return each
    return None


def _no_word(e: Evidence, hook: HookRun, what: str, expected: str) -> Observation:
    end_ns = (hook.ended_ns or hook.at_ns) + int(max(NOTICED_S, LOST_S * e.scale) * NS)
    alive = e.alive_after(end_ns)
    if alive is None:
        return unclear((hook.line,), "the run ended before the gateway could tell")
    return broken((hook.line, alive), f"{hook.wanted} is {what}, and nothing says so", expected)


@judges("ECO-CHILD-018", "the product spec of a child")
def children_are_no_gateways(e: Evidence) -> Iterator[Observation]:
    """Judge the device class of each child."""
    for child in e.children:
        for document in e.of(child).documents.values():
            if document.product is not None:
                kind = document.product.spec.device_class
                what = f"{child} is of the class {kind or 'none'}"
                expected = rule("ECO-CHILD-018").text
                yield Observation(kind != "gateway", document.lines, what, expected, "class")
