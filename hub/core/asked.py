"""Whether what is asked of a device fits its product spec and a message on the wire."""

from collections.abc import Mapping
from typing import Final

from pydantic_core import to_json

from hub.core.errors import RefusedError
from protocol.codec import MAX_BYTES
from protocol.errors import Violation
from protocol.ids import Address
from protocol.messages import Scalar
from protocol.validator import CompiledProduct

LONG_TEXTS: Final = 2_000
FRAME_BYTES: Final = 512
"""Of a command besides its values: ids, type, times."""


def check_asked(
    product: CompiledProduct, values: Mapping[str, Scalar], action: Address | None
) -> None:
    """Refuse what the product spec does not allow.

    Args:
        product: Of the device.
        values: For a set: value by address. For an action: its arguments.
        action: Address of the action; None for a set.

    Raises:
        RefusedError: With all that is broken, and what to send instead.
    """
    violations = (
        product.check_set(values) if action is None else product.check_action(action, values)
    )
    violations = violations or _too_long(values)
    if violations:
        raise RefusedError(violations, tuple(_remedy(product, v) for v in violations))


def _remedy(product: CompiledProduct, violation: Violation) -> str:
    address = violation.path.removeprefix("values.")
    if violation.rule.startswith("ECO-VALUE-") and address in product.properties:
        return f"send {product.allowed(address)}"
    return violation.fix


def _too_long(values: Mapping[str, Scalar]) -> tuple[Violation, ...]:
    """Refuse what no payload can hold; a short one need not be tried."""
    texts = sum(len(value) for value in values.values() if isinstance(value, str))
    size = len(to_json(values)) if texts > LONG_TEXTS else 0
    if size + FRAME_BYTES <= MAX_BYTES:
        return ()
    detail = f"{size} bytes of values; with its frame a command has at most {MAX_BYTES}"
    return (Violation("ECO-CODEC-001", "values", "", detail),)
