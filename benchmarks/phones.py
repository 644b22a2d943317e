"""Many phones at once: what each is told and when, and how soon all are back after a break."""

import asyncio
import re
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Final

from benchmarks.home import Home, LossError
from benchmarks.ingest import Seen, reports_ms
from benchmarks.orders import Trickle
from benchmarks.phone import Phone
from benchmarks.rows import Reading, Sample, percentile
from benchmarks.sizes import Sizes

WITHIN_S: Final = 120.0
OPENING: Final = 20
"""Phones that come at a time, when it is not measured."""

_PLACE: Final = re.compile(rb'"seq":(\d+),"stream":"([^"]+)"')


async def phones(home: Home, sizes: Sizes) -> Reading:
    """Measure reports to some phones at once, then the return of many."""
    alone_ms = await reports_ms(home, sizes)
    async with AsyncExitStack() as stack:
        company = await _open(stack, [_phone(home) for _ in range(sizes.company)])
        together_ms = await _told(home, company, sizes)
    whole_s, resumed_s = await _return(home, sizes.crowd)
    await home.messages()
    parts = {
        f"phones_p{part}": Sample(
            percentile(together_ms, part / 100), percentile(alone_ms, part / 100)
        )
        for part in (50, 99)
    }
    return Reading(
        {
            **parts,
            "return_whole": Sample(max(whole_s)),
            "return_resumed": Sample(max(resumed_s)),
        },
        {"phones_ms": together_ms, "return_whole_s": whole_s, "return_resumed_s": resumed_s},
    )


async def _told(home: Home, company: Sequence[Phone], sizes: Sizes) -> list[float]:
    """Return when the last of the phones had each report, milliseconds after it was sent."""
    seen = [Seen(sizes.trickle) for _ in company]
    for phone, one in zip(company, seen, strict=True):
        phone.heard = one.take
    sent = await home.load.ask(Trickle(sizes.trickle, sizes.trickle_per_s))
    async with asyncio.timeout(WITHIN_S):
        for one in seen:
            await one.all.wait()
    last = [max(one.at_s[number] for one in seen) for number in range(sizes.trickle)]
    return [1000 * (at_s - s) for at_s, s in zip(last, sent, strict=True)]


async def _return(home: Home, count: int) -> tuple[list[float], list[float]]:
    """Return how long each of many phones took that came at once: for all, and for what is new."""
    async with AsyncExitStack() as stack:
        crowd = await _open(stack, [_phone(home) for _ in range(count)])
        places = [_place(phone.first) for phone in crowd]
    whole_s = await _come(home, [None] * count)
    resumed_s = await _come(home, places)
    return whole_s, resumed_s


async def _come(home: Home, places: Sequence[bytes | None]) -> list[float]:
    """Let phones come in the same moment, from a place each, and return how long each took.

    Raises:
        LossError: One was answered otherwise than it had asked.
    """
    began_s = time.monotonic()
    async with AsyncExitStack() as stack:
        crowd = [_phone(home, place) for place in places]
        async with asyncio.timeout(WITHIN_S):
            await asyncio.gather(*(stack.enter_async_context(phone) for phone in crowd))
        for phone, place in zip(crowd, places, strict=True):
            wanted = b'{"type":"snapshot"' if place is None else b'{"type":"resumed"'
            if not phone.first.startswith(wanted):
                raise LossError(f"a phone that came back is told {phone.first[:80]!r}")
        return [phone.first_s - began_s for phone in crowd]


async def _open(stack: AsyncExitStack, wanted: Sequence[Phone]) -> Sequence[Phone]:
    for start in range(0, len(wanted), OPENING):
        some = wanted[start : start + OPENING]
        await asyncio.gather(*(stack.enter_async_context(phone) for phone in some))
    return wanted


def _phone(home: Home, place: bytes | None = None) -> Phone:
    return Phone(*home.hub.place, home.hub.token, place)


def _place(snapshot: bytes) -> bytes:
    """Return where a phone is that has got a snapshot, as it says so when it comes back."""
    found = _PLACE.search(snapshot)
    if found is None:
        raise LossError("a snapshot does not say where it is")
    return b'{"stream":"%s","seq":%s}' % (found[2], found[1])
