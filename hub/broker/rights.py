"""Who may say and hear what on the broker; the one source for mosquitto's file and our own check.

A device writes its own leaves and hears those meant for it, each named exactly, so that nothing
else can be retained in its name and no other device's topic can be reached. Below its own id it may
do the same for children: which of the devices is a gateway the broker does not know, the hub does.
"""

from typing import Final

from protocol import topics
from protocol.topics import Leaf

WRITES: Final = tuple(leaf.value for leaf in topics.UP)
READS: Final = tuple(leaf.value for leaf in topics.DOWN)
CHILD_READS: Final = tuple(leaf.value for leaf in topics.DOWN if leaf is not Leaf.UPDATE)
"""Children get no updates (SPEC.md, section 23)."""

EVERYTHING: Final = f"{topics.ROOT}/#"
"""The hub's own right."""

_STEM: Final = f"{topics.ROOT}/"


def may_write(user: str, topic: str, *, is_hub: bool = False) -> bool:
    """Say whether `user` may publish on `topic`."""
    if is_hub:
        return topic.startswith(_STEM) and "+" not in topic and "#" not in topic
    stem, _, leaf = topic.rpartition("/")
    return leaf in WRITES and (stem == _STEM + user or _is_child(user, stem))


def may_read(user: str, topic_filter: str, *, is_hub: bool = False) -> bool:
    """Say whether `user` may subscribe to `topic_filter`."""
    if is_hub:
        return topic_filter.startswith(_STEM)
    stem, _, leaf = topic_filter.rpartition("/")
    is_own = stem == _STEM + user and leaf in READS
    is_of_child = leaf in CHILD_READS and (stem == f"{_STEM}{user}/+" or _is_child(user, stem))
    return topic_filter == topics.BIRTH or is_own or is_of_child


def _is_child(user: str, stem: str) -> bool:
    """Say whether `stem` is one level below the user's own, and names no more than one."""
    above, _, child = stem.rpartition("/")
    return above == _STEM + user and bool(child) and not {"+", "#"} & set(child)


def will_topic(user: str) -> str:
    """Return the only topic on which the will of `user` may go out."""
    return f"{_STEM}{user}/{Leaf.PRESENCE}"


def acl_lines(hub_user: str) -> list[str]:
    """Return the rights as lines of mosquitto's `acl_file`; `%u` is the user that asks."""
    return [
        f"user {hub_user}",
        f"topic readwrite {EVERYTHING}",
        "",
        *(f"pattern write {_STEM}%u/{leaf}" for leaf in WRITES),
        *(f"pattern read {_STEM}%u/{leaf}" for leaf in READS),
        *(f"pattern write {_STEM}%u/+/{leaf}" for leaf in WRITES),
        *(f"pattern read {_STEM}%u/+/{leaf}" for leaf in CHILD_READS),
        f"pattern read {topics.BIRTH}",
    ]
