"""What a real plug has inside: a relay, a meter, a lock, a button, and memory that lasts."""

import json
import os
import signal
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

LOAD_W = 42.0  # of the lamp that is plugged in
WRITABLE = {"outlet.on": "on", "controls.child_lock": "lock"}  # address: name in the memory
READ_ONLY = {"outlet.power_w", "outlet.energy_wh"}


class Memory(dict[str, Any]):
    """What outlives a loss of power: a file that is always whole, from before a change or after."""

    def __init__(self, path: Path) -> None:
        super().__init__(epoch=0, grant=None, on=True, lock=False, energy_wh=0.0)
        self.path = path
        if path.exists():
            self.update(json.loads(path.read_text()))

    def save(self, **changes: Any) -> None:
        self.update(changes)
        with tempfile.NamedTemporaryFile("w", dir=self.path.parent, delete=False) as file:
            json.dump(self, file)  # a temporary file is for its owner's eyes only, as secrets are
            file.flush()
            os.fsync(file.fileno())
        os.replace(file.name, self.path)


class Hardware:
    """The plug without its radio; signals stand for fingers and for a heater.

    Attributes:
        overloads: How often it has switched itself off since this was last told.
    """

    def __init__(self, memory: Memory) -> None:
        self.memory, self.overloads = memory, 0
        self.measured_at = time.monotonic()
        self.pressed = Counter[int]()
        for button in (signal.SIGUSR1, signal.SIGUSR2):
            signal.signal(button, lambda which, _: self.pressed.update([which]))

    def values(self) -> dict[str, Any]:
        """Return what is now, for every property of the product."""
        power = {"outlet.power_w": self.power_w(), "outlet.energy_wh": self.energy_wh()}
        return {**{address: self.memory[name] for address, name in WRITABLE.items()}, **power}

    def power_w(self) -> float:
        return LOAD_W * bool(self.memory["on"])

    def energy_wh(self) -> float:
        return round(float(self.memory["energy_wh"]), 1)

    def fault(self, address: str, value: object) -> str | None:
        """Return the rule that a value to be set would break."""
        if address not in WRITABLE:
            return "ECO-CMD-002" if address in READ_ONLY else "ECO-CMD-001"
        if not isinstance(value, bool):
            return "ECO-VALUE-006" if value is None else "ECO-VALUE-001"
        return None

    def set(self, values: dict[str, Any]) -> None:
        self.memory.save(**{WRITABLE[address]: value for address, value in values.items()})

    def reset_energy(self) -> None:
        self.memory.save(energy_wh=0.0)

    def work(self) -> None:
        """Measure, look at the button, and switch off what draws too much."""
        now = time.monotonic()
        self.memory["energy_wh"] += self.power_w() * (now - self.measured_at) / 3600
        self.measured_at = now
        if self.pressed.pop(signal.SIGUSR1, 0) and not self.memory["lock"]:
            self.set({"outlet.on": not self.memory["on"]})
        if self.pressed.pop(signal.SIGUSR2, 0):
            self.set({"outlet.on": False})
            self.overloads += 1
