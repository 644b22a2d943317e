"""Loads a simulator from a Python file that somebody wrote: the one class in it that is one."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Final, cast

from simulators.errors import UsageError
from simulators.physics import PhysicsType

NEEDED: Final = ("product", "buttons", "deadbands", "document", "values", "step", "apply", "run")
"""What tells a simulator from any other class; the whole list is `physics.Physics`."""


def is_code(name: str) -> bool:
    """Say whether a product is named by a file of code."""
    return name.endswith(".py")


def load(place: Path) -> PhysicsType:
    """Return the simulator in a file; runs the file.

    Raises:
        UsageError: It cannot be run, or does not hold exactly one.
    """
    if not place.is_file():
        raise UsageError(f"{place} is no file", "give the path of a simulator, a Python file")
    module = _run(place)
    found = [
        thing
        for thing in vars(module).values()
        if isinstance(thing, type) and thing.__module__ == module.__name__ and _is_one(thing)
    ]
    if len(found) != 1:
        text = f"{place} has {len(found)} simulators, and one is needed"
        raise UsageError(text, f"a simulator is a class with {', '.join(NEEDED)}")
    # As far as its names say: its methods are its own affair.
    return cast("PhysicsType", found[0])


def _run(place: Path) -> ModuleType:
    spec = spec_from_file_location(f"simulator_{place.stem}", place)
    if spec is None or spec.loader is None:
        raise UsageError(f"{place} is no Python file", "its name ends with .py")
    module = module_from_spec(spec)
    sys.modules[module.__name__] = module  # dataclasses look it up there
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        line = _line_of(error, place)
        text = f"{place}{line} fails: {type(error).__name__}: {error}"
        raise UsageError(text, "run it alone: python " + str(place)) from error
    return module


def _line_of(error: Exception, place: Path) -> str:
    trace, line = error.__traceback__, 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(place):
            line = trace.tb_lineno
        trace = trace.tb_next
    return f", line {line}," if line else ""


def _is_one(thing: type) -> bool:
    return all(hasattr(thing, name) for name in NEEDED)
