"""How quick the app is in Chromium: what a person waits for, and 1,000 devices under the thumb.

Usage: python -m tests.app.figures [--runs N]
"""

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from time import monotonic
from typing import Any

from playwright.async_api import Browser, BrowserContext, CDPSession, Page, async_playwright

from protocol.ids import DeviceId
from tests.app.phone import PHONE, browser_of_a_phone
from tests.end_to_end.waiting import until
from tests.hub.api.bench import Bench, bench

LIVE = 50
"""Devices that go on telling values while it is scrolled; the others are silent."""

SCROLL_S = 5.0
SWIPE_PX = 600
SWIPE_S = 0.25
FRAME_S = 1 / 60
LEAST_PX = 4_000
"""A scroll that covers less has not been one."""

SETTLES_MS = 8_000
_TRACED = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"]
WITHIN_S = 120.0

_WATCH = """
window.figures = {tasks: [], drawn: 0, live: 0};
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) window.figures.tasks.push([one.startTime, one.duration]);
}).observe({type: "longtask", buffered: true});
new MutationObserver(() => {
  const {figures} = window;
  const now = performance.now();
  if (!figures.drawn && document.querySelector(".tile:not(.ghost)")) figures.drawn = now;
  if (!figures.live && document.documentElement.dataset.link === "live") figures.live = now;
}).observe(document, {subtree: true, childList: true, attributes: true});
"""

_IS_KEPT = """async () => {
  const {fetchKept} = await import("/app/keep.js");
  return ((await fetchKept("home"))?.devices.length ?? 0) > 0;
}"""

_MEASURE_WAY = """() => {
  let last = scrollY;
  window.figures.way = 0;
  addEventListener("scroll", () => {
    window.figures.way += Math.abs(scrollY - last);
    last = scrollY;
  });
}"""

_READ_WAY = "() => [window.figures.way, document.documentElement.scrollHeight - innerHeight]"

_READ = """() => {
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  const {drawn, live, tasks} = window.figures;
  const after = tasks.filter(([start]) => start <= drawn + 1000);
  const busy = after.map(([start, took]) => start + took);
  return {paint: paint?.startTime ?? 0, drawn, ready: Math.max(drawn, ...busy), live};
}"""


@dataclass(frozen=True)
class Load:
    """One opening of the app, milliseconds.

    Attributes:
        paint: Until the first thing is drawn.
        drawn: Until the devices are.
        ready: Until what is tapped is answered at once: no task of 50 ms follows on the drawing.
        live: Until what the hub knows now is shown.
    """

    paint: float
    drawn: float
    ready: float
    live: float


@dataclass(frozen=True)
class Scroll:
    """One scroll of five seconds.

    Attributes:
        longest_ms: The longest task: time that it had the processor, so that a machine which others
            keep busy says the same.
        long: How many took 50 ms.
        way_px: How far the page has moved, down and up.
    """

    longest_ms: float
    long: int
    way_px: float


@dataclass(frozen=True)
class Figures:
    """All runs in one home."""

    cold: list[Load]
    again: list[Load]
    scrolls: list[Scroll]


async def furnish(home: Bench, count: int) -> None:
    """Let so many devices of all products come; most of them say nothing more."""
    kinds = [entry.load() for entry in entry_points(group="ecohub.simulators")]
    for number, physics in enumerate(islice(cycle(kinds), count)):
        await home.bring(DeviceId(f"{physics.product}-{number:04}"), physics)
        if number >= LIVE:
            home.air.devices.popitem()


async def open_cold(browser: Browser, home: Bench, throttle: float) -> tuple[Load, BrowserContext]:
    """Open the app on a phone that has never seen it."""
    context = await browser_of_a_phone(browser, keeps_shell=True)
    await context.add_init_script(_WATCH)
    page = await _page(context, throttle)
    await page.goto(f"{home.url}/#{home.token}")
    load = await _loaded(page)
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await until(lambda: page.evaluate(_IS_KEPT), "the home is kept", WITHIN_S)
    await page.close()
    return load, context


async def open_again(context: BrowserContext, home: Bench, throttle: float) -> tuple[Load, Page]:
    """Open it once more, as from the home screen."""
    page = await _page(context, throttle)
    await page.goto(f"{home.url}/")
    return await _loaded(page), page


async def scroll(browser: Browser, page: Page, folder: Path) -> Scroll:
    """Scroll through the first page for five seconds, swipe after swipe: down, then back up.

    Raises:
        RuntimeError: The page has hardly moved.
    """
    await page.wait_for_timeout(SETTLES_MS)
    await page.evaluate(_MEASURE_WAY)
    cdp = await page.context.new_cdp_session(page)
    await browser.start_tracing(page=page, path=folder / "trace.json", categories=_TRACED)
    start = monotonic()
    while (gone := monotonic() - start) < SCROLL_S:
        await _swipe(cdp, SWIPE_PX if gone < SCROLL_S / 2 else -SWIPE_PX)
    events = json.loads(await browser.stop_tracing())["traceEvents"]
    way_px, most_px = await page.evaluate(_READ_WAY)
    if way_px < min(LEAST_PX, most_px):
        raise RuntimeError(f"the page has moved {way_px} px of {most_px} in {SCROLL_S} s")
    return _tasks(events, way_px)


async def _swipe(cdp: CDPSession, way_px: int) -> None:
    """Move a finger over the page at the same speed on any machine, and let go in full motion."""
    begin = (PHONE["height"] + way_px) // 2
    start = monotonic()
    await _touch(cdp, "touchStart", begin)
    while (done := (monotonic() - start) / SWIPE_S) < 1:
        await _touch(cdp, "touchMove", begin - round(way_px * done))
        await asyncio.sleep(FRAME_S)
    await _touch(cdp, "touchMove", begin - way_px)
    await cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


async def _touch(cdp: CDPSession, kind: str, y: int) -> None:
    points = [{"x": PHONE["width"] // 2, "y": y}]
    await cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def _tasks(events: Sequence[Any], way_px: float) -> Scroll:
    """Return the tasks of the page's thread, by the time that the processor gave them."""
    names = [one for one in events if one["name"] == "thread_name"]
    mains = {(n["pid"], n["tid"]) for n in names if n["args"]["name"] == "CrRendererMain"}
    tasks = [e for e in events if e["name"] == "RunTask" and (e["pid"], e["tid"]) in mains]
    took_ms = [one["tdur"] / 1_000 for one in tasks if "tdur" in one]
    return Scroll(max(took_ms), sum(ms >= 50 for ms in took_ms), way_px)


async def _page(context: BrowserContext, throttle: float) -> Page:
    page = await context.new_page()
    cdp = await context.new_cdp_session(page)
    await cdp.send("Emulation.setCPUThrottlingRate", {"rate": throttle})
    return page


async def _loaded(page: Page) -> Load:
    is_whole = "() => Boolean(window.figures.drawn && window.figures.live)"
    await until(lambda: page.evaluate(is_whole), "the home is drawn", WITHIN_S)
    await page.wait_for_timeout(1_500)
    return Load(**await page.evaluate(_READ))


async def measure(browser: Browser, count: int, throttle: float, runs: int) -> Figures:
    """Measure a home of so many devices several times over."""
    found = Figures([], [], [])
    with tempfile.TemporaryDirectory() as folder:
        async with bench(Path(folder)) as home:
            await furnish(home, count)
            for _ in range(runs):
                load, context = await open_cold(browser, home, throttle)
                found.cold.append(load)
                load, page = await open_again(context, home, throttle)
                found.again.append(load)
                found.scrolls.append(await scroll(browser, page, Path(folder)))
                await context.close()
    return found


def table(homes: Mapping[str, Figures]) -> str:
    """Return medians as a table, a column for each home."""
    rows: list[list[str]] = [["figure", *homes], ["---", *("--:" for _ in homes)]]
    for way, what in (("cold", "never seen"), ("again", "kept")):
        for part in ("paint", "drawn", "ready", "live"):
            found = (median(getattr(one, part) for one in getattr(h, way)) for h in homes.values())
            rows.append([f"{part}, {what}", *(f"{ms:,.0f} ms" for ms in found)])
    longest = (max(one.longest_ms for one in h.scrolls) for h in homes.values())
    rows.append(["longest task of a scroll", *(f"{ms:,.0f} ms" for ms in longest)])
    many = (max(one.long for one in h.scrolls) for h in homes.values())
    rows.append(["tasks of 50 ms and more in it", *(f"{count}" for count in many)])
    ways = (min(one.way_px for one in h.scrolls) for h in homes.values())
    rows.append(["way of that scroll", *(f"{px:,.0f} px" for px in ways)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


async def main(runs: int) -> None:
    """Start the browser, measure, and print the table of docs/performance.md."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        before = os.getloadavg()[0]
        homes = {
            "18 devices": await measure(browser, 18, 1.0, runs),
            "1,000 devices, processor 4 times slower": await measure(browser, 1_000, 4.0, runs),
        }
        told = f"{table(homes)}\n\nmedian of {runs} runs, the longest task of all; Chromium "
        told += f"{browser.version}, {os.cpu_count()} cores, load {before:.1f} before and "
        sys.stdout.write(f"{told}{os.getloadavg()[0]:.1f} after\n")
        await browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    asyncio.run(main(parser.parse_args().runs))
