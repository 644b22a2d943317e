from dataclasses import replace

from hub.discovery.sightings import (
    HOST_LIMIT,
    LIMIT,
    NAMES_PER_S,
    Evidence,
    Gate,
    Sighting,
    Sightings,
)

PLUG = Sighting(
    kind="device",
    name="plug",
    device_id="smart-plug-0001",
    host="192.0.2.7",
    port=80,
    addresses=("192.0.2.7",),
    interface="eth0",
    first_s=1.0,
    last_s=1.0,
    txt={},
)


def test_first_time_is_kept_when_an_advert_changes() -> None:
    table = Sightings()
    table.take("plug", PLUG)
    kept = table.take("plug", replace(PLUG, first_s=5.0, last_s=5.0, port=81))
    assert (kept.first_s, kept.last_s, kept.times, kept.port) == (1.0, 5.0, 2, 81)
    assert table.all() == [kept]


def test_advert_heard_again_is_not_gone_any_more() -> None:
    table = Sightings()
    table.take("plug", PLUG)
    table.take_leave("plug")
    assert table.all()[0].said_goodbye
    table.hear("plug", 9.0)
    assert table.all() == [replace(PLUG, last_s=9.0, times=2)]


def test_nothing_is_known_of_an_advert_never_taken() -> None:
    table = Sightings()
    table.take_leave("plug")
    assert table.hear("plug", 1.0) is None
    assert "plug" not in table


def test_table_is_bounded_and_the_longest_silent_advert_goes_first() -> None:
    table = Sightings()
    for n in range(LIMIT):
        table.take(f"d{n}", replace(PLUG, host=f"10.0.{n // 200}.{n % 200}", last_s=float(n)))
    table.hear("d0", 1000.0)
    table.take("new", replace(PLUG, host="10.9.9.9", last_s=1001.0))
    assert len(table.all()) == LIMIT
    assert "d0" in table
    assert "d1" not in table


def test_one_host_cannot_fill_the_table() -> None:
    table = Sightings()
    table.take("other", replace(PLUG, host="10.0.0.1"))
    for n in range(10 * LIMIT):
        table.take(f"d{n}", replace(PLUG, last_s=float(n)))
    assert len(table.all()) == HOST_LIMIT + 1
    assert "other" in table


def test_gate_lets_so_many_names_a_second_pass() -> None:
    gate = Gate()
    passed = sum(gate.passes(10.0 + n / 100_000) for n in range(40_000))
    assert NAMES_PER_S <= passed <= NAMES_PER_S * 1.5
    assert gate.turned_away == 40_000 - passed


def test_gate_settles_once_after_an_overrun_in_which_nothing_more_came() -> None:
    gate = Gate(per_s=1)
    assert gate.passes(0.0)
    assert not gate.settle(5.0)
    assert not gate.passes(5.1) or not gate.passes(5.1)
    assert not gate.settle(5.5)
    assert gate.settle(6.2)
    assert not gate.settle(9.0)


def test_evidence_tells_what_was_asked_and_answered_on_which_interface() -> None:
    evidence = Evidence()
    evidence.ask({"eth0": "192.0.2.2", "wlan0": "198.51.100.2"}, 1.0)
    evidence.take("plug", replace(PLUG, last_s=1.1))
    evidence.ask({"eth0": "192.0.2.2", "wlan0": "198.51.100.2"}, 2.0)
    assert evidence.hear_again("plug", 2.1)
    evidence.hear_itself(2.2)
    eth0, wlan0 = evidence.probes()
    assert (eth0.asked, eth0.asked_s, eth0.answered, eth0.answered_s) == (2, 2.0, 2, 2.1)
    assert (wlan0.asked, wlan0.answered, wlan0.answered_s) == (2, 0, None)
    assert wlan0.heard_itself_s == 2.2


def test_evidence_forgets_an_interface_that_is_no_longer_asked_on() -> None:
    evidence = Evidence()
    evidence.ask({"eth0": "192.0.2.2"}, 1.0)
    evidence.ask({"wlan0": "198.51.100.2"}, 2.0)
    evidence.take("plug", PLUG)
    assert [probe.interface for probe in evidence.probes()] == ["wlan0"]
    assert not evidence.hear_again("lamp", 3.0)
