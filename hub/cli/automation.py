"""`ecohub automation`: what the home does by itself, and why it did."""

import asyncio
import json
import sys
import tomllib
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from hub.cli.access import Access, find_access
from hub.cli.client import HubClient
from hub.cli.errors import WordingError
from hub.cli.options import AsJson, HubToken, HubUrl
from hub.cli.output import err, out, print_json
from hub.cli.tables import plain, table
from hub.cli.wording import asker
from protocol.errors import printable

if TYPE_CHECKING:
    from rich.table import Table

    from ecohub_client.shapes import AutomationShown, MakeAutomation, RunShown

Named = Annotated[str, typer.Argument(metavar="AUTOMATION", help="Its id or name.")]
Given = Annotated[
    str, typer.Argument(metavar="FILE", help="A .toml or .json file; `-` for JSON from the input.")
]
Days = Annotated[float, typer.Option(help="How many days back, seven at most.", min=0.01, max=7)]


def list_all(*, hub: HubUrl = None, token: HubToken = None, as_json: AsJson = False) -> None:
    """List the automations: whether each is on, when it runs next, how it last went."""
    asyncio.run(_list(find_access(hub, token), as_json=as_json))


def show(
    name: Named, *, hub: HubUrl = None, token: HubToken = None, as_json: AsJson = False
) -> None:
    """Show an automation as JSON, with or without `--json`: the form in which `add` takes it."""

    async def do(_: HubClient, found: "AutomationShown") -> _Told:
        return found, found["name"]

    asyncio.run(_with(find_access(hub, token), name, do, as_json=True))


def runs(
    name: Named, *, hub: HubUrl = None, token: HubToken = None, as_json: AsJson = False
) -> None:
    """List the last runs of an automation, the latest first: what set it off, and how it ended."""

    async def do(client: HubClient, found: "AutomationShown") -> _Told:
        told = await client.api.list_runs(found["id"])
        return told, _table(told["runs"], "what it did")

    asyncio.run(_with(find_access(hub, token), name, do, as_json=as_json))


def switch_on(
    name: Named, *, hub: HubUrl = None, token: HubToken = None, as_json: AsJson = False
) -> None:
    """Switch an automation on."""
    do = _switch(is_enabled=True)
    asyncio.run(_with(find_access(hub, token), name, do, as_json=as_json))


def switch_off(
    name: Named, *, hub: HubUrl = None, token: HubToken = None, as_json: AsJson = False
) -> None:
    """Switch an automation off; a run that waits ends."""
    do = _switch(is_enabled=False)
    asyncio.run(_with(find_access(hub, token), name, do, as_json=as_json))


def run_now(
    name: Named, *, hub: HubUrl = None, token: HubToken = None, as_json: AsJson = False
) -> None:
    """Run an automation now, whatever its conditions are."""

    async def do(client: HubClient, found: "AutomationShown") -> _Told:
        run = await client.api.run_automation(found["id"])
        return run, f"{found['name']}: {run['end'] or 'waits'} {_done(run)}"

    asyncio.run(_with(find_access(hub, token), name, do, as_json=as_json))


def rehearse(
    name: Named,
    *,
    days: Days = 1.0,
    hub: HubUrl = None,
    token: HubToken = None,
    as_json: AsJson = False,
) -> None:
    """See what an automation would have done on what is recorded; nothing is sent."""
    asyncio.run(_rehearse(find_access(hub, token), name, days, as_json=as_json))


def add(
    file: Given, *, hub: HubUrl = None, token: HubToken = None, as_json: AsJson = False
) -> None:
    """Make an automation from a file."""
    asyncio.run(_add(find_access(hub, token), _read(file), as_json=as_json))


def remove(
    name: Named, *, hub: HubUrl = None, token: HubToken = None, as_json: AsJson = False
) -> None:
    """Remove an automation."""

    async def do(client: HubClient, found: "AutomationShown") -> _Told:
        await client.api.drop_automation(found["id"])
        return {"removed": found["id"]}, f"{found['name']} is gone"

    asyncio.run(_with(find_access(hub, token), name, do, as_json=as_json))


_Told = tuple[Mapping[str, object], "str | Table"]
"""The same for programs and for people."""

_Do = Callable[[HubClient, "AutomationShown"], Coroutine[Any, Any, _Told]]


async def _with(access: Access, name: str, do: _Do, *, as_json: bool) -> None:
    async with HubClient(access) as client:
        document, told = await do(client, await _find(client, name))
    _tell(document, told, as_json=as_json)


def _tell(document: Mapping[str, object], told: "str | Table", *, as_json: bool) -> None:
    if as_json:
        print_json(document)
    elif isinstance(told, str):
        out.print(plain(told, limit=100_000))
    else:
        out.print(told)


def _table(runs: "Sequence[RunShown]", what: str) -> "Table":
    shown = table("at", "set off by", "end", what)
    for run in runs:
        shown.add_row(*(plain(text, limit=300) for text in _row(run)))
    return shown


async def _list(access: Access, *, as_json: bool) -> None:
    async with HubClient(access) as client:
        told = await client.api.list_automations()
    if as_json:
        print_json(told)
        return
    if not told["automations"]:
        err.print("no automation has been made yet")
    shown = table("automation", "is", "next", "last run", "problem")
    for one in told["automations"]:
        last, problem = one["last_run"], one["problem"]
        shown.add_row(
            plain(one["name"]),
            plain("on" if one["is_enabled"] else "off"),
            plain(one["next_at"] or ""),
            plain(f"{last['at']} {last['end'] or 'waits'}" if last else ""),
            plain(f"{problem['detail']}; {problem['remedy']}" if problem else "", limit=300),
        )
    out.print(shown)


def _switch(*, is_enabled: bool) -> _Do:
    async def do(client: HubClient, found: "AutomationShown") -> _Told:
        after = await client.api.change_automation(found["id"], {"is_enabled": is_enabled})
        return after, f"{after['name']} is {'on' if after['is_enabled'] else 'off'}"

    return do


async def _rehearse(access: Access, name: str, days: float, *, as_json: bool) -> None:
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415 - of this command alone

    until = datetime.now(UTC)
    async with HubClient(access) as client:
        found = await _find(client, name)
        told = await client.api.try_automation(
            {
                "automation": found["id"],
                "from": (until - timedelta(days=days)).isoformat(),
                "until": until.isoformat(),
            }
        )
    _tell(told, _table(told["runs"], "what it would have done"), as_json=as_json)
    if as_json:
        return
    for one in told["unknown"]:
        out.print(plain(f"not known: {one['path']}: {one['detail']}", "dim", limit=300))
    if told["problem"]:
        out.print(plain(f"it would have been switched off: {told['problem']['detail']}", limit=300))


async def _add(access: Access, body: "MakeAutomation", *, as_json: bool) -> None:
    async with HubClient(access) as client:
        made = await client.api.make_automation(body)
    _tell(made, f"{made['id']} {made['name']}", as_json=as_json)


async def _find(client: HubClient, text: str) -> "AutomationShown":
    wanted = text.casefold()
    for one in (await client.api.list_automations())["automations"]:
        if one["id"] == text or one["name"].casefold() == wanted:
            return one
    what = f"there is no automation {printable(text)}"
    raise WordingError(what, "see which there are: ecohub automation list")


def _read(file: str) -> "MakeAutomation":
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
        is_toml = file.endswith(".toml")
        body: Mapping[str, object] = tomllib.loads(text) if is_toml else json.loads(text)
    except OSError as error:
        raise WordingError(f"{file} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise WordingError(f"{file} is not what its name says: {error}") from error
    made = ("id", "author", "next_at", "last_run", "problem")  # of one that `show` has told
    return cast("MakeAutomation", {k: v for k, v in body.items() if k not in made})


def _row(run: "RunShown") -> tuple[str, str, str, str]:
    fired = run["trigger"]
    parts = (fired["device"], fired["address"], asker(fired["by"]))
    what = " ".join(str(part) for part in parts if part)
    value = "" if fired["value"] is None else f" = {json.dumps(fired['value'])}"
    end = run["end"] or "waits"
    return run["at"], (what or fired["type"]) + value, f"{end} {run['detail']}".strip(), _done(run)


def _done(run: "RunShown") -> str:
    told: list[str] = []
    for action in run["actions"]:
        results = [f"{one['device']} {one['status']}" for one in action["results"]]
        told.append(", ".join(results) or f"{action['type']} {action['detail']}".strip())
    return "; ".join(told)
