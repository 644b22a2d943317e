"""A second, small reader of MIoT instances: what a file says, for holding against an import."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "miot"
"""Sample documents beside the repository."""

SAMPLES: list[Path | None] = [*sorted(FOLDER.glob("*.json"))] or [None]


@dataclass(frozen=True)
class Written:
    """A property as it stands in a file."""

    siid: int
    piid: int
    format: str
    access: frozenset[str]
    range: tuple[float, float, float] | None
    values: frozenset[int] | None

    @property
    def place(self) -> tuple[int, int]:
        return self.siid, self.piid


def load(sample: Path | None) -> bytes:
    """Return the bytes of a sample; without the folder, skip, in CI fail."""
    if sample is not None:
        return sample.read_bytes()
    reason = f"there are no sample documents in {FOLDER}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def properties(document: bytes) -> Iterator[Written]:
    for service in json.loads(document)["services"]:
        for each in service.get("properties", []):
            span, listed = each.get("value-range"), each.get("value-list")
            yield Written(
                service["iid"],
                each["iid"],
                each["format"],
                frozenset(each["access"]),
                tuple(span) if span else None,
                frozenset(item["value"] for item in listed) if listed else None,
            )


def calls(document: bytes, kind: str) -> list[tuple[int, int, dict[str, Any]]]:
    """Return siid, iid and fields of every action or event."""
    return [
        (service["iid"], each["iid"], each)
        for service in json.loads(document)["services"]
        for each in service.get(kind, [])
    ]
