"""Faults: what they do to messages, and that their account of it is true."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.codec import decode, encode
from protocol.errors import ViolationError
from protocol.ids import CommandId, DeviceId
from protocol.messages import (
    Ack,
    DownMessage,
    Event,
    Presence,
    SetCommand,
    State,
    StateGet,
    UpMessage,
)
from simulators.account import Frame, Spoken
from simulators.commands import Answer
from simulators.device import Settings
from simulators.errors import UsageError
from simulators.fault_layer import FLOOD_FACTOR, FLOOD_S, FaultLayer
from simulators.faults import KINDS, Faults, describe
from simulators.generic import Generic
from simulators.product import Product
from simulators.spoiling import Break
from tests.protocol.product_documents import Fields, as_bytes, specs
from tests.simulators.scenes import LAMP, Scene

DEVICE = DeviceId("bench-lamp-0001")


def layer(*words: str, seed: int = 1, rate_per_s: float = 2.0) -> FaultLayer[DownMessage]:
    made = FaultLayer[DownMessage](Faults.parse(words), seed, rate_per_s)
    made.up(0.0)
    return made


def state(seq: int, **values: object) -> State:
    told = {f"light.{name}": value for name, value in (values or {"on": True}).items()}
    return State(epoch=1, seq=seq, values=told, time_ms=1_000_000)  # type: ignore[arg-type]


def spoken(*messages: UpMessage, product: Product = LAMP) -> list[Spoken]:
    return [Spoken(encode(DEVICE, m), m, product.compiled) for m in messages]


def seqs(frames: list[Frame]) -> list[int]:
    return [f.message.seq for f in frames if isinstance(f.message, State)]


def told(product: Product, frame: Frame) -> Counter[str]:
    """Return the rules that a frame breaks by itself, as a hub finds them."""
    try:
        message = decode(frame.encoded.topic, frame.encoded.payload).message
    except ViolationError as error:
        return Counter(v.rule for v in error.violations)
    assert message == frame.message
    match message:
        case State(values=values, full=full):
            found = product.compiled.check_state(values, is_full=full)
        case Event(event=event, arguments=arguments):
            found = product.compiled.check_event(event, arguments)
        case _:
            found = ()
    return Counter(v.rule for v in found)


@settings(max_examples=40)
@given(specs(), st.integers(0, 2**32))
def test_account_says_of_every_message_what_became_of_it_and_which_rules_it_breaks(
    fields: Fields, seed: int
) -> None:
    product = Product.read(as_bytes(fields))
    scene = Scene(product, Generic.of(as_bytes(fields))(seed), Settings(seed=seed))
    faulty = layer("all", "garble=0.2", "half=0.3", "range=0.3", "undeclared=0.3", seed=seed)
    faulty.send(spoken(*scene.connect(), product=product), 0.0)
    wire: list[Frame] = []
    for second in range(1, 600):
        said = scene.wait(10.0)
        wire += faulty.send(spoken(*said, product=product), 10.0 * second)
        wire += faulty.tick(10.0 * second).frames
        if faulty.is_silent:
            faulty.down()
    faulty.stop()
    wire += faulty.tick(1e9).frames
    account = faulty.account
    assert account.said.total() + account.copies == account.sent.total() + account.lost.total()
    assert account.broken == sum((told(product, frame) for frame in wire), Counter[str]())
    for frame in wire:
        assert Counter(b.rule for b in frame.breaks) == told(product, frame)
        assert not frame.breaks or frame.touched


def test_nothing_switched_on_changes_nothing() -> None:
    well = layer()
    messages = spoken(*(state(n) for n in range(1, 50)))
    assert [f.encoded for f in well.send(messages, 1.0)] == [m.encoded for m in messages]
    assert well.hear(StateGet(id="c1", ttl_ms=1), 1.0) == [StateGet(id="c1", ttl_ms=1)]
    assert well.due_s == float("inf")
    assert well.account.counts()["lost"] == {}


def test_same_seed_gives_the_same_faults() -> None:
    def wire(seed: int) -> list[Frame]:
        faulty = layer("all", "drop=0.3", seed=seed)
        messages = spoken(*(state(n) for n in range(1, 99)))
        return [*faulty.send(messages, 1.0), *faulty.tick(60.0).frames]

    assert wire(1) == wire(1) != wire(2)


def test_dropped_messages_are_lost_either_way() -> None:
    deaf = layer("drop=1")
    assert deaf.send(spoken(state(1), state(2)), 1.0) == []
    assert deaf.hear(StateGet(id="c1", ttl_ms=1), 1.0) == []
    assert deaf.account.lost == {"drop": 2}
    assert deaf.account.unheard == {"drop": 1}


def test_delay_keeps_the_order_and_loses_nothing() -> None:
    late = layer("delay=5")
    arrived: list[int] = []
    for number in range(1, 40):
        arrived += seqs(late.send(spoken(state(number)), float(number)))
        arrived += seqs(late.tick(number + 0.5).frames)
    assert len(arrived) < 39
    arrived += seqs(late.tick(99.0).frames)
    assert arrived == list(range(1, 40))


def test_reordered_messages_are_overtaken_and_still_come() -> None:
    mixed = layer("reorder=0.3")
    arrived = [s for n in range(1, 60) for s in seqs(mixed.send(spoken(state(n)), float(n)))]
    arrived += seqs(mixed.tick(99.0).frames)
    assert arrived != sorted(arrived)
    assert sorted(arrived) == list(range(1, 60))


def test_duplicates_come_twice_and_are_counted() -> None:
    twice = layer("duplicate=1")
    assert seqs(twice.send(spoken(state(1), state(2)), 1.0)) == [1, 1, 2, 2]
    assert twice.account.copies == 2
    assert len(twice.hear(StateGet(id="c1", ttl_ms=1), 1.0)) == 2


def test_wrong_clock_shifts_what_is_told_and_what_is_understood() -> None:
    wrong = layer("clock=3600", seed=5)
    sent = wrong.send(spoken(state(1)), 1.0)[0].message
    assert isinstance(sent, State)
    assert sent.time_ms is not None
    off_ms = sent.time_ms - 1_000_000
    assert 0 < abs(off_ms) <= 3_600_000
    meant = 1_700_000_000_000
    heard = wrong.misread(SetCommand(id="c", ttl_ms=1, values={}, expires_at_ms=meant))
    assert isinstance(heard, SetCommand)
    assert heard.expires_at_ms == meant - off_ms


def test_goodbye_is_said_whatever_else_goes_wrong_and_behind_what_was_on_its_way() -> None:
    leaving = layer("drop=0.5", "delay=60", "garble=1")
    goodbye = Presence(status="offline", epoch=1, connection=1, reason="shutdown")
    leaving.send(spoken(*(state(n) for n in range(1, 9))), 1.0)
    frames = leaving.send(spoken(goodbye), 2.0)
    assert frames[-1].message == goodbye
    assert len(frames) + leaving.account.lost["drop"] == 9


def test_final_answers_do_not_come_and_partial_ones_lack_a_part() -> None:
    mute = layer("half=1")
    voice = Scene(LAMP, Generic.of(LAMP.document)(1), Settings()).device._voice
    done = voice.final(CommandId("c1"), Answer("done"))
    answered = voice.final(CommandId("c2"), Answer("done", results={"runs": 3}))
    received = voice.received(CommandId("c3"))
    frames = mute.send(spoken(done, answered, received), 1.0)
    assert [f.message.id for f in frames if isinstance(f.message, Ack)] == ["c2", "c3"]
    assert frames[0].breaks == (Break("ECO-ACK-006", "results.runs"),)
    assert mute.account.lost == {"half": 1}


def test_mishaps_come_as_often_as_asked_and_a_silence_ends_by_a_reboot() -> None:
    ill = layer("reboot=600", "flap=300", "silence=3000")
    seen = Counter[str]()
    now_s = 0.0
    while now_s < 86_400.0:
        now_s = ill.due_s
        if mishap := ill.tick(now_s).mishap:
            seen[mishap] += 1
    assert 80 < seen["reboot"] < 180
    assert 180 < seen["flap"] < 340
    assert seen["silence"] > 10
    assert seen["awake"] in {seen["silence"], seen["silence"] - 1}


def test_flood_is_twenty_times_the_declared_rate_for_ten_seconds() -> None:
    loud = layer("flood=100", rate_per_s=2.0)
    shouts, now_s = 0, loud.due_s
    began_s = now_s
    while loud.account.mishaps["flood"] < 2:
        shouts += loud.tick(now_s).shouts
        now_s = loud.due_s
    assert shouts == pytest.approx(2.0 * FLOOD_FACTOR * FLOOD_S, abs=1)
    assert now_s >= began_s + FLOOD_S


def test_what_befalls_a_device_in_a_flood_waits_for_its_end() -> None:
    loud = layer("flood=1", "flap=1", "reboot=1", rate_per_s=2.0)
    now_s = 0.0
    for _ in range(2_000):
        now_s = max(now_s, loud.due_s)
        loud.tick(now_s)
    assert now_s > 50.0  # time would stand still
    assert loud.account.mishaps.keys() == {"flood", "flap", "reboot"}


def test_rates_are_what_was_asked_for() -> None:
    faulty = layer("drop=0.1", "garble=0.2")
    frames = faulty.send(spoken(*(state(n) for n in range(1, 2_001))), 1.0)
    assert 130 < faulty.account.lost["drop"] < 270
    assert 290 < sum(f.message is None for f in frames) < 430


@pytest.mark.parametrize(
    "word", ["drip", "drop=2", "drop=-1", "delay=x", "reboot=0.1", "=", "all=1"]
)
def test_fault_that_is_none_is_told_with_those_that_are(word: str) -> None:
    with pytest.raises(UsageError) as raised:
        Faults.parse([word])
    assert raised.value.remedy


def test_all_switches_on_every_fault_and_single_ones_off_again() -> None:
    faults = Faults.parse(["all", "flood=off", "drop=0.5", "flap=0"])
    assert set(faults.values) == set(KINDS) - {"flood", "flap"}
    assert faults.of("drop") == 0.5
    assert not Faults.parse([])
    assert all(name in describe() for name in KINDS)


def test_spoilt_value_is_one_that_the_product_does_not_have() -> None:
    rng = Random(3)  # noqa: S311 - a test's dice
    seen = set[str]()
    for number in range(1, 200):
        wild = layer("range=1", seed=rng.randrange(10**9))
        frame = wild.send(spoken(state(number, brightness=3, on=True)), 1.0)[0]
        seen.update(b.rule for b in frame.breaks)
        assert told(LAMP, frame) == Counter(b.rule for b in frame.breaks)
    assert seen == {"ECO-VALUE-001", "ECO-VALUE-002"}
