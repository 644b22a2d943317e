"""Section 17: how a device is let into a home, by two HTTP calls that prove a setup code."""

import hashlib
import hmac
import json
import re
import secrets
import urllib.error
import urllib.request
from typing import Any


class NotNowError(Exception):
    """Not let in yet; the hub wants to be left alone for `wait_s`."""

    def __init__(self, why: str, wait_s: float = 0.0) -> None:
        super().__init__(why)
        self.wait_s = wait_s


def join(hub: str, device: str, code: str, **model: str) -> dict[str, Any]:
    """Prove to the hub that we know the code, let it prove that it does, return its grant."""
    nonce = secrets.token_hex(16)
    asked = post(f"{hub}/api/v1/join", device=device, nonce=nonce, **model)

    def proof(role: str) -> str:
        text = "\0".join(("ECO/1 join", role, device, nonce, asked["nonce"]))
        return hmac.new(
            re.sub("[ -]", "", code).encode(), text.encode(), hashlib.sha256
        ).hexdigest()

    grant = post(f"{hub}/api/v1/join", session=asked["session"], proof=proof("device"))
    if not hmac.compare_digest(proof("hub"), str(grant["proof"])):
        raise NotNowError("it does not know the setup code; nothing that it sent is kept")
    return grant


def post(url: str, **body: str) -> dict[str, Any]:
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as refusal:
        raise read(refusal) from None
    except (OSError, ValueError) as error:
        raise NotNowError(str(error)) from error


def read(refusal: urllib.error.HTTPError) -> BaseException:
    """Return what a refusal means for the device: to try again later, or to give up."""
    try:
        code = json.load(refusal)["code"]
    except (OSError, ValueError, KeyError):
        code = f"HTTP {refusal.code}"
    if code in ("ECO-JOIN-003", "body-invalid"):  # again would be no better; five wrong proofs
        return SystemExit(f"not let in, {code}: is the setup code right?")  # shut the window
    return NotNowError(code, float(refusal.headers.get("Retry-After", 0)))
