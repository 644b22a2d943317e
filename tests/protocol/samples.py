"""One good message of every kind, and how to write it wrongly."""

import json
from typing import Final

from protocol.codec import Object
from protocol.ids import DeviceId
from protocol.messages import (
    Ack,
    AckItem,
    ActionCommand,
    Announce,
    AnyMessage,
    Birth,
    Event,
    Fault,
    Leave,
    Presence,
    Rest,
    SetCommand,
    Sleep,
    SpecGet,
    SpecPart,
    SpecReference,
    State,
    StateGet,
    Update,
    Verdict,
)

DEVICE: Final = DeviceId("air-purifier-0001")
HASH: Final = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"

MESSAGES: Final[dict[str, AnyMessage]] = {
    "announce": Announce(
        vendor="ecohub",
        product="air-purifier",
        serial="AP-0001",
        hardware="1",
        firmware="1.2.0",
        protocol="1.0",
        epoch=7,
        connection=2,
        spec=SpecReference(sha256=HASH, bytes=5_120),
        birth="birth-3f2a-1",
        is_time_synced=True,
        sleep=Sleep(interval_s=600),
    ),
    "presence": Presence(status="offline", epoch=7, connection=2, reason="lost"),
    "state": State(
        epoch=7,
        seq=1,
        values={"fan.level": 2, "air.pm2_5": 12.5, "purifier.power": True, "air.humidity": None},
        full=True,
        cause="c-1",
        time_ms=1_790_000_000_000,
    ),
    "event": Event(
        epoch=7, seq=1, event="filter.worn", arguments={"left": 0.0}, time_ms=1_790_000_000_000
    ),
    "ack": Ack(
        epoch=7,
        seq=2,
        id="c-1",
        status="rejected",
        items=(
            AckItem(address="fan.level", error=Fault(code="ECO-VALUE-002", message="1 to 3")),
            AckItem(address="purifier.power"),
        ),
        error=Fault(code="ecohub:hot"),
        results={"left": None},
        retry_after_ms=500,
    ),
    "spec": SpecPart(epoch=7, sha256=HASH, offset=8_192, part="eyJlY28iOiIxLjAifQ=="),
    "set": SetCommand(id="c-1", ttl_ms=10_000, values={"fan.level": 2}, expires_at_ms=1),
    "action": ActionCommand(
        id="c-2", ttl_ms=10_000, action="filter.reset", epoch=3, arguments={"a": 1}
    ),
    "spec.get": SpecGet(id="hub.1", ttl_ms=5_000, sha256=HASH, offset=0),
    "state.get": StateGet(id="hub.2", ttl_ms=5_000),
    "rest": Rest(id="hub.3", ttl_ms=5_000),
    "leave": Leave(id="hub.4", ttl_ms=5_000),
    "verdict": Verdict(
        rule="ECO-ORDER-001",
        leaf="state",
        path="epoch",
        sample="3",
        text="epoch 3, but 7 was announced before",
        fix="Keep a boot counter in non-volatile memory.",
        count=1,
        min_epoch=8,
    ),
    "update": Update(version="1.3.0"),
    "birth": Birth(
        id="birth-3f2a-1", hub="hub-3f2a", epoch=4, time_ms=1_790_000_000_000, spread_s=0.2
    ),
}


def fields_of(kind: str) -> Object:
    """Return the good message as a JSON object, every optional field there."""
    fields: Object = json.loads(MESSAGES[kind].model_dump_json(exclude_none=True))
    return fields


def written(fields: Object) -> bytes:
    """Return a JSON object as a payload."""
    return json.dumps(fields).encode()
