"""`ecohub mode` and `ecohub release`: how strictly devices are judged, and who is let out again."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from hub.cli.access import Access, find_access
from hub.cli.client import HubClient
from hub.cli.lookup import find_device
from hub.cli.options import AsJson, DeviceText, HubToken, HubUrl
from hub.cli.output import out, print_json

if TYPE_CHECKING:
    from ecohub_client.shapes import DeviceView

ModeText = Literal["strict", "warn"]


def mode(
    mode: Annotated[
        ModeText | None,
        typer.Argument(metavar="[strict|warn]", help="Left out: only show it.", show_default=False),
    ] = None,
    devices: Annotated[
        list[str] | None, typer.Argument(metavar="[DEVICE]...", help="Only these devices.")
    ] = None,
    *,
    of_all: Annotated[
        bool, typer.Option("--all", help="The devices that are here as well.")
    ] = False,
    hub: HubUrl = None,
    token: HubToken = None,
    as_json: AsJson = False,
) -> None:
    """How strictly devices are judged: newcomers, all, or some.

    strict: a message that breaks a rule is refused, and a device that goes on comes into
    quarantine. warn: values out of range are taken and counted.
    """
    told = asyncio.run(_mode(find_access(hub, token), mode, devices or [], of_all=of_all))
    if as_json:
        print_json(told)
        return
    for name, judged in told.items():
        out.print(f"{name}: {judged}", markup=False)


def release(
    device: DeviceText,
    *,
    hub: HubUrl = None,
    token: HubToken = None,
    as_json: AsJson = False,
) -> None:
    """Let a device out of quarantine; `ecohub show DEVICE` tells what it broke."""
    view = asyncio.run(_release(find_access(hub, token), device))
    if as_json:
        print_json(view)
        return
    out.print(f"{view['id']} is {view['presence']['status']} now", markup=False)


async def _mode(
    access: Access, mode: ModeText | None, texts: Sequence[str], *, of_all: bool
) -> dict[str, str]:
    async with HubClient(access) as client:
        if not texts:
            hub = await (
                client.api.change_hub({"mode": mode, "of_all": of_all})
                if mode
                else client.api.show_hub()
            )
            return {"newcomers": hub["mode"], **(await _judged(client) if of_all else {})}
        listed = (await client.api.list_devices())["devices"]
        ids = [find_device(text, listed)["id"] for text in texts]
        if mode:
            for device in ids:
                await client.api.change_device(device, {"mode": mode})
        judged = await _judged(client)
        return {device: judged[device] for device in ids}


async def _judged(client: HubClient) -> dict[str, str]:
    return {device["id"]: device["mode"] for device in (await client.api.list_devices())["devices"]}


async def _release(access: Access, text: str) -> "DeviceView":
    async with HubClient(access) as client:
        found = find_device(text, (await client.api.list_devices())["devices"])
        return await client.api.release_device(found["id"])
