"""`ecohub authority`: the hub's own, which phones trust for its https."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.access import Access, find_access
from hub.cli.client import HubClient
from hub.cli.errors import RefusedError, WordingError
from hub.cli.options import AsJson, HubToken, HubUrl
from hub.cli.output import err, out, print_json
from hub.cli.tables import plain

if TYPE_CHECKING:
    from ecohub_client.shapes import AuthorityShown, HttpsShown


def show(*, hub: HubUrl = None, token: HubToken = None, as_json: AsJson = False) -> None:
    """The authority with its fingerprint, and the names that the hub's certificate is for."""
    told = asyncio.run(_https(find_access(hub, token)))
    if as_json:
        print_json(told)
        return
    served = told["certificate"]
    if authority := told["authority"]:
        out.print(plain(f"{authority['name']}, until {authority['expires_at'][:10]}", "bold"))
        out.print(plain(authority["fingerprint"], "green"))
    if served is None or told["port"] is None:
        err.print(plain("https is not served: see ecohub doctor", "yellow"))
        return
    until = served["expires_at"][:10]
    out.print(plain(f"https at port {told['port']}, certificate until {until}, for:"))
    out.print(plain(", ".join(served["names"]), limit=2000))
    if served["left_out"]:
        names = ", ".join(served["left_out"])
        err.print(plain(f"the authority may not speak for: {names}", "yellow", limit=500))
        err.print(plain("  → one that may, for every phone to be told of: ecohub authority renew"))


def export(
    file: Annotated[
        str, typer.Argument(metavar="[FILE]", help="Where to write it; stdout if left out.")
    ] = "-",
    *,
    hub: HubUrl = None,
    token: HubToken = None,
    as_json: AsJson = False,
) -> None:
    """Write the authority's certificate (PEM), without its key: what a phone or a program trusts.

    The command line itself trusts it by SSL_CERT_FILE: SSL_CERT_FILE=FILE ecohub --hub https://...
    """
    authority = _required(asyncio.run(_https(find_access(hub, token))))
    if as_json:
        print_json(authority)
    elif file == "-":
        sys.stdout.write(authority["pem"])
    else:
        try:
            Path(file).write_text(authority["pem"], "ascii")
        except OSError as error:
            why = f"{file} cannot be written: {error.strerror}"
            raise WordingError(why, "name another file") from error


def renew(
    *,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it: every phone has to be told of it anew.")
    ] = False,
    hub: HubUrl = None,
    token: HubToken = None,
    as_json: AsJson = False,
) -> None:
    """Make a new authority, such as after its key was stolen, or to have it speak for new names.

    Phones that trusted the old one warn of the hub until they have installed the new one.
    """
    if not yes:
        raise WordingError(
            "every phone warns of the hub until the new authority is installed on it",
            "if that is what you want: ecohub authority renew --yes",
        )
    told = asyncio.run(_renew(find_access(hub, token)))
    if as_json:
        print_json(told)
        return
    out.print(plain(f"new authority: {_required(told)['fingerprint']}", limit=200))
    out.print(plain("bring it to each phone: open /trust of the hub there"))


def _required(told: "HttpsShown") -> "AuthorityShown":
    if told["authority"] is None:
        raise RefusedError(
            "this hub has no authority of its own",
            'it has one with tls = "auto" and no certificate in [api] of hub.toml',
            "authority-none",
        )
    return told["authority"]


async def _https(access: Access) -> "HttpsShown":
    async with HubClient(access) as client:
        return await client.api.show_https()


async def _renew(access: Access) -> "HttpsShown":
    async with HubClient(access) as client:
        return await client.api.renew_authority()
