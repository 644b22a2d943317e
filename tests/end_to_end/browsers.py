"""Chromium on a machine of a test network, with what that machine trusts."""

import os
import shutil
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Playwright

from tests.app.phone import HELD
from tests.end_to_end.namespaces import Machine

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
CERTUTIL = shutil.which("certutil")
HOW = "needs Chromium and certutil: apt install chromium libnss3-tools"


def need_them() -> None:
    """Skip where they are not installed, save in CI."""
    if CHROMIUM is None or CERTUTIL is None:
        assert os.environ.get("CI") != "true", HOW
        pytest.skip(HOW)


def trust(machine: Machine, authority: Path) -> None:
    """Put an authority into the store of this machine's browser, as a person would."""
    store = machine.folder / ".pki" / "nssdb"
    store.mkdir(parents=True)
    place = f"sql:{store}"
    for words in (
        ("-N", "--empty-password"),
        ("-A", "-t", "C,,", "-n", "ecohub", "-i", str(authority)),
    ):
        done = machine.run(str(CERTUTIL), "-d", place, *words)
        assert done.returncode == 0, done.stderr


@asynccontextmanager
async def browser_on(
    machine: Machine, playwright: Playwright, *arguments: str
) -> AsyncIterator[BrowserContext]:
    """Give a browser that runs on a machine and keeps its profile there, as on a phone."""
    wrapper = machine.folder / "chromium"
    wrapper.write_text(f'#!/bin/sh\nexec {" ".join(machine.prefix)} {CHROMIUM} "$@"\n')
    wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
    context = await playwright.chromium.launch_persistent_context(
        machine.folder / "profile",
        executable_path=wrapper,
        args=["--no-sandbox", "--disable-dev-shm-usage", *arguments],
        env={**os.environ, "HOME": str(machine.folder)},
        **HELD,
    )
    try:
        yield context
    finally:
        await context.close()
