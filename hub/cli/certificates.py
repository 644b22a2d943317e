"""`ecohub certificates`: those by which devices may join, and how each is worth."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from hub.cli.access import Access, find_access
from hub.cli.client import HubClient
from hub.cli.errors import WordingError
from hub.cli.options import AsJson, HubToken, HubUrl
from hub.cli.output import err, out, print_json
from hub.cli.tables import plain, table

if TYPE_CHECKING:
    from rich.text import Text

    from ecohub_client.shapes import CertificateList, CertificateShown

_SHORT: Final = 12
"""Characters of an id that are shown; as many as tell one from all others are enough to name it."""

_STYLES: Final = {"valid": "green", "revoked": "bold red"}


def list_all(*, hub: HubUrl = None, token: HubToken = None, as_json: AsJson = False) -> None:
    """The certificates that the hub has, what each is worth today, and what cannot be used."""
    told = asyncio.run(_list(find_access(hub, token)))
    if as_json:
        print_json(told)
        return
    if told["policy"] == "certified":
        out.print(f"Only products certified at level {told['level']} or higher join.")
    if registry := told["registry"]:
        known = f"registry {registry['name']}: {registry['lines']} lines, of {registry['date']}"
        out.print(plain(known, "dim", limit=300))
    if told["certificates"]:
        made = table("id", "product", "firmware", "level", "worth", "why")
        for one in told["certificates"]:
            made.add_row(*_row(one))
        out.print(made)
    else:
        err.print(plain(f"there is no certificate in {told['folder']}", limit=300))
    for unused in told["unused"]:
        err.print(plain(f"not used: {unused['file']}: {unused['why']}", "yellow", limit=500))
        err.print(plain(f"  → {unused['remedy']}", limit=500))


def add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="As ecohub certify wrote it.")],
    *,
    hub: HubUrl = None,
    token: HubToken = None,
    as_json: AsJson = False,
) -> None:
    """Bring a certificate to the hub and say what it is worth there."""
    try:
        text = file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise WordingError(f"{file}: {why}", "name the file that certify sign wrote") from error
    told = asyncio.run(_add(find_access(hub, token), text))
    if as_json:
        print_json(told)
        return
    said = f"{told['vendor']} {told['product']} {told['firmware']}: {told['status']}: {told['why']}"
    out.print(plain(said, limit=500))


def remove(
    certificate: Annotated[str, typer.Argument(metavar="ID", help="Its id, or how that begins.")],
    *,
    hub: HubUrl = None,
    token: HubToken = None,
    as_json: AsJson = False,
) -> None:
    """Take a certificate away from the hub; devices that are here stay."""
    gone = asyncio.run(_remove(find_access(hub, token), certificate))
    if as_json:
        print_json({"certificate": gone})
    else:
        out.print(f"{gone[:_SHORT]} is gone", markup=False)


def _row(one: "CertificateShown") -> "list[Text | str]":
    worth = plain(one["status"], _STYLES.get(one["status"], "yellow"))
    product = plain(f"{one['vendor']} {one['product']}", limit=80)
    short = plain(one["id"][:_SHORT], "dim")
    return [short, product, plain(one["firmware"]), str(one["level"]), worth, plain(one["why"])]


async def _list(access: Access) -> "CertificateList":
    async with HubClient(access) as client:
        return await client.api.list_certificates()


async def _add(access: Access, text: str) -> "CertificateShown":
    async with HubClient(access) as client:
        return await client.api.add_certificate({"certificate": text})


async def _remove(access: Access, start: str) -> str:
    async with HubClient(access) as client:
        ids = {one["id"] for one in (await client.api.list_certificates())["certificates"]}
        found = [one for one in ids if one.startswith(start)]
        if len(found) != 1:
            what = "more than one certificate" if found else "no certificate"
            raise WordingError(f"{start} names {what}", "see them: ecohub certificates list")
        await client.api.remove_certificate(found[0])
        return found[0]
