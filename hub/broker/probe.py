"""Asks a broker, as a client would, whether it lets one in."""

import asyncio
from contextlib import suppress
from typing import Final

from hub.broker.contract import Login
from protocol.mqtt import Connect, Kind, Packet, PacketError, encode_connect, read_packet

_DISCONNECT: Final = b"\xe0\x00"
_REASONS: Final = {
    1: "it does not speak MQTT 3.1.1",
    2: "it refuses the client id",
    3: "it is not available",
    4: "it refuses user or password",
    5: "it refuses this user",
}


async def ask(
    host: str, port: int, login: Login, timeout_s: float, *, is_tls: bool = False
) -> str | None:
    """Log in once and out again.

    Returns:
        None when the broker let us in, else why it did not, as the end of a sentence.
    """
    try:
        async with asyncio.timeout(timeout_s):
            answer = await _connect(host, port, login, is_tls=is_tls)
    except TimeoutError:
        return f"it does not answer within {timeout_s:g} s"
    except OSError as error:
        return f"it cannot be reached ({error.strerror or error})"
    except (asyncio.IncompleteReadError, PacketError):
        return "what answers there is no MQTT broker"
    if answer.kind != Kind.CONNACK or len(answer.body) < 2:
        return "what answers there is no MQTT broker"
    code = answer.body[1]
    return _REASONS.get(code, f"it refuses with code {code}") if code else None


async def knock(host: str, port: int, timeout_s: float) -> str | None:
    """Open a connection and close it; returns as `ask` does, without asking to be let in."""
    try:
        async with asyncio.timeout(timeout_s):
            _, writer = await asyncio.open_connection(host, port)
            writer.close()
            await writer.wait_closed()
    except TimeoutError:
        return f"it does not answer within {timeout_s:g} s"
    except OSError as error:
        return f"it cannot be reached ({error.strerror or error})"
    return None


async def _connect(host: str, port: int, login: Login, *, is_tls: bool) -> Packet:
    reader, writer = await asyncio.open_connection(host, port, ssl=is_tls or None)
    try:
        writer.write(encode_connect(Connect(login.user, login.password, keepalive_s=10)))
        answer = await read_packet(reader, most_bytes=1024)
        writer.write(_DISCONNECT)
        return answer
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
