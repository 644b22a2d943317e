"""What a stranger says of packets is what their bytes say, or is refused with line and reason."""

import base64
import contextlib
import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certification.errors import CertifyError
from certification.report import reporting
from certification.transcript import packet_proof
from certification.transcript.file import TranscriptError
from tests.certification import recorded

OPENED = ("opened", {"link": 1, "peer_is_local": True})
KIND, PUBLISH = recorded.publish("state", b'{"epoch":1,"seq":1,"values":{},"full":true}')
LINES: list[tuple[str, dict[str, Any]]] = [
    ("http", {"hub": "hub-1", "way": "in", "call": 1, "body": {"device": recorded.DEVICE}}),
    OPENED,
    (KIND, PUBLISH),
    ("stimulus", {"name": "set", "args": {"id": "c.1", "values": {"outlet.on": True}}}),
    ("hook", {"name": "button", "phase": "begin", "wanted": "outlet.on"}),
    ("hook", {"name": "button", "phase": "end", "exit": 0, "answer": {"id": "x"}}),
    ("advert", {"instance": "a", "txt": {"id": "a"}, "port": 1, "host": "a.local"}),
    ("closed", {"link": 1, "by": "device", "how": "fin"}),
]


def changed(place: int, path: str, value: Any) -> list[tuple[str, dict[str, Any]]]:
    lines = copy.deepcopy(LINES)
    target: Any = lines[place][1]
    *way, last = path.split(".")
    for name in way:
        target = target[name]
    target[last] = value
    return lines


def test_a_run_as_it_is_recorded_can_be_judged() -> None:
    packet_proof.check(recorded.made(LINES))


@pytest.mark.parametrize(
    ("place", "path", "value", "why"),
    [
        (0, "way", "up", "no `http`: way"),
        (0, "call", "one", "no `http`: call"),
        (2, "link", 2, "never opened"),
        (2, "raw", "%%%", "not base64"),
        (2, "raw", base64.b64encode(b"\xc0\x00").decode(), "its bytes are PINGREQ"),
        (2, "decoded.topic", "eco/1/other/state", "not what its bytes say"),
        (2, "decoded.retain", True, "not what its bytes say"),
        (2, "decoded.qos", 1, "not what its bytes say"),
        (2, "type", "PINGREQ", "its bytes are PUBLISH"),
        (3, "name", 7, "no `stimulus`: name"),
        (3, "args", [], "no `stimulus`: args"),
        (5, "exit", "0", "no `hook`: exit"),
        (6, "txt", None, "no `advert`: txt"),
        (7, "by", "nobody", "no `closed`: by"),
        (7, "link", True, "no `closed`: link"),
    ],
)
def test_what_cannot_be_judged_is_refused_with_its_line(
    place: int, path: str, value: Any, why: str
) -> None:
    with pytest.raises(TranscriptError) as caught:
        packet_proof.check(recorded.made(changed(place, path, value)))
    assert caught.value.line == place + 2
    assert why in caught.value.why


@pytest.mark.parametrize(
    "run", [{"level": 4}, {"scale": 0.0}, {"seed": "1"}, {"hooks": "all"}, {"declaration": 1}]
)
def test_a_run_that_cannot_be_is_refused(run: dict[str, Any]) -> None:
    with pytest.raises(TranscriptError, match="line 0: it is no `run`"):
        packet_proof.check(recorded.made(LINES, **run))


def test_redacted_texts_may_differ_from_the_bytes_and_nothing_else() -> None:
    lines = changed(2, "decoded.topic", "eco/1/****")
    lines[2][1]["redacted"] = True
    packet_proof.check(recorded.made(lines))
    lines[2][1]["decoded"]["bytes"] = 1
    with pytest.raises(TranscriptError, match="not what its bytes say"):
        packet_proof.check(recorded.made(lines))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda deeper: (
        st.lists(deeper, max_size=3) | st.dictionaries(st.text(max_size=8), deeper, max_size=3)
    ),
    max_leaves=5,
)


@pytest.mark.timeout(120)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_a_stranger_writes_is_judged_or_refused(
    tmp_path: Path, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(LINES) - 1))
    lines = copy.deepcopy(LINES)
    fields = lines[place][1]
    while isinstance(deeper := fields[name := data.draw(st.sampled_from(sorted(fields)))], dict):
        if not deeper or data.draw(st.booleans()):
            break
        fields = deeper
    fields[name] = data.draw(JSON)
    file = tmp_path / "transcript.jsonl"
    file.write_bytes(recorded.content(lines))
    with contextlib.suppress(CertifyError):
        assert reporting.report(reporting.read(file)).rules
