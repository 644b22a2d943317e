"""`ecohub devices`, `ecohub rename` and `ecohub move`."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.access import Access, find_access
from hub.cli.client import HubClient
from hub.cli.lookup import find_device
from hub.cli.options import AsJson, DeviceText, HubToken, HubUrl
from hub.cli.output import err, out, print_json
from hub.cli.products import known_products
from hub.cli.tables import device_table

if TYPE_CHECKING:
    from ecohub_client.shapes import DeviceView


def devices(*, hub: HubUrl = None, token: HubToken = None, as_json: AsJson = False) -> None:
    """The devices of the home, with presence, values and ages."""
    asyncio.run(_list(find_access(hub, token), as_json=as_json))


def rename(
    device: DeviceText,
    name: Annotated[str, typer.Argument(help="Its new name, 1 to 64 characters.")],
    *,
    hub: HubUrl = None,
    token: HubToken = None,
    as_json: AsJson = False,
) -> None:
    """Give a device another name."""
    changed = asyncio.run(_rename(find_access(hub, token), device, name))
    if as_json:
        print_json(changed)
    else:
        out.print(f"{changed['id']} is called {changed['name']} now", markup=False)


def move(
    child: DeviceText,
    gateway: Annotated[str, typer.Argument(metavar="GATEWAY", help="Behind which it may go.")],
    *,
    hub: HubUrl = None,
    token: HubToken = None,
    as_json: AsJson = False,
) -> None:
    """Let a child go behind another gateway, which takes it at its next announce there."""
    moved = asyncio.run(_move(find_access(hub, token), child, gateway))
    if as_json:
        print_json(moved)
    else:
        out.print(f"{moved['id']} is behind {moved['gateway']} now", markup=False)


async def _list(access: Access, *, as_json: bool) -> None:
    async with HubClient(access) as client:
        listed = await client.api.list_devices()
        if as_json:
            print_json(listed)
            return
        if not listed["devices"]:
            err.print("no device has joined yet; let one in: ecohub join")
            return
        out.print(device_table(listed["devices"], await known_products(client, listed["devices"])))


async def _move(access: Access, text: str, gateway: str) -> "DeviceView":
    async with HubClient(access) as client:
        listed = (await client.api.list_devices())["devices"]
        child, heir = find_device(text, listed)["id"], find_device(gateway, listed)["id"]
        moved = await client.api.move_child(child, {"gateway": heir})
        if moved["gateway"] != heir:
            err.print(f"it may move: {heir} takes it at its next announce", markup=False)
        return moved


async def _rename(access: Access, text: str, name: str) -> "DeviceView":
    async with HubClient(access) as client:
        found = find_device(text, (await client.api.list_devices())["devices"])
        return await client.api.change_device(found["id"], {"name": name})
