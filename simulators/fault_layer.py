"""What lies between a device and its wire and goes wrong there: a pure layer, with an account.

What the device says comes in, what reaches the wire goes out, now or at `due_s`; what the hub says
goes the other way. All chance comes from the seed, time comes in as `now_s`.
"""

import heapq
import math
from collections.abc import Iterable
from random import Random
from typing import Final, Generic, Literal, NamedTuple, TypeVar

from pydantic_core import to_json

from protocol.codec import Encoded
from protocol.messages import (
    ActionCommand,
    DownMessage,
    Event,
    Presence,
    SetCommand,
    State,
    UpMessage,
)
from simulators import spoiling
from simulators.account import Account, Frame, Spoken
from simulators.faults import KINDS, Faults
from simulators.spoiling import Break

FLOOD_S: Final = 10.0
FLOOD_FACTOR: Final = 20.0
FLOOD_STEP_S: Final = 0.1

REORDER_S: Final = (0.5, 3.0)
"""How much later comes what is overtaken."""

SILENT_S: Final = (60.0, 900.0)
"""How long a device hangs before its watchdog bites."""

HELD: Final = 4_096
"""Messages that are on their way; of more the newest are lost."""

Mishap = Literal["reboot", "flap", "silence", "awake"]
"""What befalls the device as a whole; `awake`: its watchdog ends a silence by a reboot."""

_MISHAPS: Final = ("reboot", "flap", "silence", "flood")

Heard = TypeVar("Heard")


class Turn(NamedTuple, Generic[Heard]):
    """What has become due.

    Attributes:
        frames: To go on the wire.
        heard: Messages of the hub that arrive now.
        shouts: Full states that the device has to say now, beyond its rate.
        mishap: What befalls the device, after all that.
    """

    frames: list[Frame]
    heard: list[Heard]
    shouts: int
    mishap: Mishap | None


class FaultLayer(Generic[Heard]):
    """The faults of one device; `Heard` is what the layer takes the hub's messages for.

    Attributes:
        account: What they have done so far.
        is_on: Set to False, what is said from then on passes untouched.
        is_silent: Whether the device hangs.
    """

    def __init__(self, faults: Faults, seed: int, rate_per_s: float) -> None:
        self.account = Account()
        self.is_on = True
        self.is_silent = False
        self._faults = faults
        self._rng = Random(seed)  # noqa: S311 - faults have to repeat from their seed
        self._clock_s = self._rng.uniform(-1.0, 1.0) * faults.of("clock")
        self._shouts_per_s = rate_per_s * FLOOD_FACTOR
        self._out: list[tuple[float, int, Frame]] = []
        self._in: list[tuple[float, int, Heard]] = []
        self._count = 0
        self._last_out_s = self._last_in_s = -math.inf
        self._mishap_s: dict[str, float] = {}
        self._flood_s = self._flooded_s = math.inf
        self._awake_s = math.inf

    @property
    def due_s(self) -> float:
        """When `tick` has something to do, once `up` was called."""
        if self.is_silent:
            return self._awake_s
        held = (heap[0][0] for heap in (self._out, self._in) if heap)
        if self._flood_s < math.inf:  # nothing else befalls it before that has ended
            return min(*held, self._flooded_s + FLOOD_STEP_S, math.inf)
        return min(*held, *self._mishap_s.values(), math.inf, math.inf)

    def misread(self, message: DownMessage) -> DownMessage:
        """Return a command as a device with a wrong clock takes it: over too early or too late."""
        if not self.is_on or not isinstance(message, SetCommand | ActionCommand):
            return message
        if message.expires_at_ms is None or not self._clock_s:
            return message
        meant_ms = max(0, message.expires_at_ms - int(1000.0 * self._clock_s))
        return message.model_copy(update={"expires_at_ms": meant_ms})

    def up(self, now_s: float) -> None:
        """Take in that the link is up."""
        for name in _MISHAPS:
            mean_s = self._faults.of(name)
            if mean_s and self.is_on and name not in self._mishap_s:
                self._mishap_s[name] = now_s + self._rng.expovariate(1.0 / mean_s)

    def down(self) -> None:
        """Take in that the link is gone, and all that was on its way; a silence ends."""
        self.is_silent, self._awake_s = False, math.inf
        self.account.lost["cut"] += len(self._out)
        self.account.unheard["cut"] += len(self._in)
        self._out.clear()
        self._in.clear()
        self._flood_s = self._flooded_s = math.inf
        self._last_out_s = self._last_in_s = -math.inf

    def stop(self) -> None:
        """End all faults but a flood that goes on; what is on its way arrives, who hangs boots."""
        self.is_on = False
        self._awake_s = min(self._awake_s, 0.0) if self.is_silent else self._awake_s
        self._mishap_s.clear()

    def send(self, spoken: Iterable[Spoken], now_s: float) -> list[Frame]:
        """Take what the device says; return what goes on the wire now."""
        for one in spoken:
            self.account.said[_leaf(one.encoded)] += 1
            if isinstance(one.message, Presence) and one.message.status != "online":
                self._hasten(now_s)
                self._hold(Frame(one.encoded, one.message), now_s)
            elif self.is_on:
                self._suffer(one, now_s)
            else:
                self._hold(Frame(one.encoded, one.message), self._in_order(now_s))
        return self._due_frames(now_s)

    def hear(self, message: Heard, now_s: float) -> list[Heard]:
        """Take what the hub says; return what arrives now."""
        if self.is_silent:
            self.account.unheard["silence"] += 1
        elif self.is_on and self._is("drop"):
            self.account.unheard["drop"] += 1
        else:
            copies = 2 if self.is_on and self._is("duplicate") else 1
            late_s = self._rng.uniform(0.0, self._faults.of("delay")) if self.is_on else 0.0
            self._last_in_s = max(self._last_in_s, now_s + late_s)
            for _ in range(copies):
                if len(self._in) < HELD:
                    self._count += 1
                    heapq.heappush(self._in, (self._last_in_s, self._count, message))
        return self._due_heard(now_s)

    def tick(self, now_s: float) -> Turn[Heard]:
        """Return what has become due."""
        if self.is_silent:
            return Turn([], [], 0, self._wake(now_s))
        frames, heard = self._due_frames(now_s), self._due_heard(now_s)
        shouts = self._shout(now_s)
        mishap = None if self._flood_s < math.inf else self._befall(now_s)
        return Turn(frames, heard, shouts, mishap)

    def _suffer(self, one: Spoken, now_s: float) -> None:
        if self._is("drop"):
            self.account.lost["drop"] += 1
            return
        touched: list[str] = []
        message, breaks = self._spoil(one, touched)
        if message is None:
            return
        encoded = one.encoded
        if message is not one.message:
            encoded = encoded._replace(payload=to_json(message, exclude_none=True))
        frame = Frame(encoded, message, breaks, tuple(touched))
        if self._is("garble"):
            garbled, broken = spoiling.garble(encoded, self._rng)
            frame = Frame(garbled, None, (broken,), ("garble",))
        self._dispatch(frame, now_s)

    def _spoil(self, one: Spoken, touched: list[str]) -> tuple[UpMessage | None, tuple[Break, ...]]:
        """Return what is said instead, and the rules that this breaks; None for nothing."""
        message = self._clocked(one.message, touched)
        breaks: tuple[Break, ...] = ()
        for name, kind in KINDS.items():
            if kind.spoil is None or not self._is(name):
                continue
            spoilt = kind.spoil(message, one.product, self._rng)
            if spoilt is None:
                self.account.lost[name] += 1
                return None, ()
            if spoilt.message is not message:
                touched.append(name)
            breaks = spoilt.breaks if spoilt.hides else (*breaks, *spoilt.breaks)
            message = spoilt.message
        return message, breaks

    def _clocked(self, message: UpMessage, touched: list[str]) -> UpMessage:
        if self._clock_s and isinstance(message, State | Event) and message.time_ms is not None:
            touched.append("clock")
            wrong_ms = max(0, message.time_ms + int(1000.0 * self._clock_s))
            return message.model_copy(update={"time_ms": wrong_ms})
        return message

    def _dispatch(self, frame: Frame, now_s: float) -> None:
        late_s = self._rng.uniform(0.0, self._faults.of("delay"))
        copies = 1
        if self._is("duplicate"):
            copies = 2
            self.account.copies += 1
            frame = frame._replace(touched=(*frame.touched, "duplicate"))
        if self._is("reorder"):
            frame = frame._replace(touched=(*frame.touched, "reorder"))
            at_s = max(self._last_out_s, now_s) + self._rng.uniform(*REORDER_S)
        else:
            if late_s:
                frame = frame._replace(touched=(*frame.touched, "delay"))
            at_s = self._in_order(now_s + late_s)
        for _ in range(copies):
            self._hold(frame, at_s)

    def _in_order(self, at_s: float) -> float:
        self._last_out_s = max(self._last_out_s, at_s)
        return self._last_out_s

    def _hold(self, frame: Frame, at_s: float) -> None:
        if len(self._out) >= HELD:
            self.account.lost["full"] += 1
            return
        self._count += 1
        heapq.heappush(self._out, (at_s, self._count, frame))

    def _hasten(self, now_s: float) -> None:
        """Let all arrive that is on its way, before the goodbye that comes behind it."""
        waiting = [heapq.heappop(self._out)[2] for _ in range(len(self._out))]
        for frame in waiting:
            self._hold(frame, now_s)

    def _due_frames(self, now_s: float) -> list[Frame]:
        frames: list[Frame] = []
        while self._out and self._out[0][0] <= now_s:
            frame = heapq.heappop(self._out)[2]
            self.account.sent[_leaf(frame.encoded)] += 1
            self.account.touched.update(frame.touched)
            self.account.broken.update(broken.rule for broken in frame.breaks)
            frames.append(frame)
        return frames

    def _due_heard(self, now_s: float) -> list[Heard]:
        heard: list[Heard] = []
        while self._in and self._in[0][0] <= now_s:
            heard.append(heapq.heappop(self._in)[2])
        return heard

    def _shout(self, now_s: float) -> int:
        if self._flood_s == math.inf:
            return 0
        shouts = int((min(now_s, self._flood_s) - self._flooded_s) * self._shouts_per_s)
        self._flooded_s += shouts / self._shouts_per_s
        if now_s >= self._flood_s:
            self._flood_s = self._flooded_s = math.inf
        return shouts

    def _befall(self, now_s: float) -> Mishap | None:
        for name in _MISHAPS:
            if self._mishap_s.get(name, math.inf) > now_s:
                continue
            mean_s = self._faults.of(name)
            self._mishap_s[name] = now_s + self._rng.expovariate(1.0 / mean_s)
            self.account.mishaps[name] += 1
            return self._begin(name, now_s)
        return None

    def _begin(self, name: str, now_s: float) -> Mishap | None:
        match name:
            case "flood":
                self._flood_s, self._flooded_s = now_s + FLOOD_S, now_s
                return None
            case "silence":
                self.is_silent = True
                self._awake_s = now_s + self._rng.uniform(*SILENT_S)
                return "silence"
            case "reboot":
                return "reboot"
        return "flap"

    def _wake(self, now_s: float) -> Mishap | None:
        if now_s < self._awake_s:
            return None
        self.is_silent, self._awake_s = False, math.inf
        return "awake"

    def _is(self, name: str) -> bool:
        return self._rng.random() < self._faults.of(name)


def _leaf(encoded: Encoded) -> str:
    return encoded.topic.rpartition("/")[2]
