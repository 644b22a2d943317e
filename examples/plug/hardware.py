"""The plug without its radio: a relay, a meter, a button, and memory that outlives its power."""

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

LOAD_W = 42.0  # what is plugged in


class Hardware:
    """Signals stand for fingers: SIGUSR1 presses the button, SIGUSR2 plugs in too much.

    Attributes:
        memory: What lasts: boots, the grant of a home, and how the plug is set.
    """

    def __init__(self, file: Path) -> None:
        self.memory: dict[str, Any] = {"epoch": 0, "grant": None, "on": True, "energy_wh": 0.0}
        self.file, self.measured_at = file, time.monotonic()
        if file.exists():
            self.memory |= json.loads(file.read_text())
        self.pressed: list[int] = []
        for button in (signal.SIGUSR1, signal.SIGUSR2):
            signal.signal(button, lambda which, _: self.pressed.append(which))

    def save(self, **changes: Any) -> None:
        """Change the memory; what a power cut leaves is whole, from before or from after."""
        self.memory |= changes
        new = self.file.with_suffix(".new")
        with new.open("w") as file:
            json.dump(self.memory, file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.file)

    def set(self, values: dict[str, Any]) -> None:
        self.save(**{address.partition(".")[2]: value for address, value in values.items()})

    def values(self) -> dict[str, Any]:
        """Return what is now, for every property of the product."""
        on, energy_wh = self.memory["on"], round(self.memory["energy_wh"], 1)
        return {"outlet.on": on, "outlet.power_w": LOAD_W * on, "outlet.energy_wh": energy_wh}

    def work(self) -> list[str]:
        """Measure, obey the button, and return the events that have happened."""
        now = time.monotonic()
        self.memory["energy_wh"] += LOAD_W * self.memory["on"] * (now - self.measured_at) / 3600
        self.measured_at, pressed, self.pressed = now, self.pressed, []
        for button in pressed:
            self.save(on=button == signal.SIGUSR1 and not self.memory["on"])
        return ["outlet.overload" for button in pressed if button == signal.SIGUSR2]
