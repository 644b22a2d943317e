"""Times in which the harness stood still, and a transcript as if they had not been."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace

from certification.transcript.file import Line, Transcript

Stall = tuple[int, int]
"""From when to when, nanoseconds; of several none begins before the end of the one before."""


def awake(transcript: Transcript, stalls: Sequence[Stall]) -> Transcript:
    """Return a transcript whose clock stood still with the harness, the order of times kept."""
    lost_ns = _lost_by(stalls)
    lines: list[Line] = []
    before_ns = 0
    for line in transcript.lines:
        if line.kind == "stall":
            continue
        at_ns = line.at_ns - lost_ns(line.at_ns)
        if lines:
            at_ns = max(at_ns, lines[-1].at_ns + (line.at_ns > before_ns))
        lines.append(replace(line, at_ns=at_ns))
        before_ns = line.at_ns
    return Transcript(tuple(lines))


def _lost_by(stalls: Sequence[Stall]) -> Callable[[int], int]:
    """Return the function that says how much of the time before a time was lost."""
    begins = [begin for begin, _ in stalls]
    sums = [0]
    for begin, end in stalls:
        sums.append(sums[-1] + end - begin)

    def lost_ns(at_ns: int) -> int:
        place = bisect_right(begins, at_ns)
        is_within = place > 0 and at_ns < stalls[place - 1][1]
        return sums[place] - (stalls[place - 1][1] - at_ns if is_within else 0)

    return lost_ns
