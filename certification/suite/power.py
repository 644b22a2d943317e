"""What somebody does to the device by hand: power, buttons, a goodbye, a second unit."""

import asyncio
from functools import partial
from typing import Final

from certification.driving import speech
from certification.driving.desk import Desk, GaveUpError, GoneError, holds, is_closed
from certification.driving.parties import Said
from certification.recorder.behaviour import Behaviour
from certification.suite.children import all_announced
from certification.suite.registry import scenario
from certification.suite.setting import product_of

GOODBYE_S: Final = 8.0
"""How long a device may take to leave in order."""

HAPPENS_S: Final = 3.0
"""How long what a hook makes happen may take to be told."""


@scenario(needs="power_cycle")
async def power_cycle(desk: Desk) -> None:
    """The device loses its power and gets it back: a higher epoch, the same credentials."""
    await desk.up()
    n = desk.next_n
    await desk.hook("power_cycle")
    await desk.connected(n)
    await desk.up()
    if desk.parties.children:
        await all_announced(desk, n)


@scenario()
async def goodbye(desk: Desk) -> None:
    """The device is switched off in order, and on again."""
    await desk.up()
    n = desk.next_n
    await desk.hook("stop")
    if await desk.until(is_closed, GOODBYE_S, n) is None:
        raise GaveUpError("it was switched off, and its connection is still there")
    await desk.hook("start")
    await desk.connected(n)


@scenario(features=("notify",), needs="button")
async def button(desk: Desk) -> None:
    """Somebody changes something at the device itself, which it then reports."""
    product = product_of(desk.device)
    told = [address for address, part in product.properties.items() if "notify" in part.access]
    for address in sorted(told, key=lambda one: not product.properties[one].is_writable)[:1]:
        n = desk.next_n
        await desk.hook("button", address)
        await desk.said(partial(_tells, address), HAPPENS_S, n)
    await speech.probe(desk)


@scenario(features=("events",), needs="button")
async def event_each(desk: Desk) -> None:
    """Everything happens that the device tells as an event."""
    for address in product_of(desk.device).events:
        n = desk.next_n
        await desk.hook("button", address)
        await desk.said(holds("event", event=address), HAPPENS_S, n)
    await speech.probe(desk)


@scenario(features=("events",), needs="button")
async def event_unacked(desk: Desk) -> None:
    """An event is not acknowledged before the connection breaks: it comes as the same again."""
    address = next(iter(product_of(desk.device).events))
    await desk.up()
    desk.behave(Behaviour(withhold=frozenset({"PUBACK"})))
    try:
        n = desk.next_n
        await desk.hook("button", address)
        await desk.said(lambda said: said.leaf == "event", HAPPENS_S, n)
    finally:
        desk.behave()
    n = desk.close("reset")
    await desk.connected(n)
    await desk.watch("the event is told again as it was, or not at all", 1.0)


@scenario(needs="sensor_lost")
async def sensor_lost(desk: Desk) -> None:
    """A sensor of the device is gone: it does not know its value any more, and says so."""
    product = product_of(desk.device)
    told = [address for address, part in product.properties.items() if part.is_readable]
    for address in sorted(told, key=lambda one: product.properties[one].is_writable)[:1]:
        n = desk.next_n
        await desk.hook("sensor_lost", address)
        await desk.said(partial(_tells, address), HAPPENS_S, n)
    await speech.probe(desk)


@scenario(needs="second_unit")
async def second_unit(desk: Desk) -> None:
    """Another unit of the product has another id and another serial."""
    await desk.hook("second_unit")


@scenario(needs="new_firmware")
async def new_firmware(desk: Desk) -> None:
    """The device gets another firmware, and announces it."""
    await desk.up()
    n = desk.next_n
    await desk.hook("new_firmware")
    async with asyncio.TaskGroup() as group:
        revival = group.create_task(desk.hooks.start_again())
        announced = await desk.said(lambda said: said.leaf == "announce", desk.back_s, n)
        revival.cancel()
    if announced is None:
        raise GoneError("it does not announce after its firmware was changed")
    await desk.up()
    await speech.interview(desk, desk.device)


def _tells(address: str, said: Said) -> bool:
    return said.leaf == "state" and address in (said.body.get("values") or {})
