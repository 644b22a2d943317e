"""What the words of a type tell: how private a value is, and how grave an event."""

from typing import Final

from protocol.product_model import Privacy, Severity

_HEALTH: Final = frozenset({"heart", "blood", "breath", "ecg", "spo2", "snore", "bmi"})
_OF_BODIES: Final = frozenset({"weight", "fat", "muscle", "bone", "stress", "water", "sleep"})
"""Health where the device is worn or stood upon; elsewhere fish tanks and feeders have them."""

_ON_BODIES: Final = frozenset({"scale", "band", "watch", "bracelet"})
_PERSONAL: Final = frozenset(
    [
        *("motion", "occupancy", "presence", "person", "people", "face", "user", "operator"),
        *("location", "latitude", "longitude", "ssid", "visitor", "doorbell", "password"),
        *("nickname", "sedentary", "steps", "map", "mac"),
    ]
)
_OF_LOCKS: Final = frozenset({"lock", "door", "operation", "position", "method", "id"})
_ALARM: Final = frozenset(
    ["smoke", "gas", "leak", "leakage", "submersion", "fire", "sos", "tamper"]
)
_WARNING: Final = frozenset(
    [
        *("fault", "error", "exception", "abnormal", "stuck", "low", "exhausted", "eof", "fail"),
        *("full", "empty", "overload", "overheat", "overheated", "worn", "forcibly", "shortage"),
    ]
)


def privacy(name: str, device: str) -> Privacy:
    """Return how private a property is by its type name and that of its device."""
    words, owner = _words(name), _words(device)
    if words & _HEALTH or (owner & _ON_BODIES and words & _OF_BODIES):
        return "health"
    if words & _PERSONAL or {"step", "count"} <= words or ("lock" in owner and words & _OF_LOCKS):
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
