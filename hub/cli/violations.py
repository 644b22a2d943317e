"""`ecohub violations`: what a device broke, for a person and for its maker."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.access import Access, find_access
from hub.cli.client import HubClient
from hub.cli.errors import WordingError
from hub.cli.lookup import find_device
from hub.cli.options import AsJson, DeviceText, HubToken, HubUrl
from hub.cli.output import err, out, print_json
from hub.cli.tables import violation_table

if TYPE_CHECKING:
    from ecohub_client.shapes import BrokenRules, FieldReport


def violations(
    device: DeviceText,
    *,
    file: Annotated[
        Path | None,
        typer.Option(
            "--export", metavar="FILE", help="Write it for the maker.", show_default=False
        ),
    ] = None,
    hub: HubUrl = None,
    token: HubToken = None,
    as_json: AsJson = False,
) -> None:
    """The rules that a device broke, where, how often, and the fix.

    With --export they go into a file for the device's maker, without what tells of the people here:
    no names, ids or serial number, and values only of properties that are not private.
    """
    access = find_access(hub, token)
    if file is None:
        told = asyncio.run(_broken(access, device))
        if as_json:
            print_json(told)
        elif told["violations"]:
            out.print(violation_table(told["violations"]))
        else:
            err.print("it broke no rule since the hub started")
        return
    report = asyncio.run(_report(access, device))
    try:
        file.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
    except OSError as error:
        raise WordingError(f"{file}: {error.strerror}", "name a file that can be written") from None
    if as_json:
        print_json(report)
    else:
        out.print(f"{len(report['violations'])} broken rules are in {file}", markup=False)


async def _broken(access: Access, text: str) -> "BrokenRules":
    async with HubClient(access) as client:
        found = find_device(text, (await client.api.list_devices())["devices"])
        return await client.api.list_violations(found["id"])


async def _report(access: Access, text: str) -> "FieldReport":
    async with HubClient(access) as client:
        found = find_device(text, (await client.api.list_devices())["devices"])
        return await client.api.export_violations(found["id"])
