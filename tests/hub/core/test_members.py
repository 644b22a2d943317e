"""Joining, interview, joining again, replacement and leaving."""

import pytest

from hub.core.events import DeviceAdded, DeviceRemoved
from hub.core.interview import ASK_AGAIN_S, REST_S, TRIES
from hub.core.outcome import Outcome
from hub.core.records import DeviceRecord, DropDevice, SaveDevice, SaveSpec
from protocol.ids import Address, DeviceId
from protocol.messages import SpecGet, SpecReference, StateGet
from protocol.presence import Presence
from protocol.product import digest
from protocol.receipt import Status
from tests.hub.core.world import DOCUMENT, FULL, LAMP, OTHER, SHA, World, online_world


def asked(world: World, device: str = LAMP) -> list[int]:
    return [m.offset for to, m in world.sent if to == device and isinstance(m, SpecGet)]


def test_spec_is_fetched_part_by_part_and_kept() -> None:
    world = World()
    world.join()
    world.boot()
    world.connect()
    world.answer_spec(size=500)
    assert asked(world) == list(range(0, len(DOCUMENT), 500))
    assert SaveSpec(SHA, DOCUMENT) in world.saves
    assert world.device().document == DOCUMENT
    assert isinstance(world.sent_to()[-1], StateGet)


def test_known_hash_is_never_asked_for_again() -> None:
    world = online_world()
    world.join(OTHER)
    world.boot(OTHER)
    world.connect(OTHER)
    assert not asked(world, OTHER)
    assert world.device(OTHER).presence is Presence.ONLINE


def test_one_device_is_asked_for_all_of_its_product() -> None:
    world = World()
    for device in (LAMP, OTHER):
        world.join(device)
        world.boot(device)
        world.connect(device)
    assert asked(world, LAMP) == [0]
    assert asked(world, OTHER) == []
    world.answer_spec()
    assert world.device(OTHER).presence is Presence.ONLINE


def test_another_device_is_asked_when_the_first_does_not_answer() -> None:
    world = World()
    for device in (LAMP, OTHER):
        world.join(device)
        world.boot(device)
        world.connect(device)
    for _ in range(TRIES + 2):
        world.wait(ASK_AGAIN_S)
    assert asked(world, LAMP) == [0] * TRIES
    assert asked(world, OTHER)[:1] == [0]
    world.answer_spec(OTHER)
    assert world.device(LAMP).presence is Presence.ONLINE


def test_other_device_is_asked_when_the_first_leaves() -> None:
    world = World()
    for device in (LAMP, OTHER):
        world.join(device)
        world.boot(device)
        world.connect(device)
    world.leave(device=LAMP)
    world.wait(1)
    world.wait(1)
    assert asked(world, OTHER) == [0]


def test_document_with_another_hash_is_refused_and_not_fetched_at_once() -> None:
    world = World()
    world.join()
    world.boot()
    world.connect()
    world.answer_spec(document=DOCUMENT.replace(b"Lamp", b"Damp"))
    assert [v.rule for v in world.verdicts()] == ["ECO-SPEC-002"]
    assert world.device().presence is Presence.INTERVIEWING
    before = len(asked(world))
    world.wait(ASK_AGAIN_S)
    assert len(asked(world)) == before
    world.wait(REST_S)
    world.wait(REST_S)
    assert len(asked(world)) > before


def test_document_that_makes_no_sense_is_refused_with_its_rule() -> None:
    world = World()
    bad = DOCUMENT.replace(b'"range": [0, 100, 1]', b'"range": [9, 1, 1]')
    world.join()
    world.boot()
    world.connect(spec=SpecReference(sha256=digest(bad), bytes=len(bad)))
    world.answer_spec(document=bad)
    assert "ECO-SPEC-006" in {v.rule for v in world.verdicts()}
    assert world.device().product is None


@pytest.mark.parametrize("part", ["%%%", ""])
def test_part_that_is_no_base64_is_refused(part: str) -> None:
    world = World()
    world.join()
    world.boot()
    world.connect()
    world.tell_raw(
        "spec", b'{"epoch":1,"sha256":"%s","offset":0,"part":"%s"}' % (SHA.encode(), part.encode())
    )
    assert [v.rule for v in world.verdicts()] == ["ECO-SPEC-009"]


def test_spec_of_one_product_says_nothing_about_another() -> None:
    world = World()
    for device in (LAMP, OTHER):
        world.join(device)
        world.boot(device)
    world.connect(OTHER, spec=SpecReference(sha256="0" * 64, bytes=10))
    world.connect(LAMP)
    world.answer_spec(LAMP)
    assert world.device(LAMP).presence is Presence.ONLINE
    assert world.device(OTHER).presence is Presence.INTERVIEWING


def test_part_nobody_asked_for_is_ignored() -> None:
    world = online_world()
    world.tell_raw("spec", b'{"epoch":1,"sha256":"%s","offset":0,"part":"QQ=="}' % SHA.encode())
    assert not world.device().violations


def test_device_that_joins_again_keeps_its_name_and_twin() -> None:
    world = online_world()
    world.take(world.hub.describe(LAMP, name="Desk"))
    world.join()
    device = world.device()
    assert (device.record.name, device.record.epoch) == ("Desk", 0)
    assert device.reported[Address("lamp.level")].value == FULL["lamp.level"]
    world.boot()
    world.connect()
    assert device.presence is Presence.ONLINE


def test_fresh_join_resets_the_epoch() -> None:
    world = online_world()
    for _ in range(5):
        world.boot()
    world.connect()
    world.join()
    world.boot()
    assert world.epochs[LAMP] == 1
    world.connect()
    assert not world.verdicts()
    assert world.device().record.epoch == 1


def test_replaced_device_is_retired_with_its_history_and_gives_its_name() -> None:
    world = online_world()
    world.take(world.hub.describe(LAMP, name="Desk", mode="warn"))
    world.join(DeviceId("lamp-0003"))
    world.boot(DeviceId("lamp-0003"))
    world.connect(DeviceId("lamp-0003"))
    bystander = world.ask({"lamp.on": True}, device=DeviceId("lamp-0003"))
    command = world.ask({"lamp.on": True})
    world.saves.clear()
    world.join(OTHER, replaces=LAMP)
    assert not world.record(bystander).is_final
    old, new = world.device(LAMP), world.device(OTHER)
    assert (old.presence, old.reason) == (Presence.RETIRED, "replaced")
    assert old.record.replaced_by == OTHER
    assert (new.record.name, new.record.mode, new.record.replaces) == ("Desk", "warn", LAMP)
    assert old.reported
    assert world.record(command).status is Status.FAILED
    assert {s.record.id for s in world.saves if isinstance(s, SaveDevice)} == {LAMP, OTHER}


def test_retired_device_may_join_again() -> None:
    world = online_world()
    world.join(OTHER, replaces=LAMP)
    world.join(LAMP)
    assert world.device().presence is Presence.INTERVIEWING
    assert world.hub.is_heard(LAMP, world.now_s)


def test_unjoined_device_is_forgotten() -> None:
    world = online_world()
    out = world.take(world.hub.unjoin(LAMP))
    assert out.saves == [DropDevice(LAMP)]
    assert out.events == [DeviceRemoved(LAMP)]
    assert not world.hub.devices


def test_announce_is_saved_only_when_it_says_something_new() -> None:
    world = online_world()
    world.announce()
    world.connect()
    assert not world.saves
    world.announce(firmware="1.0.1")
    assert [type(s) for s in world.saves] == [SaveDevice]
    assert DeviceAdded(LAMP) in world.events


def test_new_spec_of_a_known_device_is_fetched() -> None:
    world = online_world()
    newer = DOCUMENT.replace(b'"version": 1', b'"version": 2')
    world.announce(spec=SpecReference(sha256=digest(newer), bytes=len(newer)))
    assert world.device().presence is Presence.INTERVIEWING
    world.answer_spec(document=newer)
    product = world.device().product
    assert product is not None
    assert product.spec.version == 2


def test_refused_document_that_is_announced_again_waits_its_time() -> None:
    world = World()
    world.join()
    world.boot()
    world.connect()
    world.answer_spec(document=DOCUMENT.replace(b"Lamp", b"Damp"))
    before = len(asked(world))
    world.connect()
    assert len(asked(world)) == before
    world.wait(REST_S)
    world.connect()
    assert len(asked(world)) > before


def test_device_that_was_away_is_let_in_when_it_is_back() -> None:
    world = World()
    for device in (LAMP, OTHER):
        world.join(device)
        world.boot(device)
        world.connect(device)
    world.leave(device=OTHER)
    world.answer_spec()
    assert world.device(OTHER).presence is Presence.UNREACHABLE
    world.connect(OTHER)
    assert world.device(OTHER).presence is Presence.ONLINE


def test_device_without_a_name_is_called_after_its_product() -> None:
    world = World()
    for device in (LAMP, OTHER):
        record = DeviceRecord(device, name="lamp-1", joined_at_s=world.now_s, product="lamp-1")
        world.take(world.hub.admit(record, None, world.now_s))
        world.boot(device)
        world.connect(device)
    world.answer_spec()
    assert [world.device(d).record.name for d in (LAMP, OTHER)] == ["Lamp", "Lamp 2"]
    kept = {s.record.id: s.record.name for s in world.saves if isinstance(s, SaveDevice)}
    assert kept == {LAMP: "Lamp", OTHER: "Lamp 2"}


def test_name_after_the_product_is_not_given_twice() -> None:
    world = online_world()
    world.take(world.hub.describe(LAMP, name="lamp-1"))
    world.connect()
    assert world.device().record.name == "Lamp"
    world.take(world.hub.describe(LAMP, name="Desk"))
    world.connect()
    assert world.device().record.name == "Desk"


def test_interview_goes_on_when_the_device_that_is_asked_is_sent_away() -> None:
    world = World()
    for device in (LAMP, OTHER):
        world.join(device)
        world.boot(device)
        world.connect(device)
    world.take(world.hub.unjoin(LAMP))
    world.wait(1)
    assert asked(world, OTHER) == [0]


def test_interview_goes_on_when_the_device_that_is_asked_has_another_product_spec_now() -> None:
    world = World()
    for device in (LAMP, OTHER):
        world.join(device)
        world.boot(device)
        world.connect(device)
    world.boot(LAMP)
    world.connect(LAMP, spec=SpecReference(sha256="0" * 64, bytes=10))
    world.wait(1)
    assert asked(world, OTHER) == [0]


def test_product_specs_that_nobody_names_any_more_are_forgotten() -> None:
    world = online_world()
    for version in range(2, 14):
        newer = DOCUMENT.replace(b'"version": 1', b'"version": %d' % version)
        world.connect(spec=SpecReference(sha256=digest(newer), bytes=len(newer)))
        world.answer_spec(document=newer)
        world.sent.clear()
    world.connect()
    assert asked(world) == [0]
    recent = DOCUMENT.replace(b'"version": 1', b'"version": 12')
    world.sent.clear()
    world.connect(spec=SpecReference(sha256=digest(recent), bytes=len(recent)))
    assert asked(world) == []


def test_an_invitation_changes_nothing_and_names_who_is_replaced() -> None:
    world = online_world()
    before = world.device().record
    newcomer = DeviceRecord(OTHER, name="Lamp 2", joined_at_s=world.now_s)
    out = world.hub.invite(newcomer, LAMP)
    assert [type(save) for save in out.saves] == [SaveDevice, SaveDevice]
    assert world.device().record is before
    assert OTHER not in world.hub.devices
    assert out == Outcome(saves=out.saves)
    assert [s for s in world.hub.admit(newcomer, LAMP, world.now_s).saves if s in out.saves]
