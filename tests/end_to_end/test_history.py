"""History of a real hub: through a SIGKILL and a full disk."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.end_to_end.api import Json
from tests.end_to_end.conftest import MakeHub
from tests.end_to_end.device import Lamp, living
from tests.end_to_end.hub_process import Hub
from tests.end_to_end.joining import let_in
from tests.end_to_end.processes import Cold
from tests.end_to_end.volume import volume
from tests.end_to_end.waiting import until

pytestmark = pytest.mark.timeout(90)

EVERY_S = {"HISTORY__WRITE_EVERY_S": "1"}


async def history(hub: Hub, lamp: Lamp) -> Json:
    begin = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    query = urlencode({"address": "lamp.level", "from": begin})
    (series,) = (await hub.api.get(f"/devices/{lamp.id}/history?{query}"))["series"]
    return series


async def values(hub: Hub, lamp: Lamp) -> list[int]:
    return [point["value"] for point in (await history(hub, lamp))["points"]]


async def tell(hub: Hub, lamp: Lamp, levels: Sequence[int]) -> None:
    """Have the lamp tell values, and wait until the history knows the last one."""
    for level in levels:
        lamp.say("state", lamp.state({"lamp.level": level}))

    async def is_known() -> bool:
        return levels[-1] in await values(hub, lamp)

    await until(is_known, f"{levels[-1]} in the history")


async def test_a_killed_hub_still_knows_what_was_told_and_when_it_was_away(
    make_hub: MakeHub, broker_kind: str
) -> None:
    hub = make_hub(BROKER__KIND=broker_kind, **EVERY_S)
    await hub.start()
    (lamp,) = [Lamp(c) for c in await let_in(hub, "lamp-0001")]
    journal = hub.data / "series.journal"
    async with living(lamp):
        await until(lambda: hub.are_online(lamp), "the lamp")
        await tell(hub, lamp, [1, 2, 3])
        size = _size(journal)
        await tell(hub, lamp, [4])
        await until(lambda: _size(journal) > size, "the journal to be written")
        await hub.kill()
        await hub.start()
        await until(lambda: hub.are_online(lamp), "the lamp")
        await tell(hub, lamp, [8])
        series = await history(hub, lamp)
    told = [point["value"] for point in series["points"]]
    assert [value for value in told if value in {1, 2, 3, 8}] == [1, 2, 3, 8]
    assert "hub_down" in [gap["reason"] for gap in series["gaps"]]


async def test_on_a_full_disk_history_says_so_and_goes_on_when_there_is_room(
    make_hub: MakeHub,
) -> None:
    hub = make_hub(BROKER__KIND="embedded", **EVERY_S)  # no broker has a part in it
    with volume(hub.data, "size=8m,mode=0700") as disk:
        hub.program.launcher = Cold(*disk.prefix)
        await hub.start()
        (lamp,) = [Lamp(c) for c in await let_in(hub, "lamp-0001")]
        async with living(lamp):
            await until(lambda: hub.are_online(lamp), "the lamp")
            await tell(hub, lamp, [1])
            disk.fill()
            told_so_far = count()

            async def is_failing() -> bool:
                await tell(hub, lamp, [20 + next(told_so_far) % 60])
                return not await _is_well(hub)

            await until(is_failing, "the history to find the disk full", 45)
            told = (await hub.api.health())["history"]
            assert "No room" in told["detail"]
            assert "Free some space" in told["remedy"]
            before = await values(hub, lamp)
            disk.drop()
            await until(lambda: _is_well(hub), "the history to write again", 30)
            await tell(hub, lamp, [99])
            assert len(await values(hub, lamp)) > len(before)
        await hub.kill()


async def _is_well(hub: Hub) -> bool:
    return bool((await hub.api.health())["history"]["status"] == "ok")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
