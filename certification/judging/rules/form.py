"""ECO-CODEC, -MSG-001 to -006, -VALUE, -TOPIC-001 to -003, and what else a message shows alone."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from certification.judging.evidence import Evidence
from certification.judging.rules.check import broken, judges, kept, unclear
from certification.judging.traffic import Publish
from certification.judging.verdicts import Observation
from protocol.ids import RESERVED, is_device_id
from protocol.messages import Announce, State
from protocol.product_model import Value
from protocol.rules import rule

_PAYLOADS: Final = tuple(f"ECO-CODEC-{number:03}" for number in range(1, 10))
_FORMS: Final = ("ECO-MSG-001", "ECO-MSG-002", "ECO-MSG-003")
_PACKETS: Final = ("ECO-MSG-004", "ECO-MSG-005", "ECO-MSG-006")
_VERSIONS: Final = ("ECO-VERSION-001", "ECO-VERSION-002")


def of_rule(e: Evidence, rule_id: str) -> Iterator[Observation]:
    """Yield where messages break a rule that each message keeps or breaks by itself."""
    for publish, found in e.broken:
        if found.rule == rule_id:
            seen = f"{name(publish)}: {found.detail}"
            seen += f": {found.sample}" if found.sample else ""
            yield broken((publish.line,), seen, rule(rule_id).text, found.path)


def name(publish: Publish) -> str:
    """Return what a message is called: its leaf, or its topic if it is of none."""
    return str(publish.where.leaf) if publish.where else f"topic {publish.topic}"


def _by_itself(rule_id: str, what: str, e: Evidence) -> Iterator[Observation]:
    found = list(of_rule(e, rule_id))
    yield from found or kept(e.published, what)


for _rule in _PAYLOADS:
    judges(_rule, "any message of the device", of_messages=True)(
        partial(_by_itself, _rule, "payloads, each keeps it")
    )
for _rule in _FORMS:
    judges(_rule, "any message of the device", of_messages=True)(
        partial(_by_itself, _rule, "messages, each has the fields of its kind")
    )
for _rule in _PACKETS:
    judges(_rule, "any message of the device", of_messages=True)(
        partial(_by_itself, _rule, "messages, each on a leaf that goes up, with its QoS and flag")
    )
judges("ECO-TOPIC-001", "any message of the device")(
    partial(_by_itself, "ECO-TOPIC-001", "messages, each on a topic of the device")
)


def _version(rule_id: str, e: Evidence) -> Iterator[Observation]:
    found = list(of_rule(e, rule_id))
    yield from found or kept(e.said(Announce), "announces, each with protocol 1.x")


for _rule in _VERSIONS:
    judges(_rule, "an announce that can be read", of_messages=True)(partial(_version, _rule))


def _values(rule_id: str, e: Evidence) -> Iterator[Observation]:
    found = list(of_rule(e, rule_id))
    if found:
        yield from found
        return
    is_mute = e.product is not None and not e.product.readable
    states = [each for each in e.said(State) if each.message.values or is_mute]
    judged = [each for each in states if e.product_at(each.at_ns) is not None]
    if states and not judged:
        yield unclear((states[0].line,), "the product spec of these states is not known")
    declared = [] if e.product is None else list(e.product.properties.values())
    about = sum(_is_about(rule_id, part) for part in declared)
    yield from kept(judged, f"states, each keeps it; {about} properties have such a limit")


def _is_about(rule_id: str, part: Value) -> bool:
    match rule_id:
        case "ECO-VALUE-002":
            return part.range is not None
        case "ECO-VALUE-003":
            return part.range is not None and part.range[2] > 0
        case "ECO-VALUE-004":
            return part.enum is not None
        case "ECO-VALUE-005":
            return part.max_length is not None
    return True


for _rule in (f"ECO-VALUE-{number:03}" for number in range(1, 6)):
    judges(_rule, "a state, and the product spec it is judged by", of_messages=True)(
        partial(_values, _rule)
    )


@judges("ECO-TOPIC-002", "a CONNECT or a message with the device's id")
def well_formed_id(e: Evidence) -> Iterator[Observation]:
    """Judge every id by which the device calls itself."""
    yield from of_rule(e, "ECO-TOPIC-002")
    for line, own_id in _ids(e):
        is_kept = is_device_id(own_id) or own_id in RESERVED
        yield Observation(is_kept, (line,), f"it calls itself {own_id}", rule("ECO-TOPIC-002").text)


@judges("ECO-TOPIC-003", "a CONNECT or a message with the device's id")
def unreserved_id(e: Evidence) -> Iterator[Observation]:
    """Judge that the id is no word of the protocol."""
    yield from of_rule(e, "ECO-TOPIC-003")
    for line, own_id in _ids(e):
        expected = rule("ECO-TOPIC-003").text
        yield Observation(own_id not in RESERVED, (line,), f"it calls itself {own_id}", expected)


def _ids(e: Evidence) -> Iterator[tuple[int, str]]:
    """Yield each id that the device gives itself in a join or a CONNECT, once."""
    told: dict[str, int] = {}
    for call in e.calls:
        if call.is_in and call.number == 1:
            told.setdefault(str(call.body.get("device", "")), call.line)
    for connect in e.connects:
        told.setdefault(str(connect.decoded.get("client_id", "")), connect.line)
    return ((line, own_id) for own_id, line in told.items())


@judges("ECO-CHILD-002", "any message of the device")
def speaks_for_itself(e: Evidence) -> Iterator[Observation]:
    """Judge that only gateways speak for children."""
    if e.holds("gateway"):
        yield from kept(e.said(Announce), "announces of a gateway, which may")
        return
    wrong = [up for up in e.ups if up.where is not None and up.where.child is not None]
    for up in wrong:
        what = f"{name(up)} on {up.topic}, and its class is not gateway"
        yield broken((up.line,), what, rule("ECO-CHILD-002").text)
    if not wrong:
        yield from kept(e.published, "messages, none on a topic with a child level")


@judges("ECO-CHILD-003", "a message for a child")
def children_are_not_retained(e: Evidence) -> Iterator[Observation]:
    """Judge the retain flag of everything said for children."""
    for child in e.children:
        view = e.of(child)
        found = list(of_rule(view, "ECO-CHILD-003"))
        yield from found or kept(view.published, f"messages for {child}, none retained")


def _of_product(rule_id: str, what: str, e: Evidence) -> Iterator[Observation]:
    found = list(of_rule(e, rule_id))
    states = [each for each in e.said(State) if e.product_at(each.at_ns) is not None]
    if rule_id == "ECO-STATE-003":
        states = [each for each in states if each.message.full]
    yield from found or kept(states, what)


_STATES: Final = {
    "ECO-STATE-001": "states, each of declared properties",
    "ECO-STATE-002": "states, none with a property that can only be written",
    "ECO-STATE-003": "full states, each with every readable property",
}
for _rule, _what in _STATES.items():
    judges(_rule, "a state, and the product spec it is judged by", of_messages=True)(
        partial(_of_product, _rule, _what)
    )
