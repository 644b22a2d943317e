"""`replay` is a function of the transcript: no clock, no place, no host comes into its reports."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from certification.report import reporting
from certification.report.expected import Expectations
from tests.certification import recorded
from tests.end_to_end.processes import ROOT

REPORTS = ("report.json", "report.html", "junit.xml")
LINES: list[tuple[str, dict[str, Any]]] = [
    ("opened", {"link": 1, "peer_is_local": True}),
    recorded.publish("state", b'{"epoch":1,"epoch":1}'),
    recorded.publish("announce", '{"vendor":"\u0130stanbul","product":"\u00e9"}'.encode()),
    ("hook", {"name": "button", "phase": "begin", "wanted": "\u0131"}),
    ("closed", {"link": 1, "by": "device", "how": "end of stream"}),
]

ELSEWHERE = {
    "TZ": "Asia/Kathmandu",
    "LC_ALL": "C",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
    "PYTHONHASHSEED": "4711",
    "COLUMNS": "40",
    "HOME": "/nowhere",
    "USER": "somebody",
    "HOSTNAME": "elsewhere",
}

ALONE = """
import sys
allowed = (*sys.argv[1:4], sys.base_prefix)
reached, seen = False, []

def watch(event, arguments):
    if not reached:
        return
    if event.split(".")[0] in {"socket", "subprocess"} or event in {"os.system", "os.exec"}:
        seen.append(f"{event} {arguments}")
    named = event == "open" and type(arguments[0]) is not int
    if named and not str(arguments[0]).startswith(allowed):
        seen.append(f"{event} {arguments[0]}")

def refuse(*_, **__):
    raise AssertionError("replay has asked for the time, or for where it is")

import datetime, os, pathlib, platform, random, socket, time, uuid
from certification.report import reporting
from certification.report.expected import Expectations

class Unset(datetime.datetime):
    now = utcnow = today = classmethod(refuse)

for module in list(sys.modules.values()):
    for name, value in list(vars(module).items() if hasattr(module, "__dict__") else ()):
        if value is datetime.datetime and module is not datetime and name == "datetime":
            setattr(module, name, Unset)
datetime.datetime = Unset
for name in ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "localtime", "gmtime"):
    setattr(time, name, refuse)
for module, name in (
    *((socket, name) for name in ("gethostname", "getfqdn")),
    *((os, name) for name in ("getcwd", "uname", "getlogin", "getpid")),
    *((platform, name) for name in ("node", "platform", "machine", "system")),
    *((uuid, name) for name in ("uuid1", "uuid4")),
    *((random, name) for name in ("random", "randint")),
):
    setattr(module, name, refuse)
sys.addaudithook(watch)
reached = True
reporting.publish(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), Expectations())
reached = False
if seen:
    sys.exit("it has looked elsewhere: " + "; ".join(seen[:5]))
"""
"""Replays a transcript in a process that has no clock and no name, and looks at nothing else."""


@pytest.fixture
def transcript(tmp_path: Path) -> Path:
    file = tmp_path / "transcript.jsonl"
    file.write_bytes(recorded.content(LINES))
    return file


def ended(command: list[str], **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own
        [sys.executable, *command], capture_output=True, text=True, timeout=60, check=False, **more
    )


def test_a_replay_elsewhere_gives_the_same_bytes(transcript: Path, tmp_path: Path) -> None:
    told = reporting.publish(transcript, tmp_path / "first", Expectations())
    first = {file.name: file.read_bytes() for file in told.files}
    assert first.keys() == set(REPORTS)
    folder = tmp_path / "a place elsewhere"
    folder.mkdir()
    other = folder / "run.jsonl"
    other.write_bytes(transcript.read_bytes())
    words = ["-c", "from hub.cli import main; main()", "certify", "replay", other.name]
    found = ended(words, cwd=folder, env={"PATH": os.environ["PATH"], **ELSEWHERE})
    assert found.returncode == 1, found.stderr
    assert {name: (folder / name).read_bytes() for name in REPORTS} == first
    for content in first.values():
        assert str(tmp_path).encode() not in content


def test_a_replay_needs_no_clock_and_no_name_and_looks_at_nothing_else(
    transcript: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    found = ended(["-c", ALONE, str(transcript), str(out), str(ROOT)])
    assert found.returncode == 0, found.stderr
    again = reporting.publish(transcript, tmp_path / "again", Expectations())
    for file in again.files:
        assert (out / file.name).read_bytes() == file.read_bytes()


@pytest.mark.parametrize(
    "spoiled",
    [
        "datetime.datetime.now()",
        "os.getcwd()",
        "open('/etc/hostname').close()",
    ],
)
def test_a_report_that_asked_for_these_would_be_found_out(
    transcript: Path, tmp_path: Path, spoiled: str
) -> None:
    code = ALONE.replace("reporting.publish(", f"{spoiled}; reporting.publish(")
    found = ended(["-c", code, str(transcript), str(tmp_path / "out"), str(ROOT)])
    assert found.returncode == 1
    assert "has asked for" in found.stderr or "has looked elsewhere" in found.stderr


def test_the_reports_say_what_the_transcript_says_of_time_and_tool(transcript: Path) -> None:
    run = json.loads(reporting.report(reporting.read(transcript)).content())["run"]
    assert (run["started_ms"], run["tool"]) == (1_790_000_000_000, "ecohub 0.1.0")
