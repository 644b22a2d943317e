"""Shows certificates, and how devices stand by them."""

from hub.api.judged_models import CertificateList, CertificateShown, CertificateState
from hub.certificates.keeper import Certificates
from hub.certificates.standing import Paper, Standing, status
from hub.config import AdmissionSettings
from hub.core.records import DeviceRecord


def certificate_state(standing: Standing, record: DeviceRecord) -> CertificateState:
    """Show how a device stands beside what it tells of itself."""
    paper = standing.paper
    return {
        "status": standing.status,
        "why": standing.why,
        "level": paper.level if paper else None,
        "firmware_certified": paper.firmware if paper else None,
        "firmware_running": record.firmware,
        "hardware_certified": paper.hardware if paper else None,
        "hardware_running": record.hardware,
        "not_after": paper.not_after.isoformat() if paper else None,
        "certificate": paper.id if paper else None,
    }


def certificate_list(known: Certificates, settings: AdmissionSettings) -> CertificateList:
    """Show all that the hub has."""
    shelf = known.shelf
    listed = shelf.registry
    return {
        "policy": settings.policy,
        "level": settings.level,
        "folder": str(known.reader.folder),
        "certificates": [certificate_shown(file, paper, known) for file, paper in shelf.files],
        "registry": None
        if listed is None
        else {"name": listed.name, "date": listed.head.date, "lines": listed.head.count},
        "unused": [
            {"file": one.file, "why": one.why, "remedy": one.remedy} for one in shelf.refused
        ],
    }


def certificate_shown(file: str, paper: Paper, known: Certificates) -> CertificateShown:
    """Show one of them."""
    worth, why = status(paper, known.today)
    return {
        "id": paper.id,
        "file": file,
        "vendor": paper.vendor,
        "product": paper.product,
        "hardware": paper.hardware,
        "firmware": paper.firmware,
        "spec_sha256": paper.spec_sha256,
        "level": paper.level,
        "issued": paper.issued.isoformat(),
        "not_after": paper.not_after.isoformat(),
        "status": worth,
        "why": why,
    }
