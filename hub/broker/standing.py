"""How a broker is, for whoever asks, waits or reads the log."""

import asyncio
import logging

from hub.broker.contract import BrokerState, Kind
from hub.sayings import Saying, say

_log = logging.getLogger(__name__)


class Standing:
    """The state of one broker; each change is logged once.

    Args:
        kind: Which kind of broker it is.
        host: Where it listens.
        port: Where it listens.
        serving: What is said of it while nothing is wrong.
    """

    def __init__(self, kind: Kind, host: str, port: int, serving: Saying) -> None:
        self._kind: Kind = kind
        self._host = host
        self._port = port
        self._serving = serving
        self._ready = asyncio.Event()
        self.state = self._say(say("broker-starting"))

    @property
    def is_ready(self) -> bool:
        """Whether it lets clients in."""
        return self._ready.is_set()

    def tell(self, trouble: Saying | None) -> None:
        """Take in that something is wrong, or (None) that nothing is."""
        before, self.state = self.state, self._say(trouble)
        if trouble is None:
            self._ready.set()
        else:
            self._ready.clear()
        if self.state != before:
            level = logging.INFO if trouble is None else logging.WARNING
            _log.log(level, "broker: %s", self.state.detail)

    async def ready(self) -> None:
        """Wait until clients are let in, for as long as it takes."""
        await self._ready.wait()

    async def wait_ready(self, timeout_s: float) -> bool:
        """Wait until clients are let in; False when `timeout_s` went by before."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._ready.wait()
        except TimeoutError:
            return False
        return True

    def _say(self, trouble: Saying | None) -> BrokerState:
        said, is_ready = trouble or self._serving, trouble is None
        return BrokerState(self._kind, is_ready, said, self._host, self._port)
