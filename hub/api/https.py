"""Operations on the hub's own authority, by which phones trust its https."""

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from hub.api.https_models import AuthorityShown, HttpsShown, ServedShown
from hub.api.operations import Answer, Body, Call, Routes
from hub.api.problems import refused
from hub.api.replies import json_reply
from hub.clock import iso_of_ms
from hub.core.people.rights import Right
from hub.tls.files import PaperFileError
from hub.tls.papers import fingerprint, names_of

routes = Routes("Https")

_SHOWN = Answer(200, "How the hub is reached by https.", HttpsShown)


@routes.operation("GET", "/https", _SHOWN, right=Right.OPEN)
async def show_https(call: Call[None]) -> web.Response:
    """Show how the hub is reached by https, and the authority that a phone has to trust for it.

    Needs no token: an authority is no secret. Its fingerprint is to be compared with what
    `ecohub pair` shows.
    """
    return json_reply(_shown(call))


@routes.operation("POST", "/https/authority/renew", _SHOWN, problems={409}, right=Right.HUB)
async def renew_authority(call: Call[None]) -> web.Response:
    """Make a new authority, such as after its key got into wrong hands.

    Phones trust the hub again once the new one is installed on each of them.
    """
    tls = call.context.home.tls
    if tls.kind != "auto":
        remedy = 'it has one with tls = "auto" and no certificate in [api] of hub.toml'
        raise refused(409, "authority-none", "this hub has no authority of its own", remedy)
    try:
        await tls.renew()
    except PaperFileError as error:
        headers = {"Retry-After": "5"}
        raise refused(503, "authority-unwritten", str(error), error.remedy, headers) from error
    return json_reply(_shown(call))


def _shown(call: Call[Body]) -> HttpsShown:
    tls = call.context.home.tls
    standing = tls.standing
    authority, served = standing.authority, standing.certificate
    return {
        "kind": tls.kind,
        "port": tls.port,
        "authority": None if authority is None else _authority(authority),
        "certificate": None if served is None else _served(served, standing.left_out),
    }


def _authority(certificate: x509.Certificate) -> AuthorityShown:
    [name] = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return {
        "name": str(name.value),
        "fingerprint": fingerprint(certificate),
        "expires_at": _time(certificate.not_valid_after_utc.timestamp()),
        "pem": certificate.public_bytes(Encoding.PEM).decode(),
    }


def _served(certificate: x509.Certificate, left_out: tuple[str, ...]) -> ServedShown:
    return {
        "names": sorted(names_of(certificate)),
        "left_out": list(left_out),
        "expires_at": _time(certificate.not_valid_after_utc.timestamp()),
    }


def _time(wall_s: float) -> str:
    return iso_of_ms(round(wall_s * 1000))
