"""`ecohub trace`."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.text import Text

from hub.cli.access import Access, find_access
from hub.cli.client import HubClient
from hub.cli.lookup import find_device
from hub.cli.options import AsJson, DeviceText, HubToken, HubUrl
from hub.cli.output import err, out, print_json
from hub.cli.wording import time_of_day
from protocol.errors import printable

if TYPE_CHECKING:
    from ecohub_client.shapes import TracedMessage

LOOK_EVERY_S: Final = 0.5
LINE: Final = 2_000
"""Longest payload that is printed, in characters."""

STYLES: Final = {
    "taken": "green",
    "sent": "cyan",
    "refused": "bold red",
    "forgiven": "yellow",
    "judged": "magenta",
    "throttled": "bold yellow",
    "unsent": "bold yellow",
}


def trace(
    device: DeviceText,
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    hub: HubUrl = None,
    token: HubToken = None,
    as_json: AsJson = False,
) -> None:
    """The last 200 messages of a device, up and down, and what became of each.

    taken and sent; refused, with the rule; forgiven in warn mode; judged and nothing more in
    quarantine; throttled: so many were dropped unread; unsent: there was no way to the device.
    With --json each message is one line.
    """
    with suppress(KeyboardInterrupt):
        asyncio.run(_trace(find_access(hub, token), device, is_followed=follow, as_json=as_json))


async def _trace(access: Access, text: str, *, is_followed: bool, as_json: bool) -> None:
    async with HubClient(access) as client:
        found = find_device(text, (await client.api.list_devices())["devices"])["id"]
        is_empty = True
        async for message in _messages(client, found, is_followed=is_followed):
            is_empty = False
            if as_json:
                print_json(message)
            else:
                out.print(line(message), soft_wrap=True)
    if is_empty and not as_json:
        err.print(f"{found} has said nothing since the hub started", markup=False)


async def _messages(
    client: HubClient, device: str, *, is_followed: bool
) -> "AsyncIterator[TracedMessage]":
    before: list[TracedMessage] = []
    while True:
        now = (await client.api.show_trace(device))["messages"]
        for message in newer(before, now):
            yield message
        if not is_followed:
            return
        before = now
        await asyncio.sleep(LOOK_EVERY_S)


def newer(
    before: "Sequence[TracedMessage]", now: "Sequence[TracedMessage]"
) -> "Sequence[TracedMessage]":
    """Return what of `now` came after `before`, of which it may hold the end."""
    for known in range(min(len(before), len(now)), 0, -1):
        if before[len(before) - known :] == now[:known]:
            return now[known:]
    return now


def line(message: "TracedMessage") -> Text:
    """Return a message as a line for people."""
    is_up = message["direction"] == "up"
    shown = Text(f"{time_of_day(message['at'])} ", "dim")
    shown.append("▲ " if is_up else "▼ ", "green" if is_up else "cyan")
    shown.append(f"{message['leaf']:<8} ", "bold")
    shown.append(f"{message['fate']:<9} ", STYLES.get(message["fate"], ""))
    if message["rule"]:
        shown.append(f"{printable(message['rule'])} ", "red")
    if message["fate"] == "throttled":
        return shown.append(f"{message['size']} messages were dropped unread", "dim")
    payload = message["payload"]
    text = message["text"] if payload is None else json.dumps(payload, ensure_ascii=False)
    return shown.append(printable(text, LINE) or f"{message['size']} bytes", "dim")
