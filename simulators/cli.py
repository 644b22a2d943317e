"""The command `ecohub simulate`; heavy libraries are imported when it is called."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
control_app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


def _list(is_asked: bool) -> None:
    if not is_asked:
        return
    from simulators.faults import describe  # noqa: PLC0415 - nobody else needs it here

    typer.echo(describe())
    raise typer.Exit


def _list_mutants(is_asked: bool) -> None:
    if not is_asked:
        return
    from simulators.mutants import registry  # noqa: PLC0415 - nobody else needs it here

    typer.echo(registry.describe(as_json="--json" in sys.argv))
    raise typer.Exit


@app.command()
def simulate(  # noqa: PLR0913 - each is an option of the command line
    product: Annotated[
        str,
        typer.Argument(
            metavar="PRODUCT|FILE",
            help="air-purifier, router, smart-plug, ...; or a file: a product spec (.json), a "
            "simulator (.py); or household: one of each.",
        ),
    ],
    *,
    number: Annotated[
        int, typer.Option("--number", "-n", min=1, max=9999, help="How many devices.")
    ] = 1,
    code: Annotated[
        str | None,
        typer.Option(
            envvar="ECOHUB_CODE",
            metavar="CODE",
            help="Setup code that the hub was told: 1234-5678.",
            show_default=False,
        ),
    ] = None,
    hub: Annotated[
        str | None,
        typer.Option(
            envvar="ECOHUB_URL",
            metavar="URL|ID",
            help="The hub's url, or its id if mDNS shows several; without it, mDNS finds the hub.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Where chance begins.")] = 0,
    speed: Annotated[
        float,
        typer.Option(min=0.001, max=100_000, help="How much faster than real time physics goes."),
    ] = 1.0,
    time_scale: Annotated[
        float,
        typer.Option(
            min=0.01,
            max=1.0,
            help="What all long waits of the devices are multiplied by: keep-alive, back-off, "
            "full states, sleep.",
        ),
    ] = 1.0,
    prefix: Annotated[
        str | None,
        typer.Option(
            "--id", metavar="PREFIX", help="Beginning of the device ids; default: the product."
        ),
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder where devices keep credentials and boot counter; without it they are "
            "new at each start.",
            show_default=False,
        ),
    ] = None,
    wait: Annotated[
        float,
        typer.Option(
            min=1, max=86_400, help="Seconds to look for a hub, and to wait for its window."
        ),
    ] = 300.0,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[=VALUE]",
            help="What is wrong with the devices; may stand several times: --fault drop=0.1 "
            "--fault flap. All of them: --fault all.",
            show_default=False,
        ),
    ] = None,
    faults: Annotated[
        bool,
        typer.Option("--faults", help="List the faults and exit.", callback=_list, is_eager=True),
    ] = False,
    child: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PRODUCT",
            help="What is behind each gateway; may stand several times: --child band "
            "--child door-sensor.",
            show_default=False,
        ),
    ] = None,
    interval: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=604_800,
            metavar="SECONDS",
            help="How often devices that sleep wake at least; default: as the product does.",
            show_default=False,
        ),
    ] = None,
    mqtt5: Annotated[
        bool, typer.Option("--mqtt5", help="Try MQTT 5 first, and MQTT 3.1.1 when that fails.")
    ] = False,
    mutant: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID",
            help="Make devices that break one rule of ECO/1; may stand several times, where they "
            "can be one device.",
            show_default=False,
        ),
    ] = None,
    mutants: Annotated[
        bool,
        typer.Option(
            "--mutants",
            help="List the mutants and exit.",
            callback=_list_mutants,
            is_eager=True,
        ),
    ] = False,
    control: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="Make a UNIX socket there: ecohub simulate-control does at it what hands would.",
            show_default=False,
        ),
    ] = None,
    label: Annotated[
        bool, typer.Option("--label", help="Print what stands on each device and exit.")
    ] = False,
    advertise: Annotated[
        bool, typer.Option(help="Tell by mDNS of devices that wait to join, of 32 at most.")
    ] = True,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON line per change, for programs.")
    ] = False,
) -> None:
    """Simulated devices that find a hub, join it and live there until stopped.

    SIGINT or SIGTERM: all say goodbye, within 5 s. SIGUSR1: somebody presses a button on each.

    Exit codes: 0 stopped; 1 not let in; 2 wrong usage; 3 no hub; 5 --state fails.
    """
    from simulators import plan, process  # noqa: PLC0415 - they load what takes half a second

    options = plan.Options(
        product=product,
        count=number,
        seed=seed,
        speed=speed,
        hub=hub,
        code=code,
        prefix=prefix,
        folder=state,
        is_advertised=advertise,
        wait_s=wait,
        faults=tuple(fault or ()),
        children=tuple(child or ()),
        interval_s=interval,
        time_scale=time_scale,
        control=control,
        is_mqtt5=mqtt5,
        mutants=tuple(mutant or ()),
    )
    if label:
        typer.echo(process.labels(options))
        raise typer.Exit
    raise typer.Exit(process.run(options, as_json=as_json))


@control_app.command()
def simulate_control(
    place: Annotated[
        Path, typer.Argument(metavar="PATH", help="The socket of ecohub simulate --control.")
    ],
    command: Annotated[
        list[str],
        typer.Argument(
            help="press NAME|ADDRESS, wake, reboot, reset, firmware VERSION, off or status."
        ),
    ],
) -> None:
    """Do with simulated devices what hands would: press, wake, reboot, reset, switch off.

    Prints the answer, a line of JSON. Exit codes: 0 done; 2 it cannot be done, or nobody answers.
    """
    from simulators import control, show  # noqa: PLC0415 - they load what takes half a second
    from simulators.errors import UsageError  # noqa: PLC0415

    try:
        answer = control.ask(place, " ".join(command))
    except UsageError as error:
        show.show_error(error, as_json=True)
        raise typer.Exit(error.exit_code) from None
    typer.echo(json.dumps(answer))
    raise typer.Exit(0 if answer["ok"] else UsageError.exit_code)
