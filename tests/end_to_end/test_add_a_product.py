"""docs/add-a-product.md, followed word for word."""

import asyncio
from pathlib import Path

import pytest

from tests.end_to_end.conftest import MakeHub
from tests.end_to_end.hub_process import Hub
from tests.end_to_end.pages import Block, blocks, flat, run, save, words_of
from tests.end_to_end.processes import Cold, Program
from tests.end_to_end.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

DEVICE = "night-light-0001"


def told_after(found: list[Block], number: int) -> str:
    """Return what the page says that a block prints, or nothing."""
    following = found[number + 1] if number + 1 < len(found) else found[0]
    return flat(following.text) if following.kind == "text" else ""


def surroundings(hub: Hub) -> dict[str, str]:
    """Return what stands in for mDNS and the user's own data folder."""
    url = f"http://127.0.0.1:{hub.api_port}"
    return {"ECOHUB_DATA": str(hub.data), "ECOHUB_URL": url}


async def test_whoever_follows_the_page_has_the_product_in_a_home(
    make_hub: MakeHub, tmp_path: Path
) -> None:
    found = blocks("add-a-product.md")
    save(found, tmp_path)
    hub = make_hub(BROKER__KIND="embedded")
    running: list[Program] = []
    seen: list[str] = []
    try:
        for number, block in enumerate(found):
            if block.kind != "sh":
                continue
            verb = words_of(block.commands[-1])[0]
            if verb == "run":
                await hub.start()
            elif verb in {"join", "simulate"} and hub.id:
                running.append(started(block, hub, tmp_path))
            else:
                if hub.id:
                    await until(lambda: is_online(hub), "the device")
                printed = await asyncio.to_thread(run, block, tmp_path, surroundings(hub))
                assert told_after(found, number) in printed
                seen.append(printed)
        join, device = running
        await until(lambda: join.code == 0, "the end of the window")
        assert device.is_running
        assert "confirmed" in seen[1]
        assert "30 %" in seen[1]
        assert hub.program.is_running
    finally:
        for program in running:
            await program.kill()


def started(block: Block, hub: Hub, folder: Path) -> Program:
    """Start a command that goes on while the page goes on."""
    (command,) = block.commands
    words = [str(folder / word) if word.endswith(".json") else word for word in words_of(command)]
    program = Program(Cold(), folder / f"program-{words[0]}")
    program.start(words, surroundings(hub))
    return program


async def is_online(hub: Hub) -> bool:
    return DEVICE in await hub.api.online()
