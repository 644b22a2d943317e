"""`ecohub spec lint`, `spec diff` and `spec new`: product specs that look at home and stay so."""

from pathlib import Path
from typing import Annotated, Final

import typer

from hub.cli.errors import RefusedError, WordingError
from hub.cli.options import AsJson
from hub.cli.output import out, print_json, shown
from protocol.design.drafting import DraftError, document, draft
from protocol.design.findings import RULES, Lint
from protocol.design.linting import lint
from protocol.design.succession import Change, compare
from protocol.errors import ViolationError
from protocol.product import MAX_BYTES, ProductSpec, parse_product

LINE: Final = 400
"""Longest line on the terminal, in characters."""

_STYLES: Final = {"error": "red", "warning": "yellow", "note": "dim"}
_SIGNS: Final = {"added": "+", "kept": "~", "broken": "✗"}

SpecFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="A product spec, as JSON.", show_default=False)
]


def lint_file(
    file: SpecFile,
    *,
    is_strict: Annotated[
        bool, typer.Option("--strict", help="Warnings end with exit code 1, too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Judge how a product will look in the app, beside those of other makers.

    Exit code 1 when people would be misled by it; what breaks the norm itself is told first.
    """
    judged = lint(_read(file))
    if as_json:
        print_json(_fields(judged))
    else:
        _print(judged)
    is_odd = any(finding.severity == "warning" for finding in judged.findings)
    if not judged.is_at_home or (is_strict and is_odd):
        raise typer.Exit(1)


def diff_files(
    old: Annotated[Path, typer.Argument(help="The version that devices have.")],
    new: Annotated[Path, typer.Argument(help="The version that is to follow it.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Prove that a new version of a product spec only adds to the old one.

    Exit code 1 when it does not; each break comes with what to do instead.
    """
    succession = compare(_read(old), _read(new))
    if as_json:
        changes = [_change_fields(change) for change in succession.changes]
        print_json({"is_safe": succession.is_safe, "changes": changes})
    else:
        for change in succession.changes:
            _print_change(change)
        if not succession.changes:
            out.print("nothing has changed but titles and hints, or nothing at all")
        elif succession.is_safe:
            out.print(f"{new} only adds to {old}", markup=False)
    if not succession.is_safe:
        raise typer.Exit(1)


def new_file(
    device_class: Annotated[str, typer.Argument(metavar="CLASS", help="Such as smart_plug.")],
    *,
    vendor: Annotated[str, typer.Option(help="As the devices will announce it.")],
    product: Annotated[str, typer.Option(help="As the devices will announce it.")],
    file: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where it is written.")],
    parts: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="ADDRESS", help="An optional part; may be repeated."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Begin a product spec with all that a device class asks for."""
    try:
        fields = draft(device_class, vendor, product, parts or [])
    except DraftError as error:
        raise WordingError(str(error), "see section 8.4 of protocol/SPEC.md") from None
    text = document(fields)
    _parsed(text.encode(), "the draft")
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError:
        raise RefusedError(f"{file} is there already", "give another --out", "file") from None
    except OSError as error:
        detail = f"{file} cannot be written: {error.strerror}"
        raise RefusedError(detail, "give a file of yours with --out", "file") from None
    if as_json:
        print_json({"file": str(file)})
        return
    out.print(f"wrote {file}; edit it, then: ecohub spec lint {file}", markup=False)


def _read(file: Path) -> ProductSpec:
    try:
        with file.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
    except OSError as error:
        detail = f"{file} cannot be read: {error.strerror}"
        raise WordingError(detail, "give the path of a product spec") from None
    return _parsed(content, str(file))


def _parsed(content: bytes, name: str) -> ProductSpec:
    try:
        return parse_product(content)
    except ViolationError as error:
        broken = "\n".join(f"{v.rule} at {v.path}: {v.detail}" for v in error.violations)
        remedy = "mend what the norm asks for first: protocol/SPEC.md, section 8"
        raise RefusedError(f"{name} is no product spec\n{broken}", remedy, "product-spec") from None


def _fields(judged: Lint) -> dict[str, object]:
    findings = [
        {
            "rule": finding.rule,
            "severity": finding.severity,
            "path": finding.path,
            "detail": finding.detail,
            "fix": finding.fix,
        }
        for finding in judged.findings
    ]
    return {
        "is_at_home": judged.is_at_home,
        "standard": judged.standard,
        "total": judged.total,
        "findings": findings,
    }


def _print(judged: Lint) -> None:
    for finding in judged.findings:
        style = _STYLES[finding.severity]
        head = f"[{style}]{finding.severity:7}[/] {finding.rule} "
        out.print(head + shown(f"{finding.path}: {finding.detail}", LINE), soft_wrap=True)
        out.print(f"        {shown(finding.fix, LINE)}", soft_wrap=True)
    for name in dict.fromkeys(finding.rule for finding in judged.findings):
        out.print(f"[dim]{name}: {RULES[name].text} {RULES[name].why}[/]", soft_wrap=True)
    counts = [
        f"{sum(f.severity == severity for f in judged.findings)} {severity}s"
        for severity in _STYLES
    ]
    share = f"{judged.standard} of {judged.total} parts have standard addresses"
    out.print(f"{', '.join(counts)}; {share}")


def _change_fields(change: Change) -> dict[str, str]:
    return {
        "kind": change.kind,
        "path": change.path,
        "detail": change.detail,
        "rule": change.rule,
        "fix": change.fix,
    }


def _print_change(change: Change) -> None:
    style = "red" if change.kind == "broken" else "green" if change.kind == "added" else "dim"
    rule = f" ({change.rule})" if change.rule else ""
    line = shown(f"{change.path}: {change.detail}{rule}", LINE)
    out.print(f"[{style}]{_SIGNS[change.kind]}[/] {line}", soft_wrap=True)
    if change.fix:
        out.print(f"  {shown(change.fix, LINE)}", soft_wrap=True)
