"""What was lost around an announce comes again: the announce, and the full state behind it."""

import pytest

from protocol.ids import Address
from protocol.messages import MAX_INTEGER, StateGet
from protocol.presence import Presence
from tests.hub.core.world import FULL, LAMP, World, online_world


def asked(world: World) -> int:
    return sum(isinstance(message, StateGet) for message in world.sent_to())


def test_boot_that_stays_unannounced_is_made_to_announce_itself() -> None:
    world = online_world()
    world.state({"lamp.on": True}, epoch=2, seq=1)
    assert world.verdicts()[-1].min_epoch is None  # a state may overtake its announce
    world.wait(10.0)
    world.state({"lamp.on": True}, epoch=2, seq=2)
    verdict = world.verdicts()[-1]
    assert (verdict.rule, verdict.min_epoch) == ("ECO-ANNOUNCE-001", 3)
    world.epochs[LAMP] = 3
    world.announce()
    world.state({**FULL, "lamp.level": 44}, full=True)
    assert world.device().reported[Address("lamp.level")].value == 44


def test_will_of_the_boot_that_was_not_announced_counts_after_it_has_raised_its_epoch() -> None:
    world = online_world()
    for _ in range(2):
        world.state({"lamp.on": True}, epoch=2, seq=1)
        world.wait(10.0)
    connection = world.connections[LAMP]
    world.epochs[LAMP] = 3
    world.announce()
    world.epochs[LAMP], world.connections[LAMP] = 2, connection
    world.leave("lost")
    assert world.device().presence is Presence.UNREACHABLE


def test_each_unannounced_boot_has_its_own_time_to_announce_itself() -> None:
    world = online_world()
    world.state({"lamp.on": True}, epoch=2, seq=1)
    world.wait(11.0)
    world.state({"lamp.on": True}, epoch=3, seq=1)
    assert world.verdicts()[-1].min_epoch is None


def test_last_epoch_of_all_cannot_be_raised() -> None:
    world = online_world()
    for _ in range(2):
        world.state({"lamp.on": True}, epoch=MAX_INTEGER, seq=1)
        world.wait(11.0)
    assert len(world.verdicts()) == 2
    assert world.verdicts()[-1].min_epoch is None


def test_announce_without_a_full_state_behind_it_is_asked_for_one() -> None:
    world = online_world()
    world.wait(20.0)
    world.boot()
    world.connect()
    world.wait(1.0)
    assert asked(world) == 0
    world.wait(1.0)
    assert asked(world) == 1
    world.wait(10.0)
    assert asked(world) == 2
    world.state(FULL, full=True)
    world.wait(20.0)
    assert asked(world) == 2


@pytest.mark.parametrize("reason", ["gone", "never answers"])
def test_device_that_does_not_tell_is_not_asked_for_ever(reason: str) -> None:
    world = online_world()
    world.boot()
    world.connect()
    if reason == "gone":
        world.leave()
    for _ in range(60):
        world.wait(5.0)
    assert asked(world) == (0 if reason == "gone" else 6)
