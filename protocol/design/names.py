"""Design rules about names: the standard ones first, others in the vendor's namespace."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final

from protocol import slugs
from protocol.design.findings import Finding
from protocol.design.outline import placed
from protocol.parts import PARTS
from protocol.product_model import ProductSpec

LEAST_SHARE: Final = 0.5
"""Of the parts, that have standard addresses."""

NEAR: Final = 0.84
"""How much alike two addresses are, as `difflib` counts, to be taken for one."""

_SAYS_NOTHING: Final = re.compile(
    r"(prop|property|value|data|param|parameter|attr|attribute|reserved|test|action|event|item|p)"
    r"_?\d*"
)
_SERVICES: Final = frozenset(address.partition(".")[0] for address in PARTS)


def check(spec: ProductSpec) -> Iterator[Finding]:
    """Yield what is odd about the names of a product."""
    for address, service, part in placed(spec):
        if address in PARTS:
            continue
        own = part.name.rpartition(":")[2]
        is_own = ":" in address
        near = get_close_matches(address.replace(":", "."), PARTS, 1, NEAR)
        if near and not is_own:
            detail = f"{address} is all but {near[0]}"
            yield Finding("name-almost-standard", address, detail, f"call it {near[0]}")
        elif not is_own:
            yield Finding(
                "name-without-vendor",
                address,
                f"{address} is no standard address",
                f"call it {own_name(spec.vendor, address)}",
            )
        if own.startswith(f"{service.name}_") and own != f"{service.name}_":
            shorter = own.removeprefix(f"{service.name}_")
            detail = f"{own} begins with the name of its service"
            yield Finding("name-repeats-service", address, detail, f"call it {shorter}")
        if _SAYS_NOTHING.fullmatch(own):
            detail = f"{own} could be anything"
            yield Finding("name-says-nothing", address, detail, "call it by what it is")


def share(spec: ProductSpec) -> tuple[int, int]:
    """Return how many parts have standard addresses, and how many there are."""
    addresses = [address for address, _, _ in placed(spec)]
    return sum(address in PARTS for address in addresses), len(addresses)


def check_share(spec: ProductSpec) -> Iterator[Finding]:
    """Yield whether too few parts of a product are standard ones."""
    standard, total = share(spec)
    if total and standard / total < LEAST_SHARE:
        yield Finding(
            "standard-share",
            "services",
            f"{standard} of {total} parts have standard addresses",
            "look for yours in section 8.4 of SPEC.md; what is common belongs there: propose it",
        )


def own_name(vendor: str, address: str) -> str:
    """Return the address by which a vendor calls what has no standard one.

    In a standard service the part carries the vendor's name, else the service does.
    """
    if ":" in address:
        return address
    space = slugs.name(vendor, "vendor")
    service, _, name = address.partition(".")
    return f"{service}.{space}:{name}" if service in _SERVICES else f"{space}:{service}.{name}"
