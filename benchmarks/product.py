"""The product of the devices that load the hub: 30 properties, as an air purifier has them."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Final

from protocol.messages import Scalar

VENDOR: Final = "ecohub"
PRODUCT: Final = "load"
RATE_PER_S: Final = 100
"""The most that a product may declare. A burst of 200 a device stays below ten times of it, and
what is above has to last for 5 s (ECO-RATE-001)."""

COUNT: Final = "load.count"
IS_LAST: Final = "load.is_last"
LEVEL: Final = "fan.level"
LEVELS: Final = 14
_SENSORS: Final = 24


@cache
def document() -> bytes:
    """Return the product spec."""
    sensors = [
        _property(f"probe_{number}", "float", ["read", "notify"], range=[0, 1000, 0.1])
        for number in range(_SENSORS)
    ]
    spec = {
        "eco": "1.0",
        "vendor": VENDOR,
        "product": PRODUCT,
        "version": 1,
        "title": {"en": "Load"},
        "rate_per_s": RATE_PER_S,
        "services": [
            _service("purifier", _property("power", "bool", ["read", "write", "notify"])),
            _service(
                "fan",
                _property("level", "uint8", ["read", "write", "notify"], range=[1, LEVELS, 1]),
            ),
            _service(
                "air",
                _property("pm2_5", "float", ["read", "notify"], range=[0, 1000, 0]),
                _property("humidity", "float", ["read", "notify"], range=[0, 100, 0.1]),
                *sensors,
            ),
            _service(
                "load",
                _property("count", "uint32", ["read", "notify"]),
                _property("is_last", "bool", ["read", "notify"]),
            ),
        ],
    }
    return json.dumps(spec, separators=(",", ":")).encode()


def full_state() -> Mapping[str, Scalar]:
    """Return a value for each of the properties."""
    spec = json.loads(document())
    return {
        f"{service['name']}.{part['name']}": _VALUES[part["format"]]
        for service in spec["services"]
        for part in service["properties"]
    }


_VALUES: Final[Mapping[str, Scalar]] = {"bool": False, "uint8": 1, "uint32": 0, "float": 12.5}


def _service(name: str, *properties: Mapping[str, object]) -> Mapping[str, object]:
    return {"name": name, "title": {"en": name}, "properties": list(properties)}


def _property(name: str, kind: str, access: list[str], **more: object) -> Mapping[str, object]:
    return {"name": name, "title": {"en": name}, "format": kind, "access": access, **more}
