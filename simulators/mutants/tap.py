"""Stands between a device and its connection and changes what crosses it, as deviations say."""

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
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
        ends: Whether DISCONNECT is sent; otherwise the connection is just closed.
    """

    hello: Callable[[Hello, Body], Hello] = as_meant
    up: Callable[[Body], Words] = nothing
    say: Say = unchanged
    hear: Say = unchanged
    last: Callable[[Word, Body], Word] = no_change
    ends: bool = True


@dataclass(frozen=True, slots=True)
class Layer:
    """A deviation in one device, and what it knows of that."""

    deviation: Deviation
    body: Body


class Clock(Protocol):
    """What holds words back; an event loop is one."""

    def call_later(self, delay: float, callback: Callable[[], None]) -> Any:
        """Call back then, and return what can be cancelled."""

    def call_soon(self, callback: Callable[[], None]) -> Any:
        """Call back next."""


class Tap:
    """One connection of a device: a wire to its link, an owner to its connection.

    Args:
        layers: What is wrong, from the device to the wire.
        numbering: That of the device, behind all of them.
        owner: Who is told.
        clock: What holds words back.
    """

    def __init__(
        self, layers: tuple[Layer, ...], numbering: Numbering, owner: Owner, clock: Clock
    ) -> None:
        self._layers, self._numbering = layers, numbering
        self._owner, self._clock = owner, clock
        self._wire: Wire | None = None
        self._links: dict[int, int] = {}
        self._count = 0
        self._timers: list[Any] = []

    def over(self, hello: Hello, connect: Connect) -> "Tap":
        """Lay itself over the connection that `connect` makes."""
        self._note(hello.will.payload)
        for each in self._layers:
            each.body.connects += 1
            hello = each.deviation.hello(hello, each.body)
        self._wire = connect(hello, self)
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
        word = Word(message.topic, message.payload, message.qos, message.is_retained, is_meant=True)
        if word.leaf == "announce" and not word.child:
            self._note(word.payload)
        words: list[Word | HangUp] = [word]
        for each in self._layers:
            words = _changed(words, each.deviation.say, each.body)
        for place, said in enumerate(words, 1):
            self._utter(said, number if place == len(words) else None)
        if not words:
            self._clock.call_soon(lambda: self._owner.written(number))
        return number

    def keep_alive(self) -> None:
        """Ping the broker if it is time."""
        if self._wire is not None:
            self._wire.keep_alive()

    def disconnect(self) -> None:
        """Send DISCONNECT behind what is queued."""
        if self._wire is not None and all(each.deviation.ends for each in self._layers):
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
        for each in self._layers:
            for word in each.deviation.up(each.body):
                self._utter(word, None)
        self._owner.subscribed()

    def arrived(self, topic: str, payload: bytes, *, is_retained: bool) -> None:
        """Take in a message."""
        words: list[Word | HangUp] = [
            Word(topic, payload, 1, is_retained, is_up=False, is_meant=True)
        ]
        for each in reversed(self._layers):
            words = _changed(words, each.deviation.hear, each.body)
        for word in words:
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
        for each in self._layers:
            each.body.epoch, each.body.connection = told["epoch"], told["connection"]

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
        word = self._numbering.count(word)
        for each in self._layers:
            word = each.deviation.last(word, each.body)
        written = self._wire.publish(word.encoded())
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


def _changed(words: Iterable[Word | HangUp], say: Say, body: Body) -> list[Word | HangUp]:
    """Return what a deviation makes of words, of which it changes those that are meant."""
    changed: list[Word | HangUp] = []
    for word in words:
        if isinstance(word, Word) and word.is_meant:
            changed.extend(say(word, body))
        else:
            changed.append(word)
    return changed


@dataclass(frozen=True, slots=True)
class Tapped:
    """The dialling of devices that deviate so, each with a memory of its own.

    Attributes:
        deviations: From the device to the wire.
    """

    deviations: tuple[Deviation, ...]

    def __call__(self, device: DeviceId, product: CompiledProduct) -> Dialling:
        """Return how one device dials."""
        layers = tuple(Layer(one, Body(device, product)) for one in self.deviations)
        numbering = Numbering()

        def dial(hello: Hello, owner: Owner, connect: Connect) -> Wire:
            tap = Tap(layers, numbering, owner, asyncio.get_running_loop())
            return tap.over(hello, connect)

        return dial
