"""The other end of a connection, in this process."""

import asyncio


class _Socket:
    def setsockopt(self, *_: object) -> None:
        """Take any option."""


class Pipe(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__({"socket": _Socket()})
        self.written = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += bytes(data)

    def is_closing(self) -> bool:
        return False
