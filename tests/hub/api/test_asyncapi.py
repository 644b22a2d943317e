"""The AsyncAPI document: it is one, and what the hub and devices really say fits it."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator  # type: ignore[import-untyped]

from protocol.codec import encode
from protocol.messages import LEAF_OF, AnyMessage, UpMessage
from tests.hub.api.bench import DOCUMENT, PLUG, PURIFIER, SENSOR, STREAM, Bench
from tests.hub.api.ear import listening
from tests.hub.cli.command_line import ecohub
from tests.protocol.wire_cases import MESSAGES

Json = Any
ROOT = Path(__file__).parents[2]
OFFICIAL = ROOT / "vendor" / "asyncapi" / "3.0.0.json"
VECTORS = ROOT / "vectors"


@cache
def validator(channel: str) -> Draft7Validator:
    """Return what checks the messages of a channel, with the schemas as AsyncAPI means them."""
    payloads = [one["payload"] for one in STREAM["channels"][channel]["messages"].values()]
    return Draft7Validator({"anyOf": payloads, "components": STREAM["components"]})


def channel_of(topic: str) -> str:
    """Return the one channel whose address fits a topic."""
    found: list[str] = [
        name
        for name, channel in STREAM["channels"].items()
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", channel["address"]), topic)
    ]
    assert len(found) == 1, (topic, found)
    return found[0]


def fits(topic: str, payload: Json) -> bool:
    return bool(validator(channel_of(topic)).is_valid(payload))


def test_the_document_is_asyncapi_3() -> None:
    official = json.loads(OFFICIAL.read_text("utf-8"))
    Draft7Validator(official).validate(STREAM)
    broken = {**STREAM, "channels": {"stream": {"address": 7}}}
    assert not Draft7Validator(official).is_valid(broken)


def references(inside: Json) -> Iterator[str]:
    match inside:
        case dict():
            yield from (one for name, one in inside.items() if name == "$ref")
            for one in inside.values():
                yield from references(one)
        case list():
            for one in inside:
                yield from references(one)


def test_every_reference_leads_somewhere() -> None:
    for reference in set(references(STREAM)):
        found = STREAM
        for name in reference.removeprefix("#/").split("/"):
            found = found[name]
        assert found


def test_every_leaf_has_its_channel_and_says_who_sends_it() -> None:
    operations = STREAM["operations"]
    for leaf in set(LEAF_OF.values()):
        assert leaf in STREAM["channels"]
        [name] = [one for one in (f"send-{leaf}", f"receive-{leaf}") if one in operations]
        assert operations[name]["action"] == name.partition("-")[0]
    assert operations["receive-presence"]["bindings"]["mqtt"] == {"qos": 1, "retain": True}
    assert operations["receive-child-presence"]["bindings"]["mqtt"] == {"qos": 1, "retain": False}


async def test_it_is_served_beside_openapi(home: Bench) -> None:
    told = await home.get("/api/v1/asyncapi.json")
    assert told["asyncapi"] == "3.0.0"
    assert told["channels"] == STREAM["channels"]


@pytest.mark.parametrize("name", ["openapi", "asyncapi"])
def test_the_command_line_prints_it(name: str) -> None:
    shown = DOCUMENT if name == "openapi" else STREAM
    assert {**ecohub("api", name).document, "info": None} == {**shown, "info": None}


VECTOR_CASES = [
    pytest.param(vector, id=f"{file.stem}-{number}")
    for file in sorted(VECTORS.glob("v*/*.json"))
    for number, vector in enumerate(json.loads(file.read_text("utf-8")).get("vectors", ()))
    if "topic" in vector and "message" in vector
]


@pytest.mark.parametrize("vector", VECTOR_CASES)
def test_every_good_vector_of_the_protocol_fits_its_channel(vector: Json) -> None:
    assert fits(vector["topic"], vector["message"])


@settings(max_examples=150)
@given(message=st.one_of(*MESSAGES.values()))
def test_every_message_that_can_be_fits_its_channel(message: AnyMessage) -> None:
    encoded = encode(PURIFIER, message)
    assert fits(encoded.topic, json.loads(encoded.payload))


async def test_all_that_devices_and_hub_say_in_a_session_fits(home: Bench) -> None:
    spoken: list[tuple[str, Json]] = []
    tell = home.air.tell

    def recording(device: Any, *told: UpMessage) -> None:
        for message in told:
            encoded = encode(device, message)
            spoken.append((encoded.topic, json.loads(encoded.payload)))
        tell(device, *told)

    home.air.tell = recording  # type: ignore[method-assign]
    for device in (PURIFIER, PLUG, SENSOR):
        await home.bring(device)
    async with listening(home) as ear:  # which checks each frame that it hears
        await ear.say(type="set", ref=1, device=PURIFIER, properties={"fan.level": 3})
        await ear.hear("accepted", ref=1)
        await ear.say(type="call", ref=2, device=PURIFIER, action="filter.reset")
        await ear.hear("accepted", ref=2)
        await ear.say(type="set", ref=3, device=PLUG, properties={"outlet.colour": 1})
        await ear.hear("problem", ref=3)
        await ear.say(type="ping", ref=4)
        await ear.hear("pong", ref=4)
        room = await home.ask("POST", "/api/v1/rooms", {"name": "Hall"}, status=201)
        await home.ask("PATCH", f"/api/v1/devices/{PLUG}", {"room": room["id"]})
        await ear.hear("device")
        heard = {one["type"] for one in ear.heard}
    assert {"hello", "snapshot", "accepted", "problem", "pong", "room", "device"} <= heard
    leaves = {topic.rpartition("/")[2] for topic, _ in spoken}
    assert {"announce", "presence", "state", "ack", "spec"} <= leaves
    for topic, payload in spoken:
        validator(channel_of(topic)).validate(payload)


def test_a_stream_may_be_asked_for_some_of_the_home() -> None:
    only = {"rooms": ["room-00000000"], "devices": [PLUG], "addresses": ["outlet.on"]}
    assert fits("/api/v1/stream", {"type": "auth", "token": "eco_x", "only": only})


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "set", "device": "lamp-0001", "properties": {"a.b": 1}, "extra": 1},
        {"type": "set", "device": "lamp-0001"},
        {"type": "fly"},
        {"type": "values", "seq": "7", "device": "lamp-0001", "values": {}},
        {"type": "auth", "token": "eco_x", "only": {"room": []}},
        {"type": "auth", "token": "eco_x", "only": {"rooms": []}},
        {"type": "auth", "token": "eco_x", "only": {"addresses": ["on"]}},
    ],
    ids=range(7),
)
def test_what_makes_no_sense_on_the_stream_does_not_fit(payload: Json) -> None:
    assert not fits("/api/v1/stream", payload)
