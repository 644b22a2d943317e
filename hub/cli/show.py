"""`ecohub show`."""

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from rich.text import Text

from hub.cli.access import Access, find_access
from hub.cli.client import HubClient
from hub.cli.lookup import find_device
from hub.cli.options import AsJson, DeviceText, HubToken, HubUrl
from hub.cli.output import out, print_json
from hub.cli.tables import plain, product_of_spec, table, twin_table, violation_table
from hub.cli.wording import age, presence, seconds_since, until
from protocol.value_check import allowed

if TYPE_CHECKING:
    from ecohub_client.shapes import CertificateState, DeviceView


_WHY: Final = {
    "broke_rules": "it broke rules 20 times within a minute",
    "flooded": "it said far too much twice within ten minutes",
}


def show(
    device: DeviceText,
    *,
    hub: HubUrl = None,
    token: HubToken = None,
    as_json: AsJson = False,
) -> None:
    """All about one device: identity, presence, values, what it can do, what it broke."""
    view = asyncio.run(_view(find_access(hub, token), device))
    if as_json:
        print_json(view)
        return
    out.print(_heading(view))
    out.print(_identity(view))
    if view["certificate"]["status"] != "none":
        out.print(_certificate(view["certificate"]))
    for line in _household(view):
        out.print(line)
    out.print(twin_table(view))
    _print_actions(view)
    if quarantine := view["quarantine"]:
        out.print(f"[bold magenta]in quarantine[/]: {_WHY[quarantine['reason']]}")
        for refused in quarantine["refused"]:
            out.print(plain(f"  {refused['leaf']} {refused['rule']} {refused['text']}", "dim", 400))
        out.print(plain(f"  when it is mended: ecohub release {view['id']}", "dim"))
    if view["violations"]:
        out.print("[bold]rules it broke[/]")
        out.print(violation_table(view["violations"]))


async def _view(access: Access, text: str) -> "DeviceView":
    async with HubClient(access) as client:
        found = find_device(text, (await client.api.list_devices())["devices"])
        return await client.api.show_device(found["id"])


def _heading(view: "DeviceView") -> Text:
    state = view["presence"]
    heading = Text.assemble(plain(view["name"], "bold"), "  ", plain(view["id"], "dim"), "  ")
    heading.append(presence(state["status"]))
    since = age(seconds_since(state["since"]))
    heading.append(f" for {since} ({state['reason']})", "dim")
    return heading


def _identity(view: "DeviceView") -> Text:
    own = view["identity"]
    parts = [
        f"{own['vendor']} {own['product']}",
        f"class {view['class'] or 'unknown'}",
        f"serial {own['serial'] or '?'}",
        f"hardware {own['hardware'] or '?'}",
        f"firmware {own['firmware'] or '?'}",
        f"ECO/{own['protocol']}",
        f"judged {view['mode']}ly" if view["mode"] == "strict" else "judged with warnings only",
        f"{view['traffic']['messages']} messages, {view['traffic']['missed']} missed",
    ]
    return plain(", ".join(parts), "dim", limit=500)


def _certificate(state: "CertificateState") -> Text:
    status = state["status"]
    level = f"level {state['level']}, firmware {state['firmware_certified']}"
    style = "green" if status == "valid" else "yellow"
    told = status.replace("_", " ")
    return plain(f"certificate {told} ({level}): {state['why']}", style, limit=500)


def _household(view: "DeviceView") -> Iterator[Text]:
    """Yield how it sleeps, behind whom it is and for whom it speaks."""
    sleep, wanted = view["sleep"], view["wants_gateway"]
    if sleep is not None:
        wakes_at = sleep["next_wake_at"]
        wakes = f", next {until(wakes_at)}" if wakes_at else ""
        yield plain(f"sleeps: wakes every {age(sleep['interval_s'])}{wakes}", "dim")
    if view["waits"]:
        yield plain(f"commands that wait for it: {view['waits']}", "dim")
    if view["gateway"] is not None:
        yield plain(f"behind gateway {view['gateway']}", "dim")
    if wanted is not None:
        move = f"ecohub move {view['id']} {wanted}"
        yield plain(f"wants to move behind {wanted}; to allow it: {move}", "yellow", limit=300)
    if view["max_children"] is not None:
        names = ", ".join(view["children"]) or "nobody"
        count = f"{len(view['children'])} of {view['max_children']}"
        yield plain(f"speaks for {names} ({count})", "dim", limit=2000)


def _print_actions(view: "DeviceView") -> None:
    product = product_of_spec(view["spec"])
    if product is None or not product.actions:
        return
    made = table("action", "what it does", "arguments")
    for address, action in product.actions.items():
        takes = ", ".join(f"{value.name}={allowed(value)}" for value in action.arguments)
        made.add_row(plain(address), plain(action.title.get("en", "")), plain(takes, "dim"))
    out.print(made)
