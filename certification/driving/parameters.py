"""How to try a device: `device.eco.private.toml`, secrets and hooks, which no output shows."""

from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, StringConstraints

from certification.driving import toml_file
from protocol.errors import ViolationError
from protocol.joining import normalise_code

FILE: Final = "device.eco.private.toml"

Command = Annotated[str, StringConstraints(min_length=1, max_length=4096)]
"""A command for the shell."""

Seconds = Annotated[float, Field(gt=0, le=3600)]


def _code(text: object) -> SecretStr:
    if not isinstance(text, str):
        raise ValueError("a setup code is a text of 8 digits, such as 1234-5678")  # noqa: TRY004 - pydantic wants it
    try:
        return SecretStr(normalise_code(text))
    except ViolationError as error:
        raise ValueError(error.violation.detail) from None


SetupCode = Annotated[SecretStr, BeforeValidator(_code)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class HookTable(_Table):
    """Commands for the shell that do to the device what a person would do.

    Attributes:
        run: Is the device while it, or anything that it has started, runs: `start`, `stop` and
            `power_cycle` follow from it.
        start: Switches the device on, or makes it try to join.
        stop: Has it end in order.
        power_cycle: Takes its power away and gives it back.
        factory_reset: Makes it factory-new; with `run` done while it does not run.
        button: Makes `$ECO_WANTED` happen: an event, or the change of a property.
        second_unit: Reads a second device of this product and prints, as one line of JSON, its
            `id` and `serial`.
        new_firmware: Puts another firmware on the device; with `run`, a device that ends by it is
            started again.
        sensor_lost: Takes away what `$ECO_WANTED`, an address, is measured with.
        child_lost, child_removed: Take the child `$ECO_WANTED` out of reach and bring it back;
            unpair it.
    """

    run: Command | None = Field(default=None, repr=False)
    start: Command | None = Field(default=None, repr=False)
    stop: Command | None = Field(default=None, repr=False)
    power_cycle: Command | None = Field(default=None, repr=False)
    factory_reset: Command | None = Field(default=None, repr=False)
    button: Command | None = Field(default=None, repr=False)
    second_unit: Command | None = Field(default=None, repr=False)
    new_firmware: Command | None = Field(default=None, repr=False)
    sensor_lost: Command | None = Field(default=None, repr=False)
    child_lost: Command | None = Field(default=None, repr=False)
    child_removed: Command | None = Field(default=None, repr=False)


class Timeouts(_Table):
    """How patient to be, seconds.

    Attributes:
        connect_s: For a device that is to join, or to come back, beside its own waits.
        hook_s: For a hook to end.
        person_s: For a person to do what is asked.
    """

    connect_s: Seconds = 20.0
    hook_s: Seconds = 30.0
    person_s: Seconds = 120.0


class Network(_Table):
    """Where broker and join desk listen.

    Attributes:
        host: An address at which the device can reach this machine.
        broker_port, join_port: 0 for any that is free.
        mdns: Whether adverts of the device are watched.
    """

    host: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,255}$")] = "127.0.0.1"
    broker_port: Annotated[int, Field(ge=0, le=65_535)] = 0
    join_port: Annotated[int, Field(ge=0, le=65_535)] = 0
    mdns: bool = True


class Parameters(_Table):
    """All of it."""

    setup_code: SetupCode
    second_setup_code: SetupCode | None = None
    hooks: HookTable = HookTable()
    timeouts: Timeouts = Timeouts()
    network: Network = Network()

    def secrets(self) -> tuple[str, ...]:
        """Return what no output may show: each code as digits, and as people write it."""
        codes = [self.setup_code, *([self.second_setup_code] if self.second_setup_code else [])]
        texts = [code.get_secret_value() for code in codes]
        return (*texts, *(f"{text[:4]}-{text[4:]}" for text in texts))


def load(file: Path) -> Parameters:
    """Return the parameters in a file.

    Raises:
        UsageError: It cannot be read, or is wrong.
    """
    return toml_file.read(file, Parameters)
