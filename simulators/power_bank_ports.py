"""The ports of a power bank and the gadgets that hang on them."""

from dataclasses import dataclass
from random import Random
from typing import Final, NamedTuple

from simulators.physics import chance
from simulators.power_bank_cells import taper


class Gadget(NamedTuple):
    """Something with a battery of its own: which port it takes, and how much power at most."""

    port: int
    power_w: float
    battery_wh: float


GADGETS: Final = (
    Gadget(0, 27.0, 19.0),
    Gadget(0, 60.0, 55.0),
    Gadget(0, 30.0, 32.0),
    Gadget(1, 18.0, 14.0),
    Gadget(1, 8.0, 5.0),
    Gadget(2, 10.0, 9.0),
    Gadget(2, 1.5, 1.9),
)
"""Phone, laptop, tablet; another phone, e-reader; camera, earphones in their case."""

LIMITS_W: Final = ((15.0, 10.0, 7.5), (65.0, 30.0, 18.0))
"""Most that the ports C1, C2 and A give, without and with fast charging."""

TOTAL_W: Final = 65.0

LEAST_W: Final = 0.8
"""What draws less is taken for nothing and cut off, unless low current is wanted."""

PLUG_PER_S: Final = 1 / 5_400
UNPLUG_PER_S: Final = 1 / 900
"""How fast somebody brings a gadget by day, and fetches one that is full."""


@dataclass(slots=True)
class _Client:
    gadget: Gadget
    charge: float
    power_w: float = 0.0


class Ports:
    """Three ports with a gadget each, or none.

    Attributes:
        is_shorted: Whether somebody shorts one of them.
    """

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._clients: dict[int, _Client] = {}
        self.is_shorted = False

    @property
    def powers_w(self) -> tuple[float, float, float]:
        """What flows out of C1, C2 and A."""
        c1, c2, a = (self._clients.get(port) for port in range(3))
        return (_power_w(c1), _power_w(c2), _power_w(a))

    @property
    def power_w(self) -> float:
        """What flows out of all of them."""
        return sum(self.powers_w)

    def plug(self) -> None:
        """Plug in some gadget that needs it, if its port is free."""
        gadget = self._rng.choice(GADGETS)
        charge = self._rng.uniform(0.05, 0.6)
        self._clients.setdefault(gadget.port, _Client(gadget, charge))

    def come_and_go(self, dt_s: float, *, is_awake: bool) -> None:
        """Let people bring and fetch gadgets."""
        if is_awake and chance(self._rng, PLUG_PER_S, dt_s):
            self.plug()
        for port, client in list(self._clients.items()):
            if client.charge > 0.99 and chance(self._rng, UNPLUG_PER_S, dt_s):
                del self._clients[port]

    def ask(self, *, is_fast: bool, is_low_current: bool) -> None:
        """Let the gadgets settle what they draw, within each port's limit and the total."""
        for port, client in self._clients.items():
            wanted_w = client.gadget.power_w * taper(client.charge) if client.charge < 1 else 0.0
            client.power_w = min(wanted_w, LIMITS_W[is_fast][port])
            if client.power_w < LEAST_W and not is_low_current:
                client.power_w = 0.0
        self._scale(min(1.0, TOTAL_W / self.power_w) if self.power_w else 1.0)

    def rest(self) -> None:
        """Give nothing."""
        self._scale(0.0)

    def deliver(self, share: float, dt_s: float) -> None:
        """Give a part of what was asked for, for a while."""
        self._scale(share)
        for client in self._clients.values():
            taken = client.power_w * dt_s / 3600.0 / client.gadget.battery_wh
            client.charge = min(1.0, client.charge + taken)

    def _scale(self, share: float) -> None:
        for client in self._clients.values():
            client.power_w *= share


def _power_w(client: _Client | None) -> float:
    return client.power_w if client else 0.0
