"""Operations on the certificates that the hub has."""

from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web
from pydantic import TypeAdapter

from certification.errors import PaperError
from hub.api.bodies import AddCertificate
from hub.api.certified import certificate_list, certificate_shown
from hub.api.judged_models import CertificateList, CertificateShown
from hub.api.operations import CERTIFICATE, Answer, Body, Call, Routes
from hub.api.problems import refused
from hub.api.replies import empty_reply, json_reply
from hub.core.activity import Particulars
from hub.core.people.rights import Right

routes = Routes("Certificates")


@routes.operation(
    "GET", "/certificates", Answer(200, "What the hub has.", CertificateList), right=Right.HUB
)
async def list_certificates(call: Call[None]) -> web.Response:
    """List the certificates of the hub's folder with what each is worth today.

    Files that cannot be used are listed with the reason, and the registry as it was read last.
    """
    home = call.context.home
    return json_reply(certificate_list(home.certificates, home.settings.admission))


@routes.operation(
    "POST",
    "/certificates",
    Answer(200, "The certificate as the hub sees it.", CertificateShown),
    body=TypeAdapter(AddCertificate),
    problems={409},
    right=Right.HUB,
)
async def add_certificate(call: Call[AddCertificate]) -> web.Response:
    """Put a certificate into the hub's folder; one that is there already stays.

    One that nobody trusts is taken, too, and shown so: the key may come later.
    """
    known = call.context.home.certificates
    try:
        with _folder():
            name = await known.add(call.body.certificate.encode())
    except PaperError as error:
        remedy = "send the file as ecohub certify sign or countersign wrote it"
        raise refused(409, f"certificate-{error.code}", str(error), remedy) from error
    paper = dict(known.shelf.files).get(name)
    if paper is None:
        remedy = "take others away first: ecohub certificates remove"
        raise refused(409, "certificates-full", "the folder holds as many as are read", remedy)
    await _note(call, Particulars("certificate-added", {"certificate": name}), f"added {name}")
    return json_reply(certificate_shown(name, paper, known))


@routes.operation(
    "DELETE",
    "/certificates/{id}",
    Answer(204, "The certificate is gone.", media=()),
    parameters=(CERTIFICATE,),
    right=Right.HUB,
)
async def remove_certificate(call: Call[None]) -> web.Response:
    """Take a certificate out of the hub's folder; devices that are here stay."""
    with _folder():
        is_gone = await call.context.home.certificates.remove(call.path(CERTIFICATE))
    if not is_gone:
        remedy = "GET /api/v1/certificates lists them"
        raise refused(404, "certificate-unknown", "no such certificate", remedy)
    name = call.path(CERTIFICATE)[:16]
    told = Particulars("certificate-removed", {"certificate": name})
    await _note(call, told, f"removed {name}")
    return empty_reply()


async def _note(call: Call[Body], told: Particulars, what: str) -> None:
    activity = call.context.home.activity
    await activity.note(activity.audit("certificate", call.asks.by, told, text=what))


@contextmanager
def _folder() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        remedy = "see that the data folder can be written; ecohub doctor looks at it"
        what = f"the folder of certificates cannot be written: {error.strerror}"
        headers = {"Retry-After": "5"}
        raise refused(503, "certificates-folder", what, remedy, headers) from error
