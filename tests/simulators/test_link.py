"""When a link rests and for how long, without a broker."""

from random import Random

import pytest

from protocol.codec import Encoded, encode
from protocol.ids import DeviceId
from protocol.messages import ActionCommand, StateGet
from simulators.device import Settings, SimDevice
from simulators.fault_layer import FaultLayer
from simulators.faults import Faults
from simulators.link import Change, Link, Status
from simulators.rest import back_off_s
from simulators.tempo import Tempo
from simulators.voice import Identity
from simulators.wire import Access
from tests.simulators.scenes import LAMP, Lamp

REAL = Tempo()
LAMP_1 = DeviceId("bench-lamp-0001")


class Alone:
    """A link whose connections end as the test says."""

    def __init__(self, seed: int = 1) -> None:
        self.now_s = 100.0
        self.changes: list[Change] = []
        rng = Random(seed)  # noqa: S311 - no secret
        device = SimDevice(Identity(LAMP_1, "S1"), LAMP, Lamp(reboot_s=30.0), Settings())
        access = Access("127.0.0.1", 1, LAMP_1, "hush")
        self.link = Link(
            device, access, lambda: self.now_s, rng, self.changes.append, lambda link: None
        )

    def fail(self) -> float:
        """Let a CONNECT be refused and return the rest that follows, seconds."""
        self.link.status = Status.DIALLING
        self.link.closed("Not authorized", is_refused=True)
        assert self.link.status is Status.RESTING
        return self.link.rest.until_s - self.now_s

    def up(self) -> None:
        """Let a CONNECT succeed."""
        self.link.status = Status.DIALLING
        self.link.device.dial()
        self.link.subscribed()

    def hold(self, seconds: float) -> float:
        """Let the link be up for so long, then break; return the rest that follows."""
        self.up()
        self.now_s += seconds
        self.link.closed("Unspecified error", is_refused=False)
        return self.link.rest.until_s - self.now_s


def rests_of(count: int, seed: int) -> list[float]:
    alone = Alone(seed)
    return [alone.fail() for _ in range(count)]


def test_first_connect_is_due_at_once() -> None:
    assert Alone().link.due_s <= 100.0


def test_rest_between_failed_tries_grows_and_is_never_under_a_second() -> None:
    means = [sum(rests) / 200 for rests in zip(*(rests_of(9, s) for s in range(200)), strict=True)]
    assert means[:6] == sorted(means[:6])
    assert means[0] < 2.0
    assert all(25.0 < mean < 36.0 for mean in means[6:])
    assert all(rest >= 1.0 for seed in range(20) for rest in rests_of(9, seed))


def test_back_off_is_spread_from_a_second_to_a_minute() -> None:
    rng = Random(1)  # noqa: S311 - no secret
    for tries in range(40):
        waits = [back_off_s(REAL.back_off_s, rng, tries) for _ in range(200)]
        least_s, most_s = REAL.back_off_s
        top = min(most_s, 2.0 ** (tries + 1))
        assert least_s <= min(waits) <= max(waits) <= top
        assert max(waits) - min(waits) > 0.9 * (top - least_s)


def test_link_that_held_begins_its_back_off_anew_and_one_that_did_not_goes_on() -> None:
    steady, shaky = Alone(), Alone()
    for alone in (steady, shaky):
        for _ in range(8):
            alone.fail()
    assert 1.0 <= steady.hold(REAL.steady_s) <= 2.0
    assert sum(shaky.hold(REAL.steady_s / 2.0) for _ in range(20)) > 20 * 10.0


def test_refusal_is_told_each_time_and_changes_nothing_else() -> None:
    alone = Alone()
    for _ in range(3):
        alone.fail()
    assert alone.changes == [Change(LAMP_1, "refused", "Not authorized")] * 3


def test_link_that_breaks_is_told_as_offline_with_its_reason() -> None:
    alone = Alone()
    alone.hold(1.0)
    assert alone.changes == [
        Change(LAMP_1, "online"),
        Change(LAMP_1, "offline", "Unspecified error"),
    ]


def test_rebooting_device_rests_as_long_as_its_boot_takes() -> None:
    alone = Alone()
    alone.up()
    reboot = ActionCommand(id="c1", ttl_ms=1_000, action="light.reboot", epoch=1)
    alone.link.device.on_message(reboot, alone.now_s)
    alone.now_s += 0.1
    alone.link.closed("Normal disconnection", is_refused=False)
    assert alone.link.rest.until_s == 130.0


def test_link_that_has_left_stays_away() -> None:
    alone = Alone()
    alone.fail()
    alone.link.leave()
    assert alone.link.status is Status.GONE
    assert alone.link.due_s == float("inf")


def test_goodbye_waits_for_its_answer_whatever_else_was_due() -> None:
    alone, cable = Alone(), Cable()
    alone.link.status = Status.DIALLING
    alone.link.begin(lambda hello, owner: cable)
    alone.link.subscribed()
    alone.link.leave()
    alone.link.turn(alone.now_s + 0.1)
    assert (alone.link.status, cable.is_open) == (Status.LEAVING, True)
    alone.link.turn(alone.link.due_s)
    assert (alone.link.status, cable.is_open) == (Status.GONE, False)


def test_what_cannot_be_read_is_ignored_and_counted() -> None:
    alone = Alone()
    alone.up()
    for topic, payload in (
        (f"eco/1/{LAMP_1}/command", b"\xff"),
        (f"eco/1/{LAMP_1}/command", b'{"type":"dance"}'),
        ("elsewhere", b"{}"),
        (f"eco/1/{LAMP_1}/presence", b'{"status":"online","epoch":1,"connection":1}'),
    ):
        alone.link.arrived(topic, payload, is_retained=False)
    assert alone.link.ignored == 4
    assert alone.link.status is Status.UP


class Cable:
    """A connection that keeps what is published."""

    def __init__(self) -> None:
        self.published: list[Encoded] = []
        self.pings = 0
        self.is_open = False

    def open(self) -> None:
        self.is_open = True

    def publish(self, message: Encoded) -> int:
        self.published.append(message)
        return len(self.published)

    def keep_alive(self) -> None:
        self.pings += 1

    def disconnect(self) -> None:
        self.is_open = False

    def drop(self) -> None:
        self.is_open = False


def faulty(*words: str) -> tuple[Alone, Cable]:
    alone, cable = Alone(), Cable()
    alone.link.faults = FaultLayer(Faults.parse(words), 1, 2.0)
    alone.link.status = Status.DIALLING
    alone.link.begin(lambda hello, owner: cable)
    alone.link.subscribed()
    return alone, cable


def live(alone: Alone, seconds: float) -> None:
    until_s = alone.now_s + seconds
    while alone.link.status is Status.UP and alone.link.due_s <= until_s:
        alone.now_s = max(alone.now_s, alone.link.due_s)
        alone.link.turn(alone.now_s)
    alone.now_s = max(alone.now_s, until_s) if alone.link.status is Status.UP else alone.now_s


@pytest.mark.parametrize(("fault", "epoch"), [("flap", 1), ("reboot", 2)])
def test_mishap_closes_the_connection_without_a_goodbye(fault: str, epoch: int) -> None:
    alone, cable = faulty(f"{fault}=30")
    live(alone, 3_600.0)
    assert alone.link.status is Status.RESTING
    assert not cable.is_open
    assert not any(b"offline" in message.payload for message in cable.published)
    assert alone.link.device.epoch == epoch


def test_device_that_hangs_neither_speaks_nor_pings_until_its_watchdog_reboots_it() -> None:
    alone, cable = faulty("silence=30")
    while not alone.link.faults or not alone.link.faults.is_silent:
        live(alone, 1.0)
    said, pings = len(cable.published), cable.pings
    state_get = encode(LAMP_1, StateGet(id="c1", ttl_ms=1))
    alone.link.arrived(state_get.topic, state_get.payload, is_retained=False)
    live(alone, 59.0)
    assert (len(cable.published), cable.pings) == (said, pings)
    live(alone, 900.0)
    assert alone.link.status is Status.RESTING
    assert alone.link.device.epoch == 2


def test_broker_that_gives_up_on_a_device_that_hangs_does_not_wake_it() -> None:
    alone, _ = faulty("silence=30")
    while not alone.link.faults or not alone.link.faults.is_silent:
        live(alone, 1.0)
    awake_s = alone.link.faults.due_s
    alone.now_s += 45.0
    alone.link.closed("Keep alive timeout", is_refused=False)
    assert alone.link.rest.until_s == awake_s
    assert alone.link.device.epoch == 2
