from protocol.ids import DeviceId
from tests.hub.core.world import LAMP, online_world


def test_what_the_broker_dropped_is_counted_and_gets_no_verdict() -> None:
    world = online_world()
    for times in (1, 40):
        world.take(world.hub.denied(LAMP, times, world.now_s))
    ((key, found),) = world.device().violations.items()
    assert key == ("ECO-TOPIC-001", "topic")
    assert (found.count, found.leaf) == (41, None)
    assert [event.count for event in world.events if hasattr(event, "count")] == [1, 41]
    assert world.verdicts() == []


def test_what_the_broker_dropped_of_a_stranger_is_nobodys() -> None:
    world = online_world()
    out = world.hub.denied(DeviceId("lamp-9999"), 3, world.now_s)
    assert (out.events, out.send, out.saves) == ([], [], [])
