"""Which rules each published message breaks by itself: its topic, form, packet and values.

What a hub would refuse is found by the same code that a hub uses.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from certification.judging.traffic import Publish
from protocol.errors import Violation, ViolationError, printable
from protocol.ids import DeviceId
from protocol.messages import QOS, Ack, ActionCommand, Announce, AnyMessage, Event, State
from protocol.topics import UP, Leaf, Topic
from protocol.validator import CompiledProduct
from protocol.version import check_peer, may_add_fields

_ID_RULES: Final = frozenset({"ECO-TOPIC-002", "ECO-TOPIC-003"})


class Sender(NamedTuple):
    """What is known of who published a message.

    Attributes:
        id: The device's own id, or its gateway's; empty when it is not known.
        child: The child that the message is for.
        product: What it announced, if that is known.
        protocol: The protocol version that it announced.
    """

    id: DeviceId
    child: DeviceId | None
    product: CompiledProduct | None
    protocol: str


def violations(
    publish: Publish, sender: Sender, action: ActionCommand | None
) -> Iterator[Violation]:
    """Yield the rules that a message breaks.

    Args:
        publish: The message.
        sender: Who published it.
        action: For an ack: the action that it answers, if it is one.
    """
    if publish.where is None:
        if publish.violation is not None:
            yield _of_topic(publish.topic.split("/"), publish.violation, sender.id)
        return
    where = publish.where
    if where.leaf not in UP:
        detail = f"{where.leaf} goes down to devices, and a device published on it"
        yield Violation("ECO-MSG-004", "topic", printable(publish.topic), detail)
        return
    if sender.id and where.device != sender.id:
        detail = f"the device is {sender.id}"
        yield Violation("ECO-TOPIC-001", "topic", printable(publish.topic), detail)
        return
    yield from _of_packet(publish, where)
    if publish.violation is not None:
        yield publish.violation
    elif publish.decoded is not None:
        yield from _of_fields(publish, sender.protocol)
        yield from _of_content(publish.decoded.message, sender.product, action)


def _of_topic(levels: list[str], found: Violation, own_id: DeviceId) -> Violation:
    """Return the violation of a topic, with the rule for children where only the child is wrong."""
    is_own = len(levels) == 5 and levels[2] == own_id
    return replace(found, rule="ECO-CHILD-009") if is_own and found.rule in _ID_RULES else found


def _of_packet(publish: Publish, where: Topic) -> Iterator[Violation]:
    wanted = QOS[where.leaf]
    if publish.qos != wanted:
        detail = f"{where.leaf} goes at QoS {wanted}"
        yield Violation("ECO-MSG-005", "packet.qos", str(publish.qos), detail)
    if publish.is_retained and where.child is not None:
        detail = "nothing that a gateway says for a child is retained"
        yield Violation("ECO-CHILD-003", "packet.retain", "1", detail)
    elif publish.is_retained and where.leaf is not Leaf.PRESENCE:
        yield Violation("ECO-MSG-006", "packet.retain", "1", "presence alone is retained")


def _of_fields(publish: Publish, protocol: str) -> Iterator[Violation]:
    unknown = publish.decoded.unknown if publish.decoded else ()
    if not unknown or _is_newer(protocol):
        return
    for path in unknown:
        detail = f"protocol version {protocol or '1.0'} has no such field"
        yield Violation("ECO-MSG-002", path, "", detail)


def _is_newer(protocol: str) -> bool:
    try:
        return may_add_fields(check_peer(protocol))
    except ViolationError:
        return False


def _of_content(
    message: AnyMessage, product: CompiledProduct | None, action: ActionCommand | None
) -> Iterator[Violation]:
    match message:
        case Announce():
            try:
                check_peer(message.protocol)
            except ViolationError as error:
                yield error.violation
        case State() if product is not None:
            yield from product.check_state(message.values, is_full=message.full)
        case Event() if product is not None:
            yield from product.check_event(message.event, message.arguments)
        case Ack(status="done") if product is not None and action is not None:
            yield from product.check_results(action.action, message.results)
