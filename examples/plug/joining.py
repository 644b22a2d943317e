"""Section 17: how a device is let into a home, by two HTTP calls that prove a setup code."""

import hmac
import json
import secrets
import urllib.request
from typing import Any


def join(hub: str, device: str, code: str, **model: str) -> dict[str, Any]:
    """Prove to the hub that we know the code, let it prove that it does, and return its grant.

    Raises:
        OSError, ValueError, LookupError: Not now; try again later.
    """
    key, nonce = code.replace("-", "").replace(" ", "").encode(), secrets.token_hex(16)
    asked = post(f"{hub}/api/v1/join", device=device, nonce=nonce, **model)

    def proof(role: str) -> str:
        text = "\0".join(("ECO/1 join", role, device, nonce, asked["nonce"]))
        return hmac.digest(key, text.encode(), "sha256").hex()

    grant = post(f"{hub}/api/v1/join", session=asked["session"], proof=proof("device"))
    if not hmac.compare_digest(proof("hub"), str(grant["proof"])):
        raise ConnectionError("it does not know the setup code; nothing that it sent is kept")
    return grant


def post(url: str, **body: str) -> dict[str, Any]:
    head = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), head)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return dict(json.load(answer))
