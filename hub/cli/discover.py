"""`ecohub discover`."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.table import Table
from rich.text import Text

from hub.cli.access import Access, find_access
from hub.cli.client import HubClient
from hub.cli.options import AsJson, HubToken, HubUrl
from hub.cli.output import err, out, print_json, shown
from hub.cli.tables import plain, table
from hub.cli.wording import age, seconds_since

if TYPE_CHECKING:
    from ecohub_client.shapes import Advert, DiscoveryReport, Question

LISTEN_S: Final = 1.5
"""Answers to a question come within so long (RFC 6762, 6: at most 0.5 s, and the loop's turn)."""


def discover(
    *,
    wait_s: Annotated[
        float, typer.Option("--wait", min=0, max=60, help="Seconds to listen after asking anew.")
    ] = LISTEN_S,
    hub: HubUrl = None,
    token: HubToken = None,
    as_json: AsJson = False,
) -> None:
    """What the network tells of itself by mDNS, and the evidence: asked, answered, when, where.

    What is listed here is a hint. A device becomes one of the home by `ecohub join`.
    """
    report = asyncio.run(_report(find_access(hub, token), wait_s))
    if as_json:
        print_json(report)
        return
    _print_state(report)
    out.print(_questions(report["questions"]))
    if report["seen"]:
        out.print(_adverts(report["seen"]))
    else:
        err.print("no device and no other hub has been heard")


async def _report(access: Access, wait_s: float) -> "DiscoveryReport":
    """Return what is known after listening; the hub asks anew when its report is read."""
    async with HubClient(access) as client:
        if wait_s:
            await client.api.show_discovery()
            await asyncio.sleep(wait_s)
        return await client.api.show_discovery()


def _print_state(report: "DiscoveryReport") -> None:
    style = {"ready": "green", "degraded": "yellow"}.get(report["status"], "dim")
    out.print(Text.assemble("mDNS is ", (report["status"], style), f" {report['detail']}"))
    if report["remedy"]:
        out.print("[green]→[/]", shown(report["remedy"], 500))


def _questions(questions: "list[Question]") -> Table:
    made = table("interface", "address", "asked", "answered", "heard itself")
    for question in questions:
        made.add_row(
            plain(question["interface"]),
            question["address"],
            _times(question["asked"], question["asked_at"]),
            _times(question["answered"], question["answered_at"]),
            age(seconds_since(question["heard_itself_at"])),
        )
    return made


def _adverts(seen: "list[Advert]") -> Table:
    made = table("kind", "id", "place", "interface", "heard", "says")
    for advert in seen:
        says = ", ".join(f"{key}={value}" for key, value in advert["txt"].items() if key != "id")
        note = "said goodbye; " if advert["said_goodbye"] else ""
        made.add_row(
            advert["kind"],
            plain(advert["device"] or advert["name"], "bold"),
            plain(f"{advert['host']}:{advert['port']}" if advert["port"] else advert["host"]),
            plain(advert["interface"] or "?"),
            _times(advert["times"], advert["last_at"]),
            plain(advert["problem"], "red", 300) if advert["problem"] else plain(note + says),
        )
    return made


def _times(count: int, last: str | None) -> str:
    return f"{count} times, {age(seconds_since(last))}" if count else "never"
