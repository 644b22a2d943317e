"""`ecohub demo`: a hub and simulated devices in processes of their own, at once."""

import asyncio
import shutil
import signal
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal
from urllib.parse import urlsplit

import typer

from hub.cli.access import Access
from hub.cli.children import Children, while_alive
from hub.cli.client import HubClient
from hub.cli.demo_home import DemoHome, Plan, products
from hub.cli.demo_screen import Facts, JsonScreen, PeopleScreen, Screen
from hub.cli.options import AsJson
from hub.cli.parent import is_make_interrupted
from hub.discovery.interfaces import interfaces, reachable_addresses

if TYPE_CHECKING:
    from ecohub_client.shapes import DeviceSummary

ANYWHERE: Final = "0.0.0.0"  # noqa: S104 - what hub.toml says by default, for its addresses

MAKE_EVERY_S: Final = 0.25
"""How often is looked whether the make that started the demo was told to stop."""


def demo(
    *,
    broker: Annotated[
        Literal["auto", "mosquitto", "embedded"],
        typer.Option(help="Which broker the hub runs; auto takes mosquitto where there is one."),
    ] = "auto",
    speed: Annotated[
        float, typer.Option(min=0.1, max=1000, help="How much faster than real time devices live.")
    ] = 1.0,
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Data folder; stays when the demo ends. Without it, a new one that goes.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """A hub and a household of simulated devices, in processes of their own, until Ctrl-C.

    The devices find the hub by mDNS and join it. With --json, one line on stdout when every device
    is there: {"url", "token", "devices"}; then it stays up. SIGINT or SIGTERM ends all of it.
    """
    folder = data.absolute() if data else Path(tempfile.mkdtemp(prefix="ecohub-demo-"))
    plan = Plan(folder, products(), None if broker == "auto" else broker, speed)
    plan.logs.mkdir(parents=True, exist_ok=True)
    screen = JsonScreen() if as_json else PeopleScreen()
    asyncio.run(_until_stopped(_live(plan, screen), screen))
    if data is None:
        shutil.rmtree(folder, ignore_errors=True)


async def _until_stopped(life: Coroutine[None, None, None], screen: Screen) -> None:
    """Run `life` until it ends or a first signal comes; further ones change nothing."""
    task = asyncio.ensure_future(life)
    loop = asyncio.get_running_loop()
    signals: list[int] = []

    def stop(number: int) -> None:
        if not signals:
            screen.progress("stopping ...")
            task.cancel()
        signals.append(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop, number)
    heeding = asyncio.ensure_future(_heed_make(stop))
    try:
        await task
    except asyncio.CancelledError:
        if not signals:
            raise
    finally:
        heeding.cancel()


async def _heed_make(stop: Callable[[int], None]) -> None:
    while not is_make_interrupted():  # noqa: ASYNC110 - the kernel sets no event
        await asyncio.sleep(MAKE_EVERY_S)
    stop(signal.SIGINT)


async def _live(plan: Plan, screen: Screen) -> None:
    async with Children(plan.logs) as children:
        home = DemoHome(plan, children, screen.progress)
        screen.progress("starting the hub ...")
        access = await home.start_hub()
        async with HubClient(access) as client:
            gathering = _gather(home, client, screen, access)
            devices = await while_alive(children.running, gathering)
            broker = (await client.api.show_hub())["broker"].get("detail", "")
            screen.home(access, Facts(_addresses(access), plan.folder, broker), devices)
            await while_alive(children.running, screen.life(client, devices))


async def _gather(
    home: DemoHome, client: HubClient, screen: Screen, access: Access
) -> "list[DeviceSummary]":
    screen.progress("devices look for the hub and join ...")
    await home.start_devices(client)
    return await home.all_here(client, access.url)


def _addresses(access: Access) -> list[str]:
    """Return the urls at which others on the network reach the hub."""
    port = urlsplit(access.url).port
    return [f"http://{place}:{port}" for place in reachable_addresses(ANYWHERE, interfaces())]
