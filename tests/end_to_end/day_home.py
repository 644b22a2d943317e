"""A whole home in virtual time: the hub's core, simulated devices, their links, a broker between.

All is the real thing but the clock and the cable: what a device says goes through its faults, is
encoded, decoded and taken in by `hub.core.hub.Hub`; what the hub says comes back the same way.
"""

import heapq
import itertools
import math
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence
from functools import partial
from random import Random
from typing import Final, Protocol

from hub.core.commands import CommandRequest
from hub.core.errors import RequestError
from hub.core.hub import Hub
from hub.core.outcome import Outcome
from hub.core.records import CommandRecord, DeviceRecord, Mode
from protocol import topics
from protocol.codec import Encoded, decode_at, encode
from protocol.errors import ViolationError
from protocol.ids import Address, CommandId, DeviceId
from protocol.messages import Ack, Scalar, State, UpMessage
from simulators import quantities
from simulators.account import Frame, Spoken
from simulators.carrier import Said
from simulators.device import Settings, SimDevice
from simulators.fault_layer import FaultLayer
from simulators.faults import Faults
from simulators.link import Change, Link, Status
from simulators.party import Heard, Party
from simulators.physics import PhysicsType
from simulators.product import Product
from simulators.sleeper import Sleeper, Sleepy
from simulators.voice import Identity
from simulators.wire import Access

TICK_S: Final = 2.0
"""How often the hub lets time pass."""

KEEPALIVE_S: Final = 45.0
"""One and a half times what devices ask for: then the broker gives up on a silent one."""

WALL_S: Final = 1_700_000_000.0

LOUD_S: Final = 80.0
"""A flood, what of it comes late, and the minute for which it is not heard."""

BACK_S: Final = 60.0
"""So long a device that hangs may take to come back when all is well again."""

START_S: Final = 1_000.0


class Watcher(Protocol):
    """Who is told of each message that reaches the hub, and what came of it."""

    def hears(
        self, hub: Hub, device: DeviceId, frame: Frame, now_s: float, *, is_loud: bool
    ) -> bool:
        """Take in that a message is at the hub's door; return whether it is let in.

        `is_loud`: the device is in a flood, or was in one just now.
        """

    def ticked(self, outcome: Outcome, now_s: float) -> None: ...

    def released(self, device: DeviceId) -> None: ...

    def took(
        self, hub: Hub, device: DeviceId, frame: Frame, outcome: Outcome, now_s: float
    ) -> None:
        """Take in what the hub made of the message that was let in last."""


class SimLink(Link):
    """A link that keeps what its device meant to say.

    Attributes:
        truth: The values that the device told last, by address, before any fault touched them.
        answers: What it answered to each command, in the same way.
        frames: What is about to be put on the wire.
    """

    __slots__ = ("answers", "frames", "truth")

    def __init__(
        self,
        device: Party,
        access: Access,
        clock: Callable[[], float],
        rng: Random,
        change: Callable[[Change], None],
        wake: Callable[["Link"], None],
    ) -> None:
        super().__init__(device, access, clock, rng, change, wake)
        self.truth: dict[str, Scalar] = {}
        self.answers: defaultdict[str, set[str]] = defaultdict(set)
        self.frames: deque[Frame] = deque()

    def send(self, messages: Sequence[Said]) -> None:
        """Note what is meant, then let the faults have it."""
        for message in messages:
            if isinstance(message, State):
                self.truth.update(message.values)
            elif isinstance(message, Ack):
                self.answers[message.id].add(message.status)
        super().send(messages)

    def _put(self, messages: Sequence[Spoken | Frame]) -> None:
        self.frames.extend(
            m if isinstance(m, Frame) else Frame(m.encoded, m.message) for m in messages
        )
        super()._put(messages)


class Cable:
    """One MQTT connection without a network."""

    def __init__(self, home: "Home", link: SimLink, will: Encoded) -> None:
        self.is_up = False
        self.heard_s = math.inf
        self._home, self._link, self._will = home, link, will
        self._numbers = itertools.count(1)

    def open(self) -> None:
        """Be let in at once."""
        self.is_up = True
        self.heard_s = self._home.now_s
        self._home.cables[self._link.device.id] = self
        self._home.later(self._link.subscribed)

    def publish(self, message: Encoded) -> int:
        """Carry a message to the hub, behind those before it."""
        number, frame = next(self._numbers), self._link.frames.popleft()
        assert frame.encoded == message
        self.heard_s = self._home.now_s
        self._home.later(lambda: self._home.deliver(self._link, frame))
        self._home.later(lambda: self._written(number))
        return number

    def keep_alive(self) -> None:
        self.heard_s = self._home.now_s

    def disconnect(self) -> None:
        """Go in order: there is no will."""
        self.is_up = False
        self._home.later(lambda: self._link.closed("Normal disconnection", is_refused=False))

    def drop(self) -> None:
        """Break: the broker says the will."""
        self._link.frames.clear()
        if self.is_up:
            self.is_up = False
            self._home.later(lambda: self._home.say_will(self._link, self._will))

    def time_out(self) -> None:
        """Let the broker give up on the device."""
        self.is_up = False
        self._home.later(lambda: self._home.say_will(self._link, self._will))
        self._home.later(lambda: self._link.closed("Keep alive timeout", is_refused=False))

    def _written(self, number: int) -> None:
        if self.is_up:
            self._link.written(number)


class Home:
    """The hub, its devices, and time.

    Attributes:
        hub: The real core.
        links: By device.
        layers: The faults of each device.
        asked: The commands that people asked for.
        wills: Messages that the broker said for each device.
        said_well: Those of devices that have no faults yet.
    """

    def __init__(self, seed: int, watcher: Watcher) -> None:
        self.now_s = START_S
        self.hub = Hub("hub-of-the-day", 1)
        self.links: dict[DeviceId, SimLink] = {}
        self.layers: dict[DeviceId, FaultLayer[Heard]] = {}
        self.cables: dict[DeviceId, Cable] = {}
        self.asked: list[CommandRecord] = []
        self.wills: Counter[DeviceId] = Counter()
        self.said_well: Counter[DeviceId] = Counter()
        self._watcher = watcher
        self._changes: deque[Change] = deque(maxlen=1)
        self._floods: dict[DeviceId, tuple[int, float]] = {}
        self._rng = Random(seed)  # noqa: S311 - the day has to repeat from its seed
        self._todo: deque[Callable[[], None]] = deque()
        self._heap: list[tuple[float, int, SimLink]] = []
        self._count = itertools.count()
        self._tick_s = START_S
        self.hub.link_changed(is_up=True, reason="linked", now_s=START_S)

    def move_in(
        self, device_id: DeviceId, physics: PhysicsType, product: Product, mode: Mode, speed: float
    ) -> None:
        """Let a device join and connect, well as yet."""
        seed = self._rng.randrange(2**48)
        settings = Settings(
            seed=seed, speed=speed, latency_s=0.05, wall_minus_now_s=WALL_S - START_S
        )
        identity = Identity(device_id, serial=f"S-{device_id}")
        hardware = physics(seed)
        sim = SimDevice(identity, product, hardware, settings)
        device = Sleeper(sim, hardware, seed) if isinstance(hardware, Sleepy) else sim
        access = Access("nowhere", 1, device_id, "")
        link = SimLink(
            device, access, lambda: self.now_s, self._rng, self._changes.append, self._schedule
        )
        self.links[device_id] = link
        record = DeviceRecord(device_id, device_id, self.now_s, mode=mode)
        self._carry_out(self.hub.admit(record, None, self.now_s))
        self._schedule(link)

    def fall_ill(self, faults: Faults) -> None:
        """Switch faults on, on every device."""
        for device_id, link in self.links.items():
            rate_per_s = link.device.product.compiled.spec.rate_per_s
            layer = FaultLayer[Heard](faults, self._rng.randrange(2**48), rate_per_s)
            self.layers[device_id] = link.faults = layer
            if link.status is Status.UP:
                layer.up(self.now_s)
            self._schedule(link)

    def recover(self) -> None:
        """Switch all faults off; what has begun comes to its end."""
        for device_id, layer in self.layers.items():
            layer.stop()
            link = self.links[device_id]
            link.rest.until_s = min(link.rest.until_s, self.now_s + BACK_S)
            self._schedule(link)

    def release(self) -> None:
        """Let everybody out of quarantine, as the owner does."""
        for device_id, device in self.hub.devices.items():
            if device.record.quarantine is not None:
                self._watcher.released(device_id)
                self._carry_out(self.hub.release(device_id, self.now_s))
        self._drain()

    def call_all(self) -> None:
        """Let the hub call all devices, and somebody wake those that sleep."""
        birth = self.hub.birth(int(1000 * (self.now_s + WALL_S - START_S)))
        for device_id, cable in self.cables.items():
            if cable.is_up:
                self.later(partial(self._arrive, device_id, encode(device_id, birth)))
        for link in self.links.values():
            if isinstance(link.device, Sleeper):
                link.press(link.device.buttons[0])
        self._drain()

    def run(self, seconds: float, commands_per_s: float = 0.0) -> None:
        """Let time pass, people asking for something now and then."""
        until_s = self.now_s + seconds
        ask_s = self._next_ask_s(commands_per_s)
        while True:
            due_s = self._heap[0][0] if self._heap else math.inf
            next_s = min(due_s, self._tick_s, ask_s)
            if next_s > until_s:
                self.now_s = until_s
                return
            self.now_s = max(self.now_s, next_s)
            if next_s == due_s:
                self._turn()
            elif next_s == ask_s:
                ask_s = self._next_ask_s(commands_per_s)
                self._ask()
            else:
                self._tick_s = self.now_s + TICK_S
                self._tick()
            self._drain()

    # What cables do

    def later(self, work: Callable[[], None]) -> None:
        """Do something when what goes on now is through."""
        self._todo.append(work)

    def deliver(self, link: SimLink, frame: Frame) -> None:
        """Carry a message to the hub."""
        device_id = link.device.id
        if link.faults is None:
            self.said_well[device_id] += 1
        is_loud = self.now_s - self._flood_s(device_id) < LOUD_S
        if not self._watcher.hears(self.hub, device_id, frame, self.now_s, is_loud=is_loud):
            return
        outcome = self.receive(frame.encoded)
        self._watcher.took(self.hub, device_id, frame, outcome, self.now_s)
        self._carry_out(outcome)

    def receive(self, encoded: Encoded) -> Outcome:
        """Do what a driver and the loop behind it do with a message."""
        where = topics.parse(encoded.topic)
        try:
            decoded = decode_at(where, encoded.payload)
        except ViolationError as error:
            return self.hub.refuse(where, error.violation, self.now_s)
        return self.hub.receive(decoded, self.now_s)

    def say_will(self, link: SimLink, will: Encoded) -> None:
        """Let the broker speak for a device that is gone."""
        message = decode_at(topics.parse(will.topic), will.payload).message
        assert isinstance(message, UpMessage)
        self.wills[link.device.id] += 1
        self.deliver(link, Frame(will, message))

    # What people do

    def _ask(self) -> None:
        link = self._rng.choice(list(self.links.values()))
        compiled = link.device.product.compiled
        device_id, rng = link.device.id, self._rng
        values: dict[str, Scalar]
        actions = [a for a in compiled.actions if not a.endswith("reboot")]
        if actions and rng.random() < 0.3:
            action = Address(rng.choice(actions))
            declared = compiled.actions[action].arguments
            values = {value.name: quantities.sample(value, rng) for value in declared}
            self._request(device_id, values, action)
        elif writable := sorted(compiled.writable):
            address = rng.choice(writable)
            values = {address: quantities.sample(compiled.properties[address], rng)}
            self._request(device_id, values, None)

    def _request(
        self, device_id: DeviceId, values: dict[str, Scalar], action: Address | None
    ) -> None:
        name = CommandId(f"phone.{len(self.asked) + 1}")
        request = CommandRequest(
            device_id, "phone", name, values, action, ttl_s=self._rng.choice([2.0, 10.0, 60.0])
        )
        try:
            record, outcome = self.hub.request(request, self.now_s)
        except RequestError:
            return
        self.asked.append(record)
        self._carry_out(outcome)
        self._carry_out(self.hub.proceed(record, self.now_s))

    # What time does

    def _turn(self) -> None:
        due_s, _, link = heapq.heappop(self._heap)
        if due_s != link.scheduled_s:
            return
        link.scheduled_s = math.inf
        if link.status is Status.RESTING and self.now_s >= link.rest.until_s:
            link.status = Status.DIALLING
            link.begin(lambda hello, owner: Cable(self, link, hello.will))
        else:
            link.turn(self.now_s)
        self._schedule(link)

    def _schedule(self, link: Link) -> None:
        assert isinstance(link, SimLink)
        due_s = link.due_s
        if due_s < link.scheduled_s and due_s < math.inf:
            link.scheduled_s = due_s
            heapq.heappush(self._heap, (due_s, next(self._count), link))

    def _tick(self) -> None:
        outcome = self.hub.tick(self.now_s)
        self._watcher.ticked(outcome, self.now_s)
        self._carry_out(outcome)
        for cable in list(self.cables.values()):
            if cable.is_up and self.now_s - cable.heard_s > KEEPALIVE_S:
                cable.time_out()

    def _flood_s(self, device_id: DeviceId) -> float:
        """Return when the device began its last flood."""
        layer = self.layers.get(device_id)
        count = layer.account.mishaps["flood"] if layer is not None else 0
        if count > self._floods.get(device_id, (0, 0.0))[0]:
            self._floods[device_id] = (count, self.now_s)
        return self._floods.get(device_id, (0, -math.inf))[1]

    def _drain(self) -> None:
        while self._todo:
            self._todo.popleft()()

    def _carry_out(self, outcome: Outcome) -> None:
        for device_id, message in outcome.send:
            cable = self.cables.get(device_id)
            if cable is not None and cable.is_up:
                self.later(partial(self._arrive, device_id, encode(device_id, message)))

    def _arrive(self, device_id: DeviceId, message: Encoded) -> None:
        if self.cables[device_id].is_up:
            self.links[device_id].arrived(message.topic, message.payload, is_retained=False)

    def _next_ask_s(self, per_s: float) -> float:
        return self.now_s + self._rng.expovariate(per_s) if per_s else math.inf
