"""Whether what a transcript says of packets is what their bytes say.

A chain that holds shows only that nobody changed a line after it was made; a transcript from
elsewhere can have been made wrong. What passes here can be judged and shown.
"""

import base64
import binascii
from collections.abc import Mapping

from certification.transcript.file import Line, Transcript, TranscriptError
from certification.transcript.line_forms import check_form
from certification.transcript.packets import MQTT_3, decode


def check(transcript: Transcript) -> None:
    """See that every line has its form, and that every packet says what its bytes say.

    Raises:
        TranscriptError: One has not; names it and the reason.
    """
    levels: dict[int, int] = {}
    for line in transcript.lines:
        check_form(line)
        match line.kind:
            case "opened":
                levels[line.fields["link"]] = MQTT_3
            case "closed" | "packet" if line.fields["link"] not in levels:
                raise TranscriptError(line.n, "its connection was never opened")
            case "packet":
                _check_packet(line, levels)


def _check_packet(line: Line, levels: dict[int, int]) -> None:
    told, link = line.fields, line.fields["link"]
    try:
        raw = base64.b64decode(told["raw"], validate=True)
    except (binascii.Error, ValueError):
        raise TranscriptError(line.n, "its raw bytes are not base64") from None
    found = decode(raw, levels[link])
    if found.type != told["type"]:
        raise TranscriptError(line.n, f"its bytes are {found.type}")
    if found.type == "CONNECT":
        levels[link] = found.fields["level"]
    if found.type == "BROKEN":
        if not isinstance(told["decoded"].get("why"), str):
            raise TranscriptError(line.n, "it does not say why it is broken")
    elif not _is_alike(told["decoded"], found.fields, is_exact=not told.get("redacted")):
        raise TranscriptError(line.n, "what it says decoded is not what its bytes say")


def _is_alike(told: object, found: object, *, is_exact: bool) -> bool:
    """Say whether two values are the same; texts of a redacted line may differ."""
    if isinstance(told, Mapping) and isinstance(found, Mapping):
        return told.keys() == found.keys() and all(
            _is_alike(told[name], found[name], is_exact=is_exact) for name in told
        )
    if isinstance(told, str) and isinstance(found, str) and not is_exact:
        return True
    return type(told) is type(found) and told == found
