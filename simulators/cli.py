"""The command `ecohub simulate`; heavy libraries are imported when it is called."""

import json
from pathlib import Path
from typing import Annotated

import typer

from simulators import options

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
control_app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def simulate(  # noqa: PLR0913 - each is an option of the command line
    product: options.ProductText,
    *,
    number: options.Number = 1,
    code: options.Code = None,
    hub: options.Hub = None,
    seed: options.Seed = 0,
    speed: options.Speed = 1.0,
    time_scale: options.TimeScale = 1.0,
    prefix: options.Prefix = None,
    state: options.StateDir = None,
    wait: options.Wait = 300.0,
    fault: options.Fault = None,
    faults: options.ListFaults = False,
    child: options.Child = None,
    interval: options.Interval = None,
    mqtt5: options.Mqtt5 = False,
    mutant: options.Mutant = None,
    mutants: options.ListMutants = False,
    control: options.Control = None,
    label: options.Label = False,
    advertise: options.Advertise = True,
    as_json: options.AsJson = False,
) -> None:
    """Simulated devices that find a hub, join it and live there until stopped.

    SIGINT or SIGTERM: all say goodbye, within 5 s. SIGUSR1: somebody presses a button on each.

    Exit codes: 0 stopped; 1 not let in; 2 wrong usage; 3 no hub; 5 --state fails.
    """
    from simulators import plan, process  # noqa: PLC0415 - they load what takes half a second

    wish = plan.Options(
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
        typer.echo(process.labels(wish))
        raise typer.Exit
    raise typer.Exit(process.run(wish, as_json=as_json))


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
