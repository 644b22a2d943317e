"""What doctor looks at on the machine itself; every check says what mends it."""

import errno
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Final, Literal

from hub.broker import find_mosquitto
from hub.broker.port import obstacle
from hub.certificates.shelf import Reader
from hub.cli.multicast import multicast_returns
from hub.clock import PLAUSIBLE_S
from hub.config import BrokerSettings, Settings
from hub.discovery.interfaces import interfaces
from hub.discovery.state import PORT as MDNS_PORT
from hub.ports import describe

Status = Literal["ok", "note", "wrong"]
"""note: it works, but something may be missed; wrong: something does not work."""

PYTHON: Final = (3, 11)
LEAST_FREE_BYTES: Final = 200 * 2**20

_REQUIREMENT: Final = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at.

    Attributes:
        name: What was looked at, in a word or two.
        detail: What was found.
        remedy: What mends it; empty when nothing needs mending.
    """

    name: str
    status: Status
    detail: str
    remedy: str = ""


def of_machine(settings: Settings, *, is_hub_running: bool) -> Iterator[Check]:
    """Yield the checks of Python, disk, ports, broker, network and clock. Blocks for a second."""
    yield check_python()
    yield check_packages()
    yield check_folder(settings.hub.data_dir)
    yield check_broker(settings.broker)
    if not is_hub_running:
        yield check_port("api port", settings.api.host, settings.api.port)
        if settings.broker.kind != "external":
            yield check_port("broker port", settings.broker.host, settings.broker.port)
        yield from check_certificates(settings)
    if settings.discovery.enabled:
        yield from check_multicast()
    yield check_clock(time.time())


def check_python() -> Check:
    """Look at the version of Python."""
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < PYTHON:
        wanted = ".".join(map(str, PYTHON))
        return Check("python", "wrong", found, f"install Python {wanted} or newer")
    return Check("python", "ok", f"{found} ({sys.executable})")


def check_packages() -> Check:
    """Look whether all that ecohub needs is installed."""
    wanted = [line for line in requires("ecohub") or [] if "extra ==" not in line]
    names = [found[0] for found in map(_REQUIREMENT.match, wanted) if found]
    missing = [name for name in names if not _is_installed(name)]
    if missing:
        return Check(
            "packages", "wrong", f"missing: {', '.join(missing)}", "run make again, or pip install"
        )
    return Check("packages", "ok", f"ecohub {version('ecohub')} with {len(names)} packages")


def check_folder(folder: Path) -> Check:
    """Look whether the data folder can be written and has room."""
    place = next(path for path in (folder, *folder.parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=place) as probe:
            probe.write(b"ecohub")
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return Check("data folder", "wrong", f"no room left at {place}", "free some space")
        user = f"user {os.geteuid()}"
        return Check(
            "data folder",
            "wrong",
            f"{folder} cannot be written: {error.strerror}",
            f"let {user} write there, or choose another: [hub] data_dir, or ECOHUB_DATA",
        )
    free = shutil.disk_usage(place).free
    if free < LEAST_FREE_BYTES:
        return Check("data folder", "note", f"{folder}: {free >> 20} MB free", "free some space")
    return Check("data folder", "ok", f"{folder}, {free / 2**30:.1f} GB free")


def check_broker(broker: BrokerSettings) -> Check:
    """Look which broker the hub will have."""
    if broker.kind == "external":
        return Check("broker", "ok", f"external: {broker.url}")
    if broker.kind == "embedded":
        return Check("broker", "ok", "embedded, for devices on this machine only")
    program = find_mosquitto(broker.executable)
    if program is not None:
        return Check("broker", "ok", f"mosquitto ({program})")
    remedy = "for devices on the network: sudo apt install mosquitto"
    if broker.kind == "mosquitto":
        return Check("broker", "wrong", "hub.toml asks for mosquitto, which is not here", remedy)
    detail = "no mosquitto: the embedded broker serves devices on this machine only"
    return Check("broker", "note", detail, remedy)


def check_port(name: str, host: str, port: int) -> Check:
    """Look whether the hub can listen at a TCP port."""
    if port == 0:
        return Check(name, "ok", "any free one")
    trouble = obstacle(host, port)
    if trouble is None:
        return Check(name, "ok", f"{port} is free")
    return Check(name, "wrong", trouble.detail, trouble.remedy)


def check_certificates(settings: Settings) -> Iterator[Check]:
    """Look whether the files of certificates, keys and the registry can be used."""
    shelf = Reader(settings.hub.data_dir, settings.admission).look()
    for one in shelf.refused:
        yield Check("certificates", "wrong", f"{one.file} is not used: {one.why}", one.remedy)
    if not shelf.refused:
        yield Check("certificates", "ok", f"{len(shelf.papers)} here")


def check_multicast() -> Iterator[Check]:
    """Look whether mDNS can be heard on each interface."""
    found = interfaces()
    if all(place.is_loopback for place in found):
        detail = "no network: devices on this machine only"
        yield Check("network", "note", detail, "connect the machine, then look again")
    for place in found:
        name, where = "multicast", f"{place.name} ({place.address})"
        try:
            passes = multicast_returns(place.address)
        except OSError as error:
            yield Check(name, "wrong", *_multicast_trouble(where, error))
            continue
        if passes:
            yield Check(name, "ok", f"passes on {where}")
        else:
            remedy = f"let UDP {MDNS_PORT} to 224.0.0.251 through the firewall, or give --hub URL"
            yield Check(name, "wrong", f"does not come back on {where}", remedy)


def check_clock(now_s: float) -> Check:
    """Look whether the system clock can be right."""
    told = datetime.fromtimestamp(now_s, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    if now_s < PLAUSIBLE_S:
        remedy = "set it, or let it be set: sudo timedatectl set-ntp true"
        return Check("clock", "wrong", f"it shows {told}", remedy)
    return Check("clock", "ok", told)


def _multicast_trouble(where: str, error: OSError) -> tuple[str, str]:
    if error.errno == errno.EADDRINUSE:
        who = describe(MDNS_PORT, "udp")
        remedy = "let it share the port (avahi: disallow-other-stacks=no), or stop it"
        return f"UDP port {MDNS_PORT} is taken by {who}", remedy
    return f"{where}: {error.strerror or error}", "give devices the hub's url: --hub URL"


def _is_installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True
