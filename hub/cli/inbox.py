"""`ecohub inbox`."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.access import Access, find_access
from hub.cli.client import HubClient
from hub.cli.options import AsJson, HubToken, HubUrl
from hub.cli.output import err, out, print_json
from hub.cli.tables import plain, table
from hub.cli.wording import age, seconds_since

if TYPE_CHECKING:
    from ecohub_client.shapes import NoticeList


def inbox(
    *,
    is_read: Annotated[bool, typer.Option("--read", help="Mark all as read after that.")] = False,
    is_emptied: Annotated[bool, typer.Option("--empty", help="Forget all after that.")] = False,
    hub: HubUrl = None,
    token: HubToken = None,
    as_json: AsJson = False,
) -> None:
    """What you are to be told of: quarantine, floods, alarms of devices; the latest first."""
    told = asyncio.run(_inbox(find_access(hub, token), is_read=is_read, is_emptied=is_emptied))
    if as_json:
        print_json(told)
        return
    if not told["notifications"]:
        err.print("there is nothing in the inbox")
        return
    made = table("when", "device", "what")
    for one in told["notifications"]:
        style = "dim" if one["is_read"] else "bold"
        when = age(seconds_since(one["at"]))
        made.add_row(when, plain(one["device"] or "", style), plain(one["text"], style, limit=300))
    out.print(made)


async def _inbox(access: Access, *, is_read: bool, is_emptied: bool) -> "NoticeList":
    async with HubClient(access) as client:
        told = await client.api.list_notifications()
        if is_emptied:
            await client.api.drop_notifications()
        elif is_read:
            await client.api.change_notifications({"is_read": True})
        return told
