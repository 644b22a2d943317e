"""The same run through a real mosquitto: the recorder sits before it and writes every byte down.

What a real broker cannot be made to do is refused by `NotScriptedError`.
"""

import asyncio
import socket
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from certification.errors import CertifyError
from certification.recorder.behaviour import WELL, Behaviour, NotScriptedError
from certification.recorder.link_log import LinkLog
from certification.recorder.listening import MOST_LINKS, Broker
from certification.recorder.mosquitto import HARNESS, Mosquitto
from certification.recorder.relay import Behind, Relay
from certification.transcript.file import Writer
from protocol.mqtt import Connect, encode_connect, publish_head

CAN: Final = frozenset({"withhold", "hang_up"})
"""Deviations that the recorder brings about by itself, before mosquitto."""

SPEAK_S: Final = 5.0
_CHUNK: Final = 65_536
_IDS: Final = 65_535


class RealBroker(Broker):
    """A mosquitto behind a recorder.

    Args:
        writer: Where everything is written down.
        credentials: Password by user.
        place: Address and port to listen at; port 0 for any.
    """

    def __init__(
        self,
        writer: Writer,
        credentials: Mapping[str, str],
        place: tuple[str, int] = ("127.0.0.1", 0),
    ) -> None:
        super().__init__(writer, place)
        self._credentials = dict(credentials)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._mosquitto: Mosquitto | None = None
        self._voice: asyncio.StreamWriter | None = None
        self._hearing: asyncio.Task[None] | None = None
        self._last_id = 0

    async def start(self) -> int:
        """Start mosquitto and listen before it; return the port.

        Raises:
            CertifyError: There is no mosquitto, or it does not start.
            OSError: The place is taken or not of this machine.
        """
        self._folder = tempfile.TemporaryDirectory(prefix="ecohub-certify-")
        self._mosquitto = Mosquitto(Path(self._folder.name))
        try:
            await self._mosquitto.start()
            for user, password in self._credentials.items():
                self.admit(user, password)
            await self._speak(self._mosquitto)
            return await super().start()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Close every link, listen no more, end mosquitto."""
        await super().stop()
        if self._hearing is not None:
            self._hearing.cancel()
            await asyncio.wait([self._hearing])
        if self._voice is not None:
            self._voice.close()
        if self._mosquitto is not None:
            await self._mosquitto.stop()
        if self._folder is not None:
            self._folder.cleanup()

    def admit(self, user: str, password: str) -> None:
        """Let `user` in by this password, and write it down nowhere else."""
        self._writer.hide(password)
        if self._mosquitto is not None:
            self._mosquitto.admit(user, password)

    def dismiss(self, user: str) -> None:
        """Let `user` in no more, from its next CONNECT on."""
        if self._mosquitto is not None:
            self._mosquitto.dismiss(user)

    def behave(self, behaviour: Behaviour = WELL) -> int:
        """Behave like this from now on, and return the line that says so.

        Raises:
            NotScriptedError: Mosquitto cannot be made to.
        """
        if beyond := behaviour.deviations().keys() - CAN:
            raise NotScriptedError(f"mosquitto cannot be made to: {', '.join(sorted(beyond))}")
        return super().behave(behaviour)

    def publish(self, topic: str, payload: bytes, qos: int) -> None:
        """Publish as a hub does."""
        if self._voice is None:
            raise ConnectionError("mosquitto has ended")
        number = 0
        if qos:
            number = self._last_id = self._last_id % _IDS + 1
        self._voice.write(publish_head(topic, len(payload), number) + payload)

    async def serve(self, sock: socket.socket, log: LinkLog) -> None:
        """Make a relay of a connection that has been accepted."""
        link = Relay(self, log, lambda: self._writer.next_n)
        self.keep(link)
        loop = asyncio.get_running_loop()
        try:
            if self._mosquitto is not None:
                await self._mosquitto.in_force()
                path = str(self._mosquitto.socket)
                behind, _ = await loop.create_unix_connection(lambda: Behind(link), path)
                link.attach(behind)
        except OSError as error:
            log.note(f"mosquitto cannot be reached: {error.strerror}")
        await loop.connect_accepted_socket(lambda: link, sock)
        if not link.is_attached:
            link.close()
        elif len(self.links) > MOST_LINKS:
            link.cut()

    async def _speak(self, mosquitto: Mosquitto) -> None:
        """Log in as a hub does."""
        await mosquitto.in_force()
        try:
            async with asyncio.timeout(SPEAK_S):
                reader, self._voice = await asyncio.open_unix_connection(str(mosquitto.socket))
                self._voice.write(encode_connect(Connect(HARNESS, mosquitto.password)))
                code = (await reader.readexactly(4))[3]
        except (OSError, EOFError) as error:  # TimeoutError is an OSError
            raise CertifyError("mosquitto does not answer the harness") from error
        if code != 0:
            raise CertifyError(f"mosquitto does not let the harness in: code {code}")
        self._hearing = asyncio.create_task(_drain(reader))


async def _drain(reader: asyncio.StreamReader) -> None:
    """Read the PUBACKs, which nobody waits for."""
    with suppress(OSError):
        while await reader.read(_CHUNK):
            pass
