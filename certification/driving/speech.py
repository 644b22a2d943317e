"""Speaks to a device as a hub does: commands with their answers, births, verdicts, interviews."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from certification.driving.desk import ANSWER_S, HUB, Desk, GaveUpError
from certification.driving.parties import Party, Said
from protocol.messages import QOS
from protocol.topics import BIRTH, Leaf

TTL_MS: Final = 3_000
"""Time of a command of which nothing else is asked."""

SHOWN_S: Final = 2.5
"""For the states behind a `done` (ECO-STATE-008)."""

BUSY_TRIES: Final = 8
"""So often a command is sent again to a device that is busy."""

FINAL: Final = frozenset({"done", "rejected", "expired"})


@dataclass(slots=True)
class Outcome:
    """What came of a command.

    Attributes:
        n: Line of its first stimulus.
        status: Of its final ack; empty without one.
        is_heard: Whether anything was said about it at all.
    """

    n: int
    status: str = ""
    is_heard: bool = False


async def command(
    desk: Desk,
    party: Party,
    stimulus: str,
    body: Mapping[str, Any],
    *,
    retries: int = BUSY_TRIES,
    **args: object,
) -> Outcome:
    """Send a command and wait for its final ack; send it again when the device is busy.

    Args:
        desk: By whom.
        party: To whom.
        stimulus: `set` or `action`.
        body: The command without `type`, `id` and `ttl_ms`, which are added if left out.
        retries: How often it is sent again to a device that is busy.
        args: What else the stimulus says.

    Raises:
        GaveUpError: The device has left too many commands without a word.
    """
    whole = {"type": stimulus, "id": body.get("id") or desk.name(), "ttl_ms": TTL_MS, **body}
    told = {name: value for name, value in whole.items() if name != "type"}
    n = await _tell(desk, party, stimulus, whole, {**told, **args})
    outcome, since = Outcome(n), n
    for _ in range(retries + 1):
        ack = await _final(desk, party, whole, since)
        if ack is None:
            break
        outcome.is_heard = True
        if ack.body.get("status") != "busy":
            outcome.status = str(ack.body.get("status"))
            break
        await _pause(desk, ack.body.get("retry_after_ms"))
        since = await _tell(desk, party, stimulus, whole, {**told, **args, "repeats": n})
    desk.count(is_heard=outcome.is_heard)
    return outcome


async def shown(desk: Desk, party: Party, outcome: Outcome, addresses: set[str]) -> bool:
    """Wait until states with a command as their cause have shown these addresses."""
    name = desk.writer.lines[outcome.n].fields["args"]["id"]
    left = set(addresses)

    def shows(said: Said) -> bool:
        if said.child == party.child and said.leaf == "state" and said.body.get("cause") == name:
            left.difference_update(said.body.get("values") or ())
        return not left

    return not left or await desk.said(shows, SHOWN_S, outcome.n) is not None


async def full_state(desk: Desk, party: Party, why: str, **more: object) -> Said | None:
    """Ask for a full state and wait for it. `more` adds fields."""
    name = desk.name()
    whole = {"type": "state.get", "id": name, "ttl_ms": TTL_MS, **more}
    n = await _tell(desk, party, "state.get", whole, {"id": name, "why": why})
    return await desk.full(ANSWER_S, n, party.child)


async def probe(desk: Desk, party: Party | None = None) -> None:
    """See that the device is alive; closes a window in which it had to do nothing."""
    found = await full_state(desk, party or desk.device, "probe")
    desk.count(is_heard=found is not None)


async def part(desk: Desk, party: Party, offset: int, expect: str, sha256: str = "") -> Said | None:
    """Ask for a part of the product spec; wait for it if one is expected."""
    name = desk.name()
    told = {"id": name, "sha256": sha256 or party.sha256, "offset": offset}
    whole = {"type": "spec.get", "ttl_ms": TTL_MS, **told}
    n = await _tell(desk, party, "spec.get", whole, {**told, "expect": expect})
    if expect != "part":
        return None
    return await desk.said(
        lambda said: said.leaf == "spec" and said.child == party.child, ANSWER_S, n
    )


async def interview(desk: Desk, party: Party) -> None:
    """Read the whole product spec of a device or child.

    Raises:
        GaveUpError: It does not come whole, or cannot be read.
    """
    document = b""
    while len(document) < party.spec_bytes:
        said = await part(desk, party, len(document), "part")
        more = _bytes(said.body.get("part")) if said else b""
        if not more:
            raise GaveUpError(f"no part of the product spec comes for offset {len(document)}")
        document += more
    if wrong := party.learn(document):
        raise GaveUpError(wrong)


async def plain(desk: Desk, party: Party, stimulus: str) -> int:
    """Send a command without fields of its own, and wait for nothing; return the stimulus."""
    name = desk.name()
    whole = {"type": stimulus, "id": name, "ttl_ms": TTL_MS}
    return await _tell(desk, party, stimulus, whole, {"id": name, "child": party.child})


async def birth(
    desk: Desk, spread_s: float, *, repeated: bool = False, **more: object
) -> tuple[int, str]:
    """Publish a birth; return its stimulus and its id. `more` replaces or adds fields."""
    body = {
        "id": desk.birth_name(),
        "hub": HUB,
        "epoch": desk.hub_epoch,
        "time_ms": 1_790_000_000_000 + len(desk.writer.lines),
        "spread_s": spread_s,
        **more,
    }
    n = desk.stimulate("birth", repeated=repeated, **body)
    await desk.send(BIRTH, encode(body))
    return n, str(body["id"])


async def verdict(desk: Desk, rule: str, leaf: str, path: str, **more: object) -> int:
    """Send a verdict, deserved or not."""
    body = {
        "rule": rule,
        "leaf": leaf,
        "path": path,
        "sample": "0",
        "text": "said to see what the device does",
        "fix": "nothing",
        "count": 1,
        **more,
    }
    n = desk.stimulate("verdict", rule=rule, **more)
    await desk.send(desk.device.topic("verdict"), encode(body), qos=0)
    return n


async def _tell(
    desk: Desk, party: Party, stimulus: str, body: Mapping[str, Any], args: Mapping[str, object]
) -> int:
    await desk.up()
    topic = party.topic("command")
    where = {"topic": topic} if party.child else {}
    n = desk.stimulate(stimulus, **args, **where)
    await desk.send(topic, encode(body), qos=QOS[Leaf.COMMAND])
    return n


async def _final(desk: Desk, party: Party, body: Mapping[str, Any], since: int) -> Said | None:
    """Return the final or busy ack of a command; what else there is of it if none comes."""
    wait_s = float(body["ttl_ms"]) / 1000.0 + ANSWER_S
    last: Said | None = None

    def ends(said: Said) -> bool:
        nonlocal last
        if said.child != party.child or said.leaf != "ack" or said.body.get("id") != body["id"]:
            return False
        last = said
        return said.body.get("status") in FINAL | {"busy"}

    first_s = min(wait_s, ANSWER_S)
    found = await desk.said(ends, first_s, since)
    if found is None and last is not None:
        found = await desk.said(ends, wait_s - first_s, since)
    return found or last


async def _pause(desk: Desk, retry_after_ms: object) -> None:
    wait_s = 0.2
    if isinstance(retry_after_ms, int) and 0 < retry_after_ms <= 30_000:
        wait_s = retry_after_ms / 1000.0
    await desk.until(lambda line: False, wait_s)


def encode(body: Mapping[str, object]) -> bytes:
    """Return a message as a hub writes it."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _bytes(part: object) -> bytes:
    try:
        return base64.b64decode(part, validate=True) if isinstance(part, str) else b""
    except ValueError:
        return b""
