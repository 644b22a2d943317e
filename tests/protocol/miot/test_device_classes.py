"""Every class that an import can set is set for a plain product of its kind."""

from typing import Any

import pytest

from protocol.miot import import_instance
from protocol.miot.standard import CLASSES
from tests.protocol.miot.checks import check
from tests.protocol.miot.documents import Fields, action, encoded, instance, prop, service

SEEN = ["read", "notify"]


def level(iid: int, name: str, low: float = 0, high: float = 100, **more: Any) -> Fields:
    return prop(iid, name, format="uint16", value_range=[low, high, 1], **more)


def mode(iid: int, name: str, *labels: str, **more: Any) -> Fields:
    listed = [{"value": value, "description": label} for value, label in enumerate(labels)]
    return prop(iid, name, format="uint8", value_list=listed, **more)


def percent(iid: int, name: str, **more: Any) -> Fields:
    return level(iid, name, unit="percentage", **more)


def on(name: str, *others: Fields, **more: Any) -> Fields:
    return service(prop(1, "on"), *others, iid=2, name=name, **more)


BATTERY = service(percent(1, "battery-level", access=SEEN), iid=3, name="battery")
AIR = service(
    prop(
        1, "temperature", format="float", value_range=[-40, 125, 0.1], unit="celsius", access=SEEN
    ),
    percent(2, "relative-humidity", access=SEEN),
    level(3, "pm2.5-density", 0, 600, access=SEEN),
    iid=4,
    name="environment",
)
DEVICES: dict[str, list[Fields]] = {
    "air-purifier": [
        on("air-purifier", mode(2, "mode", "Auto", "Sleep", "Manual"), level(3, "fan-level", 1, 3)),
        AIR,
        service(percent(1, "filter-life-level", access=SEEN), iid=5, name="filter"),
    ],
    "router": [
        service(
            level(3, "connected-device-number", 0, 200, access=SEEN),
            level(4, "online-time", 0, 65_535, unit="seconds", access=SEEN),
            actions=[action(1, "reboot")],
            name="router",
        ),
        service(prop(1, "on"), prop(2, "wifi-ssid", format="string"), iid=3, name="wifi"),
    ],
    "outlet": [on("switch")],
    "temperature-humidity-sensor": [AIR, BATTERY],
    "air-monitor": [AIR],
    "light": [on("light", percent(2, "brightness"))],
    "fan": [on("fan", level(2, "fan-level", 1, 4))],
    "heater": [on("heater")],
    "humidifier": [on("humidifier")],
    "air-conditioner": [
        on(
            "air-conditioner",
            mode(2, "mode", "Cool", "Heat"),
            prop(
                3, "target-temperature", format="float", value_range=[16, 31, 0.5], unit="celsius"
            ),
        ),
        service(mode(1, "fan-level", "Auto", "Level1"), iid=3, name="fan-control"),
    ],
    "vacuum": [
        service(
            mode(1, "status", "Idle", "Sweeping", "Go Charging", "Charging", access=SEEN),
            actions=[action(1, "start-sweep"), action(2, "stop-sweeping")],
            name="vacuum",
        ),
        {**BATTERY, "actions": [action(1, "start-charge")]},
    ],
    "television": [
        on("television"),
        service(mode(1, "input-control", "TV", "HDMI 1"), iid=3, name="input-control"),
        service(percent(1, "volume"), prop(2, "mute"), iid=4, name="speaker"),
    ],
}


@pytest.mark.parametrize("kind", CLASSES)
def test_plain_product_gets_its_class(kind: str) -> None:
    document = instance(*DEVICES[kind], type=f"urn:miot-spec-v2:device:{kind}:0000A001:acme-1:1")
    imported = import_instance(encoded(document))
    assert imported.report.lacks == ()
    assert check(imported).spec.device_class == CLASSES[kind]
