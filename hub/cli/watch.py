"""`ecohub watch`."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Annotated, Final

import typer

from hub.cli.access import Access, find_access
from hub.cli.client import Frame, HubClient
from hub.cli.errors import UnreachableError
from hub.cli.lines import lines_of
from hub.cli.lookup import find_device
from hub.cli.options import AsJson, HubToken, HubUrl
from hub.cli.output import err, out, print_json
from hub.cli.products import known_products

AGAIN_AFTER_S: Final = 2.0
"""Wait before a stream that broke off is opened again."""


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
        listed = (await client.devices())["devices"]
        wanted = {find_device(text, listed)["id"] for text in texts}
        products = {} if as_json else await known_products(client, listed)
        async for frame in _frames(client):
            if wanted and _device(frame) not in wanted:
                continue
            if as_json:
                print_json(frame)
                continue
            for line in lines_of(frame, products):
                out.print(line, soft_wrap=True)


async def _frames(client: HubClient) -> AsyncIterator[Frame]:
    """Yield what the hub tells, over as many streams as it takes."""
    place: dict[str, object] = {}
    is_first = True
    while True:
        try:
            async with client.stream(place if len(place) == 2 else None) as stream:
                async for frame in stream.frames():
                    place = stream.place
                    is_first = False
                    yield frame
        except UnreachableError as error:
            if is_first:
                raise
            err.print(f"{error.text}; waiting for it", style="yellow", markup=False)
        await asyncio.sleep(AGAIN_AFTER_S)


def _device(frame: Frame) -> str | None:
    match frame:
        case {"type": "receipt", "receipt": {"device": str(device)}}:
            return device
        case {"type": "device", "device": {"id": str(device)}}:
            return device
        case {"device": str(device)}:
            return device
    return None
