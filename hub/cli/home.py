"""`ecohub rooms` and `ecohub scene`: what people have arranged, and what they want of it."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.access import Access, find_access
from hub.cli.client import HubClient
from hub.cli.errors import RefusedError, WordingError
from hub.cli.options import AsJson, HubToken, HubUrl
from hub.cli.output import err, out, print_json
from hub.cli.tables import plain, table

if TYPE_CHECKING:
    from ecohub_client.shapes import Activated, DeviceSummary, RoomShown, SceneShown

SceneText = Annotated[
    str | None, typer.Argument(metavar="[SCENE]", help="Its id or name; without it, all of them.")
]


def rooms(*, hub: HubUrl = None, token: HubToken = None, as_json: AsJson = False) -> None:
    """The rooms of the home, and what is in each."""
    asyncio.run(_rooms(find_access(hub, token), as_json=as_json))


def scene(
    name: SceneText = None,
    *,
    undo: Annotated[str | None, typer.Option(help="Go back: what an activation told.")] = None,
    hub: HubUrl = None,
    token: HubToken = None,
    as_json: AsJson = False,
) -> None:
    """Activate a scene and see what became of each device; without a name, list the scenes."""
    asyncio.run(_scene(find_access(hub, token), name, undo, as_json=as_json))


async def _rooms(access: Access, *, as_json: bool) -> None:
    async with HubClient(access) as client:
        listed, devices = (
            await client.api.list_rooms(),
            (await client.api.list_devices())["devices"],
        )
    if as_json:
        print_json(listed)
        return
    if not listed["rooms"]:
        err.print("no room has been made yet")
    shown = table("room", "devices")
    for room in listed["rooms"]:
        shown.add_row(plain(room["name"]), plain(_within(room, devices)))
    outside = _within(None, devices)
    if outside:
        shown.add_row(plain("in no room", "dim"), plain(outside))
    out.print(shown)


def _within(room: "RoomShown | None", devices: "Sequence[DeviceSummary]") -> str:
    wanted = room["id"] if room else None
    return ", ".join(device["name"] for device in devices if device["room"] == wanted)


async def _scene(access: Access, name: str | None, undo: str | None, *, as_json: bool) -> None:
    async with HubClient(access) as client:
        if undo is not None:
            done = await client.api.undo_scene(undo, {})
        elif name is not None:
            done = await client.api.activate_scene(
                _find(name, (await client.api.list_scenes())["scenes"])["id"], {}
            )
        else:
            listed = await client.api.list_scenes()
            if as_json:
                print_json(listed)
                return
            for one in listed["scenes"]:
                out.print(plain(one["name"]))
            return
    if as_json:
        print_json(done)
    else:
        _tell(done)
    bad = [r for r in done["results"] if "receipt" not in r or not _is_well(r["receipt"]["status"])]
    if bad:
        count = f"{len(bad)} of {len(done['results'])}"
        raise RefusedError(f"{count} devices did not do it", "see what is said of each")


def _is_well(status: str) -> bool:
    return status in {"accepted", "delivered", "applied", "confirmed"}


def _tell(done: "Activated") -> None:
    shown = table("device", "result")
    for result in done["results"]:
        if "receipt" in result:
            receipt = result["receipt"]
            text = f"{receipt['status']} {receipt['reason']}"
        else:
            text = result["problem"]["detail"]
        shown.add_row(plain(result["device"]), plain(text.strip()))
    out.print(shown)
    if done["undo"]:
        out.print(f"undo: ecohub scene --undo {done['undo']}", markup=False)


def _find(text: str, scenes: "Sequence[SceneShown]") -> "SceneShown":
    wanted = text.casefold()
    found = [s for s in scenes if s["id"] == text or s["name"].casefold() == wanted]
    if not found:
        raise WordingError(f"there is no scene {text!r}", "see which there are: ecohub scene")
    return found[0]
