"""Where the hub is and who we are to it: options, environment, or the hub that runs here."""

import json
import os
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from hub.cli.errors import NotAuthorisedError, UnreachableError, WordingError
from hub.cli.settings import read_settings

RUN_FILE: Final = "run.json"
"""Written by a running hub into its data folder: where it is; removed when it stops."""

TOKEN_FILE: Final = "local-token"  # noqa: S105 - the name of a file
"""The token for programs of the user who runs the hub; nobody else can read it."""


@dataclass(frozen=True, slots=True)
class Access:
    """A hub and a token for it."""

    url: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Noted:
    """What a running hub has noted in its data folder."""

    url: str
    mqtt_port: int


def find_access(url: str | None, token: str | None, folder: Path | None = None) -> Access:
    """Return the hub named by `url`, or the one that runs here.

    The token that lies in the data folder goes to this machine only, whatever `url` says.

    Args:
        url: As given; None for the hub that runs here.
        token: As given; None for the one in the data folder.
        folder: Data folder; None for that of the settings.

    Raises:
        UnreachableError: No url, and no hub runs here.
        NotAuthorisedError: No token for that hub.
    """
    if url is not None and token is not None:
        return Access(_clean(url), token)
    place = folder or read_settings(None).hub.data_dir
    here = noted(place)
    if url is None and here is None:
        raise UnreachableError(
            f"no hub runs here (none is noted in {place / RUN_FILE})",
            "start one: ecohub run\nor name one: --hub http://HOST:8321 --token TOKEN",
        )
    own = here.url if here else None
    wanted = _clean(url) if url is not None else own or ""
    return Access(wanted, token or _token_here(place, wanted, own))


def noted(folder: Path) -> Noted | None:
    """Return where the hub is that runs with a data folder, or None."""
    try:
        told = json.loads((folder / RUN_FILE).read_text("utf-8"))
        pid, here = int(told["pid"]), Noted(str(told["url"]), int(told["mqtt_port"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return here if _is_alive(pid) else None


def _token_here(folder: Path, url: str, own: str | None) -> str:
    if url != own and not _is_this_machine(url):
        raise NotAuthorisedError(
            f"no token for {url}",
            "give one with --token or ECOHUB_TOKEN; on the hub's machine it stands in "
            f"<data folder>/{TOKEN_FILE}",
        )
    try:
        return (folder / TOKEN_FILE).read_text("utf-8").strip()
    except OSError as error:
        raise NotAuthorisedError(
            f"the token in {folder / TOKEN_FILE} cannot be read: {error.strerror}",
            "run this as the user who runs the hub, or give --token",
        ) from error


def _is_this_machine(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _clean(url: str) -> str:
    given = url if "://" in url else f"http://{url}"
    parts = urlsplit(given)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise WordingError(f"{url!r} is no url of a hub", "such as http://192.168.1.20:8321")
    return f"{parts.scheme}://{parts.netloc}"


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
