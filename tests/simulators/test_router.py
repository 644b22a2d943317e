"""The router: a household that comes and goes."""

from collections import Counter

import pytest

from protocol.ids import Address
from protocol.messages import Scalar
from simulators.router import GADGETS, Router

HOUR_S = 3_600.0

WIRED = {gadget.name for gadget in GADGETS if gadget.is_wired}
GUESTS = {gadget.name for gadget in GADGETS if gadget.is_guest}


def number(router: Router, address: str) -> float:
    found = router.values()[Address(address)]
    assert isinstance(found, int | float)
    return found


def give(router: Router, values: dict[str, Scalar]) -> None:
    router.apply({Address(a): v for a, v in values.items()})


def run(router: Router, seconds: float, step_s: float = 5.0) -> Counter[str]:
    seen: Counter[str] = Counter()
    for _ in range(int(seconds / step_s)):
        seen.update(happening.event for happening in router.step(step_s))
    return seen


def test_more_clients_are_here_in_the_evening_than_at_night() -> None:
    night, evening = [], []
    for seed in range(10):
        router = Router(seed, day_s=0.0)
        for hour in range(24):
            run(router, HOUR_S, 30.0)
            if hour in {2, 3, 4}:
                night.append(number(router, "router.clients"))
            if hour in {19, 20, 21}:
                evening.append(number(router, "router.clients"))
    assert sum(evening) / len(evening) > 1.5 * sum(night) / len(night)


def test_every_coming_and_going_is_told_and_the_count_follows() -> None:
    router = Router(3, day_s=15 * HOUR_S)
    before = number(router, "router.clients")
    seen = run(router, 12 * HOUR_S, 30.0)
    came, went = seen["router.client_joined"], seen["router.client_left"]
    assert came > 0
    assert went > 0
    assert number(router, "router.clients") == before + came - went == len(router.clients)


def test_traffic_is_the_sum_of_what_the_clients_use() -> None:
    router = Router(3, day_s=19 * HOUR_S)
    run(router, HOUR_S)
    assert number(router, "router.download_bps") > number(router, "router.upload_bps") > 0.0
    router.run(Address("router.reboot"), {})
    assert number(router, "router.clients") == 0
    assert number(router, "router.download_bps") == 0.0


def test_traffic_adds_up_until_the_next_reboot() -> None:
    router = Router(3, day_s=19 * HOUR_S)
    for rate, total in (("download_bps", "downloaded_bytes"), ("upload_bps", "uploaded_bytes")):
        counted = number(router, f"router.{total}")
        for _ in range(500):
            router.step(20.0)
            counted += number(router, f"router.{rate}") * 20.0 / 8.0
        assert number(router, f"router.{total}") == pytest.approx(counted)
    router.run(Address("router.reboot"), {})
    assert number(router, "router.downloaded_bytes") == 0.0


def test_uptime_counts_and_a_reboot_sets_it_back() -> None:
    router = Router(3)
    before = number(router, "router.uptime_s")
    run(router, 100.0)
    assert number(router, "router.uptime_s") == pytest.approx(before + 100.0)
    ran = router.run(Address("router.reboot"), {})
    assert ran.reboot_s is not None
    assert number(router, "router.uptime_s") == 0.0


def test_clients_come_back_within_minutes_of_a_reboot() -> None:
    router = Router(3, day_s=19 * HOUR_S)
    run(router, HOUR_S)
    router.run(Address("router.reboot"), {})
    run(router, 180.0)
    assert number(router, "router.clients") >= 10


@pytest.mark.parametrize("change", [{"wifi.on": False}, {"wifi.ssid": "new"}, {"wifi.channel": 11}])
def test_change_of_the_radio_throws_the_wireless_clients_off(change: dict[str, Scalar]) -> None:
    router = Router(3, day_s=19 * HOUR_S)
    run(router, HOUR_S)
    here = set(router.clients)
    give(router, change)
    left = {h.arguments["name"] for h in router.step(0.001) if h.event == "router.client_left"}
    assert left == here - WIRED
    run(router, 180.0)
    assert (set(router.clients) <= WIRED) is (change == {"wifi.on": False})


def test_setting_what_is_set_already_throws_nobody_off() -> None:
    router = Router(3, day_s=19 * HOUR_S)
    run(router, HOUR_S)
    here = router.clients
    give(router, {"wifi.on": True, "wifi.channel": router.values()[Address("wifi.channel")]})
    router.step(0.001)
    assert router.clients == here


def test_guests_come_only_while_their_network_is_on() -> None:
    router = Router(3, day_s=17 * HOUR_S)
    run(router, 4 * HOUR_S)
    assert not GUESTS & set(router.clients)
    give(router, {"guest_wifi.on": True, "guest_wifi.password": "friends!"})
    run(router, 2 * HOUR_S)
    assert GUESTS & set(router.clients)
    router.press("guest")
    run(router, 10.0)
    assert not GUESTS & set(router.clients)


def test_button_switches_the_wireless() -> None:
    router = Router(3)
    router.press("wifi")
    assert router.values()[Address("wifi.on")] is False


def test_password_of_the_guests_is_never_a_value() -> None:
    router = Router(3)
    give(router, {"guest_wifi.password": "friends!"})
    assert "friends!" not in router.values().values()


def test_action_that_is_not_known_does_nothing() -> None:
    assert Router(3).run(Address("router.dance"), {}).reboot_s is None
