"""What one client is told of its person's favourites, beside the journal that is for all."""

from collections.abc import Callable

from pydantic_core import to_json

from hub.api.frames import sealed
from protocol.ids import DeviceId


class FavouritesTold:
    """The favourites as the client knows them: none before the first `take`.

    Args:
        chosen: Returns those of the person now; the same tuple until they change.
    """

    def __init__(self, chosen: Callable[[], tuple[DeviceId, ...]]) -> None:
        self._chosen = chosen
        self._told: tuple[DeviceId, ...] | None = None

    def take(self) -> bytes:
        """Return all of them if they are not those that were told last, else nothing."""
        chosen = self._chosen()
        if chosen is self._told:
            return b""
        self._told = chosen
        return sealed(to_json({"type": "favourites", "devices": chosen}))
