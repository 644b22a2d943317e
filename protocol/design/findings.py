"""The design rules by name, and what is found against them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

Severity = Literal["error", "warning", "note"]
"""error: people will be misled; warning: it will look foreign; note: worth a thought."""


@dataclass(frozen=True, slots=True)
class DesignRule:
    """One rule: how grave a break of it is, what it asks for, and why."""

    severity: Severity
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Where a product breaks a design rule.

    Attributes:
        rule: Key of `RULES`.
        path: Address of the part, with what of it is meant: `fan.level`, `fan.mode.enum.2`.
        detail: What is there.
        fix: What to write instead.
    """

    rule: str
    path: str
    detail: str
    fix: str

    @property
    def severity(self) -> Severity:
        """How grave it is."""
        return RULES[self.rule].severity


@dataclass(frozen=True, slots=True)
class Lint:
    """All that was found in a product spec.

    Attributes:
        findings: In the order of the document, the gravest kinds first.
        standard: Properties, actions and events with a standard address.
        total: All of them.
    """

    findings: tuple[Finding, ...]
    standard: int
    total: int

    @property
    def is_at_home(self) -> bool:
        """Whether nothing grave was found."""
        return not any(finding.severity == "error" for finding in self.findings)


def _rule(severity: Severity, text: str, why: str) -> DesignRule:
    return DesignRule(severity, text, why)


RULES: Final[Mapping[str, DesignRule]] = MappingProxyType(
    {
        "class-missing": _rule(
            "warning",
            "A product names its device class.",
            "Without it the app knows neither its picture nor its main control.",
        ),
        "name-almost-standard": _rule(
            "warning",
            "What has a standard address is called by it.",
            "Automations and translations know the standard address alone.",
        ),
        "name-without-vendor": _rule(
            "warning",
            "What has no standard address carries the vendor's name (ECO-SPEC-012).",
            "A later standard name of the same word would mean something else.",
        ),
        "name-repeats-service": _rule(
            "note",
            "The name of a part does not repeat that of its service.",
            "`light.light_on` says nothing that `light.on` does not.",
        ),
        "name-says-nothing": _rule(
            "warning",
            "A name says what the part is.",
            "Names stand in automations, in the history and in the API.",
        ),
        "standard-share": _rule(
            "warning",
            "At least half of the parts have standard addresses.",
            "Only those are understood by other makers' apps.",
        ),
        "title-form": _rule(
            "warning",
            "An English title begins with a capital and ends without a stop; it has no underscore.",
            "Titles of all makers stand side by side in one list.",
        ),
        "title-long": _rule(
            "warning",
            "A title has at most 32 characters, that of a choice at most 28.",
            "A longer one is cut on a phone.",
        ),
        "title-repeated": _rule(
            "error",
            "Titles within a service, and within an enumeration, differ in each language.",
            "Nobody can tell two equal buttons apart.",
        ),
        "title-not-english": _rule(
            "error",
            "The text under `en` is in Latin letters.",
            "It is what everybody sees whose language is missing.",
        ),
        "title-says-nothing": _rule(
            "warning",
            "The title of a choice says what it does, not only which number it has.",
            "`Mode 3` has to be tried out to be understood.",
        ),
        "translation-missing": _rule(
            "warning",
            "Each language of the product's title is there for every other title.",
            "A page in two languages looks broken.",
        ),
        "unit-missing": _rule(
            "warning",
            "A measured number has a unit.",
            "The app can neither label nor convert it.",
        ),
        "unit-unusual": _rule(
            "warning",
            "Quantities are told in the units of the standard parts.",
            "The app converts for the reader; two units of one thing in a home cannot be compared.",
        ),
        "unit-contradicts-name": _rule(
            "error",
            "A unit at the end of a name is the unit of the part.",
            "Whoever reads the name alone is a thousand times off.",
        ),
        "range-missing": _rule(
            "note",
            "A number has a range or an enumeration.",
            "A gauge needs its ends, and a sensor's fault shows as a value out of range.",
        ),
        "range-odd": _rule(
            "warning",
            "A range holds more than one value, and percents lie within 0 and 100.",
            "The app draws a slider or a gauge of it.",
        ),
        "control-without-step": _rule(
            "warning",
            "A number that can be set has a step, and a whole one of at most 1,000 to choose from.",
            "A finger cannot choose between more.",
        ),
        "switch-as-number": _rule(
            "warning",
            "What is on or off is a bool.",
            "The app shows a list of numbers where a switch belongs.",
        ),
        "choices-many": _rule(
            "note",
            "What can be set has at most 12 choices.",
            "More do not fit on a page of buttons.",
        ),
        "primary-missing": _rule(
            "error",
            "One part is the primary one (`ui.is_primary`).",
            "It is what stands on the device's tile.",
        ),
        "primary-many": _rule(
            "error",
            "Only one part is the primary one.",
            "There is one place on the tile.",
        ),
        "primary-invisible": _rule(
            "error",
            "The primary part is one that can be seen: an action, or a property with `read`.",
            "The tile would be empty.",
        ),
        "icon-missing": _rule(
            "warning",
            "The primary part names its icon.",
            "The tile shows the class's picture twice.",
        ),
        "rank-missing": _rule(
            "note",
            "A product of more than six parts ranks them (`ui.rank`).",
            "Else the app shows them in the order of the document.",
        ),
        "notify-missing": _rule(
            "warning",
            "What can be read is told when it changes (`notify`).",
            "The phone shows it up to ten minutes late.",
        ),
        "age-missing": _rule(
            "note",
            "A measurement says for how long it holds (`max_age_s`).",
            "A sensor that has died shows its last value for good.",
        ),
        "privacy-missing": _rule(
            "error",
            "What tells of people, their presence, habits or bodies has a privacy class.",
            "It would be kept and shown like the temperature of the cellar.",
        ),
    }
)
