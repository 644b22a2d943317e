"""The MQTT broker of the home: a mosquitto the hub runs, one of its own in Python, or another's.

`make_broker` chooses; the rest of the hub sees only the protocol `Broker`.
"""

import shutil
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from hub.broker.contract import (
    LOOPBACK,
    Broker,
    BrokerError,
    BrokerSettingsError,
    BrokerState,
    Kind,
    Login,
    MosquittoMissingError,
    ProvisionError,
)
from hub.broker.credentials import hash_password, is_password, new_password
from hub.broker.external import ExternalBroker
from hub.broker.files import Listener
from hub.broker.mosquitto import MosquittoBroker
from hub.broker.port import free_port
from hub.config import BrokerSettings

__all__ = [
    "Broker",
    "BrokerError",
    "BrokerSettingsError",
    "BrokerState",
    "Kind",
    "Login",
    "MosquittoMissingError",
    "ProvisionError",
    "find_mosquitto",
    "hash_password",
    "is_password",
    "make_broker",
    "new_password",
]

_NAME: Final = "mosquitto"
_PLACES: Final = ("/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/sbin")
"""Where mosquitto is although a user's PATH does not say so (Debian's is in /usr/sbin)."""

_INSTALL: Final = 'install it (sudo apt install mosquitto), or set [broker] kind = "embedded"'


def find_mosquitto(executable: Path | None = None) -> Path | None:
    """Return the mosquitto to run: `executable` when given, else the first one found, or None."""
    if executable is not None:
        return executable if shutil.which(str(executable)) else None
    found = shutil.which(_NAME) or shutil.which(_NAME, path=":".join(_PLACES))
    return Path(found) if found else None


def make_broker(settings: BrokerSettings, folder: Path) -> Broker:
    """Return the broker that the settings ask for; `folder` is for its files.

    Port 0 becomes a free port here and now, so that `access` never changes. Looks for mosquitto on
    the disk: call it before there is a loop to hold up, or off it.

    Raises:
        MosquittoMissingError: mosquitto is asked for and not there.
        BrokerSettingsError: an external broker without a usable url.
    """
    if settings.kind == "external":
        return _external(settings)
    program = None if settings.kind == "embedded" else find_mosquitto(settings.executable)
    if program is not None:
        port = settings.port or free_port(settings.host)
        return MosquittoBroker(program, folder, Listener(settings.host, port, settings.audit))
    if settings.kind == "mosquitto":
        where = settings.executable or "this machine"
        raise MosquittoMissingError(f"there is no mosquitto at {where}", _INSTALL)
    return _embedded(settings)


def _embedded(settings: BrokerSettings) -> Broker:
    from hub.broker.embedded import EmbeddedBroker  # noqa: PLC0415 - costs a third of a second

    return EmbeddedBroker(settings.port or free_port(LOOPBACK))


def _external(settings: BrokerSettings) -> Broker:
    url = urlsplit(settings.url or "")
    try:
        port = url.port
    except ValueError:
        port = -1
    if url.scheme not in {"mqtt", "mqtts"} or not url.hostname or port == -1:
        raise BrokerSettingsError(
            "an external broker needs a url",
            'set [broker] url = "mqtt://host:1883" (or mqtts://), user and password',
        )
    is_tls = url.scheme == "mqtts"
    password = settings.password.get_secret_value() if settings.password else ""
    return ExternalBroker(
        (url.hostname, port or (8883 if is_tls else 1883)),
        Login(settings.user or "", password),
        settings.provision_command,
        is_tls=is_tls,
    )
