"""Hands the home's changes to whoever listens, in order and within the same turn of the loop."""

import logging
from collections.abc import Callable, Sequence

from hub.core.events import Event

_log = logging.getLogger(__name__)

Listener = Callable[[Event], None]
"""Takes in one event and returns at once; it may subscribe, unsubscribe and raise."""


class Bus:
    """Calls every listener with every event, in the order of `publish`.

    A listener that raises is logged by its name and keeps nothing from the others. An event that is
    published by a listener goes out after those that were published before it.
    """

    def __init__(self) -> None:
        self._listeners: tuple[Listener, ...] = ()
        self._waiting: list[Event] = []
        self._is_publishing = False

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every event from now on, until the returned function is called."""
        self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            self._listeners = tuple(one for one in self._listeners if one is not listener)

        return unsubscribe

    def publish(self, events: Sequence[Event]) -> None:
        """Hand `events` to all listeners before returning."""
        if self._is_publishing:
            self._waiting.extend(events)
            return
        self._is_publishing = True
        try:
            self._hand_out(events)
            while self._waiting:
                late, self._waiting = self._waiting, []
                self._hand_out(late)
        finally:
            self._is_publishing = False

    def _hand_out(self, events: Sequence[Event]) -> None:
        for event in events:
            for listener in self._listeners:
                try:
                    listener(event)
                except Exception:
                    name = getattr(listener, "__qualname__", repr(listener))
                    _log.exception("%s failed on %s", name, type(event).__name__)
