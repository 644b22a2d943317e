"""The commands: which there are, where each lives, and how one is run.

A command's module is loaded only when the command is called, so that `ecohub --help` and shell
completion need none of the libraries that commands need.
"""

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Final

import typer

from hub.cli.errors import EXIT_CODES, CliError

ENTRY_POINTS: Final = "ecohub.commands"
"""Commands of other folders; each entry point is a typer app with one command, or a function."""

_HELP: Final = "A hub for partner devices: one protocol, one API for the phone, no cloud."


@dataclass(frozen=True, slots=True)
class Command:
    """A command of our own: its name, module, function, and the line that `--help` shows.

    A name of two words is a command of a group, see `GROUPS`.
    """

    name: str
    place: str
    text: str
    panel: str


_INTERRUPTED: Final = 130
"""128 + SIGINT, as shells have it."""

_START: Final = "Start"
_HOME: Final = "The home"
_DEVICES: Final = "Devices"

COMMANDS: Final = (
    Command("demo", "hub.cli.demo:demo", "A hub and simulated devices, at once.", _START),
    Command("run", "hub.cli.run:run", "Run the hub until stopped.", _START),
    Command("doctor", "hub.cli.doctor:doctor", "What is wrong here and how to mend it.", _START),
    Command("api", "hub.cli.documents:api", "The API's OpenAPI or AsyncAPI document.", _START),
    Command("version", "hub.cli.version:version", "Versions of ecohub and its protocol.", _START),
    Command("pair", "hub.cli.pair:pair", "Let a phone come to the home.", _HOME),
    Command("people", "hub.cli.people:people", "Who is here, with which phones.", _HOME),
    Command("invite", "hub.cli.people:invite", "Invite somebody, for what and how long.", _HOME),
    Command("devices", "hub.cli.devices:devices", "The devices of the home.", _HOME),
    Command("rooms", "hub.cli.home:rooms", "The rooms and what is in each.", _HOME),
    Command("scene", "hub.cli.home:scene", "Activate a scene, or go back.", _HOME),
    Command("watch", "hub.cli.watch:watch", "What happens, as it happens.", _HOME),
    Command("discover", "hub.cli.discover:discover", "What the network tells of itself.", _HOME),
    Command("join", "hub.cli.join:join", "Let devices join that prove their code.", _HOME),
    Command("unjoin", "hub.cli.join:unjoin", "Send a device away.", _HOME),
    Command("show", "hub.cli.show:show", "All about one device.", _DEVICES),
    Command("history", "hub.cli.history:history", "What a device told over time.", _DEVICES),
    Command("set", "hub.cli.control:set_properties", "Set properties of a device.", _DEVICES),
    Command("call", "hub.cli.control:call", "Run an action of a device.", _DEVICES),
    Command("spec new", "hub.cli.design:new_file", "Begin one of a device class.", _DEVICES),
    Command("spec lint", "hub.cli.design:lint_file", "How it will look in the app.", _DEVICES),
    Command("spec diff", "hub.cli.design:diff_files", "Whether a version only adds.", _DEVICES),
    Command("spec import", "hub.cli.spec:import_file", "From MIoT-Spec-V2.", _DEVICES),
    Command("move", "hub.cli.devices:move", "Let a child go to another gateway.", _DEVICES),
    Command("gateway", "hub.cli.gateway:gateway", "The children of a gateway.", _DEVICES),
    Command("rename", "hub.cli.devices:rename", "Give a device another name.", _DEVICES),
    Command("trace", "hub.cli.trace:trace", "Its last messages and their fates.", _DEVICES),
    Command("violations", "hub.cli.violations:violations", "The rules it broke.", _DEVICES),
    Command("release", "hub.cli.judging:release", "Let a device out of quarantine.", _DEVICES),
    Command("mode", "hub.cli.judging:mode", "How strictly devices are judged.", _HOME),
    Command("certificates list", "hub.cli.certificates:list_all", "Those it has.", _HOME),
    Command("certificates add", "hub.cli.certificates:add", "Bring one to the hub.", _HOME),
    Command("certificates remove", "hub.cli.certificates:remove", "Take one away.", _HOME),
    Command("authority show", "hub.cli.authority:show", "Its fingerprint, its names.", _HOME),
    Command("authority export", "hub.cli.authority:export", "For who is to trust it.", _HOME),
    Command("authority renew", "hub.cli.authority:renew", "Make a new one.", _HOME),
    Command("automation list", "hub.cli.automation:list_all", "Which there are.", _HOME),
    Command("automation show", "hub.cli.automation:show", "What one does, as JSON.", _HOME),
    Command("automation runs", "hub.cli.automation:runs", "Why it ran, or did not.", _HOME),
    Command("automation on", "hub.cli.automation:switch_on", "Switch one on.", _HOME),
    Command("automation off", "hub.cli.automation:switch_off", "Switch one off.", _HOME),
    Command("automation run", "hub.cli.automation:run_now", "Run one now.", _HOME),
    Command("automation try", "hub.cli.automation:rehearse", "On recorded history.", _HOME),
    Command("automation add", "hub.cli.automation:add", "Make one from a file.", _HOME),
    Command("automation remove", "hub.cli.automation:remove", "Remove one.", _HOME),
    Command("activity", "hub.cli.activity:activity", "What has happened, and why.", _HOME),
    Command("inbox", "hub.cli.inbox:inbox", "What you are to be told of.", _HOME),
)

GROUPS: Final[Mapping[str, tuple[str, str]]] = {
    "spec": ("Product specs: begin, judge, compare, import.", _DEVICES),
    "automation": ("What the home does by itself: list, add, switch, run, try.", _HOME),
    "authority": ("What phones trust for the hub's https: show, export, renew.", _HOME),
    "certificates": ("Certificates by which devices join: list, add, remove.", _HOME),
}
"""What the groups of commands are about and the panel of each, by their first word."""


def build(arguments: Sequence[str]) -> typer.Typer:
    """Return the app for a command line: the command it calls whole, the others as names."""
    called = next((word for word in arguments if not word.startswith("-")), None)
    as_json = "--json" in arguments
    app = _typer("ecohub", _HELP)
    groups = {name: _typer(name, text) for name, (text, _) in GROUPS.items()}
    for command in COMMANDS:
        first, _, last = command.name.rpartition(" ")
        is_called = command.name.split()[0] == called
        run = _load(command, as_json=as_json) if is_called else _named(command.text)
        groups.get(first, app).command(
            last,
            help=_unfolded(run),
            epilog=EXIT_CODES,
            rich_help_panel=None if first else command.panel,
        )(run)
    for name, group in groups.items():
        app.add_typer(group, name=name, rich_help_panel=GROUPS[name][1])
    for entry in entry_points(group=ENTRY_POINTS):
        if entry.name == called or called is None:
            _add_foreign(app, entry, as_json=as_json)
    return app


def _typer(name: str, text: str) -> typer.Typer:
    return typer.Typer(
        name=name,
        help=text,
        epilog=EXIT_CODES,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
    )


def _load(command: Command, *, as_json: bool) -> Callable[..., None]:
    module, _, name = command.place.partition(":")
    try:
        run: Callable[..., None] = getattr(import_module(module), name)
    except ImportError as error:
        return _guarded(_broken(command.name, error), as_json=as_json)
    return _guarded(run, as_json=as_json)


def _guarded(run: Callable[..., None], *, as_json: bool) -> Callable[..., None]:
    """Turn the errors that a person can read into a message and an exit code."""

    @functools.wraps(run)
    def guarded(*arguments: object, **options: object) -> None:
        try:
            run(*arguments, **options)
        except CliError as error:
            from hub.cli.output import print_error  # noqa: PLC0415 - loads rich, only for an error

            print_error(error, as_json=as_json)
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            raise typer.Exit(_INTERRUPTED) from None

    return guarded


def _unfolded(run: Callable[..., None]) -> str:
    """Return a docstring with one line per paragraph, for a terminal to fold."""
    paragraphs = inspect.cleandoc(run.__doc__ or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _named(text: str) -> Callable[[], None]:
    def nothing() -> None:
        pass

    nothing.__doc__ = text
    return nothing


def _add_foreign(app: typer.Typer, entry: EntryPoint, *, as_json: bool) -> None:
    try:
        found = entry.load()
    except Exception as error:
        found = _broken(entry.name, error)
    run = found
    if isinstance(found, typer.Typer):
        callbacks = [command.callback for command in found.registered_commands]
        if len(callbacks) != 1 or callbacks[0] is None:
            app.add_typer(found, name=entry.name, rich_help_panel=_START)
            return
        run = callbacks[0]
    guarded = _guarded(run, as_json=as_json)
    app.command(entry.name, rich_help_panel=_START)(guarded)


def _broken(name: str, error: Exception) -> Callable[[], None]:
    def broken() -> None:
        raise CliError(
            f"the command {name} cannot be loaded: {error}",
            "the installation is not whole; install ecohub again, or run make again",
            "not-loaded",
        )

    broken.__doc__ = "Cannot be loaded."
    return broken
