"""Sends a command and follows its receipt to the end."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast

from rich.text import Text

from ecohub_client import Stream
from ecohub_client.errors import ProblemError
from hub.cli.client import HubClient, refusal
from hub.cli.errors import RefusedError, UnreachableError
from hub.cli.output import out
from hub.cli.wording import receipt_status, time_of_day
from protocol.errors import printable
from protocol.messages import Scalar

if TYPE_CHECKING:
    from ecohub_client.shapes import CallAction, Problem, Receipt, ReceiptNow, Set

OnStep = Callable[["Receipt"], None]

GRACE_S: Final = 60.0
"""How much longer than its expiry a command is followed; the hub ends each before that."""

EXPIRES_S: Final = 10.0
"""What the hub gives a command to a device that is always there, if nothing else is asked."""

DONE: Final = frozenset({"applied", "confirmed"})


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a device: properties, or an action with its arguments.

    Attributes:
        id: What we call the command; receipts carry it.
    """

    device: str
    values: Mapping[str, Scalar]
    action: str | None
    expires_in_s: float | None
    id: str = field(default_factory=lambda: f"cli-{secrets.token_hex(8)}")

    def frame(self) -> "CallAction | Set":
        """Return the wish as the stream takes it."""
        asked: Any = {"ref": self.id, "id": self.id, "device": self.device}
        if self.expires_in_s is not None:
            asked["expires_in_s"] = self.expires_in_s
        if self.action is None:
            return cast("Set", {**asked, "type": "set", "properties": self.values})
        called = {"type": "call", "action": self.action, "arguments": self.values}
        return cast("CallAction", {**asked, **called})


async def follow(client: HubClient, wish: Wish, on_step: OnStep) -> "Receipt":
    """Send a wish and return the receipt when it has ended, or waits for a device that sleeps.

    Args:
        client: An open client.
        wish: What is asked.
        on_step: Called with the receipt whenever it has come further.

    Raises:
        RefusedError: The hub does not take the command.
        UnreachableError: The stream broke off before the end.
    """
    try:
        patience_s = (wish.expires_in_s or EXPIRES_S) + GRACE_S
        async with asyncio.timeout(patience_s), client.stream() as stream:
            async for receipt in _receipts(stream, wish):
                on_step(receipt)
                if receipt["is_final"] or is_waiting(receipt):
                    return receipt
    except TimeoutError:
        raise UnreachableError(
            "the hub has not told the end of the command in time",
            f"see what came of it: ecohub show {wish.device}",
        ) from None
    raise UnreachableError("the hub closed the stream", "see whether it runs: ecohub doctor")


def is_waiting(receipt: "Receipt") -> bool:
    """Say whether a command waits until its device wakes."""
    return receipt["status"] == "accepted" and bool(receipt["reason"])


def check(receipt: "Receipt") -> None:
    """Say by an error that a command has not done what was asked, and will not.

    Raises:
        RefusedError: It ended otherwise than applied or confirmed.
    """
    if receipt["status"] in DONE or is_waiting(receipt):
        return
    faults = [
        f"{item['address']}: {item.get('error', '')} {item.get('message', '')}".strip()
        for item in receipt["items"]
        if item.get("error")
    ]
    status, reason = receipt["status"], receipt["reason"]
    if not reason and not faults:
        reason = "no reason was given"
    what = f"the command ended {status}: {reason}" if reason else f"the command ended {status}"
    raise RefusedError(what, "\n".join(faults), status)


class Steps:
    """Prints the steps of a receipt, each once, as they come."""

    def __init__(self) -> None:
        self._printed = 0
        self._begun: datetime | None = None

    def __call__(self, receipt: "Receipt") -> None:
        """Print what is new in a receipt."""
        for moment in receipt["history"][self._printed :]:
            at = datetime.fromisoformat(moment["at"])
            self._begun = self._begun or at
            line = Text.assemble(receipt_status(moment["status"]))
            line.append(f"  +{(at - self._begun).total_seconds() * 1000:.0f} ms", "dim")
            line.append(f"  {printable(moment.get('reason', ''))}".rstrip())
            out.print(line)
        self._printed = len(receipt["history"])
        if is_waiting(receipt):
            until = receipt.get("expected_at")
            wakes = f"it wakes by {time_of_day(until)}" if until else "nobody knows when it wakes"
            out.print(
                Text(f"  waits: the device is {printable(receipt['reason'])}; {wakes}", "dim")
            )
        if receipt["is_final"] and receipt["results"]:
            for name, value in receipt["results"].items():
                out.print(Text(f"  {printable(name)} = {printable(str(value))}"))


async def _receipts(stream: Stream, wish: Wish) -> "AsyncIterator[Receipt]":
    async for frame in stream:
        match frame:
            case {"type": "snapshot"}:
                await stream.send(wish.frame())
            case {"type": "accepted" | "receipt", "receipt": {"id": wish.id}}:
                yield cast("ReceiptNow", frame)["receipt"]
            case {"type": "problem", "ref": wish.id, "problem": problem}:
                raise refusal(ProblemError(cast("Problem", problem)))
