"""Automations of a whole hub that is stopped between a wait and what comes after it."""

from pathlib import Path
from typing import Any

from tests.hub.api.bench import PLUG, PURIFIER, bench
from tests.hub.api.test_automations import AIR, PATH, make, ran, runs

Json = Any
OFF: Json = {"type": "set", "device": PLUG, "properties": {"outlet.on": False}}


async def test_a_wait_goes_on_after_a_restart_and_what_follows_is_done_once(tmp_path: Path) -> None:
    notify: Json = {"type": "notify", "text": "Aired"}
    async with bench(tmp_path) as home:
        await home.bring(PLUG)
        await home.bring(PURIFIER)
        home.report(PURIFIER, {"air.pm2_5": 10.0})
        made = await make(home, actions=[notify, {"type": "wait", "for_s": 1.0}, OFF])
        home.report(PURIFIER, {"air.pm2_5": 80.0})
        await home.until(lambda: home.home.hub.automations.runs(made["id"]), "it runs")
        [run] = await runs(home, made)
        assert (run["end"], [one["status"] for one in run["actions"]]) == (
            None,
            ["done", "waiting"],
        )
        assert home.value(PLUG, "outlet.on") is True
    async with bench(tmp_path) as home:
        await home.bring(PLUG)
        await home.until(lambda: home.value(PLUG, "outlet.on") is False, "it has gone on")
        [again] = await ran(home, made)
        assert (again["id"], again["end"], again["trigger"]) == (run["id"], "done", run["trigger"])
        assert [one["status"] for one in again["actions"]] == ["done", "done", "done"]
        texts = [one["text"] for one in (await home.get("/api/v1/notifications"))["notifications"]]
        assert texts.count("Aired") == 1
        shown = (await home.get(PATH))["automations"]
        assert shown[0]["triggers"][0]["above"] == AIR["above"]
    async with bench(tmp_path) as home:
        [kept] = await runs(home, made)
        assert kept == again
