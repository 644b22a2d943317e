"""Commands that are carried out once, however often the line breaks meanwhile."""

import asyncio
import random
import secrets
from collections.abc import Mapping
from time import monotonic
from typing import Final, TypeAlias, cast

from ecohub_client.errors import CommandError, ProblemError, UnreachableError
from ecohub_client.exchange import Ask
from ecohub_client.shapes import Receipt

Scalar: TypeAlias = bool | float | str
"""A value of a property or an argument."""

WITHIN_S: Final = 30.0
"""How long the end of a command is waited for; the hub ends most within 10 s by itself."""

LONGEST_WAIT_S: Final = 20.0
"""How long one request waits for the end; the hub allows 30 s."""

AGAIN_AFTER_S: Final = 0.3
"""Wait before a request is repeated that got no answer; it grows."""

LONGEST_PAUSE_S: Final = 3.0

DONE: Final = frozenset({"applied", "confirmed"})


def new_id() -> str:
    """Return a new id for a command."""
    return f"client-{secrets.token_hex(10)}"


async def carried_out(
    ask: Ask, method: str, path: str, body: Mapping[str, object], within_s: float
) -> Receipt:
    """Send a command until there is an answer, and return its receipt once it has done its work.

    Its id makes all of these requests one command.

    Args:
        ask: Sends a request and returns its answer.
        method: Of the operation.
        path: Of the operation.
        body: With the id.
        within_s: How long its end is waited for.

    Raises:
        CommandError: It ended otherwise, or not in time.
        ProblemError: The hub does not take it.
        UnreachableError: No answer came in time; it may have been carried out.
    """
    until_s = monotonic() + within_s
    receipt: Receipt | None = None
    pause_s = AGAIN_AFTER_S
    while True:
        left_s = max(0.0, until_s - monotonic())
        asked = {**body, "wait_s": min(left_s, LONGEST_WAIT_S)}
        try:
            receipt = cast("Receipt", await ask(method, path, asked))
        except UnreachableError:
            if until_s - monotonic() <= pause_s:
                raise
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
            pause_s = min(LONGEST_PAUSE_S, 2 * pause_s)
            continue
        except ProblemError as problem:
            wait_s = problem.retry_after_s
            if wait_s is None or until_s - monotonic() <= wait_s:
                raise
            await asyncio.sleep(wait_s)
            continue
        if receipt["is_final"] or monotonic() >= until_s:
            break
    if receipt["status"] not in DONE or not receipt["is_final"]:
        raise CommandError(receipt)
    return receipt
