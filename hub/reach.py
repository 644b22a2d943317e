"""The hub as one driver sees it: what it tells is told of its own devices and its own link."""

import asyncio
import logging
import random
from typing import Final

from drivers.contract import Driver, Receiver
from hub.home import Home
from protocol.ids import DeviceId

FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 60.0
"""Between the failure of a driver and its next run; doubled while no run lasts longer than that."""

_log = logging.getLogger(__name__)


def next_pause_s(pause_s: float, ran_s: float, first_pause_s: float = FIRST_PAUSE_S) -> float:
    """Return the seconds from a run that lasted `ran_s` to the next; `pause_s` came before it."""
    if pause_s == 0 or ran_s > LONGEST_PAUSE_S:
        return first_pause_s
    return min(2 * pause_s, LONGEST_PAUSE_S)


async def drive(
    driver: Driver, name: str, receiver: Receiver, first_pause_s: float = FIRST_PAUSE_S
) -> None:
    """Run a driver until cancelled: one that fails is run again, and the home goes on without it.

    Args:
        driver: What reaches the devices.
        name: What hub.toml calls it.
        receiver: Whom it tells.
        first_pause_s: Seconds before it is run again for the first time.
    """
    now_s, pause_s = asyncio.get_running_loop().time, 0.0
    while True:
        began_s = now_s()
        try:
            await driver.run(receiver)
            fault = "it has ended by itself"
        except Exception as error:
            _log.exception("driver %s has failed", name)
            fault = f"{type(error).__name__}: {error}"
        receiver.link_changed(is_up=False, reason=f"driver {name} has failed: {fault}")
        pause_s = next_pause_s(pause_s, now_s() - began_s, first_pause_s)
        await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))  # noqa: S311 - only jitter


class Reach:
    """The `Receiver` of the driver `name`.

    What every message passes is the home's own and costs nothing here.
    """

    def __init__(self, home: Home, name: str) -> None:
        self._home, self._name = home, name
        self.is_heard, self.receive, self.refuse = home.is_heard, home.receive, home.refuse

    def introduce(self, device: DeviceId, vendor: str, product: str) -> None:
        """See `Receiver.introduce`."""
        self._home.admission.introduce(device, vendor, product, self._name)

    def link_changed(self, *, is_up: bool, reason: str) -> None:
        """See `Receiver.link_changed`."""
        self._home.link_changed(driver=self._name, is_up=is_up, reason=reason)
