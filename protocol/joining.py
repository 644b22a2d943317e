"""Joining: the two HTTP calls by which a device is let into the home, and their proofs."""

import hashlib
import hmac
import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from protocol.errors import Violation, ViolationError
from protocol.ids import DeviceId, is_device_id
from protocol.messages import Text64

JOIN_PATH: Final = "/api/v1/join"
"""Where a hub takes both calls (section 17)."""

CODE_DIGITS: Final = 8
"""Digits of a setup code: with five guesses in all, a stranger's chance is 1 in 20 million."""

Role = Literal["device", "hub"]

_separators: Final = re.compile(r"[ \u00a0-]")
_digits: Final = re.compile(rf"[0-9]{{{CODE_DIGITS}}}")


def _checked_id(text: str) -> str:
    if not is_device_id(text):
        raise ValueError("a device id is 8 to 64 of a-z, 0-9 and -, neither first nor last a -")
    return text


DeviceIdText = Annotated[str, AfterValidator(_checked_id)]
NonceText = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
"""16 random bytes in lower-case hex (ECO-JOIN-004)."""

ProofText = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
SessionText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,64}$")]
HostText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:%-]{1,255}$")]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class JoinRequest(_Body):
    """First call: a device asks to be let in."""

    device: DeviceIdText
    product: Text64
    vendor: Text64
    nonce: NonceText


class JoinChallenge(_Body):
    """Answer to the first call: the hub's nonce, and the name of this attempt."""

    hub: Text64
    nonce: NonceText
    session: SessionText


class JoinProof(_Body):
    """Second call: the device shows that it knows the setup code."""

    session: SessionText
    proof: ProofText


class BrokerAddress(_Body):
    """Where the hub's broker is; no `host` means the host at which the device reached the API."""

    host: HostText | None
    port: Annotated[int, Field(ge=1, le=65_535)]
    tls: bool = False


class JoinGrant(_Body):
    """Answer to the second call: the hub's own proof, and the device's credentials.

    The device checks `proof` before it uses or keeps the rest (ECO-JOIN-006).
    """

    hub: Text64
    proof: ProofText
    broker: BrokerAddress
    user: DeviceIdText
    client_id: DeviceIdText
    password: Annotated[str, Field(min_length=16, max_length=128, repr=False)]


def normalise_code(text: str) -> str:
    """Return the digits of a setup code as a person typed it.

    Raises:
        ViolationError: `ECO-JOIN-001` when it has other than 8 digits; it does not show them.
    """
    digits = _separators.sub("", text)
    if _digits.fullmatch(digits) is None:
        detail = f"{len(digits)} characters; a setup code is {CODE_DIGITS} digits: 1234-5678"
        raise ViolationError(Violation("ECO-JOIN-001", "code", "(not shown)", detail))
    return digits


def proof(role: Role, code: str, device_nonce: str, hub_nonce: str, device: DeviceId) -> str:
    """Return what shows that `role` knows the setup code, as hex.

    The HMAC-SHA256, keyed by the digits of the code, of the parts with a NUL between: the label
    `ECO/1 join`, the role, the device's id and both nonces as they stand in the calls.

    Raises:
        ViolationError: `ECO-JOIN-001` when the code is not one.
    """
    parts = ("ECO/1 join", role, device, device_nonce, hub_nonce)
    key = normalise_code(code).encode()
    return hmac.new(key, "\0".join(parts).encode(), hashlib.sha256).hexdigest()


def is_proof(given: str, expected: str) -> bool:
    """Say whether a proof is the expected one; the time it takes does not tell how near it is."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())
