"""`ecohub spec import`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from hub.cli.errors import RefusedError, WordingError
from hub.cli.options import AsJson
from hub.cli.output import out, print_json, shown
from protocol.miot import Imported, MiotError, import_instance
from protocol.miot.document import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping

LINE: Final = 1_000
"""Longest line of a report on the terminal, in characters."""


def import_file(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="An instance of MIoT-Spec-V2, as JSON.")
    ],
    *,
    folder: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder for what comes out; it is made.")
    ],
    translations: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="What the registry calls multiLanguage: titles in English and Chinese.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a product spec of a MIoT document, and tell all that was mended or refused.

    Writes PRODUCT.json (the product spec: try it with `ecohub simulate`), PRODUCT.miot.json (where
    each address stands on the wire) and PRODUCT.report.json.
    """
    texts = None if translations is None else _read(translations)
    try:
        imported = import_instance(_read(file), texts)
    except MiotError as error:
        detail = f"{file} cannot be imported: {error.path}: {error.detail}"
        raise RefusedError(detail, error.fix, error.code) from None
    files = _write(imported, folder)
    if as_json:
        print_json({**imported.report.fields(), "files": {k: str(p) for k, p in files.items()}})
        return
    for line in imported.report.lines():
        out.print(shown(line, LINE), soft_wrap=True)
    out.print(f"wrote {shown(files['product'], LINE)}, and beside it the mapping and the report")


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        detail = f"{file} cannot be read: {error.strerror}"
        raise WordingError(detail, "give the path of a MIoT document", "file") from None


def _write(imported: Imported, folder: Path) -> "Mapping[str, Path]":
    stem = imported.report.file_name
    files = {
        "product": (folder / f"{stem}.json", imported.product),
        "mapping": (folder / f"{stem}.miot.json", imported.mapping.document()),
        "report": (folder / f"{stem}.report.json", imported.report.document()),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, document in files.values():
            path.write_bytes(document)
    except OSError as error:
        detail = f"{error.filename or folder} cannot be written: {error.strerror}"
        raise RefusedError(detail, "give a folder of yours with --out", "folder") from None
    return {name: path for name, (path, _) in files.items()}
