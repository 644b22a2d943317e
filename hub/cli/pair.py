"""`ecohub pair`."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer
from rich.console import Group
from rich.live import Live
from rich.text import Text

from hub.cli.access import Access, find_access
from hub.cli.client import HubClient
from hub.cli.errors import RefusedError
from hub.cli.lookup import find_person
from hub.cli.options import AsJson, HubToken, HubUrl
from hub.cli.output import err, out, print_json, shown
from hub.cli.qr import drawn
from hub.cli.wording import seconds_until

if TYPE_CHECKING:
    from ecohub_client.shapes import PairedShown, PairingOpened, PairingState

LOOK_EVERY_S: Final = 0.5

RoleText = Literal["owner", "member", "guest"]


def pair(
    *,
    role: Annotated[
        RoleText | None,
        typer.Option("--role", help="What whoever comes will be; an owner if left out."),
    ] = None,
    person: Annotated[
        str | None,
        typer.Option(
            "--person",
            metavar="PERSON",
            help="Somebody who is here already, with another phone: id or name.",
            show_default=False,
        ),
    ] = None,
    duration_s: Annotated[
        float, typer.Option("--for", min=10, max=3600, help="Seconds the window stays open.")
    ] = 300.0,
    hub: HubUrl = None,
    token: HubToken = None,
    as_json: AsJson = False,
) -> None:
    """Let a phone come to the home: shows a QR and a code, and waits until somebody has paired.

    The phone scans the QR, or opens the address and types the code. Five wrong codes close the
    window; Ctrl-C does, too. With --json two lines: the window with its code, then who came.
    """
    access = find_access(hub, token)
    paired = asyncio.run(_pair(access, role, person, duration_s, as_json=as_json))
    if paired is None:
        raise RefusedError(
            "nobody paired before the window closed",
            "open it again: ecohub pair; the phone has to be in this network",
            "pairing-closed",
        )
    if as_json:
        print_json({"paired": paired})
    else:
        out.print(f"{shown(paired['name'])} has paired {shown(paired['device'])}")


async def _pair(
    access: Access,
    role: RoleText | None,
    person: str | None,
    duration_s: float,
    *,
    as_json: bool,
) -> "PairedShown | None":
    async with HubClient(access) as client:
        found = None
        if person is not None:
            found = find_person(person, (await client.api.list_people())["people"])["id"]
        opened = await client.api.open_pairing(
            {"role": role, "person": found, "duration_s": duration_s}
        )
        try:
            authority = (await client.api.show_https())["authority"]
            print_ = None if authority is None else authority["fingerprint"]
            _announce(opened, print_, as_json=as_json)
            return await _wait(client, opened)
        finally:
            await client.api.close_pairing()


def _announce(opened: "PairingOpened", fingerprint: str | None, *, as_json: bool) -> None:
    """Show the code where the person looks, who asked for it just now."""
    if as_json:
        print_json({**opened})
    else:
        out.print(invitation(opened["link"], opened["code"], fingerprint))


def invitation(link: str, code: str, fingerprint: str | None = None) -> Group:
    """Return the QR, the address and the code, for a person who holds a phone.

    Args:
        link: What the QR leads to.
        code: The code behind it.
        fingerprint: Of the hub's authority, where it has one.
    """
    told = Group(
        Text(drawn(link), "black on white"),
        Text.assemble("scan this with the phone, or open ", (link.partition("/#")[0], "bold")),
        Text.assemble("and type the code ", (code, "bold green")),
    )
    if fingerprint is not None:
        told.renderables.append(Text.assemble("the hub's authority is ", (fingerprint, "bold")))
    return told


async def _wait(client: HubClient, opened: "PairingOpened") -> "PairedShown | None":
    """Return who has paired, once the window is closed; None when nobody has."""
    state: PairingState = opened
    with Live(console=err, transient=True, auto_refresh=False) as screen:
        while state["is_open"]:
            if err.is_terminal:
                screen.update(_progress(state), refresh=True)
            await asyncio.sleep(LOOK_EVERY_S)
            state = await client.api.show_pairing()
    return state["paired"]


def _progress(state: "PairingState") -> Text:
    left = f"{seconds_until(state['closes_at']):.0f} s left"
    guesses = f"{state['guesses_left']} wrong codes until it closes"
    return Text.assemble(("The window is open", "green"), f": {left}, {guesses}")
