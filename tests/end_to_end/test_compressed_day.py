"""Every fault at once on many devices for a day: the hub knows what it was told, and no more.

Nothing here depends on the clock of the machine; the same seed is the same day. Each message is
judged when it comes in (`day_ledger`), and the sums are held against each other in the evening.
"""

import sys
from collections import Counter
from collections.abc import Callable

import pytest

from hub.core.device import Device
from hub.core.hub import Hub
from hub.core.outcome import Outcome
from hub.core.records import Mode
from protocol.codec import Decoded
from protocol.ids import DeviceId
from protocol.messages import State
from protocol.presence import Presence
from protocol.receipt import Status
from simulators import registry
from simulators.account import Account
from simulators.assembly import needs_gateway
from simulators.faults import KINDS, Faults
from simulators.product import Product
from simulators.sleeper import Sleeper
from tests.end_to_end.day_home import Home
from tests.end_to_end.day_ledger import Ledger, Page

WELL_S = 60.0
"""So long all is well at first, so that the hub gets to know every product."""

HEAL_S = 140.0
"""So long nothing goes wrong any more in the evening: all come back, and the minute is over for
which a flood is not heard. Then the hub calls, and each device tells all it has."""

CALL_S = 20.0

DAY_S = 86_400.0

FAULTS = Faults.parse(["all", "reboot=600", "flap=200", "silence=1200", "flood=1800"])
"""A day passes in minutes here, and what befalls devices has to come as much more often."""


class Day:
    """A home that lives through a day that is compressed into `wire_s` seconds."""

    def __init__(self, count: int, wire_s: float, seed: int) -> None:
        self.ledger = Ledger()
        self.home = Home(seed, self.ledger)
        self.wire_s = wire_s
        found = [registry.find(name) for name in registry.names()]
        products = [physics for physics in found if not needs_gateway(physics)]
        read = {physics.product: Product.read(physics.document()) for physics in products}
        modes: tuple[Mode, Mode] = ("strict", "warn")
        for number in range(count):
            physics = products[number % len(products)]
            device = DeviceId(f"{physics.product}-{number:04}")
            mode = modes[number // len(products) % 2]
            self.ledger.pages[device] = Page(mode)
            self.home.move_in(device, physics, read[physics.product], mode, DAY_S / wire_s)

    def pass_by(self, *, is_healed: bool = True) -> None:
        """Live from morning to night, then recover."""
        commands_per_s = len(self.home.links) / 200.0
        self.home.run(WELL_S, commands_per_s)
        self.home.fall_ill(FAULTS)
        self.home.run(self.wire_s, commands_per_s)
        if is_healed:
            self.home.recover()
            self.home.run(HEAL_S)
            self.home.release()
            self.home.run(1.0)
            self.home.call_all()
            self.home.run(CALL_S)

    def account(self) -> Account:
        """Return what the faults of all devices say that they did."""
        total = Account()
        for layer in self.home.layers.values():
            total.add(layer.account)
        return total

    def close(self) -> None:
        """Hold everything against everything."""
        self.ledger.close(self.home.hub)
        self._check_messages()
        self._check_truth()
        self._check_receipts()

    def _check_messages(self) -> None:
        """Every message that a device meant to send is on the wire, or the fault is known."""
        for device_id, layer in self.home.layers.items():
            account, page = layer.account, self.ledger.pages[device_id]
            lost, sent = account.lost.total(), account.sent.total()
            assert account.said.total() + account.copies == sent + lost, device_id
            well = self.home.said_well[device_id]
            wills = self.home.wills[device_id]
            assert well + sent + wills == page.heard + page.unheard, device_id
            if not isinstance(self.home.links[device_id].device, Sleeper):  # it may fall asleep
                began = account.mishaps["flood"]  # one while it is not heard is not noticed
                assert bool(began) <= len(page.floods) <= began, device_id

    def _check_truth(self) -> None:
        """In the evening every device is online and the twin is what the device says."""
        for device_id, link in self.home.links.items():
            device = self.home.hub.devices[device_id]
            there = {Presence.ONLINE}
            if isinstance(link.device, Sleeper):
                there.add(Presence.ASLEEP)
            assert device.presence in there, (device_id, device.reason)
            twin = {address: told.value for address, told in device.reported.items()}
            assert twin.items() >= link.truth.items(), device_id
            readable = link.device.product.compiled.readable
            assert twin.keys() >= readable, device_id

    def _check_receipts(self) -> None:
        """Every command has ended, and no receipt says more than its device did."""
        for asked in self.home.asked:
            record = self.home.hub.commands.get(asked.id)
            assert record is not None
            assert record.is_final, record
            said = self.home.links[record.device].answers[record.id]
            if record.status in {Status.CONFIRMED, Status.APPLIED}:
                assert "done" in said, record
            if record.status is Status.REJECTED:
                assert "rejected" in said, record

    def rows(self) -> list[tuple[str, int]]:
        """Return the ledger, line by line."""
        account, pages = self.account(), self.ledger.pages.values()
        broken = sum((page.broken for page in pages), Counter[str]())
        statuses = Counter(str(self.home.hub.commands.get(a.id).status) for a in self.home.asked)  # type: ignore[union-attr]
        return [
            ("messages meant to be sent", account.said.total()),
            *((f"  lost: {name}", n) for name, n in sorted(account.lost.items()) if n),
            ("  sent twice", account.copies),
            *((f"  changed: {name}", n) for name, n in sorted(account.touched.items())),
            *((f"what befell devices: {name}", n) for name, n in sorted(account.mishaps.items())),
            ("messages at the hub", sum(page.heard + page.unheard for page in pages)),
            ("  not heard, in a flood", sum(page.unheard for page in pages)),
            ("  floods ended", sum(len(page.floods) for page in pages)),
            ("  quarantines", sum(page.quarantines for page in pages)),
            ("  refused or counted by rule", sum(page.refused for page in pages)),
            ("  taken", sum(page.taken for page in pages)),
            *((f"broken: {rule}", n) for rule, n in sorted(broken.items())),
            ("events passed on", sum(page.events for page in pages)),
            *((f"commands {status}", n) for status, n in sorted(statuses.items())),
        ]

    def print(self) -> None:
        """Show the ledger; `pytest -s` lets people see it."""
        lines = [f"{name:44}{count:>10,}\n" for name, count in self.rows()]
        sys.stdout.write(f"\n{len(self.home.links)} devices, a day in {self.wire_s:g} s\n")
        sys.stdout.writelines(lines)


def test_state_of_the_hub_is_what_devices_told_and_each_refusal_is_accounted_for() -> None:
    day = Day(count=30, wire_s=120.0, seed=2)
    day.pass_by()
    day.print()
    day.close()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_hundred_devices_with_every_fault_for_a_day() -> None:
    day = Day(count=200, wire_s=120.0, seed=1)
    day.pass_by()
    day.print()
    day.close()
    account, pages = day.account(), day.ledger.pages.values()
    assert account.mishaps.keys() == {n for n, k in KINDS.items() if k.measure == "every_s"}
    assert account.touched.keys() | {"drop"} == {
        name for name, kind in KINDS.items() if kind.measure != "every_s"
    }
    assert {page.mode for page in pages} == {"strict", "warn"}
    assert all(count > 0 for _, count in day.rows())


def test_the_same_seed_is_the_same_day() -> None:
    days = [Day(count=7, wire_s=60.0, seed=seed) for seed in (5, 5, 6)]
    for day in days:
        day.pass_by(is_healed=False)
    assert days[0].rows() == days[1].rows() != days[2].rows()


# A ledger that cannot fail proves nothing: hubs that lie must be found out.


def _loses_a_state(hub: Hub) -> None:
    """Let the hub swallow one state without a word."""
    receive, left = hub.receive, [200]

    def swallow(decoded: Decoded, now_s: float) -> Outcome:
        left[0] -= 1
        if left[0] < 0 and isinstance(decoded.message, State) and decoded.message.values:
            left[0] = 10**9
            return Outcome()
        return receive(decoded, now_s)

    hub.receive = swallow  # type: ignore[method-assign]


def _changes_a_value(hub: Hub) -> None:
    """Let the hub hold one value that nobody told."""
    receive, left = hub.receive, [500]

    def invent(decoded: Decoded, now_s: float) -> Outcome:
        outcome = receive(decoded, now_s)
        left[0] -= 1
        if left[0] == 0:
            device: Device = hub.devices[decoded.topic.device]
            address, told = next(iter(device.reported.items()))
            device.reported.tell({address: "a lie"}, told.at_s, told.device_time_ms)
        return outcome

    hub.receive = invent  # type: ignore[method-assign]


def _counts_twice(hub: Hub) -> None:
    """Let the hub count one broken rule twice."""
    receive = hub.receive

    def count(decoded: Decoded, now_s: float) -> Outcome:
        outcome = receive(decoded, now_s)
        for found in hub.devices[decoded.topic.device].violations.values():
            if found.count == 2:
                found.count = 3
        return outcome

    hub.receive = count  # type: ignore[method-assign]


def _refuses_a_good_one(hub: Hub) -> None:
    """Let the hub take a good message for a repeat."""
    receive, left = hub.receive, [200]

    def refuse(decoded: Decoded, now_s: float) -> Outcome:
        left[0] -= 1
        outcome = receive(decoded, now_s)
        if left[0] < 0 and not outcome.send and isinstance(decoded.message, State):
            left[0] = 10**9
            return receive(decoded, now_s)
        return outcome

    hub.receive = refuse  # type: ignore[method-assign]


@pytest.mark.parametrize(
    "lie", [None, _loses_a_state, _changes_a_value, _counts_twice, _refuses_a_good_one]
)
def test_ledger_finds_out_a_hub_that_lies(lie: Callable[[Hub], None] | None) -> None:
    def live() -> None:
        day = Day(count=10, wire_s=120.0, seed=3)
        if lie:
            lie(day.home.hub)
        day.pass_by(is_healed=False)
        day.ledger.close(day.home.hub)

    if lie is None:
        live()
    else:
        with pytest.raises(AssertionError):
            live()


def test_ledger_finds_out_a_fault_that_is_not_told() -> None:
    day = Day(count=4, wire_s=60.0, seed=3)
    day.pass_by()
    day.close()
    next(iter(day.home.layers.values())).account.lost["drop"] -= 1
    with pytest.raises(AssertionError):
        day.close()
