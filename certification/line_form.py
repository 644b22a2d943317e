"""Whether the lines of a transcript say what lines of their kind say, and packets what their bytes.

A chain that holds shows only that nobody changed a line after it was made; a transcript from
elsewhere can have been made wrong. What passes here can be judged and shown.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from certification.declaration import Declaration
from certification.packets import MQTT_3, decode
from certification.transcript import Line, Transcript, TranscriptError
from protocol.errors import printable

Way = Literal["in", "out"]
Link = Annotated[int, Field(ge=1)]


class _Form(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow", allow_inf_nan=False)


class _Run(_Form):
    declaration: Declaration
    protocol: str
    tool: str
    broker: str
    catalogue: str
    level: Annotated[int, Field(ge=1, le=3)]
    seed: Annotated[int, Field(ge=0)]
    scale: Annotated[float, Field(gt=0, le=1)]
    started_ms: int
    hooks: list[str]


class _Scenario(_Form):
    name: str
    phase: Literal["begin", "end"]
    outcome: str = ""


class _Opened(_Form):
    link: Link


class _Closed(_Form):
    link: Link
    by: Literal["device", "harness"]
    how: str


class _Packet(_Form):
    link: Link
    way: Way
    type: str
    raw: str
    decoded: dict[str, Any]


class _Arguments(_Form):
    """Arguments have the same form whatever the stimulus is."""

    id: str = ""
    action: str = ""
    arguments: dict[str, Any] = {}
    child: str | None = None
    duration_s: float = 0
    epoch: int = 0
    expect: str = ""
    expires_at_ms: int = 0
    how: str = ""
    hub: str = ""
    is_advertised: bool = False
    kind: str = ""
    levels: list[int] = []
    min_epoch: int = 0
    number: int = 0
    offset: int = 0
    on: str = ""
    repeated: bool = False
    repeats: int = 0
    rule: str = ""
    scenario: str = ""
    sha256: str = ""
    spread_s: float = 0
    time_ms: int = 0
    topic: str = ""
    ttl_ms: int = 0
    values: dict[str, Any] = {}
    version: str = ""
    what: str = ""
    why: str = ""
    withhold: list[str] = []


class _Stimulus(_Form):
    name: str
    args: _Arguments = _Arguments()


class _Hook(_Form):
    name: str
    phase: Literal["begin", "end"] | None = None
    wanted: str | None = None
    exit: int | None = None


class _Http(_Form):
    way: Way
    call: int
    status: int = 0


class _Advert(_Form):
    instance: str
    txt: dict[str, Any]


_FORMS: Final[Mapping[str, type[_Form]]] = {
    "run": _Run,
    "scenario": _Scenario,
    "opened": _Opened,
    "closed": _Closed,
    "packet": _Packet,
    "stimulus": _Stimulus,
    "hook": _Hook,
    "http": _Http,
    "advert": _Advert,
}


def check(transcript: Transcript) -> None:
    """See that every line can be judged.

    Raises:
        TranscriptError: One cannot; names it and the place in it.
    """
    levels: dict[int, int] = {}
    for line in transcript.lines:
        form = _FORMS.get(line.kind)
        if form is not None:
            _check_form(line, form)
        match line.kind:
            case "opened":
                levels[line.fields["link"]] = MQTT_3
            case "closed" | "packet" if line.fields["link"] not in levels:
                raise TranscriptError(line.n, "its connection was never opened")
            case "packet":
                _check_packet(line, levels)


def _check_form(line: Line, form: type[_Form]) -> None:
    try:
        form.model_validate(dict(line.fields))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
    else:
        return
    place = ".".join(str(part) for part in first["loc"])
    raise TranscriptError(line.n, f"{line.kind}: {printable(place)}: {first['msg']}")


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
