"""What `ecohub bench` does once it is called."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.status import Status

from benchmarks import suite
from benchmarks.home import LossError
from benchmarks.hub_process import HubProcessError
from benchmarks.kinds import KINDS
from benchmarks.machine import commit, machine
from benchmarks.phone import PhoneError
from benchmarks.report import as_json as as_document
from benchmarks.report import make_document, print_table
from benchmarks.report import write as write_document
from benchmarks.sizes import QUICK, WHOLE, Sizes
from benchmarks.worker import WorkerError
from hub.broker import find_mosquitto
from hub.cli.errors import CannotStartError, CliError, WordingError
from hub.cli.output import err, out, print_json

FAILURES = (LossError, HubProcessError, PhoneError, WorkerError, TimeoutError)


def run(only: Sequence[str], *, as_json: bool, is_quick: bool, folder: Path | None) -> None:
    """Measure, and say what came of it.

    Raises:
        CliError: It cannot be measured.
    """
    names = _names(only)
    if find_mosquitto() is None:
        raise CannotStartError(
            "the benchmarks need mosquitto", "install it: sudo apt install mosquitto"
        )
    sizes, found = QUICK if is_quick else WHOLE, machine()
    with tempfile.TemporaryDirectory(prefix="ecohub-bench-") as scratch, err.status("") as status:
        results = _measured(names, sizes, Path(scratch), status)
    document = make_document(results, sizes, found, commit())
    if folder is not None:
        write_document(document, folder)
    if as_json:
        print_json(as_document(document))
    else:
        print_table(document, out)


def _measured(names: Sequence[str], sizes: Sizes, folder: Path, status: Status) -> suite.Results:
    try:
        return asyncio.run(suite.run(names, sizes, folder, status.update))
    except FAILURES as error:
        text = str(error) or type(error).__name__
        raise CliError(
            f"the benchmark failed: {text}", "run it again on a quiet machine"
        ) from error


def _names(only: Sequence[str]) -> Sequence[str]:
    unknown = [name for name in only if name not in KINDS]
    if unknown:
        raise WordingError(f"there is no measurement {unknown[0]}", f"one of {', '.join(KINDS)}")
    return only or list(KINDS)
