"""The scenarios by name: small pieces of a run, which stimulate and wait and never judge."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from certification.driving.declaration import Declaration
from certification.driving.desk import Desk

Play = Callable[[Desk], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario.

    Attributes:
        name: That of its function; the catalogue names it.
        text: What it does, in a sentence.
        features: Features of the declaration without which it makes no sense, and `mdns`, which is
            that of a run.
        without: Features with which it makes none.
        needs: Hook without which it cannot be played.
        is_basic: Whether every run plays it, since the others build on it.
        is_alongside: Whether it waits long and does nothing: the ones after it play meanwhile,
            until one that would disturb it.
        is_calm: Whether it makes the device neither announce nor tell its full state.
    """

    name: str
    text: str
    play: Play
    features: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    needs: str = ""
    is_basic: bool = False
    is_alongside: bool = False
    is_calm: bool = False

    def applies(self, declaration: Declaration, *, has_mdns: bool) -> bool:
        """Say whether the scenario makes sense for such a device, in a run with mDNS or without."""
        features = {**declaration.features.model_dump(), "mdns": has_mdns}
        has_all = all(features[name] for name in self.features)
        return has_all and not any(features[name] for name in self.without)


SCENARIOS: Final[dict[str, Scenario]] = {}
"""All of them, in the order in which they are played."""


def scenario(
    *,
    features: tuple[str, ...] = (),
    without: tuple[str, ...] = (),
    needs: str = "",
    is_basic: bool = False,
    is_alongside: bool = False,
    is_calm: bool = False,
) -> Callable[[Play], Play]:
    """Register a function as a scenario; the arguments are those of `Scenario`."""

    def register(play: Play) -> Play:
        name = play.__name__
        if name in SCENARIOS:
            raise ValueError(f"there are two scenarios {name}")
        text = (play.__doc__ or "").split("\n\n")[0].strip()
        SCENARIOS[name] = Scenario(
            name, text, play, features, without, needs, is_basic, is_alongside, is_calm
        )
        return play

    return register
