"""What the hub's API offers of rooms and scenes, for commands."""

from typing import TYPE_CHECKING, cast
from urllib.parse import quote

from hub.cli.client import HubClient

if TYPE_CHECKING:
    from hub.api.arrangement_models import Activated, RoomList, SceneList


class HomeClient(HubClient):
    """One client of one hub that arranges a home as well."""

    async def rooms(self) -> "RoomList":
        """Return the rooms of the home."""
        return cast("RoomList", await self._call("GET", "rooms"))

    async def scenes(self) -> "SceneList":
        """Return the scenes of the home."""
        return cast("SceneList", await self._call("GET", "scenes"))

    async def activate(self, scene: str) -> "Activated":
        """Activate a scene, and return what became of it."""
        place = f"scenes/{quote(scene, safe='')}/activate"
        return cast("Activated", await self._call("POST", place, {}))

    async def undo(self, undo: str) -> "Activated":
        """Bring the devices of a scene back to what they showed before."""
        place = f"undo/{quote(undo, safe='')}"
        return cast("Activated", await self._call("POST", place, {}))
