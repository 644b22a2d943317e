"""What a certificate says: an in-toto Statement v1 with the predicate test-result v0.1.

What the predicate has no field for stands in an extension of ours, under its own URI. `passedTests`
and its siblings tell the rules of the level that is certified; the extension tells all verdicts.
"""

import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from certification.errors import FormError, MismatchError
from certification.judging.verdicts import Verdict
from certification.papers import form
from certification.report.model import LEVELS, Level, Report

STATEMENT: Final = "https://in-toto.io/Statement/v1"
PREDICATE: Final = "https://in-toto.io/attestation/test-result/v0.1"
EXTENSION: Final = "urn:ecohub:certificate:1"

LIMITS: Final = (
    "Whoever signed says that a device which held the credentials of this run behaved so.",
    "It is not shown which firmware ran in it: the hash of the image is the vendor's word.",
    "A vendor can make up a transcript. A registry that countersigns has judged it again; it has "
    "not seen the device.",
    "What no rule of the catalogue asks for was not tried: radio, electrical safety, energy, "
    "privacy of a vendor's cloud.",
    "Long waits were shortened by the scale; where that is not 1, real ones were not watched.",
)
"""What a certificate does not prove; printed on each."""

Day = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class Digest(form.Paper):
    """A hash."""

    sha256: form.Sha256


class Resource(form.Paper):
    """Something that is named by its hash."""

    name: form.Short
    digest: Digest


class Extension(form.Paper):
    """What ECO/1 has to say beyond the predicate."""

    vendor: form.Short
    vendor_key: form.Base64
    product: form.Short
    hardware: form.Short
    firmware: form.Short
    spec_sha256: form.Sha256
    protocol: form.Short
    level: Level
    level_name: Literal["Connects", "Dependable", "Hardened"]
    verdicts: dict[form.Short, Literal["fail", "inconclusive", "warn", "pass", "not_applicable"]]
    seed: int
    scale: float
    broker: form.Short
    tool: form.Short
    issued: Day
    not_after: Day
    limits: tuple[str, ...]


class Predicate(form.Paper):
    """The result, in the words of test-result v0.1."""

    result: Literal["PASSED", "WARNED"]
    configuration: tuple[Resource, Resource]
    passed: tuple[form.Short, ...] = Field(alias="passedTests")
    warned: tuple[form.Short, ...] = Field(alias="warnedTests")
    failed: tuple[form.Short, ...] = Field(alias="failedTests", max_length=0)
    extension: Extension = Field(alias=EXTENSION)


class Statement(form.Paper):
    """A certificate's payload."""

    type: Literal["https://in-toto.io/Statement/v1"] = Field(alias="_type")
    subject: tuple[Resource, Resource]
    predicate_type: Literal["https://in-toto.io/attestation/test-result/v0.1"] = Field(
        alias="predicateType"
    )
    predicate: Predicate

    @property
    def told(self) -> Extension:
        """What ECO/1 says."""
        return self.predicate.extension

    @property
    def firmware_sha256(self) -> str:
        """Of the firmware's image."""
        return self.subject[0].digest.sha256

    @property
    def declaration_sha256(self) -> str:
        """Of the declaration that the device was judged against."""
        return self.subject[1].digest.sha256


def build(
    report: Report,
    firmware_sha256: str,
    vendor_key: str,
    issued: datetime.date,
    not_after: datetime.date,
) -> Statement:
    """Return what can be certified of a device.

    Args:
        report: What was judged.
        firmware_sha256: Of the firmware's image.
        vendor_key: The vendor's public key, as base64.
        issued: First day on which the certificate counts (UTC).
        not_after: The last.

    Raises:
        MismatchError: No level was reached, or the declaration names another image.
    """
    level = report.outcome.reached
    if level == 0:
        raise MismatchError("level", "no level was reached: there is nothing to certify")
    if report.subject.firmware_sha256 not in {None, firmware_sha256}:
        raise MismatchError("firmware", "the declaration names an image with another hash")
    return Statement.model_validate(
        {
            "_type": STATEMENT,
            "subject": (
                _resource(f"firmware {report.subject.firmware}", firmware_sha256),
                _resource("declaration", report.hashes.declaration),
            ),
            "predicateType": PREDICATE,
            "predicate": {
                **_result(report, level),
                "configuration": (
                    _resource("transcript", report.hashes.transcript),
                    _resource("catalogue", report.hashes.catalogue),
                ),
                EXTENSION: _extension(report, level)
                | {
                    "vendor_key": vendor_key,
                    "issued": issued.isoformat(),
                    "not_after": not_after.isoformat(),
                },
            },
        }
    )


def _resource(name: str, sha256: str) -> dict[str, Any]:
    return {"name": name, "digest": {"sha256": sha256}}


def _result(report: Report, level: Level) -> dict[str, Any]:
    of_level = [rule for rule in report.rules if rule.level <= level]
    warned = tuple(rule.id for rule in of_level if rule.verdict is Verdict.WARN)
    return {
        "result": "WARNED" if warned else "PASSED",
        "passedTests": tuple(rule.id for rule in of_level if rule.verdict is Verdict.PASS),
        "warnedTests": warned,
        "failedTests": (),
    }


def _extension(report: Report, level: Level) -> dict[str, Any]:
    subject, run = report.subject, report.run
    return {
        "vendor": subject.vendor,
        "product": subject.product,
        "hardware": subject.hardware,
        "firmware": subject.firmware,
        "spec_sha256": subject.spec_sha256,
        "protocol": run.protocol,
        "level": level,
        "level_name": LEVELS[level],
        "verdicts": {rule.id: rule.verdict.value for rule in report.rules},
        "seed": run.seed,
        "scale": float(run.scale),
        "broker": run.broker,
        "tool": run.tool,
        "limits": LIMITS,
    }


def day(text: str, where: str) -> datetime.date:
    """Return the day that a paper names; raises FormError."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise FormError(where, "there is no such day") from None
