"""What doctor looks at of https, while no hub runs."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from hub.cli.checks import Check, check_port
from hub.clock import PLAUSIBLE_S
from hub.config import Settings
from hub.tls.files import AUTHORITY, FOLDER, PaperFileError, read_paper, serving
from hub.tls.papers import fingerprint

_RENEW = "make a new one, which every phone is told of: ecohub authority renew"


def check_https(settings: Settings) -> Iterator[Check]:
    """Look whether phones will be able to come by https."""
    api = settings.api
    if api.tls == "off":
        yield Check("https", "note", "off: the app is served over plain http alone", "tls in [api]")
        return
    yield check_port("https port", api.host, api.secure_port)
    if api.certificate is not None:
        try:
            serving(api.certificate, api.key)
        except OSError as error:
            what = f"{api.certificate} cannot be used: {error.strerror or error}"
            remedy = "see that certificate and key in [api] go together and can be read"
            yield Check("https", "wrong", what, remedy)
        else:
            yield Check("https", "ok", f"by {api.certificate}")
        return
    yield _authority(settings)


def _authority(settings: Settings) -> Check:
    path = settings.hub.data_dir / FOLDER / AUTHORITY
    try:
        paper = read_paper(path)
    except PaperFileError as error:
        return Check("https", "wrong", str(error), error.remedy)
    if paper is None:
        return Check("https", "ok", "its authority is made at the first start")
    ends = paper.certificate.not_valid_after_utc
    now_s = time.time()
    if now_s < PLAUSIBLE_S:
        what = "the clock was never set: phones may not take the certificate that is made by it"
        return Check("https", "note", what, "set the clock; the hub then makes another")
    if ends < datetime.fromtimestamp(now_s, UTC):
        return Check("https", "wrong", f"its authority has ended on {ends:%Y-%m-%d}", _RENEW)
    told = f"authority {fingerprint(paper.certificate)[:23]} ..., until {ends:%Y-%m-%d}"
    return Check("https", "ok", told)
