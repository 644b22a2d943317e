"""Shows a fleet: one JSON line per change for programs, a few lines or two bars for people."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Final, Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from protocol.errors import printable
from protocol.ids import DeviceId
from simulators.errors import SimulatorError
from simulators.plan import FleetEvent

FEW: Final = 12
"""So many devices get a line for each change; of more only the numbers are shown."""

_STYLES: Final = {
    "online": "[green]online[/]",
    "asleep": "[blue]asleep[/]",
    "joined": "[cyan]joined[/]",
    "offline": "[yellow]offline[/]",
    "unreachable": "[red]unreachable[/]",
    "refused": "[red]refused[/]",
    "failed": "[red]failed[/]",
    "account": "[yellow]faults[/]",
}


class Screen(Protocol):
    """Where a fleet's events are shown, between `__enter__` and `__exit__`."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...

    def tell(self, event: FleetEvent) -> None:
        """Show an event."""


class Naps:
    """Who sleeps now and then: that it woke and went to sleep again is no news to people."""

    def __init__(self) -> None:
        self._sleepers: set[DeviceId] = set()

    def is_news(self, event: FleetEvent) -> bool:
        """Say whether an event is more than one more wake of a sleeper."""
        device = event.device
        if device is None or event.kind not in {"online", "asleep", "offline"}:
            return True
        if event.kind == "offline":
            self._sleepers.discard(device)
            return True
        is_known = device in self._sleepers
        if event.kind == "asleep":
            self._sleepers.add(device)
        return not is_known


class JsonLines:
    """One JSON object per line and event."""

    def __init__(self, write: Callable[[str], object] | None = None) -> None:
        self._write = write or _write_line

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing is open."""

    def tell(self, event: FleetEvent) -> None:
        """Write an event."""
        facts = {
            "event": event.kind,
            "device": event.device,
            "detail": event.detail,
            "remedy": event.remedy,
            "counts": event.counts,
        }
        kept = {name: value for name, value in facts.items() if value}
        self._write(
            json.dumps(kept, ensure_ascii=False, separators=(",", ":"), default=dict) + "\n"
        )


class Lines:
    """A line per change; for a handful of devices."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._naps = Naps()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing is open."""

    def tell(self, event: FleetEvent) -> None:
        """Print an event."""
        if self._naps.is_news(event):
            self._console.print(_line(event))


class Bars:
    """How many of the devices have joined and are online; for many.

    Args:
        joins: How many join by themselves; the others are children of these.
        total: How many there are.
    """

    def __init__(self, console: Console, joins: int, total: int) -> None:
        columns = (TextColumn("{task.description:>8}"), BarColumn(), MofNCompleteColumn())
        self._progress = Progress(*columns, console=console)
        self._joined = self._progress.add_task("joined", total=joins)
        self._online = self._progress.add_task("online", total=total)
        self._naps = Naps()

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def tell(self, event: FleetEvent) -> None:
        """Move a bar, or print what concerns all devices."""
        if not self._naps.is_news(event):
            return
        match event.kind:
            case "joined":
                self._progress.advance(self._joined)
            case "online":
                self._progress.advance(self._online)
            case "offline":
                self._progress.advance(self._online, -1)
            case "unreachable" | "refused" | "asleep":
                pass  # the bar that stands still shows it; a line for each would flood the screen
            case _:
                self._progress.console.print(_line(event))


def screen(*, as_json: bool, joins: int, total: int) -> Screen:
    """Return what shows a fleet of `total` devices, of which `joins` join by themselves."""
    if as_json:
        return JsonLines()
    console = Console(highlight=False)
    return Lines(console) if total <= FEW else Bars(console, joins, total)


def show_error(error: SimulatorError, *, as_json: bool) -> None:
    """Say on stderr what is wrong and what mends it."""
    if as_json:
        report: dict[str, object] = {
            "code": error.code,
            "detail": error.text,
            "remedy": error.remedy,
        }
        if error.violations:
            report["violations"] = [
                {**asdict(violation), "fix": violation.fix} for violation in error.violations
            ]
        sys.stderr.write(json.dumps({"error": report}, ensure_ascii=False) + "\n")
        return
    console = Console(stderr=True, highlight=False)
    console.print("[bold red]error:[/]", _plain(error.text))
    if error.remedy:
        console.print("   [green]→[/]", _plain(error.remedy))
    for violation in error.violations[1:]:
        seen = f" is {violation.sample}" if violation.sample else ""
        console.print("also:", _plain(f"{violation.path}{seen}: {violation.detail}"))
        console.print("   [green]→[/]", _plain(f"{violation.fix} ({violation.rule})"))


def _line(event: FleetEvent) -> str:
    parts = [event.device or "", _STYLES.get(event.kind, event.kind), _plain(event.detail)]
    if event.remedy:
        parts.append(f"[green]→[/] {_plain(event.remedy)}")
    return "  ".join(part for part in parts if part)


def _plain(text: str) -> str:
    return printable(text, 500).replace("[", r"\[")


def _write_line(line: str) -> None:
    sys.stdout.write(line)
    sys.stdout.flush()
