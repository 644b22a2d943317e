"""Puts a device together: its physics, its voice, its sleep, and the children behind it."""

import time
from typing import Final, Literal, Protocol, runtime_checkable

from protocol.ids import DeviceId
from simulators.carrier import Carrier, Radio
from simulators.device import Settings, SimDevice
from simulators.errors import UsageError
from simulators.party import Party
from simulators.physics import DAY_S, Physics, PhysicsType
from simulators.plan import Plan
from simulators.product import Product
from simulators.sleeper import Sleeper, Sleepy
from simulators.voice import FIRMWARE, Identity

_SEED_STEP: Final = 1_000_003
"""Between the seeds of two devices of a plan; of children 101 lie between."""


@runtime_checkable
class Carried(Protocol):
    """Physics of a device that speaks no MQTT itself and needs a gateway."""

    needs_gateway: Literal[True]


class Assembly:
    """Makes the devices of a plan; products are read once.

    Args:
        plan: What the devices are.
        firmware: What runs on them.
        installs: How often that has changed since they were made.
    """

    def __init__(self, plan: Plan, firmware: str = FIRMWARE, installs: int = 0) -> None:
        self._plan = plan
        self._firmware, self._installs = firmware, installs
        self._products: dict[PhysicsType, Product] = {}

    @property
    def product(self) -> Product:
        """The product of the devices that join."""
        return self._product(self._plan.physics)

    def seed(self, index: int) -> int:
        """Return where the chance of a device begins."""
        return self._plan.seed * _SEED_STEP + index

    def party(self, device: DeviceId, index: int, epoch: int) -> Party:
        """Return a device of the plan, with its children if it is a gateway.

        Raises:
            UsageError: It has children and is no gateway.
        """
        seed = self.seed(index)
        physics = self._plan.physics(seed, day_s=_day_s())
        sim = self._sim(self._plan.physics, physics, device, seed, epoch)
        if not isinstance(physics, Radio):
            if self._plan.children:
                text = f"{self._plan.physics.product} is no gateway and has no children"
                raise UsageError(text, "ecohub simulate gateway --child ...")
            return self._asleep(sim, physics, seed)
        carrier = Carrier(sim, physics, seed)
        for number, (name, kind) in enumerate(self._plan.children_of(device)):
            own_seed = seed * 101 + number + 1
            behind = kind(own_seed, day_s=_day_s())
            child = self._sim(kind, behind, name, own_seed, 1)
            carrier.add(self._asleep(child, behind, own_seed))
        return carrier

    def _asleep(self, sim: SimDevice, physics: Physics, seed: int) -> SimDevice | Sleeper:
        if not isinstance(physics, Sleepy):
            return sim
        if self._plan.interval_s is not None:
            physics.interval_s = self._plan.interval_s
        return Sleeper(sim, physics, seed)

    def _sim(
        self, kind: PhysicsType, physics: Physics, device: DeviceId, seed: int, epoch: int
    ) -> SimDevice:
        settings = Settings(
            seed=seed,
            epoch=epoch,
            speed=self._plan.speed,
            wall_minus_now_s=time.time() - time.monotonic(),
            tempo=self._plan.seams.tempo(self._plan.tempo),
        )
        serial = self._plan.seams.serial(device)
        identity = Identity(device, serial, firmware=self._firmware)
        return SimDevice(identity, self._product(kind), physics, settings)

    def _product(self, kind: PhysicsType) -> Product:
        if kind not in self._products:
            product = Product.read(kind.document())
            document = self._plan.seams.document(product.document, self._installs)
            self._products[kind] = product.told_as(document)
        return self._products[kind]


def needs_gateway(kind: PhysicsType) -> bool:
    """Say whether devices of a product speak through a gateway alone."""
    return isinstance(kind, Carried)


def _day_s() -> float:
    now = time.localtime()
    return (now.tm_hour * 3600.0 + now.tm_min * 60.0 + now.tm_sec) % DAY_S
