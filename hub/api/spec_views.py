"""Shows product specs as far as somebody may see them."""

from collections.abc import Mapping
from typing import Any, Final, cast

from pydantic_core import from_json

from hub.api.spec_models import ProductSpec
from hub.core.people.access import Span
from protocol.ids import Address

_PARTS: Final = frozenset({"properties", "actions", "events"})


def product_spec(document: bytes, span: Span) -> ProductSpec:
    """Show a product spec, without the parts that the reader may not see."""
    spec: dict[str, Any] = from_json(document)
    if not span.is_whole:
        services = [_service(service, span) for service in spec["services"]]
        shown = [service for service in services if any(service.get(kind) for kind in _PARTS)]
        spec = {**spec, "services": shown}
    return cast("ProductSpec", spec)


def _service(service: Mapping[str, Any], span: Span) -> dict[str, Any]:
    name = service["name"]
    return {
        key: [part for part in value if Address(f"{name}.{part['name']}") in span]
        if key in _PARTS
        else value
        for key, value in service.items()
    }
