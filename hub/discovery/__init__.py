"""mDNS: the hub advertises itself and lists what it hears; a hint to people, never a proof."""

from hub.discovery.mdns import Discovery
from hub.discovery.sightings import Probe, Sighting
from hub.discovery.state import DiscoveryState

__all__ = ["Discovery", "DiscoveryState", "Probe", "Sighting"]
