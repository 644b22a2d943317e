"""Where a device can be made other than it should be; as they are here, the seams make it healthy.

A mutant (`simulators.mutants`) is a device with one of them changed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from protocol.ids import DeviceId
from protocol.validator import CompiledProduct
from simulators.joiner import Approach
from simulators.state import Flash
from simulators.tempo import Tempo
from simulators.wire import Dialling, straight


def same_tempo(tempo: Tempo) -> Tempo:
    """Keep the device's waits."""
    return tempo


def same_bytes(document: bytes, installs: int) -> bytes:
    """Keep the product spec with every firmware."""
    return document


def same_id(device: DeviceId) -> DeviceId:
    """Give each unit an id of its own."""
    return device


def own_serial(device: DeviceId) -> str:
    """Number the hardware, each by itself."""
    return f"SIM-{device}"


def own_code(device: DeviceId) -> str:
    """Print a code of its own on each unit."""
    return f"{Random(device).randrange(10**8):08d}"  # noqa: S311 - it opens nothing


def own_child(device: DeviceId, child: str) -> DeviceId:
    """Call a child after its gateway."""
    return DeviceId(f"{device}-{child}")


def same_flash(flash: Flash) -> Flash:
    """Keep what the device keeps through loss of power."""
    return flash


def directly(device: DeviceId, product: CompiledProduct) -> Dialling:
    """Let a device speak to its broker as it means to."""
    return straight


@dataclass(frozen=True, slots=True)
class Seams:
    """How one kind of device is put together.

    Attributes:
        dialling: What stands between a device and its connections, made once for each device.
        tempo: What becomes of its long waits.
        approach: How it joins.
        document: What becomes of its product spec, on the wire alone, after so many installations
            of another firmware.
        txt: What becomes of its advert.
        flash: What becomes of the place where it keeps its credentials.
        name: Its id.
        serial: What its hardware is numbered.
        code: The setup code that is printed on it, for those who want one of the device.
        child: The id of a child behind it, by what that child is.
    """

    dialling: Callable[[DeviceId, CompiledProduct], Dialling] = directly
    tempo: Callable[[Tempo], Tempo] = same_tempo
    approach: Approach = field(default_factory=Approach)
    document: Callable[[bytes, int], bytes] = same_bytes
    txt: Callable[[Mapping[str, str]], Mapping[str, str]] = dict
    flash: Callable[[Flash], Flash] = same_flash
    name: Callable[[DeviceId], DeviceId] = same_id
    serial: Callable[[DeviceId], str] = own_serial
    code: Callable[[DeviceId], str] = own_code
    child: Callable[[DeviceId, str], DeviceId] = own_child
