"""Who may say and hear what on the broker; the one source for mosquitto's file and our own check.

A device writes its own leaves and hears those meant for it, each named exactly: no wildcard, so
that nothing else can be retained in its name and no other device's topic can be reached.
"""

from typing import Final

from protocol import topics
from protocol.topics import Leaf

WRITES: Final = tuple(leaf.value for leaf in topics.UP)
READS: Final = tuple(leaf.value for leaf in topics.DOWN)
EVERYTHING: Final = f"{topics.ROOT}/#"
"""The hub's own right."""

_STEM: Final = f"{topics.ROOT}/"


def may_write(user: str, topic: str, *, is_hub: bool = False) -> bool:
    """Say whether `user` may publish on `topic`."""
    if is_hub:
        return topic.startswith(_STEM) and "+" not in topic and "#" not in topic
    stem, _, leaf = topic.rpartition("/")
    return stem == _STEM + user and leaf in WRITES


def may_read(user: str, topic_filter: str, *, is_hub: bool = False) -> bool:
    """Say whether `user` may subscribe to `topic_filter`."""
    if is_hub:
        return topic_filter.startswith(_STEM)
    stem, _, leaf = topic_filter.rpartition("/")
    return topic_filter == topics.BIRTH or (stem == _STEM + user and leaf in READS)


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
        f"pattern read {topics.BIRTH}",
    ]
