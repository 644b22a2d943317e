"""Stands between a device and its connection and changes what crosses it, as a deviation says."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol

from protocol.codec import Encoded
from protocol.ids import DeviceId
from protocol.validator import CompiledProduct
from simulators.mutants.numbering import Numbering
from simulators.mutants.words import Body, HangUp, Word, Words
from simulators.wire import Connect, Dialling, Hello, Owner, Wire

Say = Callable[[Word, Body], Words]
"""What goes out, or comes in, in place of a message."""


def unchanged(word: Word, body: Body) -> Words:
    """Let a message be as it is."""
    yield word


def as_meant(hello: Hello, body: Body) -> Hello:
    """Let CONNECT and SUBSCRIBE be as they are."""
    return hello


def nothing(body: Body) -> Words:
    """Say nothing more."""
    return ()


def no_change(word: Word, body: Body) -> Word:
    """Let a message go on the wire as it is."""
    return word


@dataclass(frozen=True, slots=True)
class Deviation:
    """What a mutant does at its wire; as it stands, nothing.

    Attributes:
        hello: Changes CONNECT and SUBSCRIBE.
        up: Says something between SUBACK and the first words of the device.
        say: Changes what the device says; numbers are counted anew behind it.
        hear: Changes what the device hears.
        last: Changes what is numbered already, word by word.
        pings: Whether the connection is looked after.
        ends: Whether DISCONNECT is sent; otherwise the connection is just closed.
    """

    hello: Callable[[Hello, Body], Hello] = as_meant
    up: Callable[[Body], Words] = nothing
    say: Say = unchanged
    hear: Say = unchanged
    last: Callable[[Word, Body], Word] = no_change
    pings: bool = True
    ends: bool = True


class Clock(Protocol):
    """What holds words back; an event loop is one."""

    def call_later(self, delay: float, callback: Callable[[], None]) -> Any:
        """Call back then, and return what can be cancelled."""

    def call_soon(self, callback: Callable[[], None]) -> Any:
        """Call back next."""


class Tap:
    """One connection of a device: a wire to its link, an owner to its connection."""

    def __init__(self, deviation: Deviation, body: Body, owner: Owner, clock: Clock) -> None:
        self._deviation, self._body, self._owner = deviation, body, owner
        self._clock = clock
        self._numbering: Numbering = body.memory.setdefault("", Numbering())
        self._wire: Wire | None = None
        self._links: dict[int, int] = {}
        self._count = 0
        self._timers: list[Any] = []

    def over(self, hello: Hello, connect: Connect) -> "Tap":
        """Lay itself over the connection that `connect` makes."""
        self._body.connects += 1
        self._note(hello.will.payload)
        self._wire = connect(self._deviation.hello(hello, self._body), self)
        return self

    # What its link does

    def open(self) -> None:
        """Send CONNECT."""
        if self._wire is not None:
            self._wire.open()

    def publish(self, message: Encoded) -> int:
        """Say what is said in place of a message; the last of it stands for the message."""
        self._count += 1
        number = self._count
        word = Word(message.topic, message.payload, message.qos, message.is_retained)
        if word.leaf == "announce" and not word.child:
            self._note(word.payload)
        words = list(self._deviation.say(word, self._body))
        for place, each in enumerate(words, 1):
            self._utter(each, number if place == len(words) else None)
        if not words:
            self._clock.call_soon(lambda: self._owner.written(number))
        return number

    def keep_alive(self) -> None:
        """Ping the broker if it is time."""
        if self._wire is not None and self._deviation.pings:
            self._wire.keep_alive()

    def disconnect(self) -> None:
        """Send DISCONNECT behind what is queued."""
        if self._deviation.ends and self._wire is not None:
            self._wire.disconnect()
        else:
            self._hang_up()

    def drop(self) -> None:
        """Close at once."""
        self._end()
        if self._wire is not None:
            self._wire.drop()
            self._wire = None

    # What its connection tells

    def subscribed(self) -> None:
        """Take in that CONNACK and SUBACK are here."""
        for word in self._deviation.up(self._body):
            self._utter(word, None)
        self._owner.subscribed()

    def arrived(self, topic: str, payload: bytes, *, is_retained: bool) -> None:
        """Take in a message."""
        heard = Word(topic, payload, 1, is_retained, is_up=False)
        for word in self._deviation.hear(heard, self._body):
            self._utter(word, None)

    def written(self, number: int) -> None:
        """Take in that something is through."""
        meant = self._links.pop(number, None)
        if meant is not None:
            self._owner.written(meant)

    def closed(self, reason: str, *, is_refused: bool) -> None:
        """Take in that the connection has ended."""
        self._end()
        self._wire = None
        self._owner.closed(reason, is_refused=is_refused)

    def _note(self, payload: bytes) -> None:
        told = json.loads(payload)
        self._body.epoch, self._body.connection = told["epoch"], told["connection"]

    def _utter(self, word: Word | HangUp, number: int | None) -> None:
        if isinstance(word, HangUp):
            self._clock.call_soon(self._hang_up)
        elif word.after_s > 0.0:
            timer = self._clock.call_later(word.after_s, lambda: self._cross(word, number))
            self._timers.append(timer)
        else:
            self._cross(word, number)

    def _cross(self, word: Word, number: int | None) -> None:
        if word.is_up:
            self._put(word, number)
        elif self._wire is not None:
            self._owner.arrived(word.topic, word.payload, is_retained=word.is_retained)

    def _put(self, word: Word, number: int | None) -> None:
        if self._wire is None:
            return
        numbered = self._numbering.count(word)
        written = self._wire.publish(self._deviation.last(numbered, self._body).encoded())
        if number is not None:
            self._links[written] = number

    def _hang_up(self) -> None:
        if self._wire is not None:
            self._wire.drop()
            self.closed("it hung up", is_refused=False)

    def _end(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()


def tapped(deviation: Deviation) -> Callable[[DeviceId, CompiledProduct], Dialling]:
    """Return the dialling of devices that deviate so, each with a memory of its own."""

    def of(device: DeviceId, product: CompiledProduct) -> Dialling:
        body = Body(device, product, Random(str(device)))  # noqa: S311 - it has to repeat

        def dial(hello: Hello, owner: Owner, connect: Connect) -> Wire:
            tap = Tap(deviation, body, owner, asyncio.get_running_loop())
            return tap.over(hello, connect)

        return dial

    return of
