"""What the hub says of its parts: a code with parameters, and both as an English sentence.

Whoever reads English takes the sentence; an app that has words of its own takes the code.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

_BY_HOST: Final = "give devices the hub's url instead: ecohub simulate --hub URL"
_REGISTRY: Final = (
    "bring the registry's file anew from whoever keeps it; its key has to be in `keys` of "
    "[admission] in hub.toml"
)
_ANOTHER_PORT: Final = 'set another https_port in [api] of hub.toml, or tls = "off"'
_TRIES: Final = "the hub keeps trying"

SAYINGS: Final[Mapping[str, tuple[str, str]]] = {
    # Something that the hub could not do: the parameters are its own words
    "store-failed": ("{what}", "{fix}"),
    "store-folder": ("{what}", "{fix}"),
    "store-locked": ("{what}", "{fix}"),
    "store-version": ("{what}", "{fix}"),
    "store-full": ("{what}", "{fix}"),
    "store-disk": ("{what}", "{fix}"),
    "store-busy": ("{what}", "{fix}"),
    "store-closed": ("{what}", "{fix}"),
    # The broker
    "broker-starting": ("the broker is starting", ""),
    "mosquitto-serves": ("mosquitto serves {host} port {port}", ""),
    "mosquitto-not-started": (
        "mosquitto cannot be started: {why}",
        "make {folder} writable for this user, or check [broker] executable",
    ),
    "mosquitto-ended": ("mosquitto ended with code {exit}", "the hub starts it again"),
    "mosquitto-ended-saying": (
        "mosquitto ended with code {exit}: {said}",
        "the hub starts it again",
    ),
    "mosquitto-mute": (
        "mosquitto lets nobody in: {why}",
        "look for a flood of connections, or restart the hub",
    ),
    "embedded-serves": (
        "the embedded broker serves this machine alone, at {host} port {port}",
        "",
    ),
    "embedded-deaf": ("the embedded broker cannot listen: {why}", _TRIES),
    "embedded-stopped": ("the embedded broker has stopped", ""),
    "external-serves": ("the external broker {host} lets the hub in", ""),
    "external-fails": (
        "the external broker {where}: {why}",
        "check [broker] url, user and password, and that the broker runs",
    ),
    "broker-port-taken": (
        "port {port} is taken by {holder}",
        "stop that program (a mosquitto of the system: sudo systemctl disable --now mosquitto), or "
        "give another port as [broker] port; the hub keeps trying",
    ),
    "broker-port-forbidden": (
        "this user may not listen on port {port}",
        "give a port above 1023 as [broker] port",
    ),
    "broker-host-foreign": (
        "this machine cannot listen at {host} ({why})",
        "give an address of this machine, or 0.0.0.0 for all, as [broker] host",
    ),
    # The link to it
    "link-up": ("the hub hears its broker", ""),
    "link-down": (
        "the hub has no connection to its broker",
        "it tries again; look at the broker",
    ),
    "drivers-down": ("out of reach: {drivers}", "it tries again; the log says why"),
    # mDNS
    "mdns-on": ("on {where}", ""),
    "mdns-unheard": (
        "multicast does not pass: the hub does not hear its own advert on {where}",
        f"let UDP port 5353 to 224.0.0.251 through the firewall, or {_BY_HOST}",
    ),
    "mdns-port-taken": (
        "UDP port 5353 is taken by {holder}, which does not share it",
        f"let it share the port (avahi: disallow-other-stacks=no), or {_BY_HOST}",
    ),
    "mdns-unusable": (
        "mDNS cannot be used here: {why}",
        f"connect the machine to a network, or {_BY_HOST}",
    ),
    # The clock
    "clock-set": ("the time of day is plausible", ""),
    "clock-unset": ("the clock was never set, or was set back", "wait for NTP, or set the clock"),
    # History
    "history-off": ("switched off", ""),
    # Certificates of products
    "certificates-one": ("1 certificate", ""),
    "certificates": ("{count} certificates", ""),
    "certificates-untrusted": (
        "{count} in all, {untrusted} of them signed by nobody who is trusted",
        "",
    ),
    "certificate-unused": (
        "{file} is not used: {why}",
        "take the file away, or bring it again as ecohub certify wrote it",
    ),
    "key-unused": (
        "{file} is not used: {why}",
        "put there the public key as ecohub certify keys new wrote it, NAME.pub.pem",
    ),
    "registry-unused": ("{file} is not used: {why}", _REGISTRY),
    "registry-other": (
        "{file} is not used: {why}",
        _REGISTRY + ". If it is to be another one from now on, delete {seen}",
    ),
    "no-key-believed": (
        "only certified products may join, and no key is believed: none can",
        "name public keys of registries or vendors: keys of [admission] in hub.toml",
    ),
    "registry-not-kept": (
        "the registry cannot be kept: after a restart an older one would be believed",
        "see that the data folder can be written and has room",
    ),
    # Https
    "https-off": ("off: the app is served over plain http alone", ""),
    "https-on": ("port {port}, certificate until {until}", ""),
    "https-soon": ("it is not served yet", "wait a moment"),
    "https-authority-ended": (
        "the hub's authority has ended",
        "make a new one, which every phone is told of: ecohub authority renew",
    ),
    "https-certificate-ended": ("its certificate has ended", "renew the file"),
    "https-file-unusable": (
        "{path} cannot be used: {why}",
        "put the file back from a backup; or make a new authority, which every phone has to be told"
        " of anew: ecohub authority renew",
    ),
    "https-file-unwritten": ("{what}", "{fix}"),
    "https-own-unusable": (
        "the certificate in [api] of hub.toml cannot be used: {why}",
        "see that {chain} and {key} go together and can be read",
    ),
    "https-port-taken": ("port {port} is taken by {holder}", f"stop that, or {_ANOTHER_PORT}"),
    "https-port-unusable": ("it cannot be served at {host}:{port}: {why}", _ANOTHER_PORT),
}
"""Detail and remedy by code; `{...}` is filled with the parameter of that name."""


@dataclass(frozen=True, slots=True)
class Saying:
    """What is said of a part; use `say` to make one.

    Attributes:
        parameters: What fills the gaps of the sentences.
    """

    code: str
    parameters: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def detail(self) -> str:
        """How it is; one English sentence."""
        return SAYINGS[self.code][0].format_map(self.parameters)

    @property
    def remedy(self) -> str:
        """What a person can do about it; empty when nothing is to be done."""
        return SAYINGS[self.code][1].format_map(self.parameters)


def say(code: str, **parameters: str | int) -> Saying:
    """Return what is said; its sentences stand in `SAYINGS`."""
    return Saying(code, parameters)
