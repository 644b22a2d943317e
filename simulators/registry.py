"""Which products can be simulated: the entry points of the group `ecohub.simulators`, and files."""

from importlib.metadata import entry_points
from pathlib import Path

from simulators import code_file, spec_file
from simulators.errors import UnknownProductError
from simulators.generic import Generic
from simulators.physics import ENTRY_POINTS, PhysicsType


def names() -> tuple[str, ...]:
    """Return the products that can be simulated, in alphabetical order."""
    return tuple(sorted({entry.name for entry in entry_points(group=ENTRY_POINTS)}))


def find(name: str) -> PhysicsType:
    """Return the physics of a product.

    Args:
        name: One of `names`, or the path of a product spec, `./sensor.json`, or of a simulator,
            `./sensor.py`.

    Raises:
        UnknownProductError: There is none of that name.
        SpecFileError: The file cannot be read, or is no product spec.
        UsageError: The file holds no simulator.
    """
    if code_file.is_code(name):
        return code_file.load(Path(name))
    if spec_file.is_path(name):
        return Generic.from_file(Path(name))
    found = [entry for entry in entry_points(group=ENTRY_POINTS) if entry.name == name]
    if not found:
        known = ", ".join(names()) or "none (install ecohub itself: pip install ecohub)"
        raise UnknownProductError(
            f"no simulator for {name!r}", f"known products: {known}; or PATH.json"
        )
    physics: PhysicsType = found[0].load()
    return physics
