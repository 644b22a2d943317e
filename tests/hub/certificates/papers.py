"""Certificates, keys and a registry on the disk, made by those who make real ones."""

import datetime
from dataclasses import dataclass, field
from pathlib import Path

from certification.papers import certificate, keys, registry
from certification.papers.certificate import Certificate
from certification.papers.registry import Registry
from hub.config import AdmissionSettings
from tests.certification.reports import FIRMWARE, SPEC, report

TODAY = datetime.datetime.now(datetime.UTC).date()
VENDOR, REGISTRY, STRANGER = keys.new(), keys.new(), keys.new()


def made(  # noqa: PLR0913 - one argument for each thing that can be another
    product: str = "air-purifier",
    firmware: str = "1.0.0",
    vendor: str = "Acme",
    *,
    hardware: str = "r2",
    spec_sha256: str = SPEC,
    issued: datetime.date = TODAY,
    days: int = 30,
    is_countersigned: bool = True,
    key: keys.PrivateKey = VENDOR,
) -> Certificate:
    """Return a certificate of level 2."""
    found = report()
    named = {"vendor": vendor, "product": product, "firmware": firmware}
    named |= {"hardware": hardware, "spec_sha256": spec_sha256}
    told = found.model_copy(update={"subject": found.subject.model_copy(update=named)})
    signed = certificate.sign(told, FIRMWARE, key, issued, days)
    return certificate.countersign(signed, told, REGISTRY, issued) if is_countersigned else signed


@dataclass
class Office:
    """A registry whose file grows, and the key by which it is believed."""

    folder: Path
    registry: Registry = field(
        default_factory=lambda: registry.new("Example Home", REGISTRY, TODAY)
    )

    def __post_init__(self) -> None:
        keys.save(REGISTRY, self.folder, "registry")
        self.write()

    @property
    def file(self) -> Path:
        return self.folder / "registry.jsonl"

    def settings(self, **more: object) -> AdmissionSettings:
        named = {"registry": self.file, "keys": (self.folder / "registry.pub.pem",)}
        return AdmissionSettings.model_validate({**named, **more})

    def list(self, paper: Certificate) -> None:
        self.registry = registry.add(self.registry, paper, REGISTRY, TODAY)
        self.write()

    def revoke(self, paper: Certificate) -> None:
        self.registry = registry.revoke(self.registry, paper.id, "it burns", REGISTRY, TODAY)
        self.write()

    def write(self) -> None:
        self.file.write_bytes(self.registry.content())
