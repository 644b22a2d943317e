"""The products of a home's devices, fetched once each."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hub.cli.client import HubClient
from hub.cli.errors import RefusedError
from hub.cli.tables import product_of_spec
from protocol.validator import CompiledProduct

if TYPE_CHECKING:
    from ecohub_client.shapes import DeviceSummary


async def known_products(
    client: HubClient, devices: "Sequence[DeviceSummary]"
) -> dict[str, CompiledProduct]:
    """Return the product of each device by device id; devices of one product share it."""
    by_spec: dict[str, CompiledProduct | None] = {}
    for device in devices:
        sha256 = device["spec_sha256"]
        if sha256 is not None and sha256 not in by_spec:
            by_spec[sha256] = await _product(client, device["id"])
    found = ((device["id"], by_spec.get(device["spec_sha256"] or "")) for device in devices)
    return {device: product for device, product in found if product is not None}


async def _product(client: HubClient, device: str) -> CompiledProduct | None:
    try:
        return product_of_spec((await client.api.show_device(device))["spec"])
    except RefusedError:  # it has left the home since the list was made
        return None
