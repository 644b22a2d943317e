"""What people have arranged outlives the hub, in the order in which it was made."""

import asyncio
from pathlib import Path

from hub.core.arrangement.records import (
    Arranged,
    DropArranged,
    Favourites,
    Floor,
    Group,
    Room,
    SaveArranged,
    Scene,
    SceneStep,
    Undo,
)
from hub.store import Store
from protocol.ids import Address, DeviceId
from tests.hub.clocks import Times

LAMP = DeviceId("lamp-0001")
STEPS = (
    SceneStep(LAMP, {"lamp.on": True, "lamp.warmth": 2.0, "lamp.pin": "ключ"}),
    SceneStep(LAMP, {"times": 2}, Address("lamp.blink")),
)
EVERY: list[Arranged] = [
    Floor("floor-2", "Upstairs", -1),
    Floor("floor-1", "Ground"),
    Room("room-1", "Küche 🍳 <b>", "pot", "floor-1"),
    Group("group-1", "Lamps", room="room-1", members=(LAMP,)),
    Scene("scene-1", "Night", steps=STEPS),
    Favourites("person-1", (LAMP,)),
    Undo("undo-1", "Night", 50.0, STEPS),
]


def test_all_of_it_is_there_again_after_a_restart(tmp_path: Path) -> None:
    store = Store.open(tmp_path, Times().clock())
    asyncio.run(store.commit([SaveArranged(one) for one in EVERY]))
    changed = Floor("floor-2", "Attic", 2)
    gone = Room("room-9", "Gone")
    asyncio.run(store.commit([SaveArranged(changed), SaveArranged(gone)]))
    asyncio.run(store.commit([DropArranged("room", "room-9")]))
    store.close()
    again = Store.open(tmp_path, Times().clock())
    assert again.load().arrangement == [changed, *EVERY[1:]]
    again.close()
