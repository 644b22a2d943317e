"""What hub.toml may hold: its tables, each key with its type, its bounds and its default."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
)


def _split(value: object, info: ValidationInfo) -> object:
    """Read `a,b` as a list, but only from the environment: hub.toml has lists of its own."""
    if isinstance(value, str) and info.mode == "python":
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return tuple(value) if isinstance(value, list) else value


def _absolute(path: Path) -> Path:
    return path.expanduser().absolute()


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("no time zone of this machine")
    return name


Text = Annotated[str, Field(min_length=1, max_length=255)]
Port = Annotated[int, Field(ge=0, le=65535)]
"""0 lets the system choose one."""

Texts = Annotated[tuple[Text, ...], BeforeValidator(_split)]


class Table(BaseModel):
    """What all tables of hub.toml share: no key they do not know, and no change afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class HubSettings(Table):
    """The table `[hub]`.

    Attributes:
        mode: How a device that breaks rules is judged, unless it has a mode of its own.
        time_zone: Of the home; the machine's if it is left out.
        latitude, longitude: Where the home is, degrees, north and east above zero; for the sun.
    """

    name: Annotated[str, Field(min_length=1, max_length=64)] = "Home"
    data_dir: Annotated[Path, AfterValidator(_absolute)] = Field(
        default_factory=lambda: Path.home() / ".local/share/ecohub"
    )
    mode: Literal["strict", "warn"] = "strict"
    time_zone: Annotated[str, AfterValidator(_known_zone)] | None = Field(
        default=None, description="a name such as Europe/Berlin, which this machine knows"
    )
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None


class ApiSettings(Table):
    """The table `[api]`.

    Attributes:
        allowed_hosts: Further names by which a request may call this hub (its `Host` header).
        allowed_origins: Further origins whose pages may open the stream.
        tls: `auto` serves https beside http, `off` does not.
        https_port: Where; left out: the port after `port`, or any free one where that is 0.
        certificate: File with a certificate of the owner's own, instead of the hub's authority.
        key: File with its key, unless that stands in the same file.
    """

    host: Text = "0.0.0.0"  # noqa: S104 - phones reach the hub over the home network
    port: Port = 8321
    allowed_hosts: Texts = ()
    allowed_origins: Texts = ()
    tls: Literal["auto", "off"] = "auto"
    https_port: Port | None = None
    certificate: Annotated[Path, AfterValidator(_absolute)] | None = None
    key: Annotated[Path, AfterValidator(_absolute)] | None = None

    @property
    def secure_port(self) -> int:
        """The port for https; 0 lets the system choose one."""
        if self.https_port is not None:
            return self.https_port
        return self.port + 1 if 0 < self.port < 65535 else 0


class BrokerSettings(Table):
    """The table `[broker]`.

    Attributes:
        kind: `auto` runs mosquitto where it is installed, else the embedded broker on loopback.
        executable: The mosquitto to run, when it is not the one on the path.
        audit: Whether the broker's log is read for publishes it denied.
        url: Where an external broker is, `mqtt://host:port` or `mqtts://host:port`.
        provision_command: Program and arguments that create a device's user at an external broker.
    """

    kind: Literal["auto", "mosquitto", "embedded", "external"] = "auto"
    host: Text = "0.0.0.0"  # noqa: S104 - devices reach the broker over the home network
    port: Port = 1883
    executable: Path | None = None
    audit: bool = False
    url: Annotated[str, Field(pattern=r"^mqtts?://[^\s/@:]+(:[0-9]{1,5})?/?$")] | None = Field(
        default=None,
        description="mqtt://host:port or mqtts://host:port, with user and password in keys of"
        " their own",
        json_schema_extra={"writeOnly": True},
    )
    user: Text | None = None
    password: SecretStr | None = None
    provision_command: Texts = ()


class DiscoverySettings(Table):
    """The table `[discovery]`; no interfaces named means all of them."""

    enabled: bool = True
    interfaces: Texts = ()


class HistorySettings(Table):
    """The table `[history]`.

    Attributes:
        megabytes: Of all its files together, never more.
        write_every_s: What is told within it goes to the disk together; a crash loses no more.
        raw_days: Days for which single values are kept.
        five_minute_days, hour_days: Days for which stretches of five minutes, of an hour are.
        personal_days: Days for which anything that tells of people is kept at all.
        off: Properties that are not recorded: `device/address` or an address, `*` for any part.
        health: Devices of which what tells of a wearer's body is recorded too.
    """

    is_on: bool = True
    megabytes: Annotated[int, Field(ge=8, le=1_000_000)] = 256
    write_every_s: Annotated[int, Field(ge=1, le=300)] = 10
    raw_days: Annotated[int, Field(ge=1, le=3_650)] = 10
    five_minute_days: Annotated[int, Field(ge=2, le=3_650)] = 60
    hour_days: Annotated[int, Field(ge=2, le=36_500)] = 3_650
    personal_days: Annotated[int, Field(ge=1, le=36_500)] = 30
    off: Texts = ()
    health: Texts = ()


class AdmissionSettings(Table):
    """The table `[admission]`.

    Attributes:
        policy: `certified` lets only products join that have a certificate which counts.
        level: The least that it has to certify.
        registry: File of a registry, which says what was revoked.
        keys: Files with the public keys that are believed: of registries, or of vendors.
    """

    policy: Literal["open", "certified"] = "open"
    level: Annotated[int, Field(ge=1, le=3)] = 1
    registry: Annotated[Path, AfterValidator(_absolute)] | None = None
    keys: Annotated[
        tuple[Annotated[Path, AfterValidator(_absolute)], ...], BeforeValidator(_split)
    ] = ()


class Tables(Table):
    """What hub.toml may hold; `drivers` has the tables that each driver checks itself."""

    hub: HubSettings = Field(default_factory=HubSettings)
    api: ApiSettings = Field(default_factory=ApiSettings)
    broker: BrokerSettings = Field(default_factory=BrokerSettings)
    discovery: DiscoverySettings = Field(default_factory=DiscoverySettings)
    history: HistorySettings = Field(default_factory=HistorySettings)
    admission: AdmissionSettings = Field(default_factory=AdmissionSettings)
    drivers: Mapping[str, Mapping[str, object]] = Field(default_factory=dict)
