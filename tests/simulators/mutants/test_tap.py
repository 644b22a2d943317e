"""What a tap does between a device and its connection, without either."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from protocol.codec import Encoded
from protocol.ids import DeviceId
from simulators.mutants import registry
from simulators.mutants.composing import composed
from simulators.mutants.numbering import Numbering
from simulators.mutants.tap import Deviation, Layer, Tap, Tapped
from simulators.mutants.ways import (
    besides,
    falls_over,
    first,
    has,
    lost,
    on,
    on_child,
    once,
    payload,
    state,
    then,
    with_fields,
)
from simulators.mutants.words import NEXT, Body, Word, Words
from simulators.wire import Hello, Owner, Wire
from tests.simulators.scenes import LAMP

ME = DeviceId("bench-lamp-0001")
WILL = Encoded(f"eco/1/{ME}/presence", b'{"status":"offline","epoch":1,"connection":1}', 1, True)
HELLO = Hello(ME, ME, "hush", WILL, ((f"eco/1/{ME}/command", 1),), 30)


class Ends:
    """Both ends of a tap, and the clock that it waits by."""

    def __init__(self, *deviations: Deviation) -> None:
        self.sent: list[Encoded] = []
        self.heard: list[tuple[str, bytes, bool]] = []
        self.through: list[int] = []
        self.hellos: list[Hello] = []
        self.closings: list[str] = []
        self.is_open = False
        self.later: list[tuple[float, Callable[[], None]]] = []
        self.pings = 0
        self.layers = tuple(Layer(one, Body(ME, LAMP.compiled)) for one in deviations)
        self.numbering = Numbering()
        self.tap = self.dial()

    def dial(self) -> Tap:
        self.tap = Tap(self.layers, self.numbering, self, self)
        return self.tap.over(HELLO, self._connect)

    def _connect(self, hello: Hello, owner: Owner) -> Wire:
        self.hellos.append(hello)
        self.is_open = True
        return self

    # The clock

    def call_later(self, delay: float, callback: Callable[[], None]) -> "Timer":
        self.later.append((delay, callback))
        return Timer()

    def call_soon(self, callback: Callable[[], None]) -> "Timer":
        return self.call_later(0.0, callback)

    def run(self) -> None:
        waiting, self.later = self.later, []
        for _, callback in waiting:
            callback()

    # The connection

    def open(self) -> None: ...

    def publish(self, message: Encoded) -> int:
        self.sent.append(message)
        return len(self.sent) + 1_000

    def keep_alive(self) -> None:
        self.pings += 1

    def disconnect(self) -> None:
        self.is_open = False

    def drop(self) -> None:
        self.is_open = False

    # The link

    def subscribed(self) -> None:
        self.say("announce", connection=1)

    def arrived(self, topic: str, payload: bytes, *, is_retained: bool) -> None:
        self.heard.append((topic, payload, is_retained))

    def written(self, number: int) -> None:
        self.through.append(number)

    def closed(self, reason: str, *, is_refused: bool) -> None:
        self.closings.append(reason)

    def say(self, leaf: str, child: str = "", **fields: object) -> int:
        topic = f"eco/1/{ME}/{child}/{leaf}" if child else f"eco/1/{ME}/{leaf}"
        told = json.dumps({"epoch": 1, **fields}).encode()
        return self.tap.publish(Encoded(topic, told, 0, False))

    def told(self, leaf: str) -> list[dict[str, object]]:
        return [json.loads(m.payload) for m in self.sent if m.topic.endswith(f"/{leaf}")]


class Timer:
    def cancel(self) -> None: ...


def test_tap_that_deviates_in_nothing_lets_everything_cross() -> None:
    ends = Ends(Deviation())
    assert ends.hellos == [HELLO]
    number = ends.say("state", seq=1, values={})
    ends.tap.written(1_001 + len(ends.sent) - 1)
    assert ends.through == [number]
    ends.tap.arrived("eco/1/hub/birth", b"{}", is_retained=True)
    assert ends.heard == [("eco/1/hub/birth", b"{}", True)]
    ends.tap.keep_alive()
    ends.tap.disconnect()
    assert (ends.pings, ends.is_open, ends.closings) == (1, False, [])


def test_lost_message_counts_as_written_and_leaves_no_gap_in_the_numbers() -> None:
    ends = Ends(Deviation(say=on("state", lost, has(cause=...))))
    ends.say("state", seq=1, values={})
    number = ends.say("state", seq=2, values={}, cause="c.1")
    ends.say("state", seq=3, values={})
    ends.run()
    assert number in ends.through
    assert [told["seq"] for told in ends.told("state")] == [1, 2]


def test_added_messages_take_the_next_number_and_say_the_device_s_epoch() -> None:
    ends = Ends(Deviation(say=besides(state(values={"sim.ghost": 1}))))
    ends.say("announce", epoch=4, connection=1)
    ends.say("state", epoch=4, seq=1, values={}, full=True)
    assert [(told["epoch"], told["seq"]) for told in ends.told("state")] == [(4, 1), (4, 2)]


def test_event_that_is_told_again_keeps_its_number() -> None:
    ends = Ends(Deviation())
    for seq in (1, 2, 1):
        ends.say("event", seq=seq, event="light.alarm")
    assert [told["seq"] for told in ends.told("event")] == [1, 2, 1]


def test_numbers_of_a_new_epoch_and_of_each_child_begin_anew() -> None:
    numbering = Numbering()

    def number(topic: str, epoch: int) -> object:
        told = json.dumps({"epoch": epoch, "seq": NEXT}).encode()
        return numbering.count(Word(f"eco/1/{topic}/state", told, 0)).fields["seq"]

    assert [number("a", 1), number("a", 1), number("a", 2), number("a/b", 2)] == [1, 2, 1, 1]


def test_held_message_crosses_later_and_not_after_the_end() -> None:
    ends = Ends(Deviation(hear=lambda word, body: (word.late(1.5),)))
    for _ in range(2):
        ends.tap.arrived("eco/1/hub/birth", b"{}", is_retained=False)
    assert ends.heard == []
    assert [delay for delay, _ in ends.later] == [1.5, 1.5]
    ends.run()
    assert len(ends.heard) == 2
    ends.tap.arrived("eco/1/hub/birth", b"{}", is_retained=False)
    ends.tap.drop()
    ends.run()
    assert len(ends.heard) == 2


def test_hanging_up_closes_without_disconnect_and_tells_the_link() -> None:
    ends = Ends(Deviation(hear=falls_over))
    ends.tap.arrived(f"eco/1/{ME}/command", b"{", is_retained=False)
    ends.run()
    assert ends.closings == ["it hung up"]
    assert not ends.is_open


def test_device_may_say_something_before_its_announce() -> None:
    ends = Ends(Deviation(up=lambda body: (body.word("state", values={}),)))
    ends.tap.subscribed()
    assert [m.topic.rpartition("/")[2] for m in ends.sent] == ["state", "announce"]


def test_memory_lasts_over_connections_and_is_one_device_s() -> None:
    ends = Ends(Deviation(say=once(on("state", first(state()), has(full=True)))))
    ends.say("state", seq=1, full=True, values={})
    ends.dial()
    ends.say("state", seq=2, full=True, values={})
    assert len(ends.told("state")) == 3
    assert ends.layers[0].body.connects == 2
    assert len(Ends(ends.layers[0].deviation).told("state")) == 0


@pytest.mark.parametrize("leaf", ["ack", "event"])
def test_ways_touch_their_leaf_alone_and_no_child(leaf: str) -> None:
    ends = Ends(Deviation(say=on("state", with_fields(cause="x"))))
    ends.say(leaf, seq=1)
    ends.say("state", child="bench-child-1", seq=1)
    assert "cause" not in ends.told(leaf)[0]
    assert "cause" not in ends.told("state")[0]


def test_ways_for_children_leave_the_gateway_alone() -> None:
    ends = Ends(Deviation(say=on_child("presence", lost)))
    ends.say("presence", status="online")
    ends.say("presence", child="bench-child-1", status="online")
    assert len(ends.told("presence")) == 1


def test_what_is_said_in_answer_crosses_upwards() -> None:
    def argue(word: Word, body: Body) -> Words:
        return (word, body.word("state", values={}))

    ends = Ends(Deviation(hear=argue))
    ends.tap.arrived(f"eco/1/{ME}/verdict", b"{}", is_retained=False)
    assert len(ends.heard) == len(ends.told("state")) == 1


def test_words_are_raw_bytes_where_nothing_else_will_do() -> None:
    ends = Ends(Deviation(say=on("state", then(payload("state", b"\xff")))))
    ends.say("state", seq=1, values={})
    assert ends.sent[-1].payload == b"\xff"
    assert Word("t", b"[1]", 0).fields == {}


def test_hello_and_last_word_can_be_changed() -> None:
    ends = Ends(
        Deviation(
            hello=lambda hello, body: replace(hello, keepalive_s=3_600),
            last=lambda word, body: word.saying(epoch=9),
            ends=False,
        )
    )
    ends.say("state", seq=5, values={})
    ends.tap.keep_alive()
    ends.tap.disconnect()
    assert ends.hellos[0].keepalive_s == 3_600
    assert [(told["epoch"], told["seq"]) for told in ends.told("state")] == [(9, 1)]
    assert (ends.pings, ends.closings) == (1, ["it hung up"])


def test_second_deviation_changes_what_the_first_has_left_of_a_message() -> None:
    ends = Ends(
        Deviation(say=on("state", with_fields(cause="a"), has(cause=...))),
        Deviation(say=on("state", with_fields(time_ms=1), has(cause="a"))),
        Deviation(say=on("ack", lost)),
    )
    ends.say("state", seq=1, cause="x")
    ends.say("ack", seq=1)
    assert ends.told("state") == [{"epoch": 1, "seq": 1, "cause": "a", "time_ms": 1}]
    assert ends.told("ack") == []


@pytest.mark.parametrize("is_turned", [False, True])
def test_what_one_deviation_makes_up_the_other_lets_be(is_turned: bool) -> None:
    adds = Deviation(say=besides(state(values={"sim.ghost": 1})))
    changes = Deviation(say=on("state", with_fields(values={})))
    ends = Ends(*((changes, adds) if is_turned else (adds, changes)))
    ends.say("state", seq=1, values={"light.on": True}, full=True)
    assert [told["values"] for told in ends.told("state")] == [{"sim.ghost": 1}, {}]


def test_one_more_message_like_another_is_made_up_and_numbered() -> None:
    twice = Deviation(say=on("event", lambda word, body: (word, word.another())))
    ends = Ends(twice, Deviation(say=on("event", with_fields(arguments={}))))
    ends.say("event", seq=1, event="light.alarm")
    assert [("arguments" in told, told["seq"]) for told in ends.told("event")] == [
        (True, 1),
        (False, 2),
    ]


def test_what_is_heard_passes_the_deviation_at_the_wire_first() -> None:
    def note(name: str) -> Deviation:
        return Deviation(
            hear=lambda word, body: (word.saying(path=f"{word.fields.get('path', '')}{name}"),)
        )

    ends = Ends(note("a"), note("b"))
    ends.tap.arrived(f"eco/1/{ME}/verdict", b"{}", is_retained=False)
    assert json.loads(ends.heard[0][1])["path"] == "ba"


def test_deviations_have_a_memory_each_and_one_numbering() -> None:
    once_more = Deviation(say=once(on("state", then(state()), has(full=True))))
    ends = Ends(once_more, once_more)
    ends.say("state", seq=1, full=True)
    assert [told["seq"] for told in ends.told("state")] == [1, 2, 3]


def test_goodbye_is_said_where_all_deviations_say_it() -> None:
    ends = Ends(Deviation(), Deviation(ends=False))
    ends.tap.disconnect()
    assert ends.closings == ["it hung up"]


async def test_deviations_of_another_device_remember_nothing_of_this_one() -> None:
    first = Deviation(say=once(on("state", then(state()), has(full=True))))
    dialling = Tapped((first,))
    for device in (ME, DeviceId("bench-lamp-0002")):
        ends = Ends()
        wire = dialling(device, LAMP.compiled)(HELLO, ends, ends._connect)
        wire.publish(Encoded(f"eco/1/{device}/state", b'{"epoch":1,"seq":1,"full":true}', 0, False))
        assert len(ends.sent) == 2


GARBAGE = (
    b"",
    b"\xff",
    b"[" * 5_000,
    b"9" * 5_000,
    b'{"type":["set"],"id":7}',
    b'{"min_epoch":"9"}',
)


@pytest.mark.parametrize("name", registry.MUTANTS)
@pytest.mark.parametrize("leaf", ["command", "verdict"])
async def test_no_mutant_stumbles_over_garbage(name: str, leaf: str) -> None:
    dial = composed([registry.find(name)]).dialling(ME, LAMP.compiled)
    ends = Ends(Deviation())
    wire = dial(HELLO, ends, ends._connect)
    for each in GARBAGE:
        wire.arrived(f"eco/1/{ME}/{leaf}", each, is_retained=False)  # type: ignore[attr-defined]
    assert ends.closings == []
