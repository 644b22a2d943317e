"""A mosquitto for one run, behind a socket in a folder: nobody but the recorder finds it."""

import asyncio
import base64
import hashlib
import os
import secrets
import shutil
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import Final

from certification.errors import CertifyError
from certification.guard import BEGIN, SHELL, Guard
from protocol.topics import DOWN, ROOT, UP

HARNESS: Final = "harness"
"""User as which the harness speaks for a hub."""

START_S: Final = 10.0
STOP_S: Final = 2.0

_SOCKET: Final = "socket"
_CONFIGURATION: Final = "mosquitto.conf"
_PASSWORDS: Final = "passwords"
_RIGHTS: Final = "rights"
_PLACES: Final = os.pathsep.join((os.defpath, "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin"))
_ITERATIONS: Final = 101
_KEPT_LINES: Final = 5


def find_mosquitto() -> Path:
    """Return the program.

    Raises:
        CertifyError: There is none on this machine.
    """
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path=_PLACES)
    if found is None:
        raise CertifyError("there is no mosquitto here", "install it, or run with the scripted one")
    return Path(found)


class Mosquitto:
    """The process, from `start` to `stop`.

    Args:
        folder: Empty, and the recorder's own.

    Attributes:
        password: That of the harness.
    """

    def __init__(self, folder: Path) -> None:
        self.password = secrets.token_urlsafe(24)
        self._folder = folder
        self._users = {HARNESS: _hashed(self.password)}
        self._guard = Guard()
        self._process: Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._is_decided = asyncio.Event()
        self._has_ended = self._is_reloading = self._is_stale = False
        self._is_in_force = asyncio.Event()
        self._said: deque[str] = deque(maxlen=_KEPT_LINES)

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self._folder / _SOCKET

    async def start(self) -> None:
        """Return when it lets clients in.

        Raises:
            CertifyError: It cannot be started, or says that something is wrong.
        """
        self._write(_CONFIGURATION, _configuration(self._folder))
        self._write(_RIGHTS, _rights())
        self._write_users()
        program = find_mosquitto()
        await self._guard.start()
        self._process = await asyncio.create_subprocess_exec(
            *(SHELL, "-c", BEGIN + 'exec "$@"', SHELL),
            *(program, "-c", self._folder / _CONFIGURATION),
            stdin=self._guard.pipe,
            stdout=DEVNULL,
            stderr=PIPE,
            start_new_session=True,  # Ctrl-C in a terminal is for the harness alone
        )
        self._reading = asyncio.create_task(self._read(self._process))
        with suppress(TimeoutError):
            async with asyncio.timeout(START_S):
                await self._is_decided.wait()
        if self._has_ended or not self._is_decided.is_set():
            await self.stop()
            raise CertifyError(f"mosquitto does not start: {'; '.join(self._said) or 'no word'}")
        self._is_in_force.set()

    async def stop(self) -> None:
        """End it."""
        if self._process is not None and self._reading is not None:
            await self._end(self._process)
            await self._reading
        await self._guard.stop()

    def admit(self, user: str, password: str) -> None:
        """Let `user` in by this password, as soon as `in_force` returns."""
        self._users[user] = _hashed(password)
        self._change()

    def dismiss(self, user: str) -> None:
        """Let `user` in no more."""
        self._users.pop(user, None)
        self._change()

    async def in_force(self) -> None:
        """Wait until it has read its users anew."""
        await self._is_in_force.wait()

    async def _end(self, process: Process) -> None:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(STOP_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
        self._guard.forget(process.pid)

    def _change(self) -> None:
        """Have it read its users anew, one reading after the other."""
        if self._process is None:
            return
        self._is_in_force.clear()
        if self._is_reloading:
            self._is_stale = True
        else:
            self._reload(self._process)

    def _reload(self, process: Process) -> None:
        self._is_reloading, self._is_stale = True, False
        self._write_users()
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGHUP)

    def _reloaded(self, process: Process) -> None:
        self._is_reloading = False
        if self._is_stale:
            self._reload(process)
        else:
            self._is_in_force.set()

    async def _read(self, process: Process) -> None:
        """Take in what it says, until it ends."""
        while process.stderr is not None and (raw := await process.stderr.readline()):
            line = raw.decode("utf-8", "replace").strip()
            self._said.append(line)
            if line.endswith(" running"):
                self._is_decided.set()
            elif "Reloading config" in line:
                self._reloaded(process)
        self._has_ended = True
        self._is_decided.set()
        self._is_in_force.set()

    def _write_users(self) -> None:
        lines = (f"{user}:{stored}\n" for user, stored in sorted(self._users.items()))
        self._write(_PASSWORDS, "".join(lines))

    def _write(self, name: str, text: str) -> None:
        draft = self._folder / f".{name}"
        draft.touch(mode=0o600)
        draft.write_text(text)
        draft.replace(self._folder / name)


def _configuration(folder: Path) -> str:
    lines = [
        f"listener 0 {folder / _SOCKET}",
        *(["user root"] if os.geteuid() == 0 else []),  # or it could not read the folder
        "max_qos 1",
        "use_username_as_clientid true",
        "allow_anonymous false",
        f"password_file {folder / _PASSWORDS}",
        f"acl_file {folder / _RIGHTS}",
        "message_size_limit 65536",
        "persistence false",
        "log_dest stderr",
        "log_timestamp false",
        "connection_messages false",
        "log_type error",
        "log_type information",
    ]
    return "\n".join(lines) + "\n"


def _rights() -> str:
    up = [f"pattern write {ROOT}/%u/{leaf}" for leaf in UP]
    down = [f"pattern read {ROOT}/%u/{leaf}" for leaf in DOWN]
    children = [line.replace("%u/", "%u/+/") for line in up + down]
    hub = [f"pattern read {ROOT}/hub/birth", f"user {HARNESS}", f"topic readwrite {ROOT}/#"]
    return "\n".join([*up, *down, *children, *hub]) + "\n"


def _hashed(password: str) -> str:
    """Return a password as mosquitto's files have it."""
    salt = secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ITERATIONS)
    text = "$".join(base64.b64encode(part).decode() for part in (salt, digest))
    return f"$7${_ITERATIONS}${text}"
