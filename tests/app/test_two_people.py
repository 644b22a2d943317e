"""Two people turn one knob: both see the same in the end, and neither sees a value come back."""

import asyncio
from itertools import groupby
from typing import Any

import pytest
from playwright.async_api import expect

from tests.app.phone import Phone
from tests.end_to_end.waiting import until

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("app")]

LIGHT, KNOB = "light-0001", "light.brightness"
MINE, THEIRS = (11, 13, 17, 19, 23, 29), (61, 67, 71, 73, 79, 83)

_WATCH = """(address) => {
  const row = document.querySelector(`[data-address='${address}']`);
  const now = () => row.querySelector("output").textContent;
  window.shown = [now()];
  new MutationObserver(() => window.shown.push(now()))
    .observe(row, {subtree: true, childList: true, characterData: true});
}"""
_TURN = """([address, value]) => {
  const knob = document.querySelector(`[data-address='${address}'] input`);
  knob.value = value;
  knob.dispatchEvent(new Event("input", {bubbles: true}));
  knob.dispatchEvent(new Event("change", {bubbles: true}));
}"""


async def _turn(phone: Phone, values: tuple[int, ...]) -> None:
    for value in values:
        await phone.page.evaluate(_TURN, [KNOB, str(value)])


async def _commands(phone: Phone) -> list[dict[str, Any]]:
    path = f"/api/v1/devices/{LIGHT}/commands"
    commands: list[dict[str, Any]] = (await phone.home.get(path))["commands"]
    return commands


async def _seen(phone: Phone) -> list[str]:
    """Return what was shown, one after the other."""
    shown: list[str] = await phone.page.evaluate("() => window.shown")
    return [text for text, _ in groupby(shown)]


async def test_two_people_turn_one_knob(phone: Phone, own_phone: Phone) -> None:
    await phone.home.ask(
        "PATCH",
        f"/api/v1/devices/{LIGHT}/properties",
        {"properties": {"light.on": True, KNOB: 50}, "wait_s": 10},
    )
    both = (phone, own_phone)
    for one in both:
        await one.visit(LIGHT)
        await expect(one.part(KNOB).locator("output")).to_have_text("50%")
        await one.page.evaluate(_WATCH, KNOB)
    before = {command["command"] for command in await _commands(phone)}
    await asyncio.gather(_turn(phone, MINE), _turn(own_phone, THEIRS))

    turns = len(MINE) + len(THEIRS)

    async def is_settled() -> bool:
        commands = [one for one in await _commands(phone) if one["command"] not in before]
        return len(commands) == turns and all(command["is_final"] for command in commands)

    await until(is_settled, "all commands have ended")
    end = await phone.held(LIGHT, KNOB)
    assert end in {MINE[-1], THEIRS[-1]}
    for one in both:
        await expect(one.part(KNOB).locator("output")).to_have_text(f"{end}%")
        await expect(one.part(KNOB)).not_to_contain_class("going")
        seen = await _seen(one)
        assert len(seen) == len(set(seen)), f"a value came back: {seen}"
        assert seen[-1] == f"{end}%"
