"""`ecohub watch`."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Annotated

import typer

from ecohub_client import Change
from hub.cli.access import Access, find_access
from hub.cli.client import Frame, HubClient, told
from hub.cli.lines import Products, lines_of
from hub.cli.lookup import find_device
from hub.cli.options import AsJson, HubToken, HubUrl
from hub.cli.output import err, out, print_json
from hub.cli.products import known_products


def watch(
    devices: Annotated[
        list[str] | None, typer.Argument(metavar="[DEVICE]...", help="Only these; else all.")
    ] = None,
    *,
    hub: HubUrl = None,
    token: HubToken = None,
    as_json: AsJson = False,
) -> None:
    """What happens, as it happens: values, presence, events, receipts, broken rules.

    With --json each line is a frame of the stream as the API sends it, the snapshot first. Ends at
    Ctrl-C; a hub that goes away is waited for, and nothing that it still knows is missed.
    """
    with suppress(KeyboardInterrupt):
        asyncio.run(_watch(find_access(hub, token), devices or [], as_json=as_json))


async def _watch(access: Access, texts: Sequence[str], *, as_json: bool) -> None:
    async with HubClient(access) as client:
        listed = (await client.api.list_devices())["devices"]
        wanted = [find_device(text, listed)["id"] for text in texts]
        products: Products = {} if as_json else await known_products(client, listed)
        with told():
            async for change in client.live(only={"devices": wanted} if wanted else None):
                if change["type"] == "broken":
                    text = f"{change['reason']}; waiting for the hub"
                    err.print(text, style="yellow", markup=False)
                elif not _is_elsewhere(change, wanted):
                    _tell(change, products, as_json=as_json)


def _tell(frame: Frame, products: Products, *, as_json: bool) -> None:
    if as_json:
        print_json(frame)
        return
    for line in lines_of(frame, products):
        out.print(line, soft_wrap=True)


def _is_elsewhere(change: Change, wanted: Collection[str]) -> bool:
    """Say whether it is a receipt of another device: those of the token's commands all come."""
    if not wanted or change["type"] != "receipt":
        return False
    return change["receipt"]["device"] not in wanted
