import logging

import pytest

from hub.bus import Bus
from hub.core.events import DeviceAdded, DeviceRemoved, Event
from protocol.ids import DeviceId

ADDED = DeviceAdded(DeviceId("purifier-1"))
REMOVED = DeviceRemoved(DeviceId("purifier-1"))


def test_every_listener_gets_every_event_in_order() -> None:
    bus = Bus()
    first: list[Event] = []
    second: list[Event] = []
    bus.subscribe(first.append)
    bus.subscribe(second.append)
    bus.publish([ADDED, REMOVED])
    assert first == second == [ADDED, REMOVED]


def test_nothing_comes_after_unsubscribing() -> None:
    bus = Bus()
    heard: list[Event] = []
    unsubscribe = bus.subscribe(heard.append)
    bus.publish([ADDED])
    unsubscribe()
    unsubscribe()
    bus.publish([REMOVED])
    assert heard == [ADDED]


def test_a_failing_listener_is_named_and_keeps_nothing_from_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bus = Bus()
    heard: list[Event] = []

    def clumsy(event: Event) -> None:
        raise ValueError(event)

    bus.subscribe(clumsy)
    bus.subscribe(heard.append)
    with caplog.at_level(logging.ERROR):
        bus.publish([ADDED, REMOVED])
    assert heard == [ADDED, REMOVED]
    assert caplog.messages[0].endswith("clumsy failed on DeviceAdded")


def test_what_a_listener_publishes_comes_after_what_came_before() -> None:
    bus = Bus()
    heard: list[Event] = []

    def answers(event: Event) -> None:
        if event == ADDED:
            bus.publish([REMOVED])

    bus.subscribe(answers)
    bus.subscribe(heard.append)
    bus.publish([ADDED, ADDED])
    assert heard == [ADDED, ADDED, REMOVED, REMOVED]


def test_a_listener_may_leave_while_an_event_is_handed_out() -> None:
    bus = Bus()
    heard: list[Event] = []

    def once(event: Event) -> None:
        heard.append(event)
        leave()

    leave = bus.subscribe(once)
    bus.publish([ADDED, REMOVED])
    assert heard == [ADDED]
