"""ECO-PRESENCE: the will, and what a device says when it comes and goes."""

from collections.abc import Iterator

from certification.judging.evidence import Evidence
from certification.judging.rules.check import Ask, judges, within
from certification.judging.rules.order import will_place
from certification.judging.traffic import NS, Link, Packet, Said
from certification.judging.verdicts import Observation
from protocol.codec import decode
from protocol.errors import ViolationError
from protocol.messages import Announce, Presence, State
from protocol.rules import rule
from protocol.topics import Leaf, build

ONLINE_S = 2.0
"""How long after its announce a device may take to say that it is online; ECO/1 sets no time."""


TIMES = 2
"""Connections that ended soon after the full state; that presence was not due yet on all of them
would be chance."""


@judges("ECO-PRESENCE-001", "a CONNECT")
def registers_its_will(e: Evidence) -> Iterator[Observation]:
    """Judge the will of each CONNECT."""
    for connect in e.connects:
        announce = next((a for a in e.said_announces if a.link == connect.link), None)
        fault = _fault(e, connect, announce)
        lines = (connect.line, *([announce.line] if announce else []))
        what = fault or "the will is as it has to be"
        yield Observation(not fault, lines, what, rule("ECO-PRESENCE-001").text, "packet.will")


def _fault(e: Evidence, connect: Packet, announce: Said[Announce] | None) -> str:
    """Return what is wrong with a will; nothing if it is right."""
    will = connect.decoded.get("will")
    if not will:
        return "there is no will"
    topic = build(e.id, Leaf.PRESENCE)
    if will.get("topic") != topic:
        return f"the will is on {will.get('topic')}"
    if will.get("qos") != 1 or not will.get("retain"):
        return f"the will has QoS {will.get('qos')} and retain {int(bool(will.get('retain')))}"
    if fault := _payload_fault(topic, str(will.get("payload") or "")):
        return fault
    place = will_place(connect)
    if announce is None:
        return ""
    now = announce.message.epoch, announce.message.connection
    if place != now:
        said = f"epoch {place[0]} and connection {place[1]}" if place else "no epoch"
        return f"the will says {said}, the announce epoch {now[0]} and connection {now[1]}"
    return ""


def _payload_fault(topic: str, payload: str) -> str:
    try:
        said = decode(topic, payload.encode()).message
    except ViolationError as error:
        return f"the payload of the will breaks {error.violation.rule}: {error.violation.detail}"
    if not isinstance(said, Presence) or (said.status, said.reason) != ("offline", "lost"):
        return f"the will says {payload}"
    return ""


@judges("ECO-PRESENCE-002", "an announce after a CONNECT")
def says_that_it_is_online(e: Evidence) -> Iterator[Observation]:
    """Judge the presence that follows the first announce of each connection."""
    unheard: list[tuple[int, int]] = []
    for link in e.links:
        announce = next((a for a in e.said_announces if a.link == link.n), None)
        if announce is None:
            continue
        said = [p for p in _presences(e, link) if p.line > announce.line]
        online = next((p for p in said if p.message.status == "online"), None)
        ask = Ask("the announce", "presence online", link.n, "presence")
        seen = within(e, announce, ONLINE_S, online, ask)
        after = _state_after(e, announce)
        if (
            seen.ok is None
            and online is None
            and after
            and not e.is_harmed(link.opened_ns, after[0])
        ):
            unheard.append((announce.line, after[1]))
        yield seen
    if len(unheard) >= TIMES:
        what = f"on {len(unheard)} connections it told its full state, and never that it is online"
        lines = [line for pair in unheard for line in pair]
        yield Observation(False, tuple(lines), what, rule("ECO-PRESENCE-002").text)


def _state_after(e: Evidence, announce: Said[Announce]) -> tuple[int, int] | None:
    """Return time and line of the full state that follows an announce on its connection."""
    for state in e.said(State):
        if state.line > announce.line and state.link == announce.link and state.message.full:
            return state.at_ns, state.line
    return None


def _presences(e: Evidence, link: Link) -> list[Said[Presence]]:
    return [each for each in e.said(Presence) if each.link == link.n]


@judges("ECO-PRESENCE-003", "a connection that the device ends on purpose")
def says_goodbye(e: Evidence) -> Iterator[Observation]:
    """Judge what was said last before each DISCONNECT, or before the end in a `stop`."""
    for link in e.links:
        if link.by != "device" or not link.is_accepted:
            continue
        parting = link.first("DISCONNECT")
        if parting is None and not _is_stopped(e, link):
            continue
        said = _presences(e, link)
        last = said[-1] if said else None
        is_kept = last is not None and last.message.status in {"offline", "asleep"}
        if not is_kept and _is_left_alone(e, link):
            continue
        told = f"presence {last.message.status}" if last else "no presence"
        end_line = parting.line if parting else link.closed_line or link.opened_line
        lines = (*([last.line] if last else []), end_line)
        bad = e.unreadable("presence", link.opened_ns, link.closed_ns or e.end_ns)
        what = f"{told} was its last word before it ended connection {link.n}"
        expected = "presence offline with a reason"
        yield Observation(None if bad and not is_kept else is_kept, lines, what, expected)


def _is_left_alone(e: Evidence, link: Link) -> bool:
    """Say whether the device ended a connection because the broker did not answer any more."""
    end_ns = link.closed_ns or e.end_ns
    pings = [p for p in link.packets if p.type == "PINGREQ"]
    pongs = [p for p in link.packets if p.type == "PINGRESP"]
    return len(pings) > len(pongs) or e.is_harmed(max(link.opened_ns, end_ns - NS), end_ns)


def _is_stopped(e: Evidence, link: Link) -> bool:
    end_ns = link.closed_ns or e.end_ns
    stops = [hook for hook in e.hooks("stop") if link.is_open_at(hook.at_ns)]
    return any(end_ns <= (hook.ended_ns or e.end_ns) + NS for hook in stops)
