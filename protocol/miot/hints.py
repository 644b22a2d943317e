"""What the words of a type tell: how private a value is, and how grave an event."""

from typing import Final

from protocol.product_model import Privacy, Severity

_HEALTH: Final = frozenset(
    [
        *("heart", "blood", "pulse", "breath", "oxygen", "spo2", "weight", "bmi", "fat", "muscle"),
        *("bone", "pressure-high", "ecg", "stress", "snore", "fertility", "sleep-stage"),
    ]
)
_PERSONAL: Final = frozenset(
    [
        *("motion", "occupancy", "presence", "person", "face", "user", "operator", "location"),
        *("latitude", "longitude", "video", "image", "picture", "step", "distance", "ssid"),
        *("visitor", "doorbell", "lock", "password", "alias", "nickname", "mac", "connected"),
        *("sedentary", "track", "map", "room", "child"),
    ]
)
_ALARM: Final = frozenset(
    ["smoke", "gas", "leak", "leakage", "submersion", "fire", "sos", "tamper"]
)
_WARNING: Final = frozenset(
    [
        *("fault", "error", "exception", "abnormal", "stuck", "low", "exhausted", "eof", "fail"),
        *("full", "empty", "overload", "overheat", "overheated", "worn", "forcibly", "shortage"),
    ]
)
_NOT_PRIVATE: Final = frozenset({"physical-controls-locked", "child-lock", "screen-lock"})


def privacy(name: str, device: str) -> Privacy:
    """Return how private a property is by its type name and that of its device."""
    words = _words(name)
    if name in _NOT_PRIVATE:
        return "none"
    if words & _HEALTH and not words & {"filter", "air", "water", "net"}:
        return "health"
    if words & _PERSONAL or (device in {"lock", "camera"} and "id" in words):
        return "personal"
    return "none"


def severity(name: str) -> Severity:
    """Return how grave an event is by its type name."""
    words = _words(name)
    if words & _ALARM:
        return "alarm"
    return "warning" if words & _WARNING else "info"


def _words(name: str) -> frozenset[str]:
    return frozenset(name.lower().replace("_", "-").split("-"))
