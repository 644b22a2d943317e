"""A line of the transcript for people: what it is, what it says, and its bytes."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, Final

from certification.report.model import Evidence, Way
from certification.transcript.file import Line
from protocol.errors import printable

TITLE: Final = 160
"""Longest title, in characters."""

MOST_TEXT: Final = 4_000
"""Longest decoded text, in characters."""

MOST_BYTES: Final = 512
"""How many bytes are shown of a packet."""

_TOLD: Final = frozenset({"link", "way", "type", "raw", "name", "redacted"})

_TITLES: Final[Mapping[str, str]] = {
    "run": "the run begins",
    "end": "the run ends",
    "scenario": "scenario {name}: {phase} {outcome}",
    "hook": "hook {name}: {phase}",
    "opened": "connection {link} opened",
    "closed": "connection {link} closed by {by}: {how}",
    "tls": "connection {link}: TLS {version} {why}",
    "http": "join call {call} {status}",
    "advert": "mDNS: {instance}",
    "note": "{text}",
}


class _Fields(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return ""


def evidence(line: Line) -> Evidence:
    """Return what a report shows of a line."""
    raw = _raw(line)
    link = line.fields.get("link")
    return Evidence(
        n=line.n,
        at_ms=round(line.at_ns / 1e6, 3),
        kind=printable(line.kind, 40),
        link=link if type(link) is int else None,
        way=_way(line.fields.get("way")),
        title=printable(title(line), TITLE),
        text=text(line),
        hex=raw[:MOST_BYTES].hex(),
        size=len(raw),
    )


def title(line: Line) -> str:
    """Return in a few words what a line is; not yet safe to show."""
    if line.kind == "packet":
        return _packet(line.fields)
    if line.kind == "stimulus":
        return f"{line.fields.get('name')}{_arguments(line.fields.get('args'))}"
    return _TITLES.get(line.kind, line.kind).format_map(_Fields(line.fields))


def text(line: Line) -> str:
    """Return what a line says, decoded: printable lines of JSON, cut where it is long."""
    said = {name: value for name, value in line.fields.items() if name not in _TOLD}
    decoded = said.get("decoded")
    if set(said) == {"decoded"} and isinstance(decoded, Mapping):
        said = dict(decoded)
    if isinstance(payload := said.get("payload"), str):
        del said["payload"]
        said["payload"] = _payload(payload)
    whole = json.dumps(said, indent=1, ensure_ascii=False)
    cut = whole if len(whole) <= MOST_TEXT else f"{whole[:MOST_TEXT]}\n… {len(whole)} characters"
    return "\n".join(printable(each, MOST_TEXT) for each in cut.split("\n"))


def dump(hex_text: str) -> list[str]:
    """Return the rows of a hex dump: offset, sixteen bytes, and what of them is ASCII."""
    raw = bytes.fromhex(hex_text)
    return [_row(start, raw[start : start + 16]) for start in range(0, len(raw), 16)]


def _row(start: int, part: bytes) -> str:
    shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
    return f"{start:04x}  {part.hex(' '):<47}  {shown}"


def _packet(fields: Mapping[str, Any]) -> str:
    decoded = fields.get("decoded")
    said = decoded if isinstance(decoded, Mapping) else {}
    marks = [str(fields.get("type"))]
    match marks[0]:
        case "PUBLISH":
            marks += [str(said.get("topic")), f"QoS {said.get('qos')}"]
            marks += [name for name in ("retain", "dup") if said.get(name)]
            marks.append(f"{said.get('bytes')} bytes")
        case "CONNECT":
            marks.append(f"as {said.get('client_id')}, keep-alive {said.get('keepalive_s')} s")
        case "SUBSCRIBE":
            filters = said.get("filters")
            found = filters if isinstance(filters, list) else []
            marks += [str(each.get("filter")) for each in found if isinstance(each, Mapping)]
        case "BROKEN":
            marks.append(str(said.get("why")))
        case _:
            marks += [f"{name} {said[name]}" for name in ("code", "packet_id") if name in said]
    return " ".join(marks)


def _arguments(found: object) -> str:
    if not isinstance(found, Mapping):
        return ""
    told = {name: value for name, value in found.items() if name != "scenario"}
    return f" {json.dumps(told, ensure_ascii=False, separators=(', ', ': '))}" if told else ""


def _payload(payload: str) -> object:
    """Return a payload as the JSON that it is; as text where that would show it otherwise."""
    try:
        found = json.loads(payload)
    except (ValueError, RecursionError):
        return payload
    return found if isinstance(found, Mapping) else payload


def _raw(line: Line) -> bytes:
    found = line.fields.get("raw")
    try:
        return base64.b64decode(found) if isinstance(found, str) else b""
    except binascii.Error:
        return b""


def _way(found: object) -> Way | None:
    match found:
        case "in" | "out":
            return found
    return None
