"""What lives on a link, and how its words go there and back."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from protocol import topics
from protocol.codec import encode
from protocol.ids import DeviceId
from protocol.messages import QOS, DownMessage
from protocol.topics import Leaf
from simulators.account import Frame, Spoken
from simulators.carrier import Carrier, ChildSaid, Said
from simulators.device import SimDevice
from simulators.sleeper import Sleeper

Party = SimDevice | Sleeper | Carrier

ANY_CHILD: Final = DeviceId("+")
"""Stands for every child in what a gateway subscribes to."""


class Heard(NamedTuple):
    """What the hub says, and to which child of the party if not to itself."""

    message: DownMessage
    child: DeviceId | None = None


def subscriptions(party: Party) -> list[tuple[str, int]]:
    """Return what a party has to subscribe to, each topic with its QoS."""
    leaves = (Leaf.COMMAND, Leaf.VERDICT, Leaf.BIRTH)
    own: list[tuple[str, int]] = [(topics.build(party.id, leaf), QOS[leaf]) for leaf in leaves]
    if not isinstance(party, Carrier):
        return own
    of_children = (Leaf.COMMAND, Leaf.VERDICT)
    return [*own, *((topics.build(party.id, leaf, ANY_CHILD), QOS[leaf]) for leaf in of_children)]


def hear(party: Party, heard: Heard, now_s: float, *, is_retained: bool) -> Sequence[Said]:
    """Let a party take in what the hub says, and return what it says to that."""
    if heard.child is None:
        return party.on_message(heard.message, now_s, is_retained=is_retained)
    if is_retained or not isinstance(party, Carrier):
        return []
    return party.on_child_message(heard.child, heard.message, now_s)


def spoken(party: Party, said: Said) -> Spoken:
    """Return what a party says as it goes on the wire."""
    if not isinstance(said, ChildSaid):
        return Spoken(encode(party.id, said), said, party.product.compiled)
    product = party.product_of(said.child) if isinstance(party, Carrier) else party.product
    encoded = encode(party.id, said.message, said.child)
    return Spoken(encoded, said.message, product.compiled)


def said_by(party: Party, one: Spoken | Frame) -> Said | None:
    """Return what a message on the wire says for whom; None if nobody can read it."""
    if one.message is None or not isinstance(party, Carrier):
        return one.message
    child = topics.parse(one.encoded.topic).child
    return ChildSaid(child, one.message) if child else one.message
