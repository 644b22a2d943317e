"""The process that a fleet runs in: options checked, signals heard, limits raised, exit code."""

import asyncio
import json
import resource
import signal
from collections.abc import Sequence
from pathlib import Path

from simulators import control, household, joiner, registry
from simulators.assembly import Assembly, needs_gateway
from simulators.errors import SimulatorError, UsageError
from simulators.faults import Faults
from simulators.fleet import Fleet
from simulators.household import GATEWAY, Household
from simulators.mutants import registry as mutants
from simulators.mutants.composing import composed
from simulators.plan import Options, Plan
from simulators.seams import Seams
from simulators.show import Screen, screen, show_error
from simulators.state import StateFolder
from simulators.tempo import Tempo


def run(options: Options, *, as_json: bool) -> int:
    """Run a fleet, or one of each product, until a signal stops it; return the exit code."""
    try:
        plans = [make_plan(one) for one in household.members(options)]
        _raise_limits()
        joins, total = sum(p.count for p in plans), sum(p.total for p in plans)
        with screen(as_json=as_json, joins=joins, total=total) as shown:
            asyncio.run(_live(plans, shown, options.control))
    except SimulatorError as error:
        show_error(error, as_json=as_json)
        return error.exit_code
    return 0


def labels(options: Options) -> str:
    """Return what can be read on the devices, a line of JSON each.

    Id and serial, the children behind it, and whether its setup code is that of the first one.

    Raises:
        UsageError: The options make no devices.
    """
    plan = make_plan(options)
    seams, devices = plan.seams, plan.devices()
    told = [
        {
            "id": seams.name(one),
            "serial": seams.serial(one),
            "children": [child for child, _ in plan.children_of(one)],
            "is_same_code": seams.code(one) == seams.code(devices[0]),
        }
        for one in devices
    ]
    return "\n".join(map(json.dumps, told))


def make_plan(options: Options) -> Plan:
    """Return the plan that the options make.

    Raises:
        UsageError: They make none.
    """
    physics, count, prefix = registry.find(options.product), options.count, options.prefix
    children = tuple(map(registry.find, options.children))
    if needs_gateway(physics):
        prefix = prefix or f"{physics.product}-{GATEWAY}"
        physics, count, children = registry.find(GATEWAY), 1, (physics,) * count + children
    plan = Plan(
        physics=physics,
        count=count,
        seed=options.seed,
        speed=options.speed,
        hub=options.hub,
        code=None if options.code is None else joiner.check_code(options.code),
        prefix=prefix or physics.product,
        folder=StateFolder(options.folder),
        is_advertised=options.is_advertised,
        wait_s=options.wait_s,
        faults=Faults.parse(options.faults),
        children=children,
        interval_s=options.interval_s,
        tempo=Tempo.of(options.time_scale),
        seams=_seams(options),
        level=5 if options.is_mqtt5 else 4,
    )
    Assembly(plan).party(plan.devices()[0], 0, 1)
    if plan.hub is not None and joiner.is_url(plan.hub):
        joiner.check_url(plan.hub)
    return plan


def _seams(options: Options) -> Seams:
    wrong = [mutants.find(name) for name in options.mutants]
    for mutant in wrong:
        if mutant.product != options.product:
            text = f"{mutant.id} is a {mutant.product}, and no {options.product}"
            raise UsageError(text, f"ecohub simulate {' '.join(mutant.kind)} --mutant {mutant.id}")
    return composed(wrong)


async def _live(plans: Sequence[Plan], shown: Screen, place: Path | None) -> None:
    one = len(plans) == 1
    fleet = Fleet(plans[0], shown.tell) if one else Household(plans, shown.tell)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, fleet.stop)
    loop.add_signal_handler(signal.SIGUSR1, fleet.press)
    async with control.served(fleet, place):
        await fleet.run()


def _raise_limits() -> None:
    """Allow as many sockets as the system lets us have: one for each device."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
