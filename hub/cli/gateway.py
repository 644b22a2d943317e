"""`ecohub gateway`: the devices behind a gateway, how many it may bring, and who may come back."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.access import Access, find_access
from hub.cli.client import HubClient
from hub.cli.errors import CliError
from hub.cli.lookup import find_device
from hub.cli.options import AsJson, DeviceText, HubToken, HubUrl
from hub.cli.output import out, print_json

if TYPE_CHECKING:
    from ecohub_client.shapes import DeviceView


class NoGatewayError(CliError):
    """A device was named that speaks for no others."""

    code = "no-gateway"


def gateway(
    gateway: DeviceText,
    *,
    at_most: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, show_default=False, help="For how many it may speak."),
    ] = None,
    let_in: Annotated[
        str | None,
        typer.Option(metavar="CHILD", show_default=False, help="A child that was sent away."),
    ] = None,
    hub: HubUrl = None,
    token: HubToken = None,
    as_json: AsJson = False,
) -> None:
    """The children of a gateway: who they are, how many there may be, and who may come back."""
    view = asyncio.run(_change(find_access(hub, token), gateway, at_most, let_in))
    if as_json:
        print_json(view)
        return
    children = view["children"]
    out.print(f"{view['id']}: {len(children)} of at most {view['max_children']}", markup=False)
    for child in children:
        out.print(f"└ {child}", markup=False)
    if let_in:
        out.print(f"{let_in} may come back: it is taken when it is announced", markup=False)


async def _change(
    access: Access, text: str, at_most: int | None, let_in: str | None
) -> "DeviceView":
    async with HubClient(access) as client:
        found = find_device(text, (await client.api.list_devices())["devices"])
        view = await client.api.show_device(found["id"])
        if view["max_children"] is None:
            remedy = "those that bring others are listed with them: ecohub devices"
            raise NoGatewayError(f"{view['id']} is no gateway", remedy)
        if at_most is not None:
            view = await client.api.change_device(view["id"], {"max_children": at_most})
        if let_in is not None:
            view = await client.api.let_in_child(view["id"], {"child": let_in})
        return view
