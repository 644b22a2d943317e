"""Builds and parses topic names; the only file that spells one."""

from enum import StrEnum
from typing import Final, NamedTuple

from protocol.errors import Violation, ViolationError, printable
from protocol.ids import RESERVED, DeviceId, is_device_id

ROOT: Final = "eco/1"
BIRTH: Final = f"{ROOT}/hub/birth"
"""From the hub to all devices: the hub has (re)started, announce again."""


class Leaf(StrEnum):
    """The last level of a topic: what kind of message it carries."""

    ANNOUNCE = "announce"
    PRESENCE = "presence"
    STATE = "state"
    EVENT = "event"
    ACK = "ack"
    SPEC = "spec"
    COMMAND = "command"
    VERDICT = "verdict"
    UPDATE = "update"
    BIRTH = "birth"


UP: Final = (Leaf.ANNOUNCE, Leaf.PRESENCE, Leaf.STATE, Leaf.EVENT, Leaf.ACK, Leaf.SPEC)
"""What a device publishes."""

DOWN: Final = (Leaf.COMMAND, Leaf.VERDICT, Leaf.UPDATE)
"""What the hub publishes to one device."""

_LEAVES: Final = {leaf.value: leaf for leaf in UP + DOWN}


class Topic(NamedTuple):
    """A parsed topic; `child` is the device behind the gateway `device`, or None."""

    device: DeviceId
    leaf: Leaf
    child: DeviceId | None = None


HUB_BIRTH: Final = Topic(DeviceId("hub"), Leaf.BIRTH)


def build(device: DeviceId, leaf: Leaf, child: DeviceId | None = None) -> str:
    """Return the topic of `leaf` of a device, or of a child behind it."""
    if leaf is Leaf.BIRTH:
        return BIRTH
    return f"{ROOT}/{device}/{child}/{leaf}" if child else f"{ROOT}/{device}/{leaf}"


def parse(topic: str) -> Topic:
    """Return what a topic names.

    Raises:
        ViolationError: `ECO-TOPIC-001` (no such topic), `-002` (bad id), `-003` (reserved id).
    """
    if topic == BIRTH:
        return HUB_BIRTH
    levels = topic.split("/")
    if len(levels) not in {4, 5} or levels[0] != "eco" or levels[1] != "1":
        raise _refused("ECO-TOPIC-001", topic, f"topics are {ROOT}/<device>/[<child>/]<leaf>")
    leaf = _LEAVES.get(levels[-1])
    if leaf is None:
        raise _refused("ECO-TOPIC-001", topic, f"the leaf is one of {', '.join(_LEAVES)}")
    for name in levels[2:-1]:
        _check_id(topic, name)
    child = DeviceId(levels[3]) if len(levels) == 5 else None
    return Topic(DeviceId(levels[2]), leaf, child)


def _check_id(topic: str, name: str) -> None:
    if is_device_id(name):
        return
    if name in RESERVED:
        raise _refused("ECO-TOPIC-003", topic, f"{name} is a word of the protocol, not a device id")
    detail = "a device id is 8 to 64 of a-z, 0-9 and -, neither first nor last a -"
    raise _refused("ECO-TOPIC-002", topic, detail)


def _refused(rule: str, topic: str, detail: str) -> ViolationError:
    return ViolationError(Violation(rule, "topic", printable(topic), detail))
