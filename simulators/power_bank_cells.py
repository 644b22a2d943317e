"""The cells of a power bank: they store what flows in less a loss, and wear with each cycle."""

from typing import Final, NamedTuple

from simulators.physics import clamp

DESIGN_WH: Final = 74.0
"""20,000 mAh at 3.7 V."""

EFFICIENCY: Final = 0.92
"""Of each conversion, in and out."""

WEAR_PERCENT: Final = 0.04
"""Capacity lost with each full cycle: four fifths are left after 500."""

LEAST_HEALTH: Final = 50.0

TAPER: Final = 0.8
"""Above this charge the cells take less and less."""


class Given(NamedTuple):
    """Which part of what was offered and asked for did flow, each 0 to 1."""

    in_share: float
    out_share: float


class Cells:
    """The cells.

    Attributes:
        wh: Energy in them.
        cycles: Full discharges, added up.
    """

    def __init__(self, charge: float, cycles: float) -> None:
        self.cycles = cycles
        self.wh = charge * self.capacity_wh

    @property
    def health(self) -> float:
        """What of the design's capacity is left, percent."""
        return max(LEAST_HEALTH, 100.0 - WEAR_PERCENT * self.cycles)

    @property
    def capacity_wh(self) -> float:
        """What they hold when full."""
        return DESIGN_WH * self.health / 100.0

    @property
    def room_wh(self) -> float:
        """What they can still take."""
        return max(0.0, self.capacity_wh - self.wh)

    @property
    def level(self) -> float:
        """Charge, percent."""
        return clamp(100.0 * self.wh / self.capacity_wh, 0.0, 100.0)

    @property
    def appetite(self) -> float:
        """Which part of a charger's power they take: all of it up to `TAPER`, a tenth when full."""
        return taper(self.wh / self.capacity_wh)

    def flow(self, in_wh: float, out_wh: float, own_wh: float) -> Given:
        """Let energy through, as far as there is room, and as far as there is some.

        Args:
            in_wh: What the charger offers.
            out_wh: What the ports ask for.
            own_wh: What the electronics take.
        """
        drawn_wh = out_wh / EFFICIENCY + own_wh
        room_wh = max(0.0, self.capacity_wh - self.wh + drawn_wh)
        in_share = min(1.0, room_wh / (in_wh * EFFICIENCY)) if in_wh else 0.0
        filled_wh = in_wh * EFFICIENCY * in_share
        out_share = min(1.0, (self.wh + filled_wh) / drawn_wh) if drawn_wh else 0.0
        drawn_wh *= out_share
        self.wh = max(0.0, self.wh + filled_wh - drawn_wh)
        self.cycles += drawn_wh / DESIGN_WH
        return Given(in_share, out_share)


def taper(charge: float) -> float:
    """Return the share of full power that lithium cells take at a charge of 0 to 1."""
    if charge <= TAPER:
        return 1.0
    return 0.1 + 0.9 * max(0.0, 1.0 - charge) / (1.0 - TAPER)
