"""What a command has changed says so, for as long as it stays that way."""

from hub.core.asker import By
from hub.core.events import Cause, Change, ValuesReported
from protocol.ids import Address
from tests.hub.core.world import FULL, LAMP, World, online_world

ADA = By("person", "person-1", "Ada", "Ada's phone")
ON, LEVEL, WARMTH = Address("lamp.on"), Address("lamp.level"), Address("lamp.warmth")


def causes(world: World) -> dict[str, Cause]:
    twin = world.device().reported
    return {address: one.cause for address, one in twin.items() if one.cause}


def switched(world: World, **more: object) -> Cause:
    """Have Ada switch the lamp on; return the cause of that."""
    world.asker = ADA
    record = world.ask({"lamp.on": True})
    world.ack(record, "received")
    world.state({**record.values, **more}, full=False, cause=record.id)  # type: ignore[dict-item]
    return Cause(record.id, world.now_s, ADA)


def test_what_a_command_has_changed_tells_who_asked() -> None:
    world = online_world()
    cause = switched(world, **{"lamp.warmth": 3.0, "lamp.level": FULL["lamp.level"]})
    assert causes(world) == {ON: cause, WARMTH: cause}
    [told] = [e for e in world.events if isinstance(e, ValuesReported) and e.cause]
    assert told.changes == (Change(ON, True, False), Change(WARMTH, 3.0, 2.5))


def test_a_cause_stays_while_the_value_does_and_goes_with_it() -> None:
    world = online_world()
    cause = switched(world)
    world.state({**FULL, "lamp.on": True})
    assert causes(world) == {ON: cause}
    world.state({"lamp.on": False}, full=False)
    assert causes(world) == {}


def test_a_command_that_changes_nothing_is_the_cause_of_nothing() -> None:
    world = online_world()
    cause = switched(world)
    world.events.clear()
    switched(world)
    assert causes(world) == {ON: cause}
    assert [e.changes for e in world.events if isinstance(e, ValuesReported)] == [()]


def test_a_command_that_is_unknown_is_no_cause() -> None:
    world = online_world()
    world.state({"lamp.on": True}, full=False, cause="c-unknown")
    assert causes(world) == {}
    assert world.device(LAMP).reported[ON].value is True
