"""`report.json`: what was judged, and what every verdict rests on.

`SCHEMA_FILE` in `docs/schemas` publishes its form.
"""

import json
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from certification.judging.verdicts import Verdict
from protocol.rules import Keyword

FORMAT: Final = 1
SCHEMA_ID: Final = "urn:ecohub:report:1"
SCHEMA_FILE: Final = "certification-report-1.schema.json"

LEVELS: Final = {1: "Connects", 2: "Dependable", 3: "Hardened"}
"""Names of the levels."""

Level = Literal[1, 2, 3]
Way = Literal["in", "out"]
"""`in` is from the device."""

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Subject(_Part):
    """The device, as it was declared."""

    vendor: str
    product: str
    hardware: str
    firmware: str
    firmware_sha256: Sha256 | None = Field(description="Of the firmware's image, if declared.")
    spec_sha256: Sha256 = Field(description="Of its product spec.")
    device: str = Field(description="Id of the device that was tried.")


class Scenario(_Part):
    """A part of the run, and how it ended."""

    name: str
    outcome: str = Field(description="`done`, or why it was given up.")
    line: int = Field(description="Line of the transcript at which it began.")


class Run(_Part):
    """What was recorded, and under which conditions."""

    tool: str
    protocol: str
    broker: str
    seed: int
    scale: float = Field(description="What long waits were multiplied by; 1 is real time.")
    started_ms: int = Field(description="When, as the transcript says; ms since 1970.")
    duration_ms: int
    stalled_ms: int = Field(description="How long of it the machine stood still, as far as seen.")
    lines: int
    hooks: tuple[str, ...] = Field(description="What could be done to the device from outside.")
    scenarios: tuple[Scenario, ...]


class Hashes(_Part):
    """SHA-256 of what the report was made from."""

    transcript: Sha256
    declaration: Sha256
    catalogue: Sha256


class Blocked(_Part):
    """A level that was not reached, and what of it stands in the way."""

    level: Level
    rules: tuple[str, ...] = Field(description="Rules of this level; not those of lower ones.")


class Mismatch(_Part):
    """Where the declaration says something else than the device does; blocks every level."""

    path: str
    declared: str
    seen: str
    lines: tuple[int, ...]


class Outcome(_Part):
    """What it comes to."""

    wanted: Level
    reached: Literal[0, 1, 2, 3] = Field(description="0 is none.")
    blocked: tuple[Blocked, ...] = Field(description="Every level that was not reached.")
    mismatches: tuple[Mismatch, ...]
    counts: dict[Verdict, int] = Field(description="How many rules got which verdict.")
    exit_code: int = Field(description="0 reached, 1 not conformant, 2 inconclusive.")


class Seen(_Part):
    """What was seen, as often as it was."""

    ok: bool | None = Field(description="Whether the rule was kept there; null: cannot be told.")
    what: str
    expected: str
    path: str
    times: int = Field(ge=1, description="How often the same was seen.")
    lines: tuple[int, ...] = Field(
        description="Lines of the transcript, each in `evidence`; those of the first times."
    )


class CommonFailure(_Part):
    """How a rule is commonly broken."""

    saw: str
    cause: str
    fix: str


class RuleReport(_Part):
    """What is said of one rule, and why."""

    id: str
    verdict: Verdict
    keyword: Keyword
    level: Level
    text: str
    why: str
    fix: str
    reason: str = Field(description="Why it is inconclusive or does not apply; else empty.")
    observations: tuple[Seen, ...] = Field(description="What went wrong comes first.")
    more: int = Field(description="Observations that are left out here.")
    common_failures: tuple[CommonFailure, ...]
    refs: tuple[str, ...]


class Evidence(_Part):
    """A line of the transcript that a verdict rests on."""

    n: int
    at_ms: float
    kind: str
    link: int | None = Field(description="Number of the connection.")
    way: Way | None = Field(description="`in` is from the device.")
    title: str
    text: str = Field(description="What it says, decoded.")
    hex: str = Field(description="The bytes, if there are any.")
    size: int = Field(description="How many bytes there are; `hex` has the first of them.")


class Report(_Part):
    """The whole report."""

    format: Literal[1]
    subject: Subject
    outcome: Outcome
    run: Run
    hashes: Hashes
    rules: tuple[RuleReport, ...]
    evidence: tuple[Evidence, ...]

    def content(self) -> bytes:
        """Return it as a file: the same bytes for the same transcript."""
        text = json.dumps(self.model_dump(mode="json"), indent=1, allow_nan=False)
        return text.encode() + b"\n"


def schema() -> dict[str, Any]:
    """Return the JSON Schema that is published."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        **Report.model_json_schema(mode="serialization"),
    }


def schema_content() -> bytes:
    """Return the schema as a file."""
    return json.dumps(schema(), indent=2, sort_keys=True).encode() + b"\n"
