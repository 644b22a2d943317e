"""The trace shows the last messages with what became of them, and no secret."""

import json
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.trace import HIDDEN, KEPT, MOST, PREFIX, Shown, Traces, show, shown_text
from protocol.errors import Violation
from protocol.messages import Ack, SetCommand, SpecPart
from protocol.product import parse_product
from protocol.topics import Leaf, Topic
from protocol.validator import compile_product
from tests.hub.core.world import DOCUMENT, LAMP, World, online_world

LAMP_PRODUCT = compile_product(parse_product(DOCUMENT))
SECRET = "4711-SECRET"


def shown(world: World) -> list[Shown]:
    return [show(entry, world.device().product) for entry in world.device().trace or ()]


def fates(world: World) -> list[tuple[str, str, str]]:
    return [(one.leaf.value, one.fate, one.rule) for one in shown(world)]


def test_each_message_is_there_with_what_became_of_it() -> None:
    world = online_world()
    before = len(shown(world))
    world.state({"lamp.level": 50})
    world.state({"lamp.level": 101})
    world.take(world.hub.describe(LAMP, mode="warn"))
    world.state({"lamp.level": 102})
    violation = Violation("ECO-CODEC-003", "char 0", "", "Expecting value")
    world.take(world.hub.refuse(Topic(LAMP, Leaf.EVENT), violation, world.now_s, b"\x00nonsense"))
    command = SetCommand(id="c1", ttl_ms=1000, values={"lamp.level": 3, "lamp.pin": SECRET})
    world.hub.sent(LAMP, command, world.now_s, is_sent=True)
    world.hub.sent(LAMP, command, world.now_s, is_sent=False)
    world.hub.sent(Topic(LAMP, Leaf.STATE).device, command, world.now_s, is_sent=True)
    assert fates(world)[before:] == [
        ("state", "taken", ""),
        ("state", "refused", "ECO-VALUE-002"),
        ("state", "forgiven", "ECO-VALUE-002"),
        ("event", "refused", "ECO-CODEC-003"),
        ("command", "sent", ""),
        ("command", "unsent", ""),
        ("command", "sent", ""),
    ]
    taken, _, _, garbage, sent, *_ = shown(world)[before:]
    assert taken.is_up
    assert taken.payload is not None
    assert taken.payload["values"] == {"lamp.level": 50}
    assert garbage.payload is None
    assert not sent.is_up
    assert sent.payload is not None
    assert sent.payload["values"] == {"lamp.level": 3, "lamp.pin": HIDDEN}


def test_a_message_to_nobody_leaves_no_trace() -> None:
    world = online_world()
    command = SetCommand(id="c1", ttl_ms=1000, values={"lamp.level": 3})
    world.hub.sent(Topic(LAMP, Leaf.STATE)._replace(device=LAMP).device, command, 1.0, is_sent=True)
    world.take(world.hub.unjoin(LAMP))
    world.hub.sent(LAMP, command, world.now_s, is_sent=True)
    assert LAMP not in world.hub.devices


@pytest.mark.parametrize(
    ("leaf", "raw"),
    [
        (Leaf.STATE, json.dumps({"values": {"lamp.pin": SECRET, "lamp.on": True}})),
        (Leaf.STATE, json.dumps({"values": {"lamp.unknown": SECRET}})),
        (Leaf.STATE, json.dumps({"values": [SECRET]})),
        (Leaf.COMMAND, json.dumps({"arguments": {"times": SECRET}})),
        (Leaf.COMMAND, json.dumps({"values": {"lamp.pin": SECRET}})[:-1]),
        (Leaf.STATE, json.dumps({"values": {"lamp.pin": SECRET}})[:-2]),
        (Leaf.STATE, json.dumps([SECRET])),
    ],
)
def test_nothing_that_may_be_a_secret_is_shown(leaf: Leaf, raw: str) -> None:
    entry = (1.0, leaf, len(raw), raw.encode(), "taken", "")
    assert SECRET not in repr(show(entry, LAMP_PRODUCT))  # type: ignore[arg-type]
    assert SECRET not in repr(show(entry, None))  # type: ignore[arg-type]
    assert SECRET not in shown_text(leaf, raw.encode(), LAMP_PRODUCT)


def test_what_a_device_without_secrets_garbles_is_shown() -> None:
    open_document = json.loads(DOCUMENT)
    open_document["services"][0]["properties"].pop()
    product = compile_product(parse_product(json.dumps(open_document).encode()))
    assert shown_text(Leaf.STATE, b'{"lamp\xff', product) == '{"lamp\\xff'
    assert shown_text(Leaf.ANNOUNCE, b'{"arguments": {"a": 1}}', product)
    assert shown_text(Leaf.EVENT, b'{"arguments": {"a": 1}}', product) == "{'arguments': {'a': 1}}"


def test_parts_of_a_product_spec_and_the_ends_of_long_messages_are_not_kept() -> None:
    world = online_world()
    world.tell(SpecPart(epoch=1, sha256="0" * 64, offset=0, part="QUJD" * 1000))
    world.tell(Ack(epoch=1, seq=1, id="hub.1.1", status="done"))
    part, ack = shown(world)[-2:]
    assert part.size > 4000
    assert (part.payload, part.text) == (None, "")
    assert ack.payload is not None
    assert all(len(raw) <= PREFIX for _, _, _, raw, _, _ in world.device().trace or ())


def test_the_last_two_hundred_are_kept() -> None:
    world = online_world()
    for level in range(KEPT + 50):
        world.now_s += 1
        world.state({"lamp.level": level % 100})
    assert len(shown(world)) == KEPT
    last = shown(world)[-1].payload
    assert last is not None
    assert last["values"] == {"lamp.level": (KEPT + 49) % 100}


@given(st.lists(st.integers(0, 30), min_size=1, max_size=400))
def test_all_traces_together_are_bounded_and_the_latest_stays(devices: list[int]) -> None:
    traces = Traces()
    traced = [SimpleNamespace(trace=None) for _ in range(31)]
    for number, device in enumerate(devices):
        traces.note(traced[device], float(number), Leaf.STATE, b"{}", "taken", "")
        trace = traced[device].trace
        assert trace is not None
        assert trace[-1][0] == float(number)


def test_many_devices_share_the_room() -> None:
    traces = Traces()
    traced = [SimpleNamespace(trace=None) for _ in range(2 * MOST // KEPT)]
    for device in traced:
        for number in range(KEPT):
            traces.note(device, float(number), Leaf.STATE, b"{}", "taken", "")
    kept = sum(len(device.trace) for device in traced)
    assert kept <= MOST
    assert {device.trace[-1][0] for device in traced} == {KEPT - 1.0}
    traces.close(traced[0])
    traces.close(traced[0])
    assert traced[0].trace is None
