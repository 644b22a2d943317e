"""The options of `ecohub simulate`; heavy libraries are imported when one asks for them."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def list_faults(is_asked: bool) -> None:
    """Print the faults and end."""
    if not is_asked:
        return
    from simulators.faults import describe  # noqa: PLC0415 - nobody else needs it here

    typer.echo(describe())
    raise typer.Exit


def list_mutants(is_asked: bool) -> None:
    """Print the mutants and end."""
    if not is_asked:
        return
    from simulators.mutants import registry  # noqa: PLC0415 - nobody else needs it here

    typer.echo(registry.describe(as_json="--json" in sys.argv))
    raise typer.Exit


ProductText = Annotated[
    str,
    typer.Argument(
        metavar="PRODUCT|FILE",
        help="air-purifier, router, smart-plug, ...; or a file: a product spec (.json), a "
        "simulator (.py); or household: one of each.",
    ),
]

Number = Annotated[int, typer.Option("--number", "-n", min=1, max=9999, help="How many devices.")]

Code = Annotated[
    str | None,
    typer.Option(
        envvar="ECOHUB_CODE",
        metavar="CODE",
        help="Setup code that the hub was told: 1234-5678.",
        show_default=False,
    ),
]

Hub = Annotated[
    str | None,
    typer.Option(
        envvar="ECOHUB_URL",
        metavar="URL|ID",
        help="The hub's url, or its id if mDNS shows several; without it, mDNS finds the hub.",
        show_default=False,
    ),
]

Seed = Annotated[int, typer.Option(min=0, help="Where chance begins.")]

Speed = Annotated[
    float,
    typer.Option(min=0.001, max=100_000, help="How much faster than real time physics goes."),
]

TimeScale = Annotated[
    float,
    typer.Option(
        min=0.01,
        max=1.0,
        help="What all long waits of the devices are multiplied by: keep-alive, back-off, "
        "full states, sleep.",
    ),
]

Prefix = Annotated[
    str | None,
    typer.Option(
        "--id", metavar="PREFIX", help="Beginning of the device ids; default: the product."
    ),
]

StateDir = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="Folder where devices keep credentials and boot counter; without it they are "
        "new at each start.",
        show_default=False,
    ),
]

Wait = Annotated[
    float,
    typer.Option(min=1, max=86_400, help="Seconds to look for a hub, and to wait for its window."),
]

Fault = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME[=VALUE]",
        help="What is wrong with the devices; may stand several times: --fault drop=0.1 "
        "--fault flap. All of them: --fault all.",
        show_default=False,
    ),
]

ListFaults = Annotated[
    bool,
    typer.Option("--faults", help="List the faults and exit.", callback=list_faults, is_eager=True),
]

Child = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PRODUCT",
        help="What is behind each gateway; may stand several times: --child band "
        "--child door-sensor.",
        show_default=False,
    ),
]

Interval = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=604_800,
        metavar="SECONDS",
        help="How often devices that sleep wake at least; default: as the product does.",
        show_default=False,
    ),
]

Mqtt5 = Annotated[
    bool, typer.Option("--mqtt5", help="Try MQTT 5 first, and MQTT 3.1.1 when that fails.")
]

Mutant = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ID",
        help="Make devices that break one rule of ECO/1; may stand several times, where they "
        "can be one device.",
        show_default=False,
    ),
]

ListMutants = Annotated[
    bool,
    typer.Option(
        "--mutants",
        help="List the mutants and exit.",
        callback=list_mutants,
        is_eager=True,
    ),
]

Control = Annotated[
    Path | None,
    typer.Option(
        metavar="PATH",
        help="Make a UNIX socket there: ecohub simulate-control does at it what hands would.",
        show_default=False,
    ),
]

Label = Annotated[bool, typer.Option("--label", help="Print what stands on each device and exit.")]

Advertise = Annotated[
    bool, typer.Option(help="Tell by mDNS of devices that wait to join, of 32 at most.")
]

AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON line per change, for programs.")
]
