"""Writes the AsyncAPI 3 document: the stream of the phones, and ECO/1 over MQTT."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, get_args

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaValue

from hub.api.messages import Said, Told
from hub.api.openapi import REF, Mode
from hub.api.operations import Operation
from hub.api.phone import Close
from protocol import topics
from protocol.ids import DEVICE_ID
from protocol.messages import LEAF_OF, QOS, RETAINED, Message
from protocol.topics import Leaf

STREAM: Final = "stream"

_INFO: Final = (
    "What the hub of one home sends and takes by itself, beside its HTTP API "
    "(/api/v1/openapi.json): the WebSocket of the phones, and ECO/1, the protocol of devices over "
    "MQTT. `send` and `receive` are the hub's: a phone and a device do the opposite."
)

_LEAVES: Final[Mapping[Leaf, str]] = {
    Leaf.ANNOUNCE: "Who the device is; first after every connect, and once after every birth.",
    Leaf.PRESENCE: "Whether the device is there; also its will.",
    Leaf.STATE: "Values of properties: all of them, or those that have changed.",
    Leaf.EVENT: "Something happened.",
    Leaf.ACK: "How far a command has come on the device.",
    Leaf.SPEC: "A part of the product spec, asked for by `spec.get`.",
    Leaf.COMMAND: "What the device is to do.",
    Leaf.VERDICT: "Which rule a message broke, where, and how to mend it.",
    Leaf.UPDATE: "Reserved for firmware.",
    Leaf.BIRTH: "The hub is here, or here again.",
}


def document(operations: Iterable[Operation], version: str) -> JsonSchemaValue:
    """Return the AsyncAPI 3 document of the stream and of MQTT."""
    schemas, definitions = _schemas()
    leaves = [*topics.UP, *topics.DOWN, Leaf.BIRTH]
    channels = {STREAM: _stream(operations, schemas)}
    for leaf in leaves:
        for is_child in (False, True) if leaf is not Leaf.BIRTH else (False,):
            channels[_channel(leaf, is_child=is_child)] = _leaf(leaf, schemas, is_child=is_child)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "ecohub",
            "version": version,
            "description": _INFO,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": _SERVERS,
        "channels": channels,
        "operations": dict(_operations(leaves)),
        "components": {"schemas": definitions},
    }


_SERVERS: Final[JsonSchemaValue] = {
    "hub": {
        "host": "{host}:8321",
        "protocol": "ws",
        "description": "Where the hub's API is; also by wss, with the hub's own authority.",
        "variables": {"host": {"description": "Name or address of the hub."}},
    },
    "broker": {
        "host": "{host}:1883",
        "protocol": "mqtt",
        "protocolVersion": "3.1.1",
        "description": "What the answer to a join names, with user and password (ECO-JOIN).",
        "variables": {"host": {"description": "Name or address of the broker."}},
    },
}


def _frames(union: object) -> Sequence[Any]:
    """Return the classes of a union; what makes a schema of them is pydantic's business."""
    return get_args(union)


def _models(leaf: Leaf) -> list[type[Message]]:
    return [model for model, its in LEAF_OF.items() if its is leaf]


def _schemas() -> tuple[Mapping[str, JsonSchemaValue], JsonSchemaValue]:
    """Return the schema of each message by the name of its class, and all they refer to."""
    wanted: list[tuple[str, Mode, TypeAdapter[Any]]] = [
        *((one.__name__, "validation", TypeAdapter(one)) for one in _frames(Said)),
        *((one.__name__, "serialization", TypeAdapter(one)) for one in _frames(Told)),
        *((model.__name__, "validation", TypeAdapter(model)) for model in LEAF_OF),
    ]
    found, shared = TypeAdapter.json_schemas(wanted, ref_template=REF)
    return {name: _plain(schema) for (name, _), schema in found.items()}, _plain(shared["$defs"])


def _plain(inside: Any) -> Any:
    """Leave out OpenAPI's discriminators: those of AsyncAPI mean the names of schemas."""
    match inside:
        case dict():
            return {name: _plain(one) for name, one in inside.items() if name != "discriminator"}
        case list():
            return [_plain(one) for one in inside]
        case _:
            return inside


def _message(model: type, schemas: Mapping[str, JsonSchemaValue]) -> JsonSchemaValue:
    summary, _, more = (model.__doc__ or "").partition("\n")
    told: JsonSchemaValue = {
        "name": model.__name__,
        "title": model.__name__,
        "summary": summary.strip(),
        "payload": schemas[model.__name__],
    }
    if more.strip():
        told["description"] = " ".join(more.split())
    return told


def _stream(
    operations: Iterable[Operation], schemas: Mapping[str, JsonSchemaValue]
) -> JsonSchemaValue:
    [operation] = [one for one in operations if not one.is_http]
    frames = [*_frames(Said), *_frames(Told)]
    return {
        "address": operation.path,
        "title": "The stream of a phone",
        "description": f"{operation.summary}. {operation.description}",
        "servers": [{"$ref": "#/servers/hub"}],
        "messages": {one.__name__: _message(one, schemas) for one in frames},
        "bindings": {"ws": {"method": operation.method}},
        "x-closes": [{"code": close.code, "reason": close.text} for close in Close],
    }


def _channel(leaf: Leaf, *, is_child: bool) -> str:
    return f"child-{leaf}" if is_child else str(leaf)


def _leaf(leaf: Leaf, schemas: Mapping[str, JsonSchemaValue], *, is_child: bool) -> JsonSchemaValue:
    pattern = f"Matches `^{DEVICE_ID}$`."
    names = {"device": f"Id of the device. {pattern}"}
    if is_child:
        names = {
            "gateway": f"Id of the gateway that speaks for it. {pattern}",
            "child": f"Id of the device behind it. {pattern}",
        }
    address = "/".join([topics.ROOT, *(f"{{{name}}}" for name in names), leaf])
    channel: JsonSchemaValue = {
        "address": topics.BIRTH if leaf is Leaf.BIRTH else address,
        "description": _LEAVES[leaf],
        "servers": [{"$ref": "#/servers/broker"}],
        "messages": {model.__name__: _message(model, schemas) for model in _models(leaf)},
    }
    if leaf is not Leaf.BIRTH:
        channel["parameters"] = {name: {"description": text} for name, text in names.items()}
    return channel


def _operations(leaves: Iterable[Leaf]) -> Iterator[tuple[str, JsonSchemaValue]]:
    yield "hearPhone", _operation("receive", STREAM, _frames(Said))
    yield "tellPhone", _operation("send", STREAM, _frames(Told))
    for leaf in leaves:
        action = "receive" if leaf in topics.UP else "send"
        for is_child in (False, True) if leaf is not Leaf.BIRTH else (False,):
            channel = _channel(leaf, is_child=is_child)
            is_kept = leaf in RETAINED and not is_child
            binding = {"mqtt": {"qos": QOS[leaf], "retain": is_kept}}
            told = _operation(action, channel, _models(leaf))
            yield f"{action}-{channel}", {**told, "bindings": binding}


def _operation(action: str, channel: str, models: Iterable[type]) -> JsonSchemaValue:
    at = f"#/channels/{channel}"
    return {
        "action": action,
        "channel": {"$ref": at},
        "messages": [{"$ref": f"{at}/messages/{model.__name__}"} for model in models],
    }
