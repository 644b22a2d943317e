"""Some command, for what has to be tried with a command whatever it does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from certification.driving import speech, values
from certification.driving.desk import Desk, GaveUpError
from certification.driving.parties import Party
from certification.driving.speech import Outcome, encode
from certification.suite.acting import arguments_of
from certification.suite.setting import product_of, writable
from protocol.ids import Address
from protocol.messages import Scalar


@dataclass(frozen=True, slots=True)
class Trial:
    """A command that a device takes.

    Attributes:
        stimulus: Its type.
        body: What it says besides `type`, `id` and `ttl_ms`.
        shown: The addresses that have to be shown when it is done.
    """

    stimulus: Literal["set", "action"]
    body: Mapping[str, object]
    shown: frozenset[str] = frozenset()


def two_of(desk: Desk, party: Party) -> tuple[Trial, Trial]:
    """Return two commands that a device takes one after the other, as often as one likes.

    Two sets of one property, the second of which brings its present value back; of one that can be
    read, if there is such. Where nothing can be set, an action twice.

    Raises:
        GaveUpError: It takes none.
    """
    product = product_of(party)
    by_use = sorted(writable(product), key=lambda one: not product.properties[one].is_readable)
    for address in by_use:
        found = _two_sets(desk, party, address)
        if found is not None:
            return found
    for name, action in product.actions.items():
        body = {"action": name, "epoch": party.epoch, "arguments": arguments_of(action, desk)}
        return Trial("action", body), Trial("action", body)
    raise GaveUpError("it has no property that can be set to two values, and no action")


def _two_sets(desk: Desk, party: Party, address: Address) -> tuple[Trial, Trial] | None:
    part = product_of(party).properties[address]
    present = party.values.get(address)
    other = values.another(part, present, desk.rng)
    if present is None:
        present = values.another(part, other, desk.rng)
    shown = frozenset({address} if part.is_readable else ())
    first, second = (_set(address, value, shown) for value in (other, present))
    return (first, second) if other != present else None


def _set(address: Address, value: Scalar, shown: frozenset[str]) -> Trial:
    return Trial("set", {"values": {address: value}}, shown)


async def give(
    desk: Desk, party: Party, trial: Trial, *, more: Mapping[str, object] | None = None, **args: Any
) -> Outcome:
    """Send a command, wait for its final ack, and if it is done until it is shown.

    Args:
        desk: By whom.
        party: To whom.
        trial: Which.
        more: Fields that it has besides.
        args: What its stimulus says.
    """
    body = {**trial.body, **(more or {})}
    outcome = await speech.command(desk, party, trial.stimulus, body, **args)
    if outcome.status == "done":
        await speech.shown(desk, party, outcome, set(trial.shown))
    return outcome


async def send(
    desk: Desk, party: Party, trial: Trial, *, ttl_ms: int = speech.TTL_MS, **args: str
) -> str:
    """Send a command and wait for nothing; return its id."""
    name = desk.name()
    told = {"id": name, "ttl_ms": ttl_ms, **trial.body}
    await desk.up()
    desk.stimulate(trial.stimulus, **{**told, **args})
    payload = encode({"type": trial.stimulus, **told})
    await desk.send(party.topic("command"), payload, retain=args.get("kind") == "retained")
    return name
