"""Topics: built and parsed in one place, refused by three rules."""

import pytest

from protocol.errors import ViolationError
from protocol.ids import DeviceId
from protocol.topics import DOWN, HUB_BIRTH, UP, Leaf, Topic, build, parse

DEVICE = DeviceId("air-purifier-0001")
CHILD = DeviceId("band-000042")


@pytest.mark.parametrize("leaf", UP + DOWN)
def test_what_is_built_is_parsed_to_the_same(leaf: Leaf) -> None:
    assert parse(build(DEVICE, leaf)) == Topic(DEVICE, leaf)
    assert parse(build(DEVICE, leaf, CHILD)) == Topic(DEVICE, leaf, CHILD)


def test_topics_are_spelt_as_the_norm_says() -> None:
    assert build(DEVICE, Leaf.STATE) == "eco/1/air-purifier-0001/state"
    assert build(DEVICE, Leaf.ACK, CHILD) == "eco/1/air-purifier-0001/band-000042/ack"


def test_the_birth_has_one_topic_for_all() -> None:
    assert build(DEVICE, Leaf.BIRTH) == "eco/1/hub/birth"
    assert parse("eco/1/hub/birth") == HUB_BIRTH


def test_every_leaf_has_one_direction() -> None:
    assert set(UP) | set(DOWN) | {Leaf.BIRTH} == set(Leaf)
    assert not set(UP) & set(DOWN)


@pytest.mark.parametrize(
    ("topic", "rule"),
    [
        ("", "ECO-TOPIC-001"),
        ("eco", "ECO-TOPIC-001"),
        ("eco/1", "ECO-TOPIC-001"),
        ("eco/1/air-purifier-0001", "ECO-TOPIC-001"),
        ("eco/2/air-purifier-0001/state", "ECO-TOPIC-001"),
        ("Eco/1/air-purifier-0001/state", "ECO-TOPIC-001"),
        ("/eco/1/air-purifier-0001/state", "ECO-TOPIC-001"),
        ("eco/1/air-purifier-0001/state/", "ECO-TOPIC-001"),
        ("eco/1/air-purifier-0001/states", "ECO-TOPIC-001"),
        ("eco/1/air-purifier-0001/birth", "ECO-TOPIC-001"),
        ("eco/1/air-purifier-0001/band-000042/x/state", "ECO-TOPIC-001"),
        ("$SYS/broker/clients/total", "ECO-TOPIC-001"),
        ("eco/1/a/state", "ECO-TOPIC-002"),
        ("eco/1//state", "ECO-TOPIC-002"),
        ("eco/1/AIR-PURIFIER-0001/state", "ECO-TOPIC-002"),
        ("eco/1/air-purifier-0001\n/state", "ECO-TOPIC-002"),
        ("eco/1/+/state", "ECO-TOPIC-002"),
        ("eco/1/air-purifier-0001/x/state", "ECO-TOPIC-002"),
        ("eco/1/\ud800\ud800\ud800\ud800\ud800\ud800\ud800\ud800/state", "ECO-TOPIC-002"),
        ("eco/1/announce/state", "ECO-TOPIC-003"),
        ("eco/1/presence/state", "ECO-TOPIC-003"),
        ("eco/1/hub/state", "ECO-TOPIC-003"),
        ("eco/1/birth/state", "ECO-TOPIC-003"),
        ("eco/1/air-purifier-0001/hub/state", "ECO-TOPIC-003"),
        ("eco/1/air-purifier-0001/announce/state", "ECO-TOPIC-003"),
    ],
)
def test_any_other_topic_is_refused_by_its_rule(topic: str, rule: str) -> None:
    with pytest.raises(ViolationError) as caught:
        parse(topic)
    violation = caught.value.violation
    assert (violation.rule, violation.path) == (rule, "topic")
    assert violation.sample.isprintable()
