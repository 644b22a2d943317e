"""Design rules about the device's tile and page: class, primary control, icon, order."""

from collections.abc import Iterator
from typing import Final

from protocol.design.findings import Finding
from protocol.design.outline import placed
from protocol.product_model import Action, ProductSpec, Property, Ui

MANY_PARTS: Final = 6


def check(spec: ProductSpec) -> Iterator[Finding]:
    """Yield what is odd about how a product is shown."""
    if spec.device_class is None:
        fix = "add the class of section 8.4 of SPEC.md, or one of your own as vendor:name"
        yield Finding("class-missing", "class", "there is no class", fix)
    shown = [(a, p) for a, _, p in placed(spec) if isinstance(p, Property | Action)]
    primary = [(address, part) for address, part in shown if part.ui.is_primary]
    if shown and not primary:
        fix = "mark the one that people use most: ui.is_primary"
        yield Finding("primary-missing", "services", "no part is the primary one", fix)
    if len(primary) > 1:
        detail = ", ".join(address for address, _ in primary)
        yield Finding("primary-many", primary[1][0], f"{detail} are primary", "leave one")
    for address, part in primary:
        if isinstance(part, Property) and not part.is_readable:
            detail = f"its access is {', '.join(part.access)}"
            fix = "add read, or mark another one"
            yield Finding("primary-invisible", address, detail, fix)
        if part.ui.icon is None:
            yield Finding("icon-missing", address, "no icon", "add ui.icon, such as `power`")
    if len(shown) > MANY_PARTS and all(part.ui.rank == Ui().rank for _, part in shown):
        detail = f"none of {len(shown)} parts has a rank"
        yield Finding("rank-missing", "services", detail, "give those that matter a lower ui.rank")
