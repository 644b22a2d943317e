"""`ecohub join` and `ecohub unjoin`."""

import asyncio
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from hub.cli.access import Access, find_access
from hub.cli.client import HubClient
from hub.cli.errors import RefusedError, WordingError
from hub.cli.lookup import find_device
from hub.cli.options import AsJson, DeviceText, HubToken, HubUrl
from hub.cli.output import err, out, print_json
from hub.cli.tables import device_table
from hub.cli.wording import seconds_until

if TYPE_CHECKING:
    from ecohub_client.shapes import DeviceSummary, WindowState

LOOK_EVERY_S: Final = 0.5
SETTLE_S: Final = 20.0
"""How long newcomers are given to come online before the command ends."""

Code = Annotated[
    str, typer.Argument(metavar="CODE", help="Setup code of the device, such as 1234-5678.")
]


def join(  # noqa: PLR0913 - one argument per option
    code: Code,
    *,
    duration_s: Annotated[
        float, typer.Option("--for", min=10, max=3600, help="Seconds the window stays open.")
    ] = 300.0,
    devices: Annotated[
        int, typer.Option("--devices", min=1, max=10_000, help="How many may join.")
    ] = 1,
    replaces: Annotated[
        str | None,
        typer.Option(
            "--replaces",
            metavar="DEVICE",
            help="The device whose name and history the newcomer takes over.",
            show_default=False,
        ),
    ] = None,
    hub: HubUrl = None,
    token: HubToken = None,
    as_json: AsJson = False,
) -> None:
    """Let devices join that prove their setup code, and see who comes.

    The code is printed on the device. Devices find the hub by mDNS, or are given its url. Ends when
    as many have joined as were let, or with the window; Ctrl-C closes the window.
    """
    access = find_access(hub, token)
    newcomers = asyncio.run(_join(access, code, duration_s, devices, replaces, is_quiet=as_json))
    if as_json:
        print_json({"devices": newcomers})
    if len(newcomers) < devices:
        raise RefusedError(
            f"{len(newcomers)} of {devices} joined before the window closed",
            "see whether the device is on this network and waits: ecohub discover",
            "window-closed",
        )


def unjoin(
    device: DeviceText,
    *,
    is_sure: Annotated[
        bool, typer.Option("--yes", help="Do not ask, even if a gateway takes its children along.")
    ] = False,
    hub: HubUrl = None,
    token: HubToken = None,
    as_json: AsJson = False,
) -> None:
    """Send a device away: it is cut off at once and can come back only by joining anew.

    With a gateway go its children. A child alone is unpaired at its gateway.
    """
    gone = asyncio.run(_unjoin(find_access(hub, token), device, is_sure=is_sure))
    if as_json:
        print_json({"device": gone})
    else:
        out.print(f"{gone} has left the home", markup=False)


async def _join(
    access: Access,
    code: str,
    duration_s: float,
    devices: int,
    replaces: str | None,
    *,
    is_quiet: bool,
) -> "list[DeviceSummary]":
    async with HubClient(access) as client:
        before = (await client.api.list_devices())["devices"]
        replaced = find_device(replaces, before)["id"] if replaces else None
        known = Known(before, (await client.api.show_hub())["now"])
        await client.api.open_window(
            {"code": code, "duration_s": duration_s, "devices": devices, "replaces": replaced}
        )
        try:
            return await _await_newcomers(client, known, is_quiet=is_quiet)
        finally:
            await client.api.close_window()


async def _await_newcomers(
    client: HubClient, known: "Known", *, is_quiet: bool
) -> "list[DeviceSummary]":
    """Return who has joined, once the window is closed and they are online, or had the time."""
    left_s = SETTLE_S
    with Live(console=err, transient=True, auto_refresh=False) as screen:
        while True:
            window = await client.api.show_window()
            newcomers = await known.newcomers(client)
            if err.is_terminal and not is_quiet:
                screen.update(_progress(window, newcomers), refresh=True)
            if not window["is_open"] and not window["joining"]:
                left_s -= LOOK_EVERY_S
                if left_s <= 0 or all(d["presence"]["status"] == "online" for d in newcomers):
                    break
            await asyncio.sleep(LOOK_EVERY_S)
    if not is_quiet and newcomers:
        out.print(device_table(newcomers))
    return newcomers


class Known:
    """The home as it was when the window opened."""

    def __init__(self, devices: "Sequence[DeviceSummary]", opened_at: str) -> None:
        self._since = {device["id"]: device["presence"]["since"] for device in devices}
        self._opened_at = opened_at

    async def newcomers(self, client: HubClient) -> "list[DeviceSummary]":
        """Return the devices that have joined since, those included that had joined before."""
        devices = (await client.api.list_devices())["devices"]
        return [device for device in devices if await self._is_new(client, device)]

    async def _is_new(self, client: HubClient, device: "DeviceSummary") -> bool:
        before = self._since.get(device["id"])
        if before is None or device["presence"]["since"] == before:
            return before is None
        return (await client.api.show_device(device["id"]))["identity"][
            "joined_at"
        ] >= self._opened_at


def _progress(window: "WindowState", newcomers: "Sequence[DeviceSummary]") -> RenderableType:
    if window["is_open"]:
        left_s = seconds_until(window["closes_at"])
        left = f"{left_s:.0f} s left, {window['devices_left']} may still join"
        guesses = f", {window['guesses_left']} wrong codes until it closes"
        head = Text.assemble(("The window is open", "green"), f": {left}{guesses}")
    else:
        head = Text("The window is closed; waiting for the newcomers to be online")
    return Group(head, device_table(newcomers)) if newcomers else head


def _ask_about(gateway: str, children: "Sequence[str]") -> None:
    """Ask a person whether the children of a gateway may go with it.

    Raises:
        WordingError: There is nobody to ask, or the answer is no.
    """
    told = f"{gateway} speaks for {len(children)} devices, which leave with it"
    if not sys.stdin.isatty():
        raise WordingError(told, "say --yes if that is meant")
    if not typer.confirm(f"{told}: {', '.join(children)}. Go on?", err=True):
        raise WordingError("nothing was changed")


async def _unjoin(access: Access, text: str, *, is_sure: bool) -> str:
    async with HubClient(access) as client:
        listed = (await client.api.list_devices())["devices"]
        found = find_device(text, listed)
        children = [device["id"] for device in listed if device.get("gateway") == found["id"]]
        if children and not is_sure:
            await asyncio.to_thread(_ask_about, found["id"], children)
        await client.api.unjoin_device(found["id"])
        return found["id"]
