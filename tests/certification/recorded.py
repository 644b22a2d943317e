"""Transcripts that no device has left: a run of a few lines, with what a test adds."""

import base64
import io
from collections.abc import Callable, Iterable, Mapping
from itertools import count
from typing import Any

from certification.transcript import catalogue
from certification.transcript import file as transcript
from certification.transcript.file import FORMAT, Transcript, Writer
from certification.transcript.packets import MQTT_3, decode
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
    """Return the line of a message of the device, at most 16 kB long."""
    topic = f"eco/1/{DEVICE}/{leaf}"
    body = len(topic).to_bytes(2) + topic.encode() + payload
    size = len(body)
    length = bytes([size]) if size < 128 else bytes([size % 128 | 128, size // 128])
    raw = b"\x30" + length + body
    return "packet", {
        "link": 1,
        "way": "in",
        "type": "PUBLISH",
        "raw": base64.b64encode(raw).decode(),
        "decoded": dict(decode(raw, MQTT_3).fields),
    }


def _clock() -> Callable[[], int]:
    ticks = count(0, 1_500_000)
    return lambda: next(ticks)
