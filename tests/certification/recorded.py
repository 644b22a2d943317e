"""Transcripts that no device has left: a run of a few lines, with what a test adds."""

import base64
import io
from collections.abc import Callable, Iterable, Mapping
from itertools import count
from typing import Any

from certification import catalogue, transcript
from certification.transcript import FORMAT, Transcript, Writer
from tests.certification.simulated import declaration

DEVICE = "smart-plug-0001"
Lines = Iterable[tuple[str, Mapping[str, Any]]]


def content(lines: Lines = (), **run: Any) -> bytes:
    """Return the file of a run of a smart plug with these lines."""
    file = io.BytesIO()
    writer = Writer(file, _clock())
    first = {
        "format": FORMAT,
        "protocol": "1.0",
        "tool": "ecohub 0.1.0",
        "catalogue": catalogue.sha256(),
        "declaration": declaration("smart-plug").fields(),
        "seed": 7,
        "scale": 0.01,
        "level": 1,
        "broker": "scripted",
        "started_ms": 1_790_000_000_000,
        "hooks": ["power_cycle"],
    }
    writer.write("run", **(first | run))
    writer.write("scenario", name="connect", phase="begin")
    for kind, fields in lines:
        writer.write(kind, **fields)
    writer.write("scenario", name="connect", phase="end", outcome="done")
    writer.end()
    return file.getvalue()


def made(lines: Lines = (), **run: Any) -> Transcript:
    """Return such a run, read."""
    return transcript.parse(content(lines, **run))


def publish(leaf: str, payload: bytes) -> tuple[str, dict[str, Any]]:
    """Return the line of a message of the device."""
    topic = f"eco/1/{DEVICE}/{leaf}"
    raw = b"\x30" + bytes([len(topic) + 2]) + len(topic).to_bytes(2) + topic.encode() + payload
    decoded = {
        "topic": topic,
        "qos": 0,
        "retain": False,
        "dup": False,
        "payload": payload.decode(errors="replace"),
        "bytes": len(payload),
    }
    return "packet", {
        "link": 1,
        "way": "in",
        "type": "PUBLISH",
        "raw": base64.b64encode(raw).decode(),
        "decoded": decoded,
    }


def _clock() -> Callable[[], int]:
    ticks = count(0, 1_500_000)
    return lambda: next(ticks)
