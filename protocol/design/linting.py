"""`lint`: all design rules over one product spec."""

from typing import Final

from protocol.design import names, numbers, tile, titles
from protocol.design.findings import Lint
from protocol.product_model import ProductSpec

_CHECKS: Final = (tile.check, names.check, names.check_share, titles.check, numbers.check)
_ORDER: Final = ("error", "warning", "note")


def lint(spec: ProductSpec) -> Lint:
    """Judge how a product will look beside those of other makers.

    Args:
        spec: A product spec that keeps the norm already.
    """
    found = [finding for check in _CHECKS for finding in check(spec)]
    found.sort(key=lambda finding: _ORDER.index(finding.severity))  # stable: document order within
    standard, total = names.share(spec)
    return Lint(tuple(found), standard, total)
