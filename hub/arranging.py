"""What people arrange: in force at once, and told when it is durable."""

from hub.clock import Clock
from hub.core.arrangement import scenes
from hub.core.arrangement.groups import Asked
from hub.core.arrangement.records import Arranged, Group, Room, Scene, SceneStep, Undo
from hub.core.arrangement.scenes import Lost
from hub.core.device import Device
from hub.core.hub import Hub
from hub.core.outcome import Outcome
from hub.pipeline import Pipeline
from hub.store import StoreError
from protocol.ids import DeviceId


class Arranging:
    """Carries out what people arrange; what cannot be kept has never been."""

    def __init__(self, hub: Hub, clock: Clock, pipeline: Pipeline) -> None:
        self._hub, self._clock, self._pipeline = hub, clock, pipeline
        self._arrangement = hub.arrangement

    async def keep(self, arranged: Arranged) -> None:
        """Add something, or put it in the place of what has its id.

        Raises:
            RequestError: It does not fit what is there.
            StoreError: It could not be kept; nothing has changed.
        """
        before = self._arrangement.like(arranged)
        outcome = self._arrangement.keep(arranged)
        await self._carry_out(outcome, arranged, before)

    async def drop(self, arranged: Arranged) -> None:
        """Forget something.

        Raises:
            NotEmptyError: Something is still in it.
            StoreError: It could not be kept; it is still there.
        """
        outcome = self._arrangement.drop(arranged)
        await self._carry_out(outcome, arranged, arranged)

    async def furnish(self, device: Device, room: str | None, icon: str) -> None:
        """Put a device into a room, or None, and give it an icon.

        Raises:
            MentionUnknownError: There is no such room.
            StoreError: It could not be kept; nothing has changed.
        """
        before = device.record
        outcome = self._arrangement.furnish(device, room, icon)
        try:
            await self._pipeline.carry_out(outcome)
        except StoreError:
            is_room = self._arrangement.find(Room, before.room or "") is not None
            self._arrangement.furnish(device, before.room if is_room else None, before.icon)
            raise

    async def favour(self, person: str, device: DeviceId, *, is_favourite: bool) -> None:
        """Take in that a person wants a device at hand, or does not any more.

        Raises:
            ArrangedLimitError: They have as many favourites as they may.
            StoreError: It could not be kept; nothing has changed.
        """
        await self.keep(self._arrangement.favoured(person, device, is_favourite=is_favourite))

    def note_asked(self, group: Group, asked: Asked) -> None:
        """Remember what a group was told last, so that members that lag can be named."""
        self._arrangement.asked[group.id] = asked

    async def keep_way_back(
        self, undo_id: str, scene: Scene | Undo, steps: tuple[SceneStep, ...]
    ) -> None:
        """Keep the way back from a scene.

        Raises:
            StoreError: It could not be kept.
        """
        await self.keep(Undo(undo_id, scene.name, self._clock.now_s(), steps))

    def way_back(self, scene: Scene | Undo) -> tuple[tuple[SceneStep, ...], tuple[Lost, ...]]:
        """Return the steps that lead back from a scene that is about to begin; see `scenes`."""
        return scenes.way_back(scene.steps, self._hub.devices)

    def capture(self, devices: tuple[DeviceId, ...]) -> tuple[SceneStep, ...]:
        """Return steps to what devices show now.

        Raises:
            RequestError: One of them is not here, or none shows anything that can be set.
        """
        return scenes.capture([self._arrangement.device(device) for device in devices])

    async def _carry_out(
        self, outcome: Outcome, arranged: Arranged, before: Arranged | None
    ) -> None:
        try:
            await self._pipeline.carry_out(outcome)
        except StoreError:
            self._arrangement.put_back(arranged, before)
            raise
