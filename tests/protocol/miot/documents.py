"""Small MIoT instances for tests, as the registry would send them."""

import json
from typing import Any

Fields = dict[str, Any]

DEVICE = "urn:miot-spec-v2:device:light:0000A001:acme-one:1"


def urn(kind: str, name: str, namespace: str = "miot-spec-v2") -> str:
    return f"urn:{namespace}:{kind}:{name}:00000001:acme-one:1"


def prop(
    iid: object = 1, name: str = "on", namespace: str = "miot-spec-v2", **other: Any
) -> Fields:
    """One property; a name in `other` with `_` for `-`, and None to leave a field out."""
    fields: Fields = {
        "iid": iid,
        "type": urn("property", name, namespace),
        "description": name.title(),
        "format": "bool",
        "access": ["read", "write", "notify"],
    }
    fields.update({key.replace("_", "-"): value for key, value in other.items()})
    return {key: value for key, value in fields.items() if value is not None}


def action(iid: int = 1, name: str = "toggle", *, into: object = (), **other: Any) -> Fields:
    fields = {
        "iid": iid,
        "type": urn("action", name),
        "description": name,
        "in": into or [],
        "out": [],
    }
    return {**fields, **other}


def event(iid: int = 1, name: str = "happened", **other: Any) -> Fields:
    fields = {"iid": iid, "type": urn("event", name), "description": name, "arguments": []}
    return {**fields, **other}


def service(
    *properties: object,
    iid: object = 2,
    name: str = "gadget",
    namespace: str = "miot-spec-v2",
    **other: Any,
) -> Fields:
    fields: Fields = {
        "iid": iid,
        "type": urn("service", name, namespace),
        "description": name.title(),
        "properties": list(properties),
    }
    return {**fields, **other}


INFORMATION = service(
    prop(1, "manufacturer", format="string", access=["read"], max_length=32),
    iid=1,
    name="device-information",
)


def instance(*services: object, type: object = DEVICE, **other: Any) -> Fields:  # noqa: A002 - its name
    return {"type": type, "description": "Acme One", "services": [INFORMATION, *services], **other}


def encoded(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass")


def one(**fields: Any) -> bytes:
    """An instance with one property at 2.1, of type level, besides device-information."""
    return encoded(instance(service(prop(1, "level", **fields))))
