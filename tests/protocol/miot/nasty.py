"""Random instances from a seed: about every fifteenth thing in them is any junk at all."""

from collections.abc import Callable
from random import Random
from typing import Any, Final

from protocol.product_model import INTEGER_LIMITS
from tests.protocol.miot.documents import instance, urn

NAMES: Final = [
    *("on", "mode", "temperature", "brightness", "status", "fan-level", "battery-level", "switch"),
    *("pm2.5-density", "heart-rate", "a", "1st", "Ünïcode Näme", "自动", "--", "x" * 60, "fault"),
    *("value_1", "level-2", "level", "light", "air-purifier", "alarm", "\u202eevil\x00", "A.B:C"),
]
NAMESPACES: Final = ["miot-spec-v2"] * 4 + ["acme-spec", "090615-spec", "bluetooth-spec", "-"]
FORMATS: Final = [*INTEGER_LIMITS, "float", "bool", "string", "hex", "uint64", "none", "struct"]
NUMBERS: Final = [
    *(0, 1, 2, 3, 10, 100, 255, 256, -1, -40, 65_535, 2**31, 2**32, 2**53, 2**53 - 1, -(2**63)),
    *(2**64, 0.1, 0.5, -0.5, 0.3, 1.5, 1e-6, 1e300, 1e-300, 5e-324, 1.7e308, -1.7e308, 10**45),
    *("5", "0x10", "1e3", "-2.5", "five", float("inf"), float("nan"), None, True),
]
LABELS: Final = [
    *("Auto", "auto", "", "自动", "1档", "未知东西", "No Faults", "!!", "2", "x" * 500, "a\nb"),
    *("\x1b[31mred", "\u2028", "\ud800", "Level1", "Level1", "Straight Wind", "🙂", None, 7),
]
UNITS: Final = ["none", "percentage", "kelvin", "KWH", "MW", "rgb", "μg/m3", "bananas", "", None, 5]
DEVICES: Final = [
    *("urn:miot-spec-v2:device:light:0000A001:yeelink-x:2", "outlet", "light"),
    *("urn:miot-spec-v2:device:air-purifier:0000A007", "urn:acme-spec:device:thing:zz:acme"),
    *("urn:miot-spec-v2:device:fan:0000A005:090615-名:70000:0000C802:x", "urn:a:service:b:c", 5),
]
JUNK: Final[list[Any]] = [
    None,
    True,
    0,
    -1,
    1e400,
    "",
    "x",
    [],
    {},
    [[]],
    {"iid": 1},
    [None],
    10**60,
    "自动",
]


class Nasty:
    """Draws instances from one seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - documents have to repeat from their seed

    def instance(self) -> Any:
        document = instance(
            *self._some(5, self._service), type=self._pick(DEVICES), description=self._pick(LABELS)
        )
        return self._or_junk(document)

    def _service(self) -> Any:
        fields = {
            "iid": self._or_junk(self._iid()),
            "type": self._type("service"),
            "description": self._pick(LABELS),
            "properties": self._or_junk(self._some(6, self.property)),
            "actions": self._or_junk(self._some(3, self._action)),
            "events": self._or_junk(self._some(3, self._event)),
        }
        return self._thinned(fields)

    def property(self) -> Any:
        fields = {
            "iid": self._or_junk(self._iid()),
            "type": self._type("property"),
            "description": self._pick(LABELS),
            "format": self._or_junk(self._pick(FORMATS)),
            "access": self._or_junk(self._some(4, self._access)),
            "unit": self._pick(UNITS),
            "value-range": self._or_junk(self._some(3, self._number)),
            "value-list": self._or_junk(self._some(8, self._choice)),
            "max-length": self._or_junk(self._random.randint(-1, 5_000)),
            "gatt-access": [],
        }
        return self._thinned(fields)

    def _access(self) -> Any:
        return self._pick(["read", "write", "notify", "READ", "indicate", 1])

    def _choice(self) -> Any:
        return self._or_junk({"value": self._number(), "description": self._pick(LABELS)})

    def _action(self) -> Any:
        fields = {
            "iid": self._iid(),
            "type": self._type("action"),
            "in": self._or_junk(self._some(5, self._reference)),
            "out": self._or_junk(self._some(5, self._reference)),
        }
        return self._thinned(fields)

    def _event(self) -> Any:
        fields = {
            "iid": self._iid(),
            "type": self._type("event"),
            "arguments": self._or_junk(self._some(5, self._reference)),
        }
        return self._thinned(fields)

    def _reference(self) -> Any:
        piid = self._random.randint(1, 6)
        return self._pick([piid, piid, piid, str(piid), {"piid": piid, "repeat": [1, 1]}, None])

    def _iid(self) -> Any:
        if self._random.random() < 0.9:
            return self._random.randint(1, 9)
        return self._pick([0, 2**32, -1, "3", "x", None, 2.0, True])

    def _type(self, kind: str) -> Any:
        return self._or_junk(urn(kind, self._pick(NAMES), self._pick(NAMESPACES)))

    def _number(self) -> Any:
        return self._pick(NUMBERS)

    def _thinned(self, fields: dict[str, Any]) -> Any:
        kept = {key: value for key, value in fields.items() if self._random.random() > 0.1}
        return self._or_junk(kept)

    def _or_junk(self, value: Any) -> Any:
        return self._pick(JUNK) if self._random.random() < 1 / 40 else value

    def _some(self, most: int, make: Callable[[], Any]) -> list[Any]:
        return [make() for _ in range(self._random.randint(0, most))]

    def _pick(self, choices: list[Any]) -> Any:
        return self._random.choice(choices)
