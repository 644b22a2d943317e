"""`ecohub activity`."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.access import Access, find_access
from hub.cli.client import HubClient
from hub.cli.lookup import find_device
from hub.cli.options import AsJson, HubToken, HubUrl
from hub.cli.output import err, out, print_json
from hub.cli.products import known_products
from hub.cli.tables import plain, table, value_text
from hub.cli.wording import age, asker, seconds_since
from protocol.validator import CompiledProduct

if TYPE_CHECKING:
    from ecohub_client.shapes import ActivityPage, EntryShown


def activity(
    device: Annotated[str | None, typer.Argument(help="Of this device alone.")] = None,
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, max=200, help="How many.")] = 30,
    before: Annotated[
        int | None, typer.Option("--before", min=0, help="Earlier than the entry of this id.")
    ] = None,
    hub: HubUrl = None,
    token: HubToken = None,
    as_json: AsJson = False,
) -> None:
    """What has happened and who wanted it, the latest first; who let whom or what in, too."""
    access = find_access(hub, token)
    page, products = asyncio.run(_page(access, device, limit, before, as_json=as_json))
    if as_json:
        print_json(page)
        return
    if not page["entries"]:
        err.print("nothing has happened")
        return
    made = table("when", "who", "what")
    for entry in page["entries"]:
        when, who = age(seconds_since(entry["at"])), asker(entry["by"])
        made.add_row(when, plain(who, "bold"), plain(_what(entry, products), limit=300))
    out.print(made)
    if page["more"]:
        err.print(f"earlier ones: ecohub activity --before {page['entries'][-1]['id']}")


async def _page(
    access: Access, text: str | None, limit: int, before: int | None, *, as_json: bool
) -> "tuple[ActivityPage, Mapping[str, CompiledProduct]]":
    async with HubClient(access) as client:
        listed = (await client.api.list_devices())["devices"]
        device = find_device(text, listed)["id"] if text else None
        page = await client.api.list_activity(device=device, limit=limit, before=before)
        return page, {} if as_json else await known_products(client, listed)


def _what(entry: "EntryShown", products: Mapping[str, CompiledProduct]) -> str:
    """Return an entry in one line."""
    device = entry.get("device", "")
    address = entry.get("address") or ", ".join(entry.get("addresses", ()))
    said = [entry["kind"], device, address]
    if entry["kind"] == "change":
        product = products.get(device)
        was, value = entry.get("was"), entry.get("value")
        said = [device, address]
        said += [] if was is None else [value_text(address, was, product)]
        said += ["->", value_text(address, value, product)]
    said += [entry.get("status", ""), entry.get("text", "")]
    return " ".join(word for word in said if word)
