"""How far automations have come, and the traces of their runs, to rows and back."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from pydantic import TypeAdapter

from hub.clock import Clock
from hub.core.automations.progress import (
    AutomationSave,
    DropProgress,
    DropRun,
    Progress,
    SaveProgress,
    SaveRun,
)
from hub.core.automations.runs import Done, Run

_SAVE_PROGRESS: Final = "INSERT OR REPLACE INTO automation_progress (id, record) VALUES (?, ?)"
_SAVE_RUN: Final = """INSERT INTO automation_runs (id, automation, record) VALUES (?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET record = excluded.record"""

_progress: Final = TypeAdapter(Progress)
_runs: Final = TypeAdapter(Run)


def write_automation(connection: sqlite3.Connection, write: AutomationSave, clock: Clock) -> None:
    """Carry out one write within the transaction that is open."""
    match write:
        case SaveProgress(record):
            kept = _in_time(record, clock.wall_s)
            row = (record.automation, _progress.dump_json(kept).decode())
            connection.execute(_SAVE_PROGRESS, row)
        case SaveRun(run):
            text = _runs.dump_json(_run_in_time(run, clock.wall_s)).decode()
            connection.execute(_SAVE_RUN, (run.id, run.automation, text))
        case DropRun(run_id):
            connection.execute("DELETE FROM automation_runs WHERE id = ?", (run_id,))
        case DropProgress(automation):
            connection.execute("DELETE FROM automation_progress WHERE id = ?", (automation,))
            connection.execute("DELETE FROM automation_runs WHERE automation = ?", (automation,))


def read_progress(text: str, clock: Clock) -> Progress:
    """Read back how far an automation has come."""
    return _in_time(_progress.validate_json(text), clock.mono_s)


def read_run(text: str, clock: Clock) -> Run:
    """Read back the trace of a run."""
    return _run_in_time(_runs.validate_json(text), clock.mono_s)


def _in_time(record: Progress, convert: Callable[[float], float]) -> Progress:
    """Return progress with its times on another clock; `nexts` are Unix seconds on both."""
    return replace(
        record,
        run=None if record.run is None else _run_in_time(record.run, convert),
        queue=tuple(_run_in_time(run, convert) for run in record.queue),
        holds=tuple(replace(hold, due_s=convert(hold.due_s)) for hold in record.holds),
        truths=tuple(replace(truth, at_s=convert(truth.at_s)) for truth in record.truths),
    )


def _run_in_time(run: Run, convert: Callable[[float], float]) -> Run:
    return replace(
        run,
        at_s=convert(run.at_s),
        ended_s=None if run.ended_s is None else convert(run.ended_s),
        due_s=None if run.due_s is None else convert(run.due_s),
        done=tuple(_done_in_time(done, convert) for done in run.done),
    )


def _done_in_time(done: Done, convert: Callable[[float], float]) -> Done:
    until_s = None if done.until_s is None else convert(done.until_s)
    return replace(done, at_s=convert(done.at_s), until_s=until_s)
