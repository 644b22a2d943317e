import errno
import socket
from dataclasses import replace
from itertools import pairwise

import pytest

from hub.discovery.interfaces import holding, interfaces, outside, reachable_addresses
from hub.discovery.sightings import Probe, Sighting
from hub.discovery.state import (
    ASK_AFTER_S,
    ECHO_WITHIN_S,
    Schedule,
    hindrance,
    notice,
    standing,
)
from hub.ports import describe, holders

HUB = Sighting(
    kind="hub",
    name="hub-b",
    device_id="hub-b",
    host="192.0.2.9",
    port=8321,
    addresses=("192.0.2.9",),
    interface="eth0",
    first_s=0.0,
    last_s=0.0,
    txt={},
)
LOOPBACK = next(place for place in interfaces() if place.is_loopback)
ANYWHERE = "0.0.0.0"  # noqa: S104 - nothing is bound
PROBE = Probe("lo", "127.0.0.1")


def test_questions_are_asked_often_at_first_and_seldom_later() -> None:
    schedule = Schedule(100.0)
    asked = [second for second in range(3000) if schedule.is_due(100.0 + second)]
    assert asked[:5] == [0, 1, 4, 14, 74]
    assert {later - earlier for earlier, later in pairwise(asked[4:])} == {ASK_AFTER_S[-1]}


def test_multicast_that_does_not_come_back_is_told_with_a_remedy() -> None:
    state = standing([LOOPBACK], [PROBE], ECHO_WITHIN_S)
    assert state.status == "degraded"
    assert not state.is_ok
    assert "5353" in state.remedy
    assert "--hub" in state.remedy


@pytest.mark.parametrize(
    ("probe", "told_for_s"),
    [(PROBE, None), (PROBE, 0.5), (replace(PROBE, heard_itself_s=1.0), 99.0)],
    ids=["nothing advertised", "only just advertised", "heard itself"],
)
def test_multicast_is_fine_until_it_is_known_not_to_pass(
    probe: Probe, told_for_s: float | None
) -> None:
    assert standing([LOOPBACK], [probe], told_for_s).status == "ready"


def test_taken_port_is_told_with_who_has_it() -> None:
    state = hindrance(OSError(errno.EADDRINUSE, "Address already in use"))
    assert "5353 is taken by" in state.detail
    assert "share" in state.remedy


def test_other_hindrance_is_told_in_the_words_of_the_system() -> None:
    state = hindrance(OSError(errno.ENODEV, "no interface is up"))
    assert "no interface is up" in state.detail
    assert state.remedy


def test_second_hub_is_told_by_id_and_place() -> None:
    assert "hub-b" in notice(HUB, "hub-a")
    assert "192.0.2.9:8321" in notice(HUB, "hub-a")
    assert "copy" in notice(HUB, "hub-b")


def test_holder_of_a_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        (holder,) = holders(port, "tcp")
        assert holder.pid is not None
        assert f"pid {holder.pid}" in describe(port, "tcp")
    assert holders(port, "tcp") == ()
    assert "cannot be seen" in describe(port, "tcp")


def test_server_on_all_interfaces_is_reached_at_no_loopback_address_if_there_is_another() -> None:
    eth0 = replace(LOOPBACK, name="eth0", address="192.0.2.2", is_loopback=False)
    assert reachable_addresses(ANYWHERE, (eth0, LOOPBACK)) == ("192.0.2.2",)
    assert reachable_addresses(ANYWHERE, (LOOPBACK,)) == ("127.0.0.1",)
    assert reachable_addresses("127.0.0.1", (eth0, LOOPBACK)) == ("127.0.0.1",)
    assert reachable_addresses("localhost", (eth0, LOOPBACK)) == ("127.0.0.1",)


def test_interface_of_an_address_is_the_one_whose_network_holds_it() -> None:
    assert holding("127.0.0.9", (LOOPBACK,)) == LOOPBACK
    assert holding("203.0.113.5", (LOOPBACK,)) is None
    assert holding("nonsense", (LOOPBACK,)) is None


def test_a_url_of_this_machine_becomes_one_that_others_reach() -> None:
    assert outside("http://hub.example:8321") == "http://hub.example:8321"
    assert outside("http://localhost:8321", "192.0.2.7") == "http://192.0.2.7:8321"
    assert outside("https://127.0.0.1", "192.0.2.7") == "https://192.0.2.7"
    assert outside("http://127.0.0.1:8321", "hub.example") == "http://127.0.0.1:8321"
