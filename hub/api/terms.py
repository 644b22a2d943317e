"""What the fields of the API's models are."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field, StringConstraints, WithJsonSchema

from protocol.presence import Presence
from protocol.receipt import Status
from protocol.topics import Leaf

Timestamp = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$",
            "examples": ["2026-11-21T20:43:00.123Z"],
        }
    ),
]
"""ISO 8601 in UTC with milliseconds."""

Shown = bool | int | float | str | None
"""A value as the device told it; null when the device does not know it now."""

Document = Annotated[Mapping[str, object], WithJsonSchema({"type": "object"})]
"""A JSON object that another document describes."""

StatusText = Annotated[str, WithJsonSchema({"type": "string", "enum": [str(s) for s in Status]})]
PresenceText = Annotated[
    str, WithJsonSchema({"type": "string", "enum": [str(p) for p in Presence]})
]
LeafText = Annotated[str, WithJsonSchema({"type": "string", "enum": [str(one) for one in Leaf]})]
"""These three are texts and no enums: encoding an enum takes 3 µs, a text 0.1 µs."""

ICON: Final = r"^([a-z][a-z0-9-]{0,31})?$"

IconText = Annotated[str, StringConstraints(pattern=ICON), Field(examples=["sofa"])]
"""Name from an app's icon set; empty for what the app finds suitable."""

RuleId = Annotated[str, Field(examples=["ECO-VALUE-002"])]
