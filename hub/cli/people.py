"""`ecohub people` and `ecohub invite`."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from hub.cli.access import Access, find_access
from hub.cli.client import HubClient
from hub.cli.errors import WordingError
from hub.cli.lookup import find_device, find_person
from hub.cli.options import AsJson, HubToken, HubUrl
from hub.cli.output import err, out, print_json
from hub.cli.pair import RoleText, invitation
from hub.cli.tables import plain, table
from hub.cli.wording import age, seconds_since

if TYPE_CHECKING:
    from ecohub_client.shapes import (
        ChangePerson,
        GrantBody,
        GrantShown,
        InviteSent,
        PersonShown,
        SessionShown,
    )

PersonText = Annotated[
    str | None, typer.Argument(metavar="[PERSON]", help="Id or name of a person.")
]


def people(  # noqa: PLR0913 - one argument per option
    person: PersonText = None,
    *,
    role: Annotated[
        RoleText | None, typer.Option("--role", help="Make the person that.", show_default=False)
    ] = None,
    wears: Annotated[
        list[str] | None,
        typer.Option(
            "--wears",
            metavar="DEVICE",
            help="A band, earphones or a scale whose readings are the person's alone; repeatable.",
        ),
    ] = None,
    is_removed: Annotated[
        bool, typer.Option("--remove", help="Remove the person; all their phones are cut off.")
    ] = False,
    ended: Annotated[
        str | None,
        typer.Option(
            "--end", metavar="SESSION", help="End one phone's session.", show_default=False
        ),
    ] = None,
    hub: HubUrl = None,
    token: HubToken = None,
    as_json: AsJson = False,
) -> None:
    """The people of the home with their phones; with one of them named, what is to be changed."""
    access = find_access(hub, token)
    if person is None and (role or wears or is_removed):
        raise WordingError("that is to be done to whom?", "name the person: ecohub people NAME ...")
    told, sessions = asyncio.run(
        _people(access, person, role, wears, is_removed=is_removed, ended=ended)
    )
    if as_json:
        print_json({"people": told, "sessions": sessions})
    elif told:
        out.print(_table(told, sessions))
    else:
        err.print("nobody has paired yet: ecohub pair")


def invite(  # noqa: PLR0913 - one argument per option
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the person is called.")],
    *,
    role: Annotated[RoleText, typer.Option("--role", help="What the person will be.")] = "guest",
    devices: Annotated[
        list[str] | None,
        typer.Option("--device", metavar="DEVICE", help="What a guest may use; repeatable."),
    ] = None,
    rooms: Annotated[
        list[str] | None,
        typer.Option("--room", metavar="ROOM", help="Id of a room, likewise; repeatable."),
    ] = None,
    addresses: Annotated[
        list[str] | None,
        typer.Option(
            "--address", metavar="ADDRESS", help="Only this of it, such as light.on; repeatable."
        ),
    ] = None,
    is_looking: Annotated[
        bool, typer.Option("--look", help="The guest may look, and control nothing.")
    ] = False,
    until: Annotated[
        str | None,
        typer.Option(
            "--until",
            metavar="TIME",
            help="When the guest's rights end, such as 2026-12-01T12:00:00Z.",
            show_default=False,
        ),
    ] = None,
    hub: HubUrl = None,
    token: HubToken = None,
    as_json: AsJson = False,
) -> None:
    """Invite somebody: shows a QR and a code to pass on, good once and for seven days."""
    access = find_access(hub, token)
    grant: GrantBody = {
        "right": "see" if is_looking else "control",
        "rooms": rooms or [],
        "addresses": addresses or [],
        "until": until,
    }
    sent = asyncio.run(_invite(access, name, role, grant, devices or []))
    if as_json:
        print_json({**sent})
    else:
        out.print(invitation(sent["link"], sent["code"]))


async def _invite(
    access: Access, name: str, role: RoleText, grant: "GrantBody", devices: Sequence[str]
) -> "InviteSent":
    async with HubClient(access) as client:
        listed = (await client.api.list_devices())["devices"] if devices else []
        ids = [find_device(text, listed)["id"] for text in devices]
        has_places = bool(ids or grant.get("rooms"))
        grants: list[GrantBody] = [{**grant, "devices": ids}] if has_places else []
        return await client.api.send_invite({"name": name, "role": role, "grants": grants})


async def _people(
    access: Access,
    person: str | None,
    role: RoleText | None,
    wears: Sequence[str] | None,
    *,
    is_removed: bool,
    ended: str | None,
) -> "tuple[list[PersonShown], list[SessionShown]]":
    async with HubClient(access) as client:
        if person is not None:
            found = find_person(person, (await client.api.list_people())["people"])
            change: ChangePerson = {} if role is None else {"role": role}
            if wears:
                listed = (await client.api.list_devices())["devices"]
                change["wears"] = [find_device(text, listed)["id"] for text in wears]
            if change:
                await client.api.change_person(found["id"], change)
            if is_removed:
                await client.api.remove_person(found["id"])
        if ended is not None:
            await client.api.end_session(ended)
        people, sessions = await client.api.list_people(), await client.api.list_sessions()
        return people["people"], sessions["sessions"]


def _table(told: "Sequence[PersonShown]", sessions: "Sequence[SessionShown]") -> Table:
    made = table("person", "role", "may use", "phone", "session", "seen")
    for person in told:
        grants = "; ".join(_grant(grant) for grant in person["grants"])
        head = [plain(person["name"], "bold"), plain(person["role"]), plain(grants, limit=300)]
        own = [one for one in sessions if one["person"] == person["id"]]
        for session in own:
            when = age(seconds_since(session["seen_at"]))
            made.add_row(*head, plain(session["device"]), plain(session["id"]), when)
            head = [plain("")] * 3
        if not own:
            made.add_row(*head, plain("none", "dim"), "", "")
    return made


def _grant(grant: "GrantShown") -> str:
    places = ["the home"] if grant["home"] else [*grant["rooms"], *grant["devices"]]
    only = f" ({', '.join(grant['addresses'])})" if grant["addresses"] else ""
    hours = "".join(f" {one['begin']}-{one['end']}" for one in grant["hours"])
    until = f" until {grant['until']}" if grant["until"] else ""
    return f"{grant['right']} {', '.join(places)}{only}{hours}{until}"
