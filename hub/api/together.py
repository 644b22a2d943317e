"""Many commands of one request: what is asked, what became of each, and when it is to be."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pydantic_core import to_json

from hub.api.arrangement_bodies import GivenStep
from hub.api.asking import ended, new_id
from hub.api.context import Context
from hub.api.entitled import require_control
from hub.api.operations import Body, Call
from hub.api.problems import of_request, refused
from hub.clock import Clock
from hub.commanding import Taken
from hub.core.arrangement.records import SceneStep
from hub.core.asker import By
from hub.core.commands import CommandRequest, Later
from hub.core.errors import BatchRefusedError, RequestError
from hub.core.hub import Hub
from hub.core.plans import LATE_MS, LONGEST_MS
from hub.core.records import CommandRecord
from protocol.ids import Address, DeviceId

_KNOWN: Final = "a time as ISO 8601 has it, with its zone, such as 2026-11-21T20:43:00Z"


def as_step(given: GivenStep) -> SceneStep:
    """Return a step as the core has it.

    Raises:
        ProblemError: It does not say one thing to do.
    """
    if bool(given.properties) == (given.action is not None) or (
        given.arguments and given.action is None
    ):
        detail = f"what {given.device} is to do is not one thing"
        remedy = "send properties, or an action with its arguments"
        raise refused(409, "step-unclear", detail, remedy)
    if given.action is None:
        return SceneStep(DeviceId(given.device), given.properties)
    return SceneStep(DeviceId(given.device), given.arguments, Address(given.action))


def requests_of(
    steps: Sequence[SceneStep],
    scope: str,
    by: By,
    id_: str | None,
    ttl_s: float | None = None,
) -> list[CommandRequest]:
    """Return the commands for some steps; with an id, each is called that and its place."""
    return [
        CommandRequest(
            device=step.device,
            scope=scope,
            command_id=new_id(),
            values=step.values,
            action=step.action,
            client_id=None if id_ is None else f"{id_}.{place}",
            ttl_s=ttl_s,
            by=by,
        )
        for place, step in enumerate(steps)
    ]


async def command_together(
    call: Call[Body], requests: Sequence[CommandRequest], *, is_whole: bool
) -> list[Taken]:
    """Take many commands of one caller, who may not be allowed to send each of them.

    Raises:
        BatchRefusedError: Not all of what is to be whole can be carried out.
        StoreError: They could not be made durable; none was sent.
    """
    refused: dict[int, RequestError] = {}
    for place, request in enumerate(requests):
        try:
            addresses = request.values if request.action is None else (request.action,)
            require_control(call, request.device, addresses)
        except RequestError as error:
            refused[place] = error
    home = call.context.home
    if refused and is_whole:
        raise BatchRefusedError(sorted((_wrong(home.hub, requests) | refused).items()))
    allowed = [one for place, one in enumerate(requests) if place not in refused]
    taken = iter(await home.commanding.command_all(allowed, is_whole=is_whole))
    return [refused[place] if place in refused else next(taken) for place in range(len(requests))]


def _wrong(hub: Hub, requests: Sequence[CommandRequest]) -> dict[int, RequestError]:
    """Return what is wrong with which commands, whoever sends them."""
    try:
        hub.check_all(requests)
    except BatchRefusedError as error:
        return dict(error.problems)
    return {}


async def results(
    context: Context, requests: Sequence[CommandRequest], taken: Sequence[Taken], wait_s: float
) -> tuple[bytes, int]:
    """Wait for receipts to end and return all results as a JSON array, with the fitting status."""
    clock, home = context.home.clock, context.home
    until_s = clock.now_s() + wait_s
    shown: list[bytes] = []
    is_open = False
    for request, one in zip(requests, taken, strict=True):
        head = b'{"device":"%s",' % request.device.encode()
        if isinstance(one, RequestError):
            shown.append(head + b'"problem":' + to_json(of_request(one).problem) + b"}")
            continue
        left_s = 0.0 if one.is_planned else until_s - clock.now_s()
        record = await ended(home, home.hub.commands.get(one.id) or one, left_s)
        is_open = is_open or not record.is_final
        shown.append(head + b'"receipt":' + context.stream.receipt(record) + b"}")
    await home.settled()
    return b"[" + b",".join(shown) + b"]", 202 if is_open else 200


def records_of(taken: Sequence[Taken]) -> list[CommandRecord | None]:
    """Return the records of those commands that were taken, None for the others."""
    return [one if isinstance(one, CommandRecord) else None for one in taken]


def later(text: str | None, clock: Clock) -> Later | None:
    """Return when something is to be carried out; None for at once.

    Raises:
        ProblemError: That is no time, or one that the hub cannot keep.
    """
    if text is None:
        return None
    at_ms = _unix_ms(text)
    now_s = clock.now_s()
    in_ms = at_ms - clock.wall_s(now_s) * 1000
    if not clock.is_synced:
        detail = "the hub's clock is not set, so it cannot keep a time of day"
        raise refused(409, "clock-not-set", detail, "wait for NTP, or set the clock")
    if in_ms < -LATE_MS:
        detail = f"execute_at is over; it is {clock.iso(now_s)} at the hub"
        raise refused(409, "execute-at-past", detail, "give a time to come; look at your clock")
    if in_ms > LONGEST_MS:
        detail = f"execute_at is more than 31 days ahead; it is {clock.iso(now_s)} at the hub"
        raise refused(409, "execute-at-far", detail, "give a nearer time; look at your clock")
    return Later(at_ms, in_ms / 1000)


def _unix_ms(text: str) -> int:
    detail = f"execute_at is {text!r}, which is not {_KNOWN}"
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return round(moment.timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise refused(409, "execute-at-invalid", detail, f"give {_KNOWN}") from error
    raise refused(409, "execute-at-invalid", detail, f"give {_KNOWN}")
