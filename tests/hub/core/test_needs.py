"""What a device needs a person for is told once, and again only when it was mended between."""

import pytest

from hub.core.hub import Hub
from hub.core.needs import AWAY_S, CARRIED, LOOK_EVERY_S, RULES_EVERY_S, supplies
from hub.core.people.wearables import CLASSES as WORN
from hub.core.people.wearables import private_addresses
from hub.core.records import SaveDevice
from protocol.classes import CLASSES
from protocol.errors import Violation
from protocol.ids import Address
from protocol.messages import Scalar, SpecReference
from protocol.product import digest, parse_product
from protocol.products import document, names
from protocol.topics import Leaf, Topic
from protocol.validator import compile_product
from tests.hub.core.world import LAMP, World, online_world

LOOK = LOOK_EVERY_S + 1.0


def living(product: str) -> World:
    """Return a world with a device of a product that is looked at from now on."""
    world, text = World(), document(product)
    world.join()
    world.boot()
    reference = SpecReference(sha256=digest(text), bytes=len(text))
    world.connect(vendor="ecohub", product=product, spec=reference)
    world.answer_spec(document=text, size=4000)
    world.take(world.hub.link_changed(is_up=True, reason="up", now_s=world.now_s))
    world.wait(0.0)
    return world


def told(world: World, **values: Scalar) -> list[str]:
    """Have the device tell values, look, and return what people have been told in all."""
    if values:
        named = {name.replace("__", "."): value for name, value in values.items()}
        world.state(named)
    world.wait(LOOK)
    return [notice.text.partition(": ")[2] for notice in world.hub.inbox.notices.values()]


def test_a_battery_is_told_of_when_it_is_low_and_not_again_while_it_wavers() -> None:
    world = living("robot-cleaner")
    assert told(world, battery__level=16) == []
    low = ["Battery is at 15 %"]
    assert told(world, battery__level=15) == low
    for level in (14, 16, 24, 15):
        assert told(world, battery__level=level) == low
    assert told(world, battery__level=25) == low
    assert told(world, battery__level=10) == [*low, "Battery is at 10 %"]


def test_each_consumable_is_told_of_by_itself() -> None:
    world = living("robot-cleaner")
    assert told(world, filter__life=10, brush__life=9, battery__level=99) == [
        "Brush life left is at 9 %",
        "Filter life left is at 10 %",
    ]
    kinds = [(n.kind, n.address) for n in world.hub.inbox.notices.values()]
    assert kinds == [("worn", "brush.life"), ("worn", "filter.life")]


def test_what_charges_is_known_to_be_low() -> None:
    world = living("power-bank")
    assert told(world, battery__level=3, battery__charging=True) == []
    assert told(world, battery__charging=False) == ["Charge is at 3 %"]


def test_what_was_told_is_told_no_more_after_a_restart() -> None:
    world = living("robot-cleaner")
    assert len(told(world, battery__level=5)) == 1
    kept = [save.record for save in world.saves if isinstance(save, SaveDevice)][-1]
    assert kept.low == ("battery.level",)
    spec, twin = world.device().spec, dict(world.device().reported)
    assert spec is not None
    later = World(hub=Hub("hub-0a1b2c3d", 2), now_s=world.now_s)
    later.hub.restore([kept], [spec], [], {LAMP: twin}, later.now_s)
    later.epochs, later.connections = dict(world.epochs), dict(world.connections)
    later.seqs = dict(world.seqs)
    reference = SpecReference(sha256=spec.sha256, bytes=len(spec.document))
    later.connect(vendor="ecohub", product="robot-cleaner", spec=reference)
    later.wait(0.0)
    assert told(later, battery__level=4) == []
    assert told(later, battery__level=40) == []
    assert told(later, battery__level=4) == ["Battery is at 4 %"]


def away(world: World) -> list[str]:
    """Have a device lost for longer than nobody may hear of it; return what people are told."""
    world.leave()
    before = told(world)
    world.now_s += AWAY_S - 300.0
    assert told(world) == before
    world.now_s += 300.0
    return told(world)


def test_a_device_of_which_nothing_is_heard_for_a_day_is_told_of_once() -> None:
    world = living("robot-cleaner")
    told(world, battery__level=90)
    assert away(world) == ["nothing was heard of it for a day"]
    world.now_s += 3 * AWAY_S
    assert len(told(world)) == 1
    world.connect(vendor="ecohub", product="robot-cleaner", spec=_reference("robot-cleaner"))
    told(world, battery__level=90)
    assert len(away(world)) == 2


@pytest.mark.parametrize("product", ["power-bank", "earphones"])
def test_what_people_carry_is_not_missed(product: str) -> None:
    world = living(product)
    assert world.device().product is not None
    assert away(world) == []


def test_nobody_is_missed_while_the_hub_hears_nobody() -> None:
    world = living("robot-cleaner")
    told(world, battery__level=90)
    world.take(world.hub.link_changed(is_up=False, reason="cut", now_s=world.now_s))
    world.now_s += 2 * AWAY_S
    assert told(world) == []


BAD = {"lamp.level": 101}


def noted(world: World) -> list[str]:
    """Look, and return what people have been told of rules in all."""
    world.wait(LOOK)
    return [n.text for n in world.hub.inbox.notices.values() if n.kind == "rules"]


def test_rules_that_are_only_noted_are_told_of_once_a_day() -> None:
    world = online_world()
    world.wait(0.0)
    world.state(BAD)
    assert noted(world) == [], "a strict device is refused, and shut out in the end"
    world.take(world.hub.describe(LAMP, mode="warn"))
    first = ["Lamp 1 breaks rules, which is only noted: ECO-VALUE-002"]
    assert noted(world) == first
    saved = [one.record for one in world.saves if isinstance(one, SaveDevice)]
    assert saved[-1].rules_told_at_s == world.now_s
    world.now_s += 1.0
    world.state(BAD)
    assert noted(world) == first
    world.now_s += RULES_EVERY_S
    assert noted(world) == first * 2
    world.now_s += RULES_EVERY_S
    assert noted(world) == first * 2, "it has kept the rules since"


def test_a_notice_of_rules_names_three_and_none_of_the_link() -> None:
    world = online_world()
    world.wait(0.0)
    world.take(world.hub.describe(LAMP, mode="warn"))
    topic = Topic(LAMP, Leaf.STATE)
    for rule in ("ECO-ORDER-001", "ECO-MSG-002", "ECO-MSG-001", "ECO-MSG-004", "ECO-CODEC-003"):
        world.take(world.hub.refuse(topic, Violation(rule, "", "", ""), world.now_s))
    [text] = noted(world)
    assert text.endswith(": ECO-CODEC-003, ECO-MSG-001, ECO-MSG-002 and more")


def test_the_standard_addresses_are_known_in_the_whole_catalogue() -> None:
    found = {
        supply.address: supply.kind
        for name in names()
        for supply in supplies(compile_product(parse_product(document(name))))
    }
    assert found == {
        "battery.level": "battery",
        "brush.life": "worn",
        "case.battery": "battery",
        "filter.life": "worn",
        "left_bud.battery": "battery",
        "right_bud.battery": "battery",
        "tank.level": "empty",
    }


def test_the_classes_that_are_worn_and_carried_are_classes() -> None:
    assert CLASSES.keys() >= WORN | CARRIED


@pytest.mark.parametrize("product", ["band", "earphones", "weighing-scale"])
def test_what_is_worn_keeps_its_readings_private_and_its_battery_not(product: str) -> None:
    device = living(product).device()
    private = private_addresses(device)
    assert device.product is not None
    assert device.product.spec.device_class in WORN
    assert device.product.events.keys() <= private
    assert Address("battery.level") not in private


def test_of_a_wearable_whose_product_is_forgotten_all_is_withheld() -> None:
    world = online_world()
    world.device().spec = None
    assert private_addresses(world.device()) == frozenset(world.device().reported)


def _reference(product: str) -> SpecReference:
    text = document(product)
    return SpecReference(sha256=digest(text), bytes=len(text))
