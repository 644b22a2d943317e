"""Sends a command and follows its receipt to the end."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final, cast

from rich.text import Text

from hub.cli.client import Frame, HubClient, Stream, refusal
from hub.cli.errors import RefusedError, UnreachableError
from hub.cli.output import out
from hub.cli.wording import receipt_status
from protocol.errors import printable
from protocol.messages import Scalar

if TYPE_CHECKING:
    from hub.api.models import Receipt

OnStep = Callable[["Receipt"], None]

GRACE_S: Final = 60.0
"""How much longer than its expiry a command is followed; the hub ends each before that."""

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
    expires_in_s: float
    id: str = field(default_factory=lambda: f"cli-{secrets.token_hex(8)}")

    def frame(self) -> Frame:
        """Return the wish as the stream takes it."""
        asked: dict[str, object] = {
            "ref": self.id,
            "id": self.id,
            "device": self.device,
            "expires_in_s": self.expires_in_s,
        }
        if self.action is None:
            return {**asked, "type": "set", "properties": self.values}
        return {**asked, "type": "call", "action": self.action, "arguments": self.values}


async def follow(client: HubClient, wish: Wish, on_step: OnStep) -> "Receipt":
    """Send a wish and return the receipt when it has ended.

    Args:
        client: An open client.
        wish: What is asked.
        on_step: Called with the receipt whenever it has come further.

    Raises:
        RefusedError: The hub does not take the command.
        UnreachableError: The stream broke off before the end.
    """
    try:
        async with asyncio.timeout(wish.expires_in_s + GRACE_S), client.stream() as stream:
            async for receipt in _receipts(stream, wish):
                on_step(receipt)
                if receipt["is_final"]:
                    return receipt
    except TimeoutError:
        raise UnreachableError(
            "the hub has not told the end of the command in time",
            f"see what came of it: ecohub show {wish.device}",
        ) from None
    raise UnreachableError("the hub closed the stream", "see whether it runs: ecohub doctor")


def check(receipt: "Receipt") -> None:
    """Say by an error that a command has not done what was asked.

    Raises:
        RefusedError: It ended otherwise than applied or confirmed.
    """
    if receipt["status"] in DONE:
        return
    faults = [
        f"{item['address']}: {item.get('error', '')} {item.get('message', '')}".strip()
        for item in receipt["items"]
        if item.get("error")
    ]
    reason = receipt["reason"] or "no reason was given"
    raise RefusedError(
        f"the command ended {receipt['status']}: {reason}", "\n".join(faults), receipt["status"]
    )


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
        if receipt["is_final"] and receipt["results"]:
            for name, value in receipt["results"].items():
                out.print(Text(f"  {printable(name)} = {printable(str(value))}"))


async def _receipts(stream: Stream, wish: Wish) -> "AsyncIterator[Receipt]":
    async for frame in stream.frames():
        match frame:
            case {"type": "snapshot"}:
                await stream.send(wish.frame())
            case {"type": "accepted" | "receipt", "receipt": {"id": wish.id}}:
                yield cast("Receipt", frame["receipt"])
            case {"type": "problem", "ref": wish.id, "problem": problem}:
                raise refusal(problem)
