"""`ecohub doctor`."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import typer
from rich.text import Text

from hub.cli.access import Access, find_access, noted
from hub.cli.checks import Check, of_machine
from hub.cli.checks_https import check_https
from hub.cli.checks_hub import of_hub
from hub.cli.errors import CannotStartError, CliError
from hub.cli.options import AsJson, ConfigFile, HubToken, HubUrl
from hub.cli.output import out, print_json
from hub.cli.settings import read_settings, settings_file
from hub.config import Settings
from protocol.errors import printable

_SIGNS: Final = {"ok": ("✓", "green"), "note": ("!", "yellow"), "wrong": ("✗", "bold red")}


def doctor(
    *,
    config: ConfigFile = None,
    hub: HubUrl = None,
    token: HubToken = None,
    as_json: AsJson = False,
) -> None:
    """What is wrong with this installation and how to mend it; exit code 1 when something is."""
    found: list[Check] = []
    for check in _checks(config, hub, token):
        found.append(check)
        if not as_json:
            _print(check)
    wrong = sum(check.status == "wrong" for check in found)
    if as_json:
        checks = [
            {"name": c.name, "status": c.status, "detail": c.detail, "remedy": c.remedy}
            for c in found
        ]
        print_json({"status": "wrong" if wrong else "ok", "checks": checks})
    if wrong:
        raise typer.Exit(1)


def _checks(config: Path | None, url: str | None, token: str | None) -> Iterator[Check]:
    try:
        settings = read_settings(config)
    except CannotStartError as error:
        for line in error.text.splitlines():
            yield Check("settings", "wrong", line, error.remedy)
        settings = Settings.model_construct()
    else:
        file = settings_file(config)
        yield Check("settings", "ok", str(file.absolute()) if file else "defaults; no hub.toml")
    here = noted(settings.hub.data_dir)
    yield from of_machine(settings, is_hub_running=here is not None)
    if here is None:
        yield from check_https(settings)
    if here is None and url is None:
        yield Check("hub", "note", "none runs here", "start one: ecohub run, or ecohub demo")
        return
    try:
        access = find_access(url, token, settings.hub.data_dir)
    except CliError as error:
        yield Check("hub", "wrong", error.text, error.remedy)
        return
    port = here.mqtt_port if here is not None and access.url == here.url else None
    yield from asyncio.run(_of_hub(access, port))


async def _of_hub(access: Access, mqtt_port: int | None) -> list[Check]:
    return [check async for check in of_hub(access, mqtt_port)]


def _print(check: Check) -> None:
    sign, style = _SIGNS[check.status]
    line = Text.assemble((f"{sign} ", style), (f"{check.name:<16}", "bold"))
    out.print(line.append(printable(check.detail, 400)), soft_wrap=True)
    for remedy in check.remedy.splitlines():
        out.print(Text.assemble(("  → ", "green"), printable(remedy, 400)), soft_wrap=True)
