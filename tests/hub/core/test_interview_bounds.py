"""Ever-new product specs cost the hub no more than a little at a time."""

from hub.core.interview import (
    BYTES_AT_ONCE,
    BYTES_OF_ONE,
    BYTES_OF_ONE_PER_S,
    BYTES_PER_S,
    REST_S,
    ROOM_EVERY_S,
)
from protocol.ids import DeviceId
from protocol.messages import SpecGet, SpecPart, SpecReference
from protocol.presence import Presence
from tests.hub.core.world import LAMP, SHA, World, online_world

LONGEST = 131_072


def announce_unknown(world: World, number: int, device: DeviceId = LAMP) -> None:
    sha256 = f"{number:064x}"
    world.connect(device, spec=SpecReference(sha256=sha256, bytes=LONGEST))


def asked(world: World) -> set[str]:
    return {message.sha256 for _, message in world.sent if isinstance(message, SpecGet)}


def test_one_device_is_asked_for_four_of_the_longest_and_then_slowly() -> None:
    world = online_world()
    for number in range(50):
        announce_unknown(world, number)
        world.now_s += 0.1
    assert len(asked(world)) == BYTES_OF_ONE // LONGEST
    seconds = 0.0
    while len(asked(world)) == BYTES_OF_ONE // LONGEST:
        announce_unknown(world, 49)
        world.wait(ROOM_EVERY_S)
        seconds += ROOM_EVERY_S
    assert seconds >= LONGEST / BYTES_OF_ONE_PER_S - ROOM_EVERY_S


def test_all_devices_together_are_bounded_too() -> None:
    world = World()
    for number in range(60):
        device = DeviceId(f"lamp-{number:04d}")
        world.join(device)
        world.boot(device)
        announce_unknown(world, number, device)
    assert len(asked(world)) == BYTES_AT_ONCE // LONGEST
    world.wait(2 * LONGEST / BYTES_PER_S)
    assert len(asked(world)) == BYTES_AT_ONCE // LONGEST + 2


def test_hashes_that_were_given_up_are_forgotten() -> None:
    world = online_world()
    for number in range(100):
        announce_unknown(world, number)
    assert len(world.hub._interviews._sources) <= 1


def test_a_part_that_nobody_asked_for_is_ignored() -> None:
    world = online_world()
    for number in range(5):
        announce_unknown(world, number)
    part = SpecPart(epoch=1, sha256=f"{4:064x}", offset=0, part="QUJD")
    world.tell(part)
    interview = world.device().interview
    assert interview is not None
    assert not interview.received


def test_a_device_goes_on_with_its_known_product_spec_at_once() -> None:
    world = online_world()
    for number in range(20):
        announce_unknown(world, number)
    assert world.device().presence is Presence.INTERVIEWING
    world.connect()
    assert world.device().record.spec_sha256 == SHA
    assert world.device().presence is Presence.ONLINE


def test_a_document_that_is_refused_again_and_again_is_charged_each_time() -> None:
    world = online_world()
    sha256 = "0" * 64
    for _ in range(40):
        world.connect(spec=SpecReference(sha256=sha256, bytes=LONGEST))
        interview = world.device().interview
        assert interview is not None
        if interview.asked_s is not None:
            interview.received += b" " * (LONGEST - 3)
            world.tell(SpecPart(epoch=1, sha256=sha256, offset=LONGEST - 3, part="QUJD"))
        world.wait(REST_S)
    refused = world.device().violations["ECO-SPEC-002", "spec"].count
    assert refused <= (BYTES_OF_ONE + 40 * REST_S * BYTES_OF_ONE_PER_S) / LONGEST
