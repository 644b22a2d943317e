"""A gateway and its children: who speaks when, on whose connection, and who is gone with whom."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.ids import DeviceId
from protocol.messages import (
    Ack,
    ActionCommand,
    Announce,
    Birth,
    DownMessage,
    Event,
    Leave,
    Presence,
    SetCommand,
    SpecGet,
    State,
    StateGet,
    Verdict,
)
from simulators.carrier import CHILDREN_PER_S, HOLD_S, PAIRINGS, Carrier
from simulators.device import Settings, SimDevice
from simulators.gateway import PAIRING_S, Gateway
from simulators.sleeper import Sleeper
from simulators.voice import Identity
from tests.simulators.line import Line
from tests.simulators.scenes import LAMP, PRODUCTS, Lamp, birth, introduction, kinds, of, statuses
from tests.simulators.test_sleeper import REST, NightLamp, command

GATE = DeviceId("bench-gateway-1")
LAMPS = tuple(DeviceId(f"bench-child-{number}") for number in range(1, 4))
SLEEPY = DeviceId("bench-sleepy-1")
NEW = DeviceId("bench-new-child")
LEAVE = Leave(id="hub.leave", ttl_ms=5_000)


class House:
    """A gateway with three lamps, a sleeper, and a lamp that is not paired yet."""

    def __init__(self, seed: int = 1, speed: float = 1.0) -> None:
        self.gateway = Gateway(seed)
        self.lamps = {name: Lamp() for name in (*LAMPS, NEW)}
        self.night = NightLamp()
        setup = Settings(seed=seed, speed=speed)
        sim = SimDevice(Identity(GATE, "G1"), PRODUCTS["gateway"], self.gateway, setup)
        self.carrier = Carrier(sim, self.gateway, seed)
        for name, lamp in self.lamps.items():
            child = SimDevice(Identity(name, f"S-{name}"), LAMP, lamp, setup)
            self.carrier.add(child, is_paired=name != NEW)
        asleep = SimDevice(Identity(SLEEPY, "S-sleepy"), LAMP, self.night, setup)
        self.carrier.add(Sleeper(asleep, self.night, seed))
        self.line = Line(self.carrier)

    def up(self) -> None:
        """Connect, and let all children be announced."""
        self.line.up()
        self.line.wait(2.0)

    def presence(self, name: DeviceId) -> Presence:
        return of(self.line.of(name), Presence)[-1]

    def announces(self, name: DeviceId) -> list[tuple[int, int]]:
        return [(m.epoch, m.connection) for m in of(self.line.of(name), Announce)]


def test_the_gateway_speaks_first_and_its_children_follow_politely() -> None:
    house = House()
    house.up()
    assert [type(m) for _, _, m in house.line.heard[:3]] == introduction()
    begun_s = house.line.heard[0][0]
    first = {who: at_s for at_s, who, m in reversed(house.line.heard) if isinstance(m, Announce)}
    assert first.keys() == {GATE, *LAMPS, SLEEPY}
    later = sorted(at_s for who, at_s in first.items() if who != GATE)
    assert later[0] >= begun_s + HOLD_S
    assert later[-1] <= begun_s + HOLD_S + 5 / CHILDREN_PER_S
    for name in (*LAMPS, SLEEPY):
        assert kinds(house.line.of(name))[:3] == introduction()


def test_children_wait_while_the_hub_reads_the_product_spec_of_the_gateway() -> None:
    house = House()
    house.line.up()
    ask = SpecGet(id="hub.1", ttl_ms=500, sha256=PRODUCTS["gateway"].sha256, offset=0)
    for _ in range(10):
        house.line.wait(0.3)
        house.line.tell(ask)
    assert house.line.of(LAMPS[0]) == []
    house.line.wait(1.0)
    assert kinds(house.line.of(LAMPS[0])) == introduction()


def test_a_command_to_a_child_is_answered_by_that_child() -> None:
    house = House()
    house.up()
    said = house.line.tell(command(brightness=9), LAMPS[1])
    assert statuses(said) == ["received", "done"]
    assert [lamp.brightness for lamp in house.lamps.values()] == [10, 9, 10, 10]
    assert [who for _, who, m in house.line.heard if isinstance(m, Ack)] == [LAMPS[1]] * 2


def test_children_carry_the_connection_of_the_gateway_and_keep_their_epoch() -> None:
    house = House()
    house.up()
    house.line.down()
    house.line.wait(4.0)
    assert house.announces(GATE) == [(1, 1), (1, 2)]
    for name in LAMPS:
        assert house.announces(name) == [(PAIRINGS, 1), (PAIRINGS, 2)]


def test_a_child_has_a_higher_epoch_after_each_boot_of_its_gateway() -> None:
    house = House()
    house.up()
    lost = Verdict(rule="ECO-ORDER-001", leaf="announce", path="epoch", sample="", text="",
                   fix="", count=1, min_epoch=7)  # fmt: skip
    house.line.tell(lost)
    house.line.wait(2.0)
    assert house.announces(GATE)[-1] == (7, 1)
    assert house.announces(LAMPS[0])[-1] == (7 * PAIRINGS, 1)
    house.line.tell(lost.model_copy(update={"min_epoch": 9_999}), LAMPS[0])
    assert house.announces(LAMPS[0])[-1] == (9_999, 1)


def test_a_child_out_of_reach_is_lost_and_comes_back_with_what_happened() -> None:
    house = House()
    house.up()
    house.gateway.hide(LAMPS[0], 30.0)
    house.line.wait(3.0)
    assert house.presence(LAMPS[0]).reason == "lost"
    assert house.line.tell(command(), LAMPS[0]) == []
    house.lamps[LAMPS[0]].press("alarm")
    house.line.wait(32.0)
    assert house.presence(LAMPS[0]).status == "online"
    assert len(of(house.line.of(LAMPS[0]), Event)) == 1
    assert house.presence(LAMPS[1]).status == "online"


def test_a_sleeper_among_the_children_rests_by_its_own_command_and_wakes_by_itself() -> None:
    house = House()
    house.up()
    house.line.tell(REST, SLEEPY)
    assert house.presence(SLEEPY).status == "asleep"
    assert house.line.is_up
    assert house.line.tell(command(), SLEEPY) == []
    house.line.wait(60.0)
    awake = [m.status for m in of(house.line.of(SLEEPY), Presence)]
    assert awake[:3] == ["online", "asleep", "online"]


def test_the_gateway_speaks_for_a_sleeper_that_sleeps_when_it_connects() -> None:
    house = House()
    house.up()
    house.line.tell(REST, SLEEPY)
    before, wakes = len(house.line.of(SLEEPY)), house.night.wakes
    house.line.down()
    house.line.wait(4.0)
    assert kinds(house.line.of(SLEEPY)[before:]) == [Announce, Presence]
    assert house.presence(SLEEPY) == Presence(
        status="asleep", epoch=PAIRINGS, connection=2, reason="sleep"
    )
    assert house.night.wakes == wakes


def test_a_birth_is_answered_by_the_gateway_first_and_by_each_child_once() -> None:
    house = House()
    house.up()
    house.line.tell(REST, SLEEPY)
    before = len(house.line.heard)
    for _ in range(2):
        house.line.tell(birth("b1", spread_s=3.0))
        house.line.wait(8.0)
    answers = [(who, m.birth) for _, who, m in house.line.heard[before:] if isinstance(m, Announce)]
    assert answers[0] == (GATE, "b1")
    assert sorted(answers) == sorted((who, "b1") for who in (GATE, *LAMPS, SLEEPY))


def test_a_removed_child_is_told_and_is_silent_until_it_is_paired_anew() -> None:
    house = House()
    house.up()
    house.line.take(house.carrier.remove(LAMPS[0], house.line.now_s))
    assert house.presence(LAMPS[0]).reason == "removed"
    said = len(house.line.of(LAMPS[0]))
    house.line.press("light")
    house.line.wait(700.0)
    assert len(house.line.of(LAMPS[0])) == said
    pair = ActionCommand(id="a1", ttl_ms=5_000, action="gateway.pair", epoch=1)
    house.line.tell(pair)
    house.line.wait(PAIRING_S)
    assert house.announces(LAMPS[0])[-1][0] > PAIRINGS
    assert house.presence(NEW).status == "online"
    told = [m.event for m in of(house.line.of(GATE), Event)]
    assert sorted(told) == ["gateway.child_joined"] * 2 + ["gateway.child_left"]


def test_a_child_that_has_to_leave_is_unpaired_without_a_word() -> None:
    house = House()
    house.up()
    assert house.line.tell(LEAVE, LAMPS[2]) == []
    said = len(house.line.of(LAMPS[2]))
    house.line.wait(3.0)
    house.line.down()
    house.line.wait(700.0)
    assert len(house.line.of(LAMPS[2])) == said
    assert LAMPS[2] not in house.carrier.children
    full = [m for m in of(house.line.of(GATE), State) if m.full][-1]
    assert full.values["gateway.children"] == 3


def test_the_gateways_goodbye_is_that_of_its_children() -> None:
    house = House()
    house.up()
    said = house.line.take(house.carrier.leave())
    assert [m.reason for m in of(said, Presence)] == ["shutdown"]
    assert not house.line.is_up


def test_a_hundred_children_are_announced_at_a_pace_that_a_hub_can_take() -> None:
    gateway = Gateway(1)
    sim = SimDevice(Identity(GATE, "G1"), PRODUCTS["gateway"], gateway, Settings())
    carrier = Carrier(sim, gateway, 1)
    names = [DeviceId(f"bench-many-{number:04d}") for number in range(100)]
    for name in names:
        carrier.add(SimDevice(Identity(name, f"S-{name}"), LAMP, Lamp(), Settings()))
    line = Line(carrier)
    line.up()
    line.wait(8.0)
    times = [at_s for at_s, who, m in line.heard if isinstance(m, Announce) and who != GATE]
    assert len(times) == 100
    assert all(b - a >= 1.0 for a, b in pairwise(times[::50]))


WHO = st.sampled_from([None, *LAMPS, SLEEPY, NEW, DeviceId("bench-nobody")])

MESSAGES: st.SearchStrategy[DownMessage] = st.one_of(
    st.just(REST),
    st.just(LEAVE),
    st.builds(command, st.sampled_from(["c1", "c2", "c3"]), st.integers(0, 120)),
    st.builds(SetCommand, id=st.just("c4"), ttl_ms=st.just(500),
              values=st.just({"light.on": True})),
    st.builds(StateGet, id=st.just("hub.1"), ttl_ms=st.just(500)),
    st.builds(SpecGet, id=st.just("hub.2"), ttl_ms=st.just(500),
              sha256=st.sampled_from([LAMP.sha256, PRODUCTS["gateway"].sha256]),
              offset=st.just(0)),
    st.builds(birth, st.sampled_from(["b1", "b2"]), st.sampled_from([0.0, 3.0])),
    st.builds(ActionCommand, id=st.sampled_from(["a1", "a2"]), ttl_ms=st.just(5_000),
              action=st.sampled_from(["light.reboot", "gateway.pair"]),
              epoch=st.sampled_from([1, PAIRINGS])),
    st.builds(Verdict, rule=st.just("ECO-ORDER-001"), leaf=st.just("announce"),
              path=st.just("epoch"), sample=st.just(""), text=st.just(""), fix=st.just(""),
              count=st.just(1), min_epoch=st.sampled_from([2, 5_000])),
)  # fmt: skip


def _tell(house: House, who: DeviceId | None, data: st.DataObject) -> None:
    message = data.draw(MESSAGES)
    house.line.tell(message, None if isinstance(message, Birth) else who)


def _wait(house: House, who: DeviceId | None, data: st.DataObject) -> None:
    house.line.wait(data.draw(st.sampled_from([0.0, 0.1, 0.6, 3.0, 40.0])))


def _press(house: House, who: DeviceId | None, data: st.DataObject) -> None:
    house.line.press(data.draw(st.sampled_from(house.carrier.buttons)))


def _break(house: House, who: DeviceId | None, data: st.DataObject) -> None:
    if house.line.is_up:
        house.line.down()


def _stop_broker(house: House, who: DeviceId | None, data: st.DataObject) -> None:
    house.line.is_open = not house.line.is_open


def _hide(house: House, who: DeviceId | None, data: st.DataObject) -> None:
    if who is not None and who in house.carrier.children:
        house.gateway.hide(who, data.draw(st.sampled_from([0.0, 5.0, 50.0])))


def _remove(house: House, who: DeviceId | None, data: st.DataObject) -> None:
    if who is not None and who in house.carrier.children:
        house.line.take(house.carrier.remove(who, house.line.now_s))


def _pair(house: House, who: DeviceId | None, data: st.DataObject) -> None:
    house.gateway.press("pair")


ACTS = (_tell, _tell, _tell, _wait, _press, _break, _stop_broker, _hide, _remove, _pair)


@settings(max_examples=40)
@given(st.data())
def test_a_gateway_and_its_children_keep_the_rules_whatever_comes(data: st.DataObject) -> None:
    house = House(data.draw(st.integers(0, 9)), data.draw(st.sampled_from([1.0, 300.0])))
    house.night.interval_s = data.draw(st.sampled_from([2, 30]))
    for act in data.draw(st.lists(st.sampled_from(ACTS), max_size=40)):
        act(house, data.draw(WHO), data)
    _check_all_are_there(house)


def _check_all_are_there(house: House) -> None:
    """Left alone, the gateway and every paired child in reach are there again."""
    house.line.is_open = True
    house.line.wait(15.0)
    for name in house.carrier.children:
        house.gateway.hide(name, 0.0)
    house.line.wait(8.0)
    for name in house.carrier.children:
        if house.gateway.is_in_reach(name):
            assert house.presence(name).status in {"online", "asleep"}
            assert house.announces(name)[-1][1] == house.announces(GATE)[-1][1]
    assert house.presence(GATE).status == "online"
