"""What a vendor declares of a device: `device.eco.toml`, the part that goes into the transcript."""

import json
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from certification.driving import toml_file
from certification.errors import UsageError
from protocol.ids import Sha256Text
from protocol.joining import DeviceIdText
from protocol.messages import Sleep, Text64
from protocol.product import MAX_BYTES, digest

FILE: Final = "device.eco.toml"

Level = Literal[1, 2, 3]
"""1 Connects, 2 Dependable, 3 Hardened."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class DeviceTable(_Table):
    """Which device, and which level is asked for.

    Attributes:
        firmware_sha256: Of the firmware's image; a certificate names it.
    """

    id: DeviceIdText
    vendor: Text64
    product: Text64
    hardware: Text64
    firmware: Text64
    firmware_sha256: Sha256Text | None = None
    protocol: Literal["1.0"]
    level: Level


class Features(_Table):
    """What the device can do; the words that `applies_if` of the catalogue uses.

    Attributes:
        sleeper: It announces `sleep`.
        gateway: Its product is of the class `gateway`.
        commands: It has a property to be set or an action.
        actions, events: It has any.
        notify: It has a property that it reports when it changes.
        mqtt5: It tries MQTT 5.
        time_synced: It announces `is_time_synced`.
    """

    sleeper: bool
    gateway: bool
    commands: bool
    actions: bool
    events: bool
    notify: bool
    mqtt5: bool = False
    time_synced: bool = False


class Timing(_Table):
    """How much faster than ECO/1 this build lives, for its long waits; 1.0 for a shipped one.

    Attributes:
        scale: Every long wait is multiplied by it; `_REMARKS` says which. Reaction times of 2 s and
            less are not.
    """

    scale: Annotated[float, Field(ge=0.01, le=1.0)] = 1.0


class SpecTable(_Table):
    """The product spec.

    Attributes:
        file: Where it lies, from the folder of the declaration.
    """

    sha256: Sha256Text
    file: Annotated[str, StringConstraints(min_length=1, max_length=255)] | None = None


class Declaration(_Table):
    """The whole declaration.

    Attributes:
        sleep: How a sleeper announces to sleep.
    """

    device: DeviceTable
    features: Features
    timing: Timing = Timing()
    spec: SpecTable
    sleep: Sleep | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.features.sleeper != (self.sleep is not None):
            raise ValueError("features.sleeper and the table [sleep] belong together")
        return self

    def fields(self) -> dict[str, object]:
        """Return it for the transcript, every key with its value."""
        return self.model_dump(mode="json", exclude_none=True)

    def toml(self) -> str:
        """Return it as a file that a person can go on with."""
        lines = ["# What this device is, for `ecohub certify`. No secrets here.", ""]
        for table, values in self.fields().items():
            lines += [f"[{table}]", *_REMARKS.get(table, ())]
            if isinstance(values, dict):
                lines += [f"{key} = {_toml(value)}" for key, value in values.items()]
            lines.append("")
        return "\n".join(lines)


_REMARKS: Final = {
    "timing": (
        "# How much shorter than ECO/1 this build makes its long waits; 1.0 for what is sold.",
        "# Multiplied by it: keep-alive (never below 1 s), waits between two tries to connect or",
        "# join, time between full states, window of the rate (never below 1 s), the minute for",
        "# the second call of a join, and the interval and awake time of a sleeper.",
        "# Not multiplied: what ECO/1 wants within 2 s, ttl_ms, retry_after_ms and spread_s.",
    ),
}
"""What stands under the heads of tables, for the person who goes on with the file."""


def _toml(value: object) -> str:
    """Return a value as TOML, whose texts, numbers and truths are written as those of JSON."""
    return json.dumps(value, ensure_ascii=False)


def load(file: Path) -> Declaration:
    """Return the declaration in a file, and see that its product spec is the one it names.

    Raises:
        UsageError: One of the two cannot be read or is wrong.
    """
    declaration = toml_file.read(file, Declaration)
    if declaration.spec.file is not None:
        _check_spec(file.parent / declaration.spec.file, declaration.spec.sha256)
    return declaration


def _check_spec(file: Path, sha256: str) -> None:
    try:
        with file.open("rb") as opened:
            found = digest(opened.read(MAX_BYTES + 1))
    except OSError as error:
        remedy = "put the product spec there, or remove spec.file"
        raise UsageError(f"{file} cannot be read: {error.strerror}", remedy, "file") from None
    if found != sha256:
        remedy = f'if the file is right: sha256 = "{found}"'
        raise UsageError(f"spec.sha256 is not that of {file}", remedy, "declaration")
