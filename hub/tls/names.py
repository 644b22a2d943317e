"""By which names and addresses phones call this hub."""

import re
import socket
from collections.abc import Iterable
from typing import Final

from hub.discovery.interfaces import interfaces
from hub.tls.papers import address_of

_NAME: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-)){0,8}")


def own_names(hub_id: str, allowed: Iterable[str]) -> frozenset[str]:
    """Return the names by which this machine's hub may be called, the machine's as it is now."""
    machine = socket.gethostname().split(".")[0]
    return frozenset({"localhost", machine, f"{machine}.local", f"{hub_id}.local", *allowed})


def names_to_prove(hub_id: str, allowed: Iterable[str], bound_to: str) -> frozenset[str]:
    """Return the names and addresses that a certificate of the hub has to be for.

    Args:
        hub_id: The hub's.
        allowed: Further names that the owner has given it.
        bound_to: The address that the API is bound to.
    """
    names = {name.lower().rstrip(".") for name in own_names(hub_id, allowed)}
    addresses = {place.address for place in interfaces()} | {"127.0.0.1"}
    bound = address_of(bound_to)
    if bound is not None and not bound.is_unspecified:
        addresses = {str(bound), "127.0.0.1"}
    return frozenset(one for one in names | addresses if _NAME.fullmatch(one) or address_of(one))
