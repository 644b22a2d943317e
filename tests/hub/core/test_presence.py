"""Whether a device can be reached, by all the evidence there is."""

import pytest

from hub.core.events import PresenceChanged
from hub.core.presence import FIRST_CONTACT_S, HOLD_BACK_S, PROBE_WAIT_S, QUIET_LIMIT_S
from protocol.messages import Presence as PresenceMessage
from protocol.messages import StateGet
from protocol.presence import Presence
from tests.hub.core.world import FULL, LAMP, World, online_world


def reach(world: World) -> tuple[str, str]:
    return world.device().presence.value, world.device().reason


def test_device_is_interviewed_then_online() -> None:
    world = World()
    world.join()
    assert reach(world) == ("interviewing", "joined")
    world.boot()
    world.connect()
    assert world.device().presence is Presence.INTERVIEWING
    world.answer_spec()
    assert reach(world) == ("online", "announced")


def test_device_that_joins_and_never_comes_is_unreachable() -> None:
    world = World()
    world.join()
    world.wait(FIRST_CONTACT_S)
    assert world.device().presence is Presence.INTERVIEWING
    world.wait(1)
    assert reach(world) == ("unreachable", "silent")


def test_will_makes_it_unreachable_and_the_next_announce_online() -> None:
    world = online_world()
    world.leave()
    assert reach(world) == ("unreachable", "lost")
    world.connect()
    assert reach(world) == ("online", "announced")
    changes = [(e.presence, e.reason) for e in world.events if isinstance(e, PresenceChanged)]
    assert changes == [(Presence.UNREACHABLE, "lost"), (Presence.ONLINE, "announced")]


def test_orderly_goodbye_tells_its_reason() -> None:
    world = online_world()
    world.leave("update")
    assert reach(world) == ("unreachable", "update")


def test_will_of_an_older_connection_is_beaten() -> None:
    world = online_world()
    world.connect()
    stale = PresenceMessage(status="offline", epoch=1, connection=1, reason="lost")
    world.tell(stale)
    assert world.device().presence is Presence.ONLINE


def test_will_of_an_older_boot_is_beaten() -> None:
    world = online_world()
    world.boot()
    world.connect()
    world.tell(PresenceMessage(status="offline", epoch=1, connection=9, reason="lost"))
    assert world.device().presence is Presence.ONLINE


def test_traffic_alone_brings_a_device_back() -> None:
    world = online_world()
    world.take(world.hub.link_changed(is_up=False, reason="broker_down", now_s=world.now_s))
    assert reach(world) == ("unreachable", "broker_down")
    world.take(world.hub.link_changed(is_up=True, reason="connected", now_s=world.now_s))
    world.state({"lamp.on": True})
    assert reach(world) == ("online", "heard")


def test_quiet_device_is_asked_before_it_is_given_up() -> None:
    world = online_world()
    world.wait(QUIET_LIMIT_S)
    assert [type(m) for m in world.sent_to()] == [StateGet]
    assert world.device().presence is Presence.ONLINE
    world.wait(PROBE_WAIT_S + 0.1)
    assert reach(world) == ("unreachable", "silent")


def test_quiet_device_that_answers_stays() -> None:
    world = online_world()
    world.wait(QUIET_LIMIT_S)
    world.state(FULL, full=True)
    world.wait(PROBE_WAIT_S + 0.1)
    assert world.device().presence is Presence.ONLINE


def test_flapping_device_is_unstable_until_it_has_been_calm() -> None:
    world = online_world()
    for _ in range(10):
        world.leave()
        world.connect()
        world.wait(5)
    assert reach(world) == ("unstable", "flapping")
    count = len([e for e in world.events if isinstance(e, PresenceChanged)])
    world.leave()
    world.connect()
    assert len([e for e in world.events if isinstance(e, PresenceChanged)]) == count
    world.state({"lamp.on": True})
    world.wait(HOLD_BACK_S)
    assert reach(world) == ("online", "calm")


def test_flapping_device_that_dies_is_unreachable_after_the_hold_back() -> None:
    world = online_world()
    for _ in range(10):
        world.leave()
        world.connect()
    world.leave()
    assert world.device().presence is Presence.UNSTABLE
    world.wait(HOLD_BACK_S)
    assert world.device().presence is Presence.UNREACHABLE


def test_slow_losses_are_no_flapping() -> None:
    world = online_world()
    for _ in range(20):
        world.leave()
        world.connect()
        world.wait(15)
    assert world.device().presence is Presence.ONLINE


def test_unstable_device_still_gets_its_commands() -> None:
    world = online_world()
    for _ in range(10):
        world.leave()
        world.connect()
    world.sent.clear()
    world.ask({"lamp.on": True})
    assert len(world.sent_to()) == 1


def test_restored_device_counts_as_unreachable_until_heard() -> None:
    world = online_world()
    device = world.device()
    assert device.spec is not None
    later = World(epoch=2)
    twins = {LAMP: dict(device.reported)}
    later.hub.restore([device.record], [device.spec], [], twins, later.now_s)
    later.epochs, later.connections = dict(world.epochs), dict(world.connections)
    assert reach(later) == ("unreachable", "hub_restarted")
    assert later.device().reported == device.reported
    later.state({"lamp.on": True}, seq=99)
    assert reach(later) == ("online", "heard")


def test_presence_message_says_what_it_says() -> None:
    world = online_world()
    world.leave()
    world.say("online")
    assert reach(world) == ("online", "online")


def test_birth_is_spread_by_the_number_of_devices() -> None:
    world = online_world()
    birth = world.hub.birth(1_700_000_000_000)
    assert birth.spread_s == pytest.approx(1 / 500)
    assert birth.hub == world.hub.name
    assert birth.id != world.hub.birth(0).id


def test_online_of_a_boot_nobody_announced_says_nothing() -> None:
    world = online_world()
    world.leave()
    world.tell(PresenceMessage(status="online", epoch=7, connection=1))
    assert world.device().presence is Presence.UNREACHABLE


def test_link_says_whether_it_is_there() -> None:
    world = online_world()
    world.take(world.hub.link_changed(is_up=True, reason="connected", now_s=world.now_s))
    assert world.hub.is_linked


def test_lost_link_of_a_driver_concerns_its_own_devices_alone() -> None:
    world = online_world()
    for driver in ("mqtt", "other"):
        world.take(world.hub.link_changed(is_up=True, reason="", now_s=world.now_s, driver=driver))
    lost = world.hub.link_changed(is_up=False, reason="away", now_s=world.now_s, driver="other")
    world.take(lost)
    assert world.device().presence is Presence.ONLINE
    assert not world.hub.is_linked
    world.take(world.hub.link_changed(is_up=False, reason="broker_down", now_s=world.now_s))
    assert reach(world) == ("unreachable", "broker_down")
