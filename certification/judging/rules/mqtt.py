"""ECO-MQTT-001 to -007 and -011: how a device connects and subscribes."""

import math
from collections.abc import Iterator
from typing import Any

from certification.judging.evidence import Evidence, seconds
from certification.judging.rules.check import broken, judges, kept, unclear
from certification.judging.traffic import Link
from certification.judging.verdicts import Observation
from protocol.messages import Ack, ActionCommand, SetCommand
from protocol.rules import rule
from protocol.topics import BIRTH, Leaf, build

LEVEL_3, LEVEL_5 = 4, 5
"""Protocol levels of MQTT 3.1.1 and 5."""

TRIES = 3
"""So many CONNECTs of MQTT 5 may follow one that was refused before one of 3.1.1 has to."""


SILENT_S = 5.0
"""A device that is let in says who it is within this time, or nothing works."""


@judges("ECO-MQTT-001", "a broker that speaks MQTT 3.1.1 alone")
def works_over_3_1_1(e: Evidence) -> Iterator[Observation]:
    """Judge that the device has spoken over MQTT 3.1.1."""
    spoken = {up.link: up.line for up in reversed(e.ups)}
    old = [c for c in e.connects if c.decoded.get("level") == LEVEL_3]
    working = [c for c in old if c.link in spoken]
    if working:
        first = working[0]
        lines = (first.line, spoken[first.link])
        yield Observation(True, lines, f"{len(working)} connections over MQTT 3.1.1")
        return
    accepted = [c for c in old if _is_long(e, e.link(c.link))]
    refused = [c for c in e.connects if c not in old and not e.link(c.link).is_accepted]
    if accepted:
        what = "it connected over MQTT 3.1.1 and published nothing"
        yield broken((accepted[0].line,), what, rule("ECO-MQTT-001").text)
    elif len(refused) >= TRIES and not old:
        what = f"MQTT 5 was refused {len(refused)} times, and no other CONNECT came"
        yield broken([c.line for c in refused], what, rule("ECO-MQTT-001").text)


def _is_long(e: Evidence, link: Link) -> bool:
    """Say whether a device was let in and had the time to say something."""
    end_ns = link.closed_ns or e.end_ns
    return link.is_accepted and seconds(link.opened_ns, end_ns) > SILENT_S


@judges("ECO-MQTT-002", "a broker that refuses MQTT 5")
def falls_back(e: Evidence) -> Iterator[Observation]:
    """Judge what follows a CONNECT of MQTT 5 that was not accepted."""
    connects = e.connects
    for place, one in enumerate(connects):
        if one.decoded.get("level") != LEVEL_5 or e.link(one.link).is_accepted:
            continue
        after = connects[place + 1 : place + 1 + TRIES]
        old = next((c for c in after if c.decoded.get("level") == LEVEL_3), None)
        if old is not None:
            what = "MQTT 5 got no usable CONNACK, and MQTT 3.1.1 was tried"
            yield Observation(True, (one.line, old.line), what)
        elif len(after) == TRIES and not any(e.link(c.link).is_accepted for c in after):
            what = f"MQTT 5 got no usable CONNACK, and was tried {TRIES} times more"
            yield broken([one.line, *(c.line for c in after)], what, rule("ECO-MQTT-002").text)


@judges("ECO-MQTT-003", "messages of the device, and over MQTT 5 answers to messages too")
def needs_no_properties(e: Evidence) -> Iterator[Observation]:
    """Judge that topics are written out, and that what came without properties was understood."""
    new = {c.link for c in e.connects if c.decoded.get("level") == LEVEL_5}
    wrong = [up for up in e.ups if up.link in new and _properties(up.packet).get("topic_alias")]
    for up in wrong:
        what = "the topic stands in an MQTT 5 property (topic alias)"
        yield broken((up.line,), what, rule("ECO-MQTT-003").text, "packet.properties")
    if wrong:
        return
    plain = [up for up in e.published if up.link not in new]
    if plain:
        yield from kept(plain, "messages over MQTT 3.1.1, which has no properties")
        return
    asked = {m.message.id for m in e.told(SetCommand)}
    asked |= {m.message.id for m in e.told(ActionCommand)}
    answered = [ack for ack in e.said(Ack) if ack.message.id in asked]
    yield from kept(answered, "acks of commands that carried no properties")


def _properties(packet: Any) -> dict[str, Any]:
    found = packet.decoded.get("properties")
    return found if isinstance(found, dict) else {}


@judges("ECO-MQTT-004", "a CONNECT")
def keeps_no_session(e: Evidence) -> Iterator[Observation]:
    """Judge clean session and, over MQTT 5, the session's expiry."""
    wrong = False
    for each in e.connects:
        expiry = _properties(each).get("session_expiry_s", 0)
        if each.decoded.get("clean") is False or expiry:
            wrong = True
            what = f"clean session {int(each.decoded['clean'])}, session expiry {expiry} s"
            yield broken((each.line,), what, "clean session 1, no expiry", "packet.clean")
    if not wrong:
        yield from kept(e.connects, "CONNECTs with clean session")


@judges("ECO-MQTT-005", "a CONNECT")
def connects_by_its_id(e: Evidence) -> Iterator[Observation]:
    """Judge client id and user name."""
    wrong = False
    for each in e.connects:
        client, user = each.decoded.get("client_id"), each.decoded.get("user")
        if client != user or (e.id and client != e.id):
            wrong = True
            what = f"client id {client}, user name {user}"
            yield broken((each.line,), what, f"both {e.id or client}", "packet.client_id")
    if not wrong:
        yield from kept(e.connects, "CONNECTs with the device id as client id and user name")


@judges("ECO-MQTT-006", "a look at the socket's options, since the wire does not show them")
def sends_at_once(e: Evidence) -> Iterator[Observation]:
    """Say that a recording of packets cannot tell."""
    if e.connects:
        yield unclear((e.connects[0].line,), "TCP_NODELAY leaves no sure trace in the packets")


@judges("ECO-MQTT-007", "a CONNECT")
def keep_alive(e: Evidence) -> Iterator[Observation]:
    """Judge the keep-alive, by the declared scale."""
    least, most = (max(1, math.floor(10 * e.scale)), max(1, math.ceil(60 * e.scale)))
    wrong = False
    for each in e.connects:
        told = each.decoded.get("keepalive_s")
        if not isinstance(told, int) or not least <= told <= most:
            wrong = True
            what = f"keep-alive {told} s"
            yield broken((each.line,), what, f"{least} to {most} s", "packet.keepalive_s")
    if not wrong:
        yield from kept(e.connects, f"CONNECTs with a keep-alive of {least} to {most} s")


@judges("ECO-MQTT-011", "a connection on which the device announced")
def subscribes_first(e: Evidence) -> Iterator[Observation]:
    """Judge what was subscribed to before the announce of each connection."""
    wanted = [build(e.id, Leaf.COMMAND), build(e.id, Leaf.VERDICT), BIRTH]
    yield from subscribed(e, wanted, "ECO-MQTT-011")


def subscribed(e: Evidence, wanted: list[str], rule_id: str) -> Iterator[Observation]:
    """Judge that some topics were subscribed to before the first announce of each connection."""
    for link in e.links:
        announce = next((a for a in e.said_announces if a.link == link.n), None)
        if announce is None:
            continue
        filters = _filters(link, announce.line)
        missing = [t for t in wanted if not any(matches(f, t) for f in filters)]
        lines = [p.line for p in link.packets if p.type == "SUBSCRIBE" and p.line < announce.line]
        what = f"before its announce it had subscribed to {', '.join(filters) or 'nothing'}"
        expected = f"subscribed to {', '.join(wanted)}"
        yield Observation(not missing, (*lines, announce.line), what, expected)


def _filters(link: Link, before: int) -> list[str]:
    packets = [p for p in link.packets if p.type == "SUBSCRIBE" and p.line < before]
    return [f["filter"] for packet in packets for f in packet.decoded.get("filters", ())]


def matches(topic_filter: str, topic: str) -> bool:
    """Say whether a filter takes in a topic; a filter with `+` takes in the same filter too."""
    want, levels = topic_filter.split("/"), topic.split("/")
    for place, level in enumerate(want):
        if level == "#":
            return True
        if place >= len(levels) or level not in ("+", levels[place]):
            return False
    return len(want) == len(levels)
