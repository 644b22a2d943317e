"""A Wi-Fi router: a household's gadgets come and go with the hours and share the line."""

import math
from collections.abc import Mapping
from random import Random
from typing import ClassVar, Final, NamedTuple

from protocol import products
from protocol.ids import Address
from protocol.messages import Scalar
from simulators.physics import Happening, Ran, chance, hour_of


class Gadget(NamedTuple):
    """A client of the router.

    Attributes:
        down_bps: What it takes from the line on average while it is busy.
        by_night: Whether it stays when people sleep or are out.
        is_wired: Whether it hangs on a cable.
        is_guest: Whether it comes only while the guest network is on.
    """

    name: str
    down_bps: float
    by_night: bool = False
    is_wired: bool = False
    is_guest: bool = False


GADGETS: Final = (
    Gadget("desktop", 8e6, is_wired=True),
    Gadget("network-storage", 4e5, by_night=True, is_wired=True),
    Gadget("television", 1.2e7),
    Gadget("games-console", 1.5e7),
    Gadget("laptop-1", 4e6),
    Gadget("laptop-2", 3e6),
    Gadget("phone-1", 1.5e6, by_night=True),
    Gadget("phone-2", 1.2e6, by_night=True),
    Gadget("phone-3", 9e5),
    Gadget("tablet", 2.5e6),
    Gadget("speaker", 3e5, by_night=True),
    Gadget("doorbell", 1e5, by_night=True),
    Gadget("printer", 2e4),
    Gadget("guest-phone-1", 1e6, is_guest=True),
    Gadget("guest-phone-2", 8e5, is_guest=True),
)

LINE_DOWN_BPS: Final = 1e8
LINE_UP_BPS: Final = 2e7
UP_SHARE: Final = 0.12
"""What a gadget sends for each bit that it takes: acknowledgements, calls, pictures."""

MOVES_PER_S: Final = 1 / 1_200
"""How often a gadget reconsiders whether it is here."""

ROAM_PER_S: Final = 1 / 15
"""How fast gadgets find the network again after it was gone."""

BUSY_TAU_S: Final = 120.0
REBOOT_S: Final = (5.0, 9.0)


class Router:
    """The router, its line and its clients."""

    product: ClassVar[str] = "router"
    buttons: ClassVar[tuple[str, ...]] = ("wifi", "guest")
    deadbands: ClassVar[Mapping[str, float]] = {
        "router.download_bps": 2e6,
        "router.upload_bps": 4e5,
        "router.downloaded_bytes": 5e7,
        "router.uploaded_bytes": 1e7,
        "router.uptime_s": 300.0,
    }

    report_s = 5.0

    def __init__(self, seed: int, *, day_s: float = 43_200.0) -> None:
        rng = self._rng = Random(seed)  # noqa: S311 - physics has to repeat from its seed
        self._day_s, self._uptime_s = day_s, rng.uniform(3_600.0, 30 * 86_400.0)
        self._wifi, self._guest = True, False
        self._ssid, self._channel = f"home-{rng.randrange(1000, 9999)}", 6
        self._is_roaming = self._is_cut = False
        self._use: dict[Gadget, float] = {g: self._new_use() for g in GADGETS if self._wants(g)}
        self._down_bytes = self._uptime_s * rng.uniform(1e5, 4e5)
        self._up_bytes = UP_SHARE * self._down_bytes

    @staticmethod
    def document() -> bytes:
        """Return the product spec."""
        return products.document("router")

    @property
    def clients(self) -> tuple[str, ...]:
        """Names of the clients that are here, in alphabetical order."""
        return tuple(sorted(gadget.name for gadget in self._use))

    def values(self) -> dict[Address, Scalar]:
        """Return every readable property."""
        down_bps, up_bps = self._rates()
        return {
            Address("router.clients"): len(self._use),
            Address("router.download_bps"): down_bps,
            Address("router.upload_bps"): up_bps,
            Address("router.downloaded_bytes"): self._down_bytes,
            Address("router.uploaded_bytes"): self._up_bytes,
            Address("router.uptime_s"): self._uptime_s,
            Address("wifi.on"): self._wifi,
            Address("wifi.ssid"): self._ssid,
            Address("wifi.channel"): self._channel,
            Address("guest_wifi.on"): self._guest,
        }

    def step(self, dt_s: float) -> tuple[Happening, ...]:
        """Let time pass: clients come, go, use the line now more, now less, and it adds up."""
        self._day_s += dt_s
        self._uptime_s += dt_s
        for gadget in self._use:
            self._use[gadget] = self._drift(self._use[gadget], dt_s)
        happenings = [h for gadget in GADGETS if (h := self._move(gadget, dt_s))]
        self._is_cut = False
        self._is_roaming = self._is_roaming and any(map(self._is_due, GADGETS))
        down_bps, up_bps = self._rates()
        self._down_bytes += down_bps * dt_s / 8.0
        self._up_bytes += up_bps * dt_s / 8.0
        return tuple(happenings)

    def apply(self, values: Mapping[Address, Scalar]) -> None:
        """Take over what was set; another name or channel throws the wireless clients off."""
        radio = (self._wifi, self._ssid, self._channel)
        for address, value in values.items():
            match address, value:
                case "wifi.on", bool():
                    self._wifi = value
                case "wifi.ssid", str():
                    self._ssid = value
                case "wifi.channel", int():
                    self._channel = value
                case "guest_wifi.on", bool():
                    self._guest = value
        if radio != (self._wifi, self._ssid, self._channel):
            self._is_cut, self._is_roaming = True, self._wifi

    def run(self, action: Address, arguments: Mapping[str, Scalar]) -> Ran:
        """Run `router.reboot`: everything is gone for some seconds."""
        if action != "router.reboot":
            return Ran()
        self._use, self._uptime_s, self._is_roaming = {}, 0.0, True
        self._down_bytes = self._up_bytes = 0.0
        return Ran(reboot_s=self._rng.uniform(*REBOOT_S))

    def press(self, button: str) -> None:
        """Press the switch of the wireless or of the guest network."""
        if button == "wifi":
            self.apply({Address("wifi.on"): not self._wifi})
        elif button == "guest":
            self._guest = not self._guest

    def _rates(self) -> tuple[float, float]:
        """Return what comes down and goes up the line now, bit/s."""
        down_bps = sum(gadget.down_bps * use for gadget, use in self._use.items())
        return min(down_bps, LINE_DOWN_BPS), min(down_bps * UP_SHARE, LINE_UP_BPS)

    def _move(self, gadget: Gadget, dt_s: float) -> Happening | None:
        if gadget in self._use:
            if self._stays(gadget, dt_s):
                return None
            del self._use[gadget]
            return Happening(Address("router.client_left"), {"name": gadget.name})
        rate = ROAM_PER_S if self._is_roaming else MOVES_PER_S
        if not self._is_due(gadget) or not chance(self._rng, rate, dt_s):
            return None
        self._use[gadget] = self._new_use()
        return Happening(Address("router.client_joined"), {"name": gadget.name})

    def _is_due(self, gadget: Gadget) -> bool:
        return gadget not in self._use and self._wants(gadget)

    def _can(self, gadget: Gadget) -> bool:
        return gadget.is_wired or (self._wifi and (self._guest or not gadget.is_guest))

    def _wants(self, gadget: Gadget) -> bool:
        return self._can(gadget) and (gadget.by_night or self._are_people_home())

    def _are_people_home(self) -> bool:
        hour = hour_of(self._day_s)
        return 6.5 <= hour < 8.5 or 17.0 <= hour < 23.5

    def _stays(self, gadget: Gadget, dt_s: float) -> bool:
        if not self._can(gadget) or (self._is_cut and not gadget.is_wired):
            return False
        leaving_per_s = MOVES_PER_S * (0.05 if self._wants(gadget) else 1.0)
        return not chance(self._rng, leaving_per_s, dt_s)

    def _new_use(self) -> float:
        return self._rng.lognormvariate(-1.5, 1.0)

    def _drift(self, use: float, dt_s: float) -> float:
        keep = math.exp(-dt_s / BUSY_TAU_S)
        noise = math.sqrt(1.0 - keep * keep) * self._rng.gauss(0.0, 1.0)
        return math.exp(-1.5 + (math.log(use) + 1.5) * keep + noise)
