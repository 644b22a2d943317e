"""A gateway: a radio for children that speak no MQTT, with a night light on top."""

from collections.abc import Mapping
from random import Random
from typing import ClassVar, Final

from protocol import products
from protocol.ids import Address, DeviceId
from protocol.messages import Scalar
from simulators.physics import Happening, Ran, Wander, chance, clamp

PAIRING_S: Final = 60.0
"""How long pairing mode lasts."""

OUTAGES_PER_S: Final = 1 / 43_200
"""How often a child is out of reach, at a radio quality of 50 %; a better one has fewer."""

OUTAGE_S: Final = (20.0, 240.0)


class Gateway:
    """The gateway, its radio, and who of its children is in reach."""

    product: ClassVar[str] = "gateway"
    buttons: ClassVar[tuple[str, ...]] = ("light", "pair")
    deadbands: ClassVar[Mapping[str, float]] = {"ecohub:radio.quality": 5.0}

    report_s = 2.0

    def __init__(self, seed: int, *, day_s: float = 43_200.0) -> None:
        rng = self._rng = Random(seed)  # noqa: S311 - physics has to repeat from its seed
        self._quality = Wander(rng, mean=82.0, spread=7.0, tau_s=1_800.0)
        self._channel = 15
        self._pairing_s = 0.0
        self._is_lit, self._brightness = False, 30
        self._out_s: dict[DeviceId, float] = {}
        self._news: list[Happening] = []

    @staticmethod
    def document() -> bytes:
        """Return the product spec."""
        return products.document("gateway")

    @property
    def is_pairing(self) -> bool:
        """Whether children that are not paired may come."""
        return self._pairing_s > 0.0

    def is_in_reach(self, child: DeviceId) -> bool:
        """Say whether a child can be heard now."""
        return self._out_s.get(child, 0.0) <= 0.0

    def hide(self, child: DeviceId, seconds: float) -> None:
        """Take a paired child out of reach for so long; 0 brings it back."""
        self._out_s[child] = seconds

    def know(self, child: DeviceId) -> None:
        """Take in that a child was paired long ago."""
        self._out_s[child] = 0.0

    def pair(self, child: DeviceId) -> None:
        """Take in that a child is paired."""
        self._out_s[child] = 0.0
        self._tell("gateway.child_joined", child)

    def unpair(self, child: DeviceId) -> None:
        """Take in that a child is not paired any more."""
        if self._out_s.pop(child, None) is not None:
            self._tell("gateway.child_left", child)

    def values(self) -> dict[Address, Scalar]:
        """Return every readable property."""
        return {
            Address("gateway.children"): len(self._out_s),
            Address("gateway.pairing"): self.is_pairing,
            Address("ecohub:radio.quality"): clamp(self._quality.value, 0.0, 100.0),
            Address("ecohub:radio.reachable"): sum(map(self.is_in_reach, self._out_s)),
            Address("ecohub:radio.channel"): self._channel,
            Address("light.on"): self._is_lit,
            Address("light.brightness"): self._brightness,
        }

    def step(self, dt_s: float) -> tuple[Happening, ...]:
        """Let time pass: the radio gets better and worse, children drop out and come back."""
        self._pairing_s = max(0.0, self._pairing_s - dt_s)
        quality = clamp(self._quality.step(dt_s), 0.0, 100.0)
        often = OUTAGES_PER_S * (1.0 - quality / 100.0) * 2.0
        for child, left_s in self._out_s.items():
            self._out_s[child] = max(0.0, left_s - dt_s)
            if left_s <= 0.0 and chance(self._rng, often, dt_s):
                self._out_s[child] = self._rng.uniform(*OUTAGE_S)
        news, self._news = tuple(self._news), []
        return news

    def apply(self, values: Mapping[Address, Scalar]) -> None:
        """Take over what was set."""
        for address, value in values.items():
            match address, value:
                case "light.on", bool():
                    self._is_lit = value
                case "light.brightness", int():
                    self._brightness = value
                case "ecohub:radio.channel", int():
                    self._channel = value

    def run(self, action: Address, arguments: Mapping[str, Scalar]) -> Ran:
        """Run `gateway.pair`; `gateway.locate` blinks, which nobody here sees."""
        if action == "gateway.pair":
            self._pairing_s = PAIRING_S
        return Ran()

    def press(self, button: str) -> None:
        """Switch the night light, or begin to pair."""
        if button == "light":
            self._is_lit = not self._is_lit
        else:
            self._pairing_s = PAIRING_S

    def _tell(self, event: str, child: DeviceId) -> None:
        self._news.append(Happening(Address(event), {"child": child}))
