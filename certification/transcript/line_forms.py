"""The fields of each kind of line on which a judge relies; others may stand there too."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from certification.transcript.file import Line, TranscriptError


class _Form(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")


class _Run(_Form):
    declaration: dict[str, dict[str, Any]]
    seed: int
    scale: Annotated[float, Field(ge=0.01, le=1.0)]
    level: Annotated[int, Field(ge=1, le=3)]
    started_ms: Annotated[int, Field(ge=0)]
    catalogue: str
    hooks: list[str]


class _Scenario(_Form):
    name: str
    phase: Literal["begin", "end"]
    outcome: str = ""


class _Opened(_Form):
    link: int


class _Closed(_Form):
    link: int
    by: Literal["device", "harness"]
    how: str


class _Packet(_Form):
    link: int
    way: Literal["in", "out"]
    type: str
    raw: str
    decoded: dict[str, Any]


class _Stimulus(_Form):
    name: str
    args: dict[str, Any] = {}


class _Http(_Form):
    way: Literal["in", "out"]
    call: int
    hub: str = ""
    body: Any = None
    status: int | None = None


class _Advert(_Form):
    txt: dict[str, str | None]


class _Decoy(_Form):
    hub: str
    is_mqtt: bool


class _Hook(_Form):
    name: str
    phase: Literal["begin", "end"] = "begin"
    wanted: str | None = None
    exit: int | None = None


class _Stall(_Form):
    late_ns: Annotated[int, Field(ge=0)]


class _Publish(_Form):
    topic: str
    qos: Annotated[int, Field(ge=0, le=2)]
    retain: bool
    dup: bool
    bytes: Annotated[int, Field(ge=0)]
    packet_id: int | None = None
    properties: dict[str, Any] = {}


class _Will(_Form):
    topic: str
    qos: int
    retain: bool
    payload: str | None


class _Connect(_Form):
    level: int
    client_id: str = ""
    user: str | None = None
    clean: bool = True
    keepalive_s: int = 0
    will: _Will | None = None
    properties: dict[str, Any] = {}


class _Connack(_Form):
    code: int


class _Filter(_Form):
    filter: str


class _Subscribe(_Form):
    filters: list[_Filter]


_KINDS: Final[Mapping[str, type[_Form]]] = {
    "run": _Run,
    "scenario": _Scenario,
    "opened": _Opened,
    "closed": _Closed,
    "packet": _Packet,
    "stimulus": _Stimulus,
    "http": _Http,
    "advert": _Advert,
    "decoy": _Decoy,
    "hook": _Hook,
    "stall": _Stall,
}
_PACKETS: Final[Mapping[str, type[_Form]]] = {
    "PUBLISH": _Publish,
    "CONNECT": _Connect,
    "CONNACK": _Connack,
    "SUBSCRIBE": _Subscribe,
}


def check_form(line: Line) -> None:
    """See that a line has the fields of its kind.

    Raises:
        TranscriptError: It has not; says which.
    """
    form = _KINDS.get(line.kind)
    if form is None:
        return
    _check(form, line, line.fields, line.kind)
    packet = _PACKETS.get(str(line.fields.get("type"))) if line.kind == "packet" else None
    if packet is not None:
        _check(packet, line, line.fields["decoded"], str(line.fields["type"]))


def _check(form: type[_Form], line: Line, fields: object, name: str) -> None:
    try:
        form.model_validate(fields)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)[0]
        path = ".".join(str(part) for part in found["loc"])
        raise TranscriptError(line.n, f"it is no `{name}`: {path}: {found['msg']}") from None
