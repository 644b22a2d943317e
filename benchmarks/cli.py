"""The command `ecohub bench`; what it needs is loaded when it is called."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def bench(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="One run, and fewer of everything: a first look.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="One measurement: ingest, report, command, commands, flood, restart or history; "
            "may be repeated.",
            show_default=False,
        ),
    ] = None,
    write: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder for performance.json; a table in performance.md there is renewed.",
            exists=True,
            file_okay=False,
            show_default=False,
        ),
    ] = None,
) -> None:
    """Measure this hub on this machine, each figure beside its bare limit.

    Starts hubs, brokers and devices of its own on loopback, and leaves nothing behind. Takes about
    two minutes, and says something only where nothing else runs.
    """
    from benchmarks import command_line  # noqa: PLC0415 - it loads half of the hub

    command_line.run(only or [], as_json=as_json, is_quick=quick, folder=write)
