"""The commands of `ecohub certify` for papers; what they need is loaded when one is called."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from certification.papers.desk import Told

Key = Annotated[Path, typer.Option("--key", metavar="FILE", help="Private key, NAME.key.pem.")]
Trusted = Annotated[
    list[Path],
    typer.Option(
        "--key",
        metavar="FILE",
        help="Public key that you trust, of a registry or a vendor; may be repeated.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
RegistryFile = Annotated[Path, typer.Argument(metavar="REGISTRY", help="File of the registry.")]
CertificateFile = Annotated[Path, typer.Argument(metavar="CERTIFICATE")]
TranscriptFile = Annotated[
    Path, typer.Argument(metavar="TRANSCRIPT", help="What `ecohub certify run` has recorded.")
]

keys_app = typer.Typer(no_args_is_help=True, help="Keys with which papers are signed.")
registry_app = typer.Typer(
    no_args_is_help=True, help="A list of certificates that only grows, with a signed head."
)


def mount(app: typer.Typer) -> None:
    """Add the commands to `ecohub certify`."""
    for command in (explain, sign, countersign, verify, badge):
        app.command()(command)
    app.add_typer(keys_app, name="keys")
    app.add_typer(registry_app, name="registry")


def explain(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="Its id, such as ECO-CMD-004.")],
    *,
    transcript: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The run to explain it by; default: certify/transcript.jsonl if it is there.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Why a rule got its verdict: expected, seen, the bytes, likely cause, fix."""
    from certification.commands import explaining, terminal  # noqa: PLC0415 - they load what takes long

    raise typer.Exit(terminal.guarded(lambda: explaining.command(rule, transcript), as_json=False))


def sign(  # noqa: PLR0913 - each is an option of the command line
    transcript: TranscriptFile = Path("certify/transcript.jsonl"),
    *,
    key: Key,
    firmware: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The firmware's image.", show_default=False),
    ] = None,
    firmware_sha256: Annotated[
        str | None,
        typer.Option(metavar="HEX", help="Or its SHA-256.", show_default=False),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=1826, help="How long it counts.")] = 730,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The certificate.")] = Path(
        "certificate.json"
    ),
    as_json: AsJson = False,
) -> None:
    """Certify what a transcript shows, signed with the vendor's key."""

    def work() -> "Told":
        from certification.errors import UsageError  # noqa: PLC0415 - with the others
        from certification.papers import desk  # noqa: PLC0415

        if (firmware is None) == (firmware_sha256 is None):
            raise UsageError("which firmware?", "give --firmware FILE or --firmware-sha256 HEX")
        if firmware_sha256 is not None and not re.fullmatch("[0-9a-f]{64}", firmware_sha256):
            raise UsageError("--firmware-sha256 is no SHA-256", "64 digits 0-9 a-f")
        return desk.sign(transcript, firmware_sha256 or firmware or Path(), key, days, out)

    _say(work, as_json=as_json)


def countersign(
    certificate: CertificateFile,
    transcript: TranscriptFile,
    *,
    key: Key,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Default: the certificate itself.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """For a registry: judge the transcript again, and sign if the certificate says the same."""

    def work() -> "Told":
        from certification.papers import desk  # noqa: PLC0415

        return desk.countersign(certificate, transcript, key, out or certificate)

    _say(work, as_json=as_json)


def verify(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A certificate, a registry or a transcript.")
    ],
    *,
    key: Trusted = [],  # noqa: B006 - typer copies it
    registry: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="It has to be listed here.", show_default=False),
    ] = None,
    transcript: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Judge again from this.", show_default=False),
    ] = None,
    firmware: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="It has to be of this image.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a paper without any network: form, signatures, dates, and what you hold beside it."""

    def work() -> "Told":
        from certification.papers import desk  # noqa: PLC0415

        return desk.verify(file, key, desk.Beside(registry, transcript, firmware))

    _say(work, as_json=as_json)


def badge(
    certificate: CertificateFile,
    *,
    out: Annotated[Path, typer.Option(metavar="FILE", help="An SVG.")] = Path("badge.svg"),
) -> None:
    """Draw the badge of a certificate."""

    def work() -> "Told":
        from certification.papers import desk  # noqa: PLC0415

        return desk.badge(certificate, out)

    _say(work, as_json=False)


@keys_app.command("new")
def new_key(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the files: letters, digits, -.")],
    *,
    folder: Annotated[Path, typer.Option(metavar="DIR", help="Where to.")] = Path(),
    as_json: AsJson = False,
) -> None:
    """Make a key: NAME.key.pem, which only you can read, and NAME.pub.pem for everybody."""

    def work() -> "Told":
        from certification.errors import UsageError  # noqa: PLC0415
        from certification.papers import desk  # noqa: PLC0415

        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name):
            raise UsageError("this is no name for a key", "letters, digits, - . and _")
        return desk.new_key(folder, name)

    _say(work, as_json=as_json)


@keys_app.command("show")
def show_key(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="NAME.pub.pem")],
    *,
    as_json: AsJson = False,
) -> None:
    """Print the fingerprint of a public key."""

    def work() -> "Told":
        from certification.papers import desk  # noqa: PLC0415

        return desk.show_key(file)

    _say(work, as_json=as_json)


@registry_app.command("new")
def new_registry(
    file: RegistryFile,
    *,
    name: Annotated[str, typer.Option(help="Whose registry this is.")],
    key: Key,
    as_json: AsJson = False,
) -> None:
    """Begin a registry."""

    def work() -> "Told":
        from certification.papers import desk  # noqa: PLC0415

        return desk.new_registry(file, name, key)

    _say(work, as_json=as_json)


@registry_app.command("add")
def add(
    file: RegistryFile, certificate: CertificateFile, *, key: Key, as_json: AsJson = False
) -> None:
    """List a certificate that this registry has countersigned."""

    def work() -> "Told":
        from certification.papers import desk  # noqa: PLC0415

        return desk.add(file, certificate, key)

    _say(work, as_json=as_json)


@registry_app.command("revoke")
def revoke(
    file: RegistryFile,
    target: Annotated[
        str,
        typer.Argument(metavar="ID", help="Of a certificate, or of a vendor's key: all of its."),
    ],
    *,
    why: Annotated[str, typer.Option(help="The reason, for everybody to read.")],
    key: Key,
    as_json: AsJson = False,
) -> None:
    """Take back a certificate, or all that a vendor's key has signed."""

    def work() -> "Told":
        from certification.papers import desk  # noqa: PLC0415

        return desk.revoke(file, target, why, key)

    _say(work, as_json=as_json)


@registry_app.command("check")
def check(
    file: RegistryFile,
    *,
    key: Trusted,
    known: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="An older copy that it has to have grown from.", show_default=False
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a registry: its chain, its head, and that nothing was taken away."""

    def work() -> "Told":
        from certification.papers import desk  # noqa: PLC0415

        return desk.check_registry(file, key, known)

    _say(work, as_json=as_json)


def _say(work: Callable[[], "Told"], *, as_json: bool) -> None:
    from certification.commands import terminal  # noqa: PLC0415 - with the others

    def command() -> int:
        told = work()
        if as_json:
            terminal.print_json(told)
            return 0
        from certification.papers import desk  # noqa: PLC0415

        for line in desk.lines(told, terminal.width()):
            terminal.say(line)
        return 0

    raise typer.Exit(terminal.guarded(command, as_json=as_json))
