"""Which readings are somebody's own: those of what is worn, and of what weighs a body."""

from typing import Final

from hub.core.device import Device
from protocol.ids import Address

CLASSES: Final = frozenset({"wearable", "earphones", "scale"})
"""Device classes whose readings belong to their wearer; a television is the family's."""


def is_wearable(device: Device) -> bool:
    """Say whether a device is one whose readings are its wearer's alone."""
    product = device.product
    return product is not None and product.spec.device_class in CLASSES


def private_addresses(device: Device) -> frozenset[Address]:
    """Return what of a wearable tells of its wearer: properties with a privacy class, and events.

    Its name, presence and battery are the home's.
    """
    product = device.product
    if product is None:  # its product spec is not known any more: all that was told is withheld
        return frozenset([*device.reported, *device.desired])
    told = (address for address, part in product.properties.items() if part.privacy != "none")
    return frozenset([*told, *product.events])
