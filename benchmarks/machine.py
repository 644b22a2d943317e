"""On what was measured: the machine, its load, the versions, the commit."""

import os
import platform
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

from hub.broker import find_mosquitto

PACKAGES: Final = ("aiohttp", "ecohub", "gmqtt", "pydantic-core")
ROOT: Final = Path(__file__).parents[1]
ANSWER_WITHIN_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Machine:
    """What a figure depends on besides the code.

    Attributes:
        load: Processes that wanted to run in the minute before; above 0.3 or so, others measured
            along.
    """

    processor: str
    cores: int
    memory_mb: int
    system: str
    python: str
    mosquitto: str
    packages: dict[str, str]
    load: float


def machine() -> Machine:
    """Return the machine as it is now."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return Machine(
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)),
        memory_mb=pages * size // 1_048_576,
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        python=platform.python_version(),
        mosquitto=_mosquitto(),
        packages={name: version(name) for name in PACKAGES},
        load=round(os.getloadavg()[0], 2),
    )


def commit() -> str:
    """Return the commit that was measured, `+` behind it when files had changed since."""
    found = _output("git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD")
    if not found:
        return f"ecohub {version('ecohub')}"
    changed = _output("git", "-C", str(ROOT), "status", "--porcelain", "--untracked-files=no")
    return f"{found}+" if changed else found


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.machine()


def _mosquitto() -> str:
    program = find_mosquitto()
    said = _output(str(program), "-h") if program else ""
    return said.splitlines()[0].removeprefix("mosquitto version ") if said else ""


def _output(*command: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and no word of it comes from outside
            command, capture_output=True, text=True, timeout=ANSWER_WITHIN_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()
