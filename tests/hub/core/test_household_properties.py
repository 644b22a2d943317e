"""Whatever gateways, children, sleepers and the owner do: what holds of the core all the time."""

import math
from collections.abc import Callable
from typing import Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hub.core.errors import RequestError
from hub.core.outcome import Outcome
from hub.core.presence import GRACE_S
from hub.core.records import CommandRecord
from protocol.ids import CommandId, DeviceId
from protocol.messages import ActionCommand, Rest, SetCommand, Sleep
from protocol.presence import Presence
from protocol.receipt import TABLE, Status
from tests.hub.core.house import ATTIC, GATEWAY, House
from tests.hub.core.world import FULL

GATEWAYS: Final = (GATEWAY, ATTIC)
AWAKE: Final = (DeviceId("lamp-awake-1"), DeviceId("lamp-awake-2"))
SLEEPY: Final = (DeviceId("lamp-sleepy-1"), DeviceId("lamp-sleepy-2"))
CHILDREN: Final = (*AWAKE, *SLEEPY)
LONER: Final = DeviceId("loner-sleepy-1")
MOST: Final = 2
INTERVAL_S: Final = 60
SLEEP: Final = Sleep(interval_s=INTERVAL_S)
gateways, children = st.sampled_from(GATEWAYS), st.sampled_from(CHILDREN)


class WatchedHouse(House):
    """A house in which each message is judged in the moment in which it is sent.

    Attributes:
        sleeping: Children that sleep, by the last word of their gateway.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sleeping = set(SLEEPY)

    def take(self, outcome: Outcome) -> Outcome:
        for device_id, message in outcome.send:
            device = self.hub.devices[device_id]
            if isinstance(message, SetCommand | ActionCommand | Rest):
                assert device.is_connected
                assert device_id not in self.sleeping
                assert device.presence is not Presence.ASLEEP
            if isinstance(message, Rest):
                assert device.record.sleep_s is not None
                lane = self.hub.commands.lane(device_id)
                assert not lane.waiting
                assert not self.hub.commands.has_open(device_id)
        return super().take(outcome)


class Household(RuleBasedStateMachine):
    """Two gateways with room for two children each, four children, a sleeper by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.house = WatchedHouse()
        for gateway in GATEWAYS:
            self.house.start(gateway)
            self.house.take(self.house.hub.describe(gateway, max_children=MOST))
        self.house.join(LONER)
        self.asked: list[CommandRecord] = []

    # What devices do

    @rule(gateway=gateways, child=children, status=st.sampled_from(["online", "asleep", None]))
    def announce_child(self, gateway: DeviceId, child: DeviceId, status: str | None) -> None:
        is_sleepy = child in SLEEPY
        if status == "asleep" and not is_sleepy:
            status = "online"
        self._through(gateway, child, status, lambda: self._announce(gateway, child, status))
        self.house.answer_spec(child)

    def _announce(self, gateway: DeviceId, child: DeviceId, status: str | None) -> None:
        sleep = SLEEP if child in SLEEPY else None
        self.house.child(child, gateway, sleep=sleep, status=status)

    @rule(child=children, status=st.sampled_from(["online", "asleep", "offline"]))
    def say(self, child: DeviceId, status: str) -> None:
        if child not in self.house.gateways or (status == "asleep" and child not in SLEEPY):
            return
        gateway = self.house.gateways[child]
        reason = "lost" if status == "offline" else None
        self._through(gateway, child, status, lambda: self.house.say(status, reason, child))

    @rule(child=children)
    def report(self, child: DeviceId) -> None:
        if child in self.house.gateways:
            self.house.state(FULL, full=True, device=child)

    @rule(child=children)
    def unpair(self, child: DeviceId) -> None:
        if child in self.house.gateways:
            gateway = self.house.gateways[child]
            self._through(gateway, child, None, lambda: self.house.leave("removed", child))

    @rule(gateway=gateways, reason=st.sampled_from(["lost", "shutdown"]))
    def lose_gateway(self, gateway: DeviceId, reason: str) -> None:
        self.house.leave(reason, gateway)

    @rule(gateway=gateways, is_boot=st.booleans())
    def bring_gateway_back(self, gateway: DeviceId, is_boot: bool) -> None:
        if is_boot:
            self.house.up(gateway)
        else:
            self.house.again(gateway)
        self.house.answer_spec(gateway)
        self._doze_behind(gateway)
        self.house.sleeping |= {child for child in self._children_of(gateway) if child in SLEEPY}

    @rule()
    def wake_loner(self) -> None:
        self.house.boot(LONER)
        self.house.connect(LONER, sleep=SLEEP)
        self.house.say("online", device=LONER)
        self.house.answer_spec(LONER)
        self.house.state(FULL, full=True, device=LONER)

    @precondition(lambda self: LONER in self.house.epochs and self.house.epochs[LONER] > 0)
    @rule()
    def lay_loner_down(self) -> None:
        self.house.say("asleep", "sleep", LONER)

    @rule(gateway=gateways, child=st.sampled_from(SLEEPY))
    def nap(self, gateway: DeviceId, child: DeviceId) -> None:
        """Ask for something while a child sleeps, and let its gateway speak on."""
        self.announce_child(gateway, child, "asleep")
        self.ask(child, False, None)
        self.report(child)
        self.announce_child(gateway, child, None)
        self.house.wait(0.25)

    # What people do

    @rule(
        device=st.sampled_from((*CHILDREN, LONER)),
        is_action=st.booleans(),
        ttl_s=st.sampled_from([None, 5.0, 300.0]),
    )
    def ask(self, device: DeviceId, is_action: bool, ttl_s: float | None) -> None:
        try:
            self.asked.append(
                self.house.ask({"times": 1}, device=device, action="lamp.blink", ttl_s=ttl_s)
                if is_action
                else self.house.ask({"lamp.level": 1}, device=device, ttl_s=ttl_s)
            )
        except RequestError:
            return

    @rule(child=children, gateway=gateways)
    def allow_move(self, child: DeviceId, gateway: DeviceId) -> None:
        try:
            self.house.take(self.house.hub.move(child, gateway, self.house.now_s))
        except RequestError:
            return
        moved = self.house.device(child).record.gateway == gateway
        if moved:
            self.house.gateways[child] = gateway

    @rule(child=children)
    def send_away(self, child: DeviceId) -> None:
        if child in self.house.hub.devices:
            self.house.take(self.house.hub.unjoin(child))

    @rule(gateway=gateways, child=children)
    def let_in(self, gateway: DeviceId, child: DeviceId) -> None:
        self.house.take(self.house.hub.households.let_in(gateway, child))

    @rule(seconds=st.sampled_from([0.25, 3.0, 11.0, 70.0, 140.0]))
    def wait(self, seconds: float) -> None:
        self.house.wait(seconds)

    @rule()
    def answer(self) -> None:
        """Let every command that is on its way be carried out."""
        for record in self.asked:
            now = self.house.hub.commands.get(record.id)
            lane = self.house.hub.commands.lane(record.device)
            if now is None or record.id not in lane.flights or record.device not in self._known():
                continue
            self.house.ack(now, "done", record.device)
            if now.action is None:
                self.house.state(dict(now.values), device=record.device, cause=now.id)

    # What holds

    @invariant()
    def a_gateway_has_no_more_children_than_it_may(self) -> None:
        for gateway in GATEWAYS:
            living = self._children_of(gateway)
            assert len(living) <= MOST
            family = self.house.device(gateway).family
            assert set(living) == set(family.children if family else ())

    @invariant()
    def a_child_is_behind_one_gateway_that_is_here(self) -> None:
        for child in CHILDREN:
            device = self.house.hub.devices.get(child)
            if device is not None:
                assert device.record.gateway in GATEWAYS
                holders = [g for g in GATEWAYS if child in self._children_of(g)]
                assert len(holders) == (0 if device.record.is_retired else 1)

    @invariant()
    def nobody_is_reached_behind_a_gateway_that_is_gone(self) -> None:
        for gateway in GATEWAYS:
            if self.house.device(gateway).is_gone:
                for child in self._children_of(gateway):
                    presence = self.house.device(child).presence
                    assert presence not in {Presence.ONLINE, Presence.ASLEEP}
                    assert not self.house.device(child).is_connected

    @invariant()
    def a_sleeper_is_asleep_no_longer_than_it_may_be(self) -> None:
        for device in self.house.hub.devices.values():
            if device.presence is Presence.ASLEEP:
                since_s = device.record.asleep_since_s or device.heard_s or math.inf
                longest_s = 2 * INTERVAL_S + GRACE_S + 140.0
                assert self.house.now_s - since_s <= longest_s
                assert not device.is_connected

    @invariant()
    def every_receipt_ends_in_time(self) -> None:
        for record in self.asked:
            now = self.house.hub.commands.get(record.id)
            if now is None or now.is_final:
                continue
            assert now.status in TABLE
            assert self.house.now_s <= record.expires_at_s + 10.0 + 140.0
            assert now.status is not Status.ACCEPTED or now.id in self._lane_of(now)

    def teardown(self) -> None:
        """Let a long time pass: nothing is open any more, and whoever slept has overslept."""
        for _ in range(4):
            self.house.wait(300.0)
        for record in self.asked:
            now = self.house.hub.commands.get(record.id)
            assert now is None or now.is_final
        presences = {self.house.device(d).presence for d in self.house.hub.devices}
        assert Presence.ASLEEP not in presences

    def _through(
        self, gateway: DeviceId, child: DeviceId, status: str | None, move: Callable[[], object]
    ) -> None:
        """Do something as `gateway`; what comes of it is the truth of the hub, not of the test."""
        before = self.house.gateways.get(child)
        self.house.gateways[child] = gateway
        if status == "online":
            self.house.sleeping.discard(child)
        move()
        device = self.house.hub.devices.get(child)
        owner = device.record.gateway if device else None
        if device and child in SLEEPY and device.presence is Presence.ASLEEP:
            self.house.sleeping.add(child)
        if owner is not None:
            self.house.gateways[child] = owner
        elif before is not None:
            self.house.gateways[child] = before

    def _doze_behind(self, gateway: DeviceId) -> None:
        for child in self._children_of(gateway):
            assert not self.house.device(child).is_connected

    def _children_of(self, gateway: DeviceId) -> list[DeviceId]:
        return [
            device.id
            for device in self.house.hub.devices.values()
            if device.record.gateway == gateway and not device.record.is_retired
        ]

    def _known(self) -> set[DeviceId]:
        return {LONER, *self.house.gateways}

    def _lane_of(self, record: CommandRecord) -> set[CommandId]:
        lane = self.house.hub.commands.lane(record.device)
        return {*lane.waiting, *lane.flights}


TestHousehold = Household.TestCase
TestHousehold.settings = settings(
    max_examples=60,
    stateful_step_count=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
