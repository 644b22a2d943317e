"""Hub core against an honest lamp over a link that loses and repeats: receipts never lie."""

import itertools
import random
from collections import OrderedDict, deque
from contextlib import suppress
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.errors import TooManyCommandsError
from hub.core.events import ReceiptChanged
from hub.core.records import CommandRecord
from protocol.ids import CommandId
from protocol.messages import ActionCommand, DownMessage, Scalar, SetCommand, StateGet
from protocol.receipt import TABLE, Status
from tests.hub.core.world import FULL, LAMP, World, online_world

REMEMBERED: Final = 32


class Lamp:
    """A lamp that follows SPEC.md, and a ledger of what it really did."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.values = dict(FULL)
        self.answers: OrderedDict[str, str] = OrderedDict()
        self.ran: list[str] = []

    def reboot(self) -> None:
        self.answers.clear()
        self.world.boot()

    def hear(self, message: DownMessage, rng: random.Random, loss: float) -> None:
        if isinstance(message, StateGet):
            self.world.state(self.values, full=True, cause=message.id)
        elif isinstance(message, ActionCommand) and message.epoch != self.world.epochs[LAMP]:
            self._answer(message.id, "expired", rng, loss)
        elif isinstance(message, SetCommand | ActionCommand):
            self._obey(message, rng, loss)

    def _obey(self, command: SetCommand | ActionCommand, rng: random.Random, loss: float) -> None:
        known = self.answers.get(command.id)
        if known is None:
            self._answer(command.id, "received", rng, loss)
            self.ran.append(command.id)
            if isinstance(command, SetCommand):
                self.values |= command.values
                self._show(command, rng, loss)
            self.answers[command.id] = known = "done"
            if len(self.answers) > REMEMBERED:
                self.answers.popitem(last=False)
        elif isinstance(command, SetCommand):
            self._show(command, rng, loss)
        self._answer(command.id, known, rng, loss)

    def _show(self, command: SetCommand, rng: random.Random, loss: float) -> None:
        seen = {address: self.values[address] for address in command.values}
        if rng.random() >= loss:
            self.world.state(seen, cause=command.id)
        else:
            self.world.next_seq(LAMP, "state")

    def _answer(self, command: str, status: str, rng: random.Random, loss: float) -> None:
        record = self.world.hub.commands.get(CommandId(command))
        if record is None or rng.random() < loss:
            self.world.next_seq(LAMP, "ack")
            return
        self.world.ack(record, status)


class Link:
    """Carries the hub's messages to the lamp: in order, but losing, repeating and delaying them."""

    def __init__(self, world: World, lamp: Lamp, rng: random.Random, loss: float) -> None:
        self.world, self.lamp, self.rng, self.loss = world, lamp, rng, loss
        self.is_up = True
        self.pending: deque[DownMessage] = deque()
        self._read = 0

    def carry(self, loss: float | None = None) -> None:
        """Move what the hub has sent; what is on its way when the link is down is lost."""
        chance = self.loss if loss is None else loss
        while self._read < len(self.world.sent) or self.pending:
            while self._read < len(self.world.sent):
                self.pending.append(self.world.sent[self._read][1])
                self._read += 1
            message = self.pending.popleft()
            if not self.is_up or self.rng.random() < chance:
                continue
            for _ in range(1 + (self.rng.random() < chance / 2)):
                self.lamp.hear(message, self.rng, chance)


def run(seed: int, steps: int) -> tuple[World, Lamp, list[CommandRecord]]:
    rng = random.Random(seed)  # noqa: S311 - a test's dice, not a secret
    world = online_world()
    lamp = Lamp(world)
    link = Link(world, lamp, rng, loss=rng.choice([0.0, 0.1, 0.4]))
    asked: list[CommandRecord] = []
    for _ in range(steps):
        _step(rng, world, lamp, link, asked)
        if rng.random() < 0.7:
            link.carry()
    _settle(world, lamp, link)
    return world, lamp, asked


def _step(
    rng: random.Random, world: World, lamp: Lamp, link: Link, asked: list[CommandRecord]
) -> None:
    match rng.randrange(10):
        case 0 | 1 | 2 | 3:
            values: dict[str, Scalar] = {"lamp.level": rng.randrange(101)}
            if rng.random() < 0.4:
                values["lamp.on"] = rng.random() < 0.5
            _ask(world, asked, values, None, rng)
        case 4 | 5:
            _ask(world, asked, {"times": rng.randrange(1, 10)}, "lamp.blink", rng)
        case 6:
            world.wait(rng.choice([0.25, 1, 3, 12]))
        case 7 if link.is_up:
            link.is_up = False
            world.leave()
        case 8:
            lamp.reboot()
            link.is_up = True
            world.connect()
            world.state(lamp.values, full=True)
        case _:
            if not link.is_up:
                link.is_up = True
                world.connect()


def _ask(
    world: World,
    asked: list[CommandRecord],
    values: dict[str, Scalar],
    action: str | None,
    rng: random.Random,
) -> None:
    with suppress(TooManyCommandsError):
        asked.append(world.ask(values, action=action, ttl_s=rng.choice([2, 10, 60])))


def _settle(world: World, lamp: Lamp, link: Link) -> None:
    link.is_up = True
    world.connect()
    for _ in range(100):
        link.carry(0.0)
        world.wait(1.0)
    world.state(lamp.values, full=True)


@settings(max_examples=120)
@given(seed=st.integers(0, 2**32), steps=st.integers(1, 60))
def test_receipts_tell_the_truth(seed: int, steps: int) -> None:
    world, lamp, asked = run(seed, steps)
    for command in asked:
        record = world.record(command)
        ran = lamp.ran.count(record.id)
        assert record.is_final, record
        if record.status in {Status.CONFIRMED, Status.APPLIED}:
            assert ran, record
        if record.status is Status.EXPIRED and record.reason == "unreachable":
            assert not ran, record
        if record.action is not None:
            assert ran <= 1, record
    assert {a: r.value for a, r in world.device().reported.items()} == lamp.values
    assert not world.device().desired
    assert not world.device().violations


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32))
def test_history_of_a_receipt_follows_the_table(seed: int) -> None:
    world, _, asked = run(seed, 40)
    for command in asked:
        history = [moment.status for moment in world.record(command).history]
        assert history[0] is Status.ACCEPTED
        for before, after in itertools.pairwise(history):
            assert after in TABLE[before].values()
    told = [e.command for e in world.events if isinstance(e, ReceiptChanged)]
    for command in asked:
        assert told.count(command.id) >= len(world.record(command).history)
