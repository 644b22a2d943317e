"""Puts together what the maker of a device may know of the rules that it broke in a home.

Who lives there stays there: no name, no id, no serial number; and no value of a property that tells
of people, that cannot be read, or that the product spec does not declare.
"""

from typing import Final

from hub.api.judged_models import BrokenRule, FieldReport, FieldViolation
from hub.api.views import broken_rules
from hub.certificates.standing import Standing
from hub.clock import Clock
from hub.core.device import Device
from protocol.ids import Address
from protocol.validator import CompiledProduct

_VALUES: Final = "values."


def field_report(device: Device, standing: Standing, clock: Clock) -> FieldReport:
    """Return the report of one device, of all that it broke since the hub started."""
    record, paper = device.record, standing.paper
    return {
        "format": 1,
        "vendor": record.vendor,
        "product": record.product,
        "hardware": record.hardware,
        "firmware": record.firmware,
        "protocol": record.protocol,
        "spec_sha256": record.spec_sha256,
        "certificate": paper.id if paper else None,
        "certificate_status": standing.status,
        "messages": device.messages,
        "made_at": clock.iso(clock.now_s()),
        "violations": [_shown(one, device.product) for one in broken_rules(device, clock)],
    }


def _shown(found: BrokenRule, product: CompiledProduct | None) -> FieldViolation:
    is_told = _may_be_told(found["path"], product)
    return {
        "rule": found["rule"],
        "leaf": found["leaf"],
        "path": found["path"],
        "count": found["count"],
        "first_at": found["first_at"],
        "last_at": found["last_at"],
        "text": found["text"],
        "fix": found["fix"],
        "sample": found["sample"] if is_told else None,
        "detail": found["detail"] if is_told else None,
    }


def _may_be_told(path: str, product: CompiledProduct | None) -> bool:
    """Say whether what was seen at a place tells nothing of the people of the home."""
    if product is None or not path.startswith(_VALUES):
        return False
    address = Address(path.removeprefix(_VALUES))
    part = product.properties.get(address)
    return part is not None and part.is_readable and part.privacy == "none"
