"""What a device keeps through loss of power: credentials and boot counter, one file each."""

import os
import tempfile
from pathlib import Path
from typing import Annotated, Final, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from protocol.ids import DeviceId
from protocol.joining import DeviceIdText
from protocol.messages import Count, Text64
from simulators.errors import StateError

RESET: Final = "factory-reset"
"""A file of this name in the folder is a button held at power-up: the devices forget all."""


class Credentials(BaseModel):
    """What a device has from the hub it joined.

    Attributes:
        hub: Id of that hub, the only one that the device dials.
        url: Where the device reached its API.
        host, port: Where its broker is.
        epoch: The device's boots so far.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    device: DeviceIdText
    hub: Text64
    url: str
    host: str
    port: Annotated[int, Field(ge=1, le=65_535)]
    password: Annotated[str, Field(repr=False)]
    epoch: Count = 0


class Flash(Protocol):
    """Where devices keep what has to last."""

    def is_reset_held(self) -> bool:
        """Say, once, whether somebody has held the button for a factory reset at power-up."""

    def load(self, device: DeviceId) -> Credentials | None:
        """Return what a device kept, or None for a factory-new one."""

    def save(self, credentials: Credentials) -> None:
        """Keep credentials."""

    def erase(self, device: DeviceId) -> None:
        """Forget what a device kept."""


class StateFolder:
    """A folder with one file per device, for the user's eyes only; without one, the memory."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._memory: dict[str, Credentials] = {}

    def is_reset_held(self) -> bool:
        """Say, once, whether a file `factory-reset` stands in the folder, and take it away.

        Raises:
            StateError: It cannot be taken away.
        """
        if self._folder is None:
            return False
        try:
            (self._folder / RESET).unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            text = f"{self._folder / RESET} cannot be removed: {error.strerror}"
            raise StateError(text, "check its owner") from None
        return True

    def load(self, device: DeviceId) -> Credentials | None:
        """Return what a device kept, or None for a factory-new one.

        Raises:
            StateError: The file cannot be read.
        """
        if self._folder is None:
            return self._memory.get(device)
        place = self._place(self._folder, device)
        try:
            return Credentials.model_validate_json(place.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StateError(
                f"{place} cannot be read: {error.strerror}", "check its owner"
            ) from None
        except ValidationError:
            remedy = "delete it: the device is as new then and joins again"
            raise StateError(f"{place} is no file of a device", remedy) from None

    def save(self, credentials: Credentials) -> None:
        """Keep credentials; they are on the disk when it returns.

        Raises:
            StateError: The file cannot be written.
        """
        if self._folder is None:
            self._memory[credentials.device] = credentials
            return
        place = self._place(self._folder, DeviceId(credentials.device))
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(place, credentials.model_dump_json(indent=2).encode())
        except OSError as error:
            remedy = "choose another folder with --state"
            raise StateError(f"{place} cannot be written: {error.strerror}", remedy) from None

    def erase(self, device: DeviceId) -> None:
        """Forget what a device kept.

        Raises:
            StateError: The file cannot be removed.
        """
        if self._folder is None:
            self._memory.pop(device, None)
            return
        place = self._place(self._folder, device)
        try:
            place.unlink(missing_ok=True)
        except OSError as error:
            text = f"{place} cannot be removed: {error.strerror}"
            raise StateError(text, "check its owner") from None

    @staticmethod
    def _place(folder: Path, device: DeviceId) -> Path:
        return folder / f"{device}.json"


def _write(place: Path, content: bytes) -> None:
    number, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")  # mode 0600
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
