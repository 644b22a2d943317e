"""What the demo's home is arranged into: floors, rooms, scenes, and something it does by itself."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from hub.cli.client import HubClient

if TYPE_CHECKING:
    from ecohub_client.shapes import DeviceSummary, MakeAutomation, MakeScene

FLOORS: Final = ("Ground floor", "Upstairs")
"""By level."""

ROOMS: Final[tuple[tuple[str, str, int, tuple[str, ...]], ...]] = (
    ("Living room", "sofa", 0, ("air-conditioner", "environment-sensor", "television")),
    ("Kitchen", "kitchen", 0, ("light", "smart-plug")),
    ("Hall", "stairs", 0, ("router", "gateway", "door-sensor", "robot-cleaner")),
    ("Bedroom", "bed", 1, ("air-purifier",)),
    ("Nursery", "child", 1, ("humidifier",)),
    ("Study", "desk", 1, ("fan", "power-bank")),
    ("Bathroom", "bath", 1, ("heater", "weighing-scale")),
    ("Balcony", "garden", 1, ("climate-sensor",)),
)
"""Name, icon, level, and the products that stand there; what people wear stands nowhere."""

Steps = Mapping[str, Mapping[str, bool | int]]

_SCENES: Final[tuple[tuple[str, str, Steps], ...]] = (
    (
        "Film evening",
        "film",
        {
            "television": {"television.on": True},
            "light": {"light.on": True, "light.brightness": 10},
        },
    ),
    (
        "Good night",
        "moon",
        {
            "television": {"television.on": False},
            "light": {"light.on": False},
            "fan": {"fan.on": False},
            "smart-plug": {"outlet.on": False},
        },
    ),
)


async def furnish(client: HubClient, devices: "Sequence[DeviceSummary]") -> None:
    """Arrange a home in which nobody has arranged anything yet; else change nothing."""
    if (await client.api.list_rooms())["rooms"]:
        return
    by_product = {device["product"]: device["id"] for device in devices}
    floors = [
        (await client.api.make_floor({"name": name, "level": level}))["id"]
        for level, name in enumerate(FLOORS)
    ]
    for name, icon, level, products in ROOMS:
        room = await client.api.make_room({"name": name, "icon": icon, "floor": floors[level]})
        for product in products:
            if product in by_product:
                await client.api.change_device(by_product[product], {"room": room["id"]})
    for scene in _scenes(by_product):
        await client.api.make_scene(scene)
    for automation in _automations(by_product):
        await client.api.make_automation(automation)


def _scenes(by_product: Mapping[str, str]) -> "list[MakeScene]":
    return [
        {
            "name": name,
            "icon": icon,
            "steps": [
                {"device": by_product[product], "properties": values}
                for product, values in steps.items()
            ],
        }
        for name, icon, steps in _SCENES
        if set(steps) <= set(by_product)
    ]


def _automations(by_product: Mapping[str, str]) -> "list[MakeAutomation]":
    purifier = by_product.get("air-purifier")
    if purifier is None:
        return []
    return [
        {
            "name": "Clear the air",
            "icon": "air-purifier",
            "triggers": [
                {
                    "type": "property",
                    "device": purifier,
                    "address": "air.pm2_5",
                    "above": 35,
                    "for_s": 60,
                }
            ],
            "actions": [
                {"type": "set", "device": purifier, "properties": {"purifier.power": True}},
                {"type": "notify", "text": "The air was thick: the purifier is on."},
            ],
        }
    ]
