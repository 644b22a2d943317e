"""What a device has from the hub it joined."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Credentials:
    """Where its broker is, and as whom it logs in; user and client id are the device's id."""

    device: str
    host: str
    port: int
    password: str = field(repr=False)
    hub: str = ""
