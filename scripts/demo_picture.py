"""Draw docs/demo.svg: the picture that `ecohub demo` shows, of a demo that really runs.

Run `python scripts/demo_picture.py`; it starts a hub and its household, lets them live for a while
and leaves nothing behind but the file.
"""

import asyncio
import html
import io
import os
import re
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from hub.cli.children import Children, while_alive  # noqa: E402 - the path comes first
from hub.cli.client import HubClient  # noqa: E402 - the path comes first
from hub.cli.demo_home import DemoHome, Plan, products  # noqa: E402 - the path comes first
from hub.cli.demo_screen import hints  # noqa: E402 - the path comes first
from hub.cli.demo_view import Sight, picture  # noqa: E402 - the path comes first
from hub.cli.demo_window import DemoWindow  # noqa: E402 - the path comes first

FILE: Final = ROOT / "docs" / "demo.svg"

WIDTH: Final = 112
HEIGHT: Final = 60
"""Room for all that there is to show; what is not used is cut off."""

LIVE_S: Final = 60.0
"""Long enough that sleepers have woken."""

TOLD_S: Final = 10.0
"""So long the hub may take to tell of the home."""

HOUR: Final = 19
"""An evening: people are at home."""

URL: Final = "http://127.0.0.1:8321"
FOLDER: Final = Path("~/ecohub-demo")
"""What the picture says in place of this machine's own."""

SPACE: Final = "&#160;"
SPACED: Final = re.compile(
    r'(<text [^>]*x=")([0-9.]+)(" [^>]*textLength=")([0-9.]+)("[^>]*>)([^<]*)</text>'
)
"""A text with its place and its length."""

THEME: Final = TerminalTheme(
    (17, 21, 28),
    (214, 220, 228),
    [
        (40, 46, 56),
        (240, 113, 120),
        (127, 209, 139),
        (232, 191, 106),
        (112, 164, 250),
        (197, 146, 234),
        (94, 205, 222),
        (214, 220, 228),
    ],
    [
        (98, 108, 122),
        (255, 138, 144),
        (152, 227, 163),
        (247, 211, 133),
        (141, 184, 255),
        (214, 170, 245),
        (124, 224, 240),
        (240, 244, 248),
    ],
)

SVG: Final = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" \
role="img" aria-label="ecohub demo: a home of simulated devices, live on a terminal">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, "SFMono-Regular", Menlo, Consolas, \
"DejaVu Sans Mono", monospace; font-size: {char_height}px; line-height: {line_height}px; \
font-variant-east-asian: full-width; white-space: pre; }}
.{unique_id}-title {{ font-size: 16px; font-family: system-ui, sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
"""rich's own form, less the fonts that it would fetch from the network."""


def drawn(sight: Sight) -> str:
    """Return the picture as SVG."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), color_system="truecolor")
    console.print(Text.assemble((" $ ", "dim"), f"ecohub demo --data {FOLDER}\n"))
    console.print(picture(sight, WIDTH, HEIGHT))
    svg = console.export_svg(
        title="ecohub demo", theme=THEME, code_format=SVG, unique_id="ecohub-demo"
    )
    return SPACED.sub(_unspaced, svg)


def _unspaced(found: re.Match[str]) -> str:
    """Move a text to where its first letter stands: some programs squeeze leading spaces."""
    head, x, middle, length, tail, text = found.groups()
    letters = text.replace(SPACE, " ")
    if not letters.strip():
        return ""
    one = float(length) / len(html.unescape(letters))
    left = len(letters) - len(letters.lstrip())
    width = len(html.unescape(letters.strip())) * one
    inner = letters.strip().replace(" ", SPACE)
    return f"{head}{float(x) + left * one:g}{middle}{width:g}{tail}{inner}</text>"


def _let_it_be_evening() -> None:
    """Move this process, and those that it starts, to where the clock says `HOUR`."""
    east = (HOUR - datetime.now(UTC).hour) % 24
    os.environ["TZ"] = f"EVE{-east if east <= 12 else 24 - east}"
    time.tzset()


async def seen(folder: Path) -> Sight:
    """Return what a demo shows when it has lived for a while."""
    plan = Plan(folder, products())
    plan.logs.mkdir()
    async with Children(plan.logs) as children:
        home = DemoHome(plan, children, lambda text: sys.stderr.write(f"{text}\n"))
        access = await home.start_hub()
        async with HubClient(access) as client:
            await home.start_devices(client)
            devices = await home.all_here(client, access.url)
            title = Text.assemble((" ecohub ", "bold"), (URL, "cyan"))
            window = DemoWindow(client, Sight(title, devices, hints=hints(FOLDER)))
            await while_alive(children.running, _watch(client, window))
            return await window.look()


async def _watch(client: HubClient, window: DemoWindow) -> None:
    """Let the home live, then do what the picture tells people to try."""
    with suppress(TimeoutError):
        async with asyncio.timeout(LIVE_S), client.stream() as stream:
            async for frame in stream:
                window.take(frame)
                await window.look()
    await client.set("air-purifier-0001", {"fan.level": 3})
    async with asyncio.timeout(TOLD_S), client.stream() as stream:
        async for frame in stream:
            window.take(frame)
            if frame.get("type") == "snapshot":
                return


def main() -> int:
    """Draw the file."""
    _let_it_be_evening()
    folder = Path(tempfile.mkdtemp(prefix="ecohub-picture-"))
    try:
        FILE.write_text(drawn(asyncio.run(seen(folder))), "utf-8")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
