"""The command `ecohub certify`; what it needs is loaded when it is called."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from certification.commands import paper_cli
from certification.commands.usage import CertifyGroup

app = typer.Typer(
    cls=CertifyGroup,
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="Prove that a device keeps the rules of ECO/1.",
    epilog="Exit codes: 0 the level is reached; 1 not conformant; 2 inconclusive or flaky; "
    "3 the harness failed; 4 wrong usage.",
)

DeclarationFile = Annotated[
    Path, typer.Argument(metavar="DECLARATION", help="The declaration that init has drafted.")
]
Private = Annotated[
    Path | None,
    typer.Option(
        "--private",
        metavar="FILE",
        help="Setup code and hooks; default: device.eco.private.toml beside the declaration.",
        show_default=False,
    ),
]
Expected = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Known failures (TOML); one of them that passes is a failure too.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


@app.command()
def init(  # noqa: PLR0913 - each is an option of the command line
    *,
    code: Annotated[
        str,
        typer.Option(envvar="ECOHUB_CODE", metavar="CODE", help="Setup code of the device."),
    ],
    run: Annotated[
        str | None,
        typer.Option(
            "--run",
            metavar="COMMAND",
            help="A command that is the device while it runs, for a device that is a program. It "
            "finds the hub in $ECOHUB_URL and the code in $ECOHUB_CODE.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for what is drafted.")] = Path(),
    host: Annotated[
        str, typer.Option(help="Address of this machine at which the device can reach it.")
    ] = "127.0.0.1",
    scale: Annotated[
        float,
        typer.Option(min=0.01, max=1.0, help="How much shorter this build makes its long waits."),
    ] = 1.0,
    level: Annotated[
        int, typer.Option(min=1, max=3, help="1 Connects, 2 Dependable, 3 Hardened.")
    ] = 1,
    wait: Annotated[
        float, typer.Option(min=1, max=3600, help="Seconds to wait for the device to join.")
    ] = 120.0,
    is_forced: Annotated[
        bool, typer.Option("--force", help="Replace a declaration that is there.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Draft the declaration of a device: let it join, and read what it tells of itself.

    Writes device.eco.toml, device.eco.private.toml and the product spec.
    """
    from certification.commands import drafting, terminal  # noqa: PLC0415 - they load what takes long

    draft = drafting.Draft(code, run, out, host, scale, level, wait, is_forced)
    raise typer.Exit(
        terminal.guarded(lambda: drafting.command(draft, as_json=as_json), as_json=as_json)
    )


@app.command()
def run(  # noqa: PLR0913 - each is an option of the command line
    declaration: DeclarationFile = Path("device.eco.toml"),
    *,
    private: Private = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder for the transcript and the reports; default: certify, with --only "
            "certify/only.",
            show_default=False,
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RULE|SCENARIO",
            help="Play what this rule needs, or this scenario, alone; may be repeated.",
            show_default=False,
        ),
    ] = None,
    repeat: Annotated[
        int, typer.Option(min=1, max=20, help="Run so many times; all have to agree.")
    ] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Where chance begins.")] = 0,
    ci: Annotated[
        bool, typer.Option("--ci", help="Ask nobody for what a hook is missing for.")
    ] = False,
    expected: Expected = None,
    broker: Annotated[
        Literal["scripted", "mosquitto"],
        typer.Option(
            help="The broker that the device meets; a real one can be made to do less.",
        ),
    ] = "scripted",
    as_json: AsJson = False,
) -> None:
    """Try a device: record what it does, and judge it."""
    from certification.commands import running, terminal  # noqa: PLC0415 - they load what takes long

    wanted = tuple(only or ())
    wish = running.Wish(declaration, private, out, wanted, repeat, seed, ci, expected, broker)
    raise typer.Exit(
        terminal.guarded(lambda: running.command(wish, as_json=as_json), as_json=as_json)
    )


@app.command()
def replay(
    transcripts: Annotated[
        list[Path], typer.Argument(metavar="TRANSCRIPT", help="What runs have left.")
    ],
    *,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder for the reports; default: beside the transcript, if it is one.",
            show_default=False,
        ),
    ] = None,
    expected: Expected = None,
    as_json: AsJson = False,
) -> None:
    """Judge recorded runs again, without the device: the same reports, byte by byte."""
    from certification.commands import running, terminal  # noqa: PLC0415 - they load what takes long

    raise typer.Exit(
        terminal.guarded(
            lambda: running.judged(transcripts, out, expected, as_json=as_json), as_json=as_json
        )
    )


@app.command()
def mutants(  # noqa: PLR0913 - each is an option of the command line
    *,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MUTANT|RULE", help="Try this one alone; may be repeated.", show_default=False
        ),
    ] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="Play the whole suite to each, not what its rule needs.")
    ] = False,
    pairs: Annotated[
        int,
        typer.Option(
            min=0,
            max=10_000,
            metavar="NUMBER",
            help="Try so many pairs of them, drawn by chance, each as one device.",
            show_default=False,
        ),
    ] = 0,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Runs at the same time.")] = 6,
    seed: Annotated[int, typer.Option(min=0, help="Where chance begins.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Keep the transcripts there.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Try the suite itself: devices that break one rule each, of which it has to find that rule.

    Exit codes: 0 exactly the broken rules were found; 1 something was missed, or too much.
    """
    from certification.commands import matrix, terminal  # noqa: PLC0415 - they load what takes long

    wish = matrix.Wish(tuple(only or ()), whole, jobs, seed, out, pairs)
    raise typer.Exit(
        terminal.guarded(lambda: matrix.command(wish, as_json=as_json), as_json=as_json)
    )


paper_cli.mount(app)
