"""Whether a broker can listen where it shall."""

import errno
import socket

from hub.broker.contract import LOOPBACK
from hub.ports import describe
from hub.sayings import Saying, say


def free_port(host: str) -> int:
    """Return a port of `host` on which nobody listens now."""
    with _bound(host, 0) as listener:
        port: int = listener.getsockname()[1]
        return port


def obstacle(host: str, port: int) -> Saying | None:
    """Say why nobody can listen at `host` and `port` now, or None. Blocks: keep it off the loop."""
    try:
        _bound(host, port).close()
    except OSError as error:
        return _explain(error, host, port)
    return None


def reachable(host: str) -> str:
    """Return the address at which this machine itself reaches what listens at `host`."""
    return {"0.0.0.0": LOOPBACK, "": LOOPBACK, "::": "::1"}.get(host, host)  # noqa: S104 - a key


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def _explain(error: OSError, host: str, port: int) -> Saying:
    if error.errno == errno.EADDRINUSE:
        return say("broker-port-taken", port=port, holder=describe(port, "tcp"))
    if error.errno == errno.EACCES:
        return say("broker-port-forbidden", port=port)
    return say("broker-host-foreign", host=host, why=error.strerror or str(error))
