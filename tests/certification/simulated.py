"""Simulated devices as a partner has them: a declaration, parameters with hooks, a process."""

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from certification.driving.declaration import (
    Declaration,
    DeviceTable,
    Features,
    SpecTable,
    Timing,
)
from certification.driving.parameters import Parameters
from protocol import products
from protocol.messages import Sleep
from protocol.product import digest, parse_product
from protocol.validator import compile_product

CODE = "1234-5678"
SCALE = 0.01
HANDS = Path(__file__).with_name("hands.py")


def declaration(product: str, *, scale: float = SCALE, sleep: Sleep | None = None) -> Declaration:
    """Return what a simulator of this product deserves to have declared."""
    document = products.document(product)
    whole = compile_product(parse_product(document))
    return Declaration(
        device=DeviceTable(
            id=f"{product}-0001",
            vendor=whole.spec.vendor,
            product=whole.spec.product,
            hardware="sim-1",
            firmware="1.0.0",
            protocol="1.0",
            level=2,
        ),
        features=Features(
            sleeper=sleep is not None,
            gateway=whole.spec.device_class == "gateway",
            commands=bool(whole.writable or whole.actions),
            actions=bool(whole.actions),
            events=bool(whole.events),
            notify=True,
            time_synced=True,
        ),
        timing=Timing(scale=scale),
        sleep=sleep,
        spec=SpecTable(sha256=digest(document)),
    )


def simulated(product: str, folder: Path, *arguments: str, scale: float = SCALE) -> Parameters:
    """Return parameters whose device is `ecohub simulate` as a process."""
    command = [sys.executable, "-m", "simulators", product, "--time-scale", str(scale)]
    command += ["--state", str(folder / "kept"), "--control", str(folder / "hands"), "--json"]
    label = shlex.join([sys.executable, "-m", "simulators", product, "-n", "2", "--label"])
    hooks = {"second_unit": f"{label} | tail -n 1"}
    return running(shlex.join([*command, "--no-advertise", *arguments]), folder, hooks)


def running(
    command: str, folder: Path, hooks: Mapping[str, str] | None = None, **more: Any
) -> Parameters:
    """Return parameters whose device is this command."""
    kept = shlex.quote(str(folder / "kept"))
    hands = shlex.join([sys.executable, str(HANDS), str(folder / "hands")])
    return Parameters.model_validate(
        {
            "setup_code": CODE,
            "hooks": {
                "run": command,
                "button": f'{hands} press "$ECO_WANTED"',
                "factory_reset": f"mkdir -p {kept} && touch {kept}/factory-reset",
                "new_firmware": f"{hands} firmware 1.0.1",
                "sensor_lost": f'{hands} unplug "$ECO_WANTED"',
                "child_lost": f'{hands} lose "$ECO_WANTED"',
                "child_removed": f'{hands} unpair "$ECO_WANTED"',
                **(hooks or {}),
            },
            "network": {"mdns": False},
            "timeouts": {"connect_s": 6, **more},
        }
    )
