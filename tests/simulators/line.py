"""A line on which sleepers and gateways are heard, and a watch that holds them to the rules."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from protocol.codec import decode, encode
from protocol.ids import DeviceId
from protocol.messages import (
    Ack,
    Announce,
    DownMessage,
    Event,
    Presence,
    State,
    UpMessage,
)
from protocol.topics import Leaf
from simulators.carrier import Carrier, ChildSaid, Said
from simulators.party import Heard, Party, hear
from simulators.product import Product

START_S = 1_000.0


@dataclass
class Speaker:
    """What one device, or one child, has said so far."""

    name: DeviceId
    product: Product
    announce: Announce | None = None
    is_there: bool = False
    owes: list[type[UpMessage]] = field(default_factory=list)
    seqs: dict[Leaf, int] = field(default_factory=dict)
    told: set[tuple[int, int]] = field(default_factory=set)
    order: tuple[int, int] = (0, 0)
    unfinished: set[str] = field(default_factory=set)
    boots: dict[int, int] = field(default_factory=dict)
    """First epoch of a child in each epoch of its gateway."""

    def judge(self, message: UpMessage, leaf: Leaf) -> None:
        """Hold a message to what can be judged from outside."""
        if isinstance(message, Announce):
            self._introduced(message)
        assert self.announce is not None, f"{self.name}: {message} before any announce"
        assert message.epoch == self.announce.epoch, f"{message} before its announce"
        if isinstance(message, Presence):
            self._present(message, self.announce)
        elif not isinstance(message, Announce):
            assert self.is_there, f"{self.name} is away and says {message}"
        self._number(message, leaf)
        self._values(message)

    def behind(self, gateway: Announce, announce: Announce) -> None:
        """Hold a child's announce to that of its gateway."""
        assert announce.birth in {None, gateway.birth}, "before the gateway's own answer"
        first = self.boots.setdefault(gateway.epoch, announce.epoch)
        earlier = [epoch for boot, epoch in self.boots.items() if boot < gateway.epoch]
        assert all(epoch < first for epoch in earlier), "the gateway booted, the child did not"

    def _introduced(self, announce: Announce) -> None:
        before = self.announce
        if before is None or announce.epoch != before.epoch:
            self.seqs.clear()
            self.told.clear()
            self.unfinished.clear()
        assert (announce.epoch, announce.connection) >= self.order
        self.order = (announce.epoch, announce.connection)
        self.announce = announce

    def _present(self, presence: Presence, announce: Announce) -> None:
        assert (presence.epoch, presence.connection) == self.order
        self.is_there = presence.status == "online"
        if presence.status == "asleep":
            assert announce.sleep is not None
            assert not self.unfinished, "it sleeps over a command"

    def _number(self, message: UpMessage, leaf: Leaf) -> None:
        if not isinstance(message, State | Event | Ack):
            return
        if isinstance(message, Event) and (message.epoch, message.seq) in self.told:
            return  # told again, for the broker had not acknowledged it
        assert message.seq == self.seqs.get(leaf, 0) + 1, message
        self.seqs[leaf] = message.seq
        if isinstance(message, Ack):
            keep = {message.id} if message.status == "received" else set()
            self.unfinished = self.unfinished - {message.id} | keep
        if isinstance(message, Event):
            self.told.add((message.epoch, message.seq))

    def _values(self, message: UpMessage) -> None:
        compiled = self.product.compiled
        if isinstance(message, State):
            assert compiled.check_state(message.values, is_full=message.full) == ()
        elif isinstance(message, Event):
            assert compiled.check_event(message.event, message.arguments) == ()


class Line:
    """One party on its link, with a clock of its own; a link that is wanted is had.

    Attributes:
        heard: All that was said: when, by whom, what.
        is_open: Whether a broker is there.
    """

    def __init__(self, party: Party) -> None:
        self.party = party
        self.now_s = START_S
        self.heard: list[tuple[float, DeviceId, UpMessage]] = []
        self.is_open = True
        self.is_up = False
        self.connects = 0
        self._speakers: dict[DeviceId, Speaker] = {}
        self._closed_s = START_S

    def up(self) -> list[UpMessage]:
        """Connect; the first word has to be the party's own announce."""
        will = self.party.dial()
        self.connects += 1
        self.is_up = True
        for speaker in self._speakers.values():
            speaker.is_there = False
        said = self.take(self.party.connected(self.now_s))
        first = said[0]
        assert isinstance(first, Announce)
        assert (will.epoch, will.connection) == (first.epoch, first.connection)
        assert [type(m) for m in said[:3]] == [Announce, Presence, State]
        return said

    def down(self) -> None:
        """Break the link; the last words were not acknowledged."""
        last = [ChildSaid(n, m) if n != self.party.id else m for _, n, m in self.heard[-3:]]
        self._close(last)

    def tell(self, message: DownMessage, child: DeviceId | None = None) -> list[UpMessage]:
        """Let the party hear a message of the hub."""
        encoded = encode(self.party.id, message, child)
        arrived = decode(encoded.topic, encoded.payload)
        assert (arrived.message, arrived.topic.child) == (message, child)
        said = hear(self.party, Heard(message, child), self.now_s, is_retained=False)
        assert self.is_up or not said
        return self.take(said)

    def press(self, button: str) -> list[UpMessage]:
        """Press a button."""
        return self.take(self.party.press(button, self.now_s))

    def wait(self, seconds: float) -> list[UpMessage]:
        """Let time pass; a party that is away comes back when it wants to."""
        until_s = self.now_s + seconds
        said: list[UpMessage] = []
        for _ in range(200_000):
            next_s = self._next_s()
            if next_s > until_s:
                self.now_s = until_s
                return said
            self.now_s = max(self.now_s, next_s)
            said += self._turn()
        raise AssertionError("it never comes to rest")

    def take(self, said: Sequence[Said]) -> list[UpMessage]:
        """Judge what was said."""
        for one in said:
            self._judge(one)
        if self.is_up and not self.party.is_connected:
            self._close(())
        return [one.message if isinstance(one, ChildSaid) else one for one in said]

    def of(self, name: DeviceId) -> list[UpMessage]:
        """Return what one speaker has said."""
        return [message for _, who, message in self.heard if who == name]

    def _judge(self, one: Said) -> None:
        child = one.child if isinstance(one, ChildSaid) else None
        message = one.message if isinstance(one, ChildSaid) else one
        assert self.is_up, f"{one} without a link"
        encoded = encode(self.party.id, message, child)
        back = decode(encoded.topic, encoded.payload)
        assert (back.message, back.topic.child, back.unknown) == (message, child, ())
        assert encoded.is_retained == (child is None and isinstance(message, Presence))
        own = self._speaker(None)
        if child is not None:
            assert own.is_there, f"{one} before the gateway's own announce"
            assert own.announce is not None
            if isinstance(message, Announce | Presence):
                assert message.connection == own.announce.connection
            if isinstance(message, Announce):
                self._speaker(child).behind(own.announce, message)
        self._speaker(child).judge(message, back.topic.leaf)
        self.heard.append((self.now_s, child or self.party.id, message))

    def _speaker(self, child: DeviceId | None) -> Speaker:
        name = child or self.party.id
        if name not in self._speakers:
            product = self.party.product
            if child is not None:
                assert isinstance(self.party, Carrier)
                product = self.party.product_of(child)
            self._speakers[name] = Speaker(name, product)
        return self._speakers[name]

    def _next_s(self) -> float:
        if self.is_up:
            return self.party.due_s
        back_s = self.party.redial_s or self.now_s
        dial_s = max(self._closed_s + 1.0, back_s) if self.is_open else math.inf
        return min(dial_s, self.party.due_s)

    def _turn(self) -> list[UpMessage]:
        if self.is_up or self.now_s >= self.party.due_s:
            said = self.take(self.party.tick(self.now_s))
            assert self.is_up or self.party.due_s > self.now_s, "it would spin"
            return said
        return self.up()

    def _close(self, unsent: Sequence[Said]) -> None:
        self.party.lost(unsent)
        self.is_up, self._closed_s = False, self.now_s
