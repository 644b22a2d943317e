"""A simulated device: ECO/1 as a good device speaks it, around the physics of a product.

Pure: no I/O, no clock. Time comes in as `now_s`, one monotonic clock in seconds for all calls;
messages come in decoded and go out as values. All chance comes from the seed.
"""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from protocol.ids import CommandId, DeviceId
from protocol.messages import (
    ActionCommand,
    Birth,
    DownMessage,
    Event,
    Presence,
    SetCommand,
    Sleep,
    SpecGet,
    State,
    StateGet,
    UpMessage,
    Verdict,
)
from simulators.commands import Answer, Memory, Waiting
from simulators.hardware import Done, Hardware
from simulators.pace import Pace
from simulators.physics import Physics
from simulators.product import Product
from simulators.tempo import Tempo
from simulators.voice import Absence, Identity, Voice

FULL_JITTER: Final = 0.1
"""So much earlier a full state may come, that a home's devices do not fall into step."""

REACTION_S: Final = 1.0
"""How soon after a command the hardware is looked at again, for what followed from it."""

UNHEARD: Final = 16
"""Events that were sent and not acknowledged when the link broke; of more the oldest are lost."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a device is set up.

    Attributes:
        seed: Where its chance begins.
        epoch: The number of this boot.
        speed: How much faster than the wire's time physics goes.
        latency_s: How long a command takes to be carried out.
        wall_minus_now_s: Wall time, Unix seconds, minus `now_s`; None for a device without a clock.
        tempo: Its long waits.
    """

    seed: int = 0
    epoch: int = 1
    speed: float = 1.0
    latency_s: float = 0.0
    wall_minus_now_s: float | None = None
    tempo: Tempo = field(default_factory=Tempo)


class SimDevice:
    """One device; whoever holds it keeps its link: `dial`, CONNECT, `connected`, `lost`, `dial`.

    Attributes:
        due_s: When `tick` has something to do; it may be called at any time.
        tempo: Its long waits; its link keeps them too.
        redial_s: Not None while the device is going away on purpose: the link is to be closed when
            what was returned is sent, and dialled again no sooner than this.
    """

    def __init__(
        self, identity: Identity, product: Product, physics: Physics, settings: Settings
    ) -> None:
        self.id: DeviceId = identity.device
        self.product = product
        self.tempo = settings.tempo
        self.due_s = math.inf
        self.redial_s: float | None = None
        self.is_connected = False
        self._latency_s = settings.latency_s
        self._rng = Random(settings.seed)  # noqa: S311 - what it does has to repeat from its seed
        self._voice = Voice(identity, product, settings.epoch, settings.wall_minus_now_s)
        self._hardware = Hardware(physics, product.compiled, settings.speed)
        rate_per_s = self.tempo.rate_share * product.compiled.spec.rate_per_s
        self._pace = Pace(rate_per_s, self.tempo.rate_window_s)
        self._memory = Memory()
        self._unheard: deque[Event] = deque(maxlen=UNHEARD)
        self._birth: str | None = None
        self._birth_due_s = self._sample_due_s = self._full_due_s = math.inf

    @property
    def epoch(self) -> int:
        """Number of the running boot; whoever holds the device makes it last."""
        return self._voice.epoch

    @property
    def connection(self) -> int:
        """CONNECTs since that boot; of a child, those of its gateway."""
        return self._voice.connection

    @property
    def report_s(self) -> float:
        """How often the hardware measures."""
        return self._hardware.report_s

    @property
    def buttons(self) -> tuple[str, ...]:
        """What a person can press on it."""
        return self._hardware.buttons

    def has_button(self, name: str) -> bool:
        """Say whether `press` knows this, a button or an address."""
        return self._hardware.has_button(name)

    @property
    def has_news(self) -> bool:
        """Whether something has happened that is not told yet."""
        return bool(self._hardware.happenings)

    @property
    def is_busy(self) -> bool:
        """Whether a command waits to be carried out."""
        return self._memory.next_s(self._latency_s) is not None

    @property
    def owes_birth(self) -> bool:
        """Whether a birth is heard and not answered yet."""
        return self._birth_due_s < math.inf

    def dial(self) -> Presence:
        """Count a CONNECT that is about to be sent, and return the will to register with it."""
        return self.attach(self._voice.connection + 1)

    def attach(self, connection: int) -> Presence:
        """Speak as of this connection from now on; return what a will on it has to say."""
        self.redial_s = None
        self._voice.connection = connection
        return self._voice.offline("lost")

    def connected(self, now_s: float) -> list[UpMessage]:
        """Take in that the link is up and subscribed; return what has to be said first."""
        self.is_connected = True
        self._sample_due_s = now_s + self._rng.uniform(0.0, self._hardware.report_s)
        out = [*self._introduce(None, now_s), *self._unheard]
        self._unheard.clear()
        return self._settle(out)

    def lost(self, unsent: Sequence[object] = ()) -> None:
        """Take in that the link is gone.

        Args:
            unsent: What the broker has not acknowledged; events of it are told again later.
        """
        self.is_connected = False
        self._unheard.extend(m for m in unsent if isinstance(m, Event) and m.epoch == self.epoch)
        self._settle([])

    def leave(self, reason: Absence = "shutdown") -> list[UpMessage]:
        """Return the orderly goodbye; the link is to be closed when it is sent."""
        if not self.is_connected:
            return []
        self.is_connected = False
        return self._settle([self._voice.offline(reason)])

    def speak_removed(self, *, is_announced: bool) -> list[UpMessage]:
        """Return what a gateway says for a child that is unpaired, whether or not it is there."""
        self.is_connected = False
        first = [] if is_announced else [self._voice.announce(None)]
        return self._settle([*first, self._voice.offline("removed")])

    def declare(self, sleep: Sleep) -> None:
        """Announce from now on that the device sleeps, and how."""
        self._voice.sleep = sleep

    def introduce(self, now_s: float) -> list[UpMessage]:
        """Announce again, for what the announce tells has changed."""
        return self._settle(self._introduce(None, now_s)) if self.is_connected else []

    def report(self, now_s: float) -> list[UpMessage]:
        """Return what there is to tell, without waiting for the next measurement."""
        return self._settle(self._report(now_s)) if self.is_connected else []

    def fall_asleep(self) -> list[UpMessage]:
        """Return the goodbye before a sleep; the link is to be closed when it is sent."""
        self.is_connected = False
        return self._settle([self._voice.asleep()])

    def speak_asleep(self, birth: str | None) -> list[UpMessage]:
        """Return what a gateway announces for a child that sleeps."""
        return [self._voice.announce(birth), self._voice.asleep()]

    def crash(self, back_s: float) -> None:
        """Take in that the device boots without a word, and is back then."""
        self.reborn(self.epoch + 1)
        self.redial_s = back_s

    def reborn(self, epoch: int) -> None:
        """Take in that the device has booted, or been paired anew: what it remembered is gone."""
        self.is_connected = False
        self._boot(epoch)
        self._voice.connection = 0
        self._birth, self._birth_due_s = None, math.inf
        self._memory.forget()
        self._hardware.happenings.clear()
        self._settle([])

    def on_message(
        self, message: DownMessage, now_s: float, *, is_retained: bool = False
    ) -> list[UpMessage]:
        """Take in a message of the hub and return what to say to it.

        Args:
            message: Fields that this version does not know are left out of it already.
            now_s: Now.
            is_retained: Whether the broker had kept it: such a message is old and ignored.
        """
        if is_retained or not self.is_connected:
            return []
        out: list[UpMessage] = []
        match message:
            case SetCommand() | ActionCommand():
                out = self._take(message, now_s)
            case StateGet():
                out = [self._full(now_s)]
            case SpecGet(sha256=self.product.sha256, offset=offset):
                out = [part] if (part := self._voice.spec_part(offset)) else []
            case Birth():
                out = self._hear_birth(message, now_s)
            case Verdict(min_epoch=int(least)) if least > self.epoch:
                self._boot(least)
                out = self._introduce(None, now_s)
        return self._settle(out)

    def press(self, button: str, now_s: float) -> list[UpMessage]:
        """Press a button on the device; what it changes is told at once, with no cause."""
        self._hardware.pass_time(now_s)
        self._hardware.press(button)
        return self._settle(self._report(now_s) if self.is_connected else [])

    def unplug(self, address: str, now_s: float) -> list[UpMessage]:
        """Take a sensor away; what it measured is told as unknown at once."""
        self._hardware.unplug(address)
        return self.report(now_s)

    def tick(self, now_s: float) -> list[UpMessage]:
        """Let time pass and return what has become due."""
        self._hardware.pass_time(now_s)
        out = self._carry_out(now_s) if self.is_connected else []
        if self.is_connected:
            out += self._tell_due(now_s)
        return self._settle(out)

    def _tell_due(self, now_s: float) -> list[UpMessage]:
        out: list[UpMessage] = []
        if now_s >= self._birth_due_s:
            out += self._answer_birth(now_s)
        if now_s >= self._sample_due_s:
            self._sample_due_s = now_s + self._hardware.report_s
            out += self._report(now_s)
        if now_s >= self._full_due_s:
            out.append(self._full(now_s))
        return out

    def _introduce(self, birth: str | None, now_s: float) -> list[UpMessage]:
        return [self._voice.announce(birth), self._voice.online(), self._full(now_s)]

    def _hear_birth(self, birth: Birth, now_s: float) -> list[UpMessage]:
        if birth.id == self._birth:
            return []
        self._birth = birth.id
        self._birth_due_s = now_s + self._rng.uniform(0.0, birth.spread_s)
        return self._answer_birth(now_s) if self._birth_due_s <= now_s else []

    def _answer_birth(self, now_s: float) -> list[UpMessage]:
        self._birth_due_s = math.inf
        return self._introduce(self._birth, now_s)

    def _take(self, command: SetCommand | ActionCommand, now_s: float) -> list[UpMessage]:
        name = CommandId(command.id)
        if isinstance(command, ActionCommand) and command.epoch != self.epoch:
            return [self._voice.final(name, Answer("expired"))]
        if self._memory.knows(name):
            answer = self._memory.answer(name)
            return [self._voice.final(name, answer) if answer else self._voice.received(name)]
        wait_s = self._pace.wait_s(now_s)
        if wait_s > 0.0 or not self._memory.has_room:
            return [self._voice.busy(name, max(wait_s, self._latency_s, 0.1))]
        self._pace.spend(now_s)
        self._memory.take(command, now_s)
        return [self._voice.received(name), *self._carry_out(now_s)]

    def _carry_out(self, now_s: float) -> list[UpMessage]:
        out: list[UpMessage] = []
        while (due_s := self._memory.next_s(self._latency_s)) is not None and due_s <= now_s:
            waiting = self._memory.pop()
            name = CommandId(waiting.command.id)
            done = self._obey(waiting, now_s)
            self._memory.settle(name, done.answer)
            out.append(self._voice.final(name, done.answer))
            if done.values:
                out.append(self._voice.state(done.values, now_s, cause=name))
            if done.reboot_s is not None:
                out.append(self._reboot(now_s + self.tempo.away_s(done.reboot_s)))
        return out

    def _obey(self, waiting: Waiting, now_s: float) -> Done:
        if waiting.is_too_late(now_s, self._voice.wall_ms(now_s)):
            return Done(Answer("expired"), {})
        self._hardware.pass_time(now_s)
        done = self._hardware.obey(waiting.command)
        look_s = min(REACTION_S, self._hardware.report_s)
        self._sample_due_s = min(self._sample_due_s, now_s + look_s)
        return done

    def _reboot(self, back_s: float) -> UpMessage:
        goodbye = self._voice.offline("reset")
        self.redial_s = back_s
        self.reborn(self.epoch + 1)
        return goodbye

    def _boot(self, epoch: int) -> None:
        self._voice.boot(epoch)
        self._unheard.clear()

    def _report(self, now_s: float) -> list[UpMessage]:
        out: list[UpMessage] = []
        while self._hardware.happenings and self._pace.wait_s(now_s) <= 0.0:
            self._pace.spend(now_s)
            out.append(self._voice.event(self._hardware.happenings.popleft(), now_s))
        if self._pace.may_report(now_s):
            values = self._hardware.changes()
            if values:
                self._pace.spend(now_s)
                out.append(self._voice.state(values, now_s))
        return out

    def _full(self, now_s: float) -> State:
        self._hardware.pass_time(now_s)
        early = self._rng.uniform(1.0 - FULL_JITTER, 1.0)
        self._full_due_s = now_s + self.tempo.full_every_s * early
        self._pace.spend(now_s)
        return self._voice.state(self._hardware.full(), now_s, is_full=True)

    def _settle(self, out: list[UpMessage]) -> list[UpMessage]:
        command_s = self._memory.next_s(self._latency_s)
        due = (self._birth_due_s, self._sample_due_s, self._full_due_s, command_s)
        self.due_s = min(s for s in due if s is not None) if self.is_connected else math.inf
        return out
