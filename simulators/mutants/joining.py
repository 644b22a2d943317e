"""Mutants of ECO-JOIN and -DISC: how they come into a home, and what they keep of it."""

from dataclasses import replace
from typing import Final

from protocol.ids import DeviceId
from protocol.joining import Role, proof
from simulators.joiner import Approach
from simulators.mutants.mutant import Mutant, at_seam, at_wire
from simulators.mutants.straying import follow
from simulators.mutants.veils import OUTSIDE, Veil
from simulators.state import Credentials, Flash

DAWDLES_S: Final = 66.0
"""From the first call to the second; 60 are allowed."""


class Forgetful:
    """Flash that keeps nothing."""

    def __init__(self, flash: Flash) -> None:
        self._flash = flash

    def is_reset_held(self) -> bool:
        """Say so: there is nothing to be reset."""
        return self._flash.is_reset_held()

    def load(self, device: DeviceId) -> Credentials | None:
        """Return nothing."""
        return None

    def save(self, credentials: Credentials) -> None:
        """Keep nothing."""

    def erase(self, device: DeviceId) -> None:
        """There is nothing to forget."""


class Stubborn:
    """Flash that cannot be erased."""

    def __init__(self, flash: Flash) -> None:
        self._flash = flash

    def is_reset_held(self) -> bool:
        """Say so, to no effect."""
        return self._flash.is_reset_held()

    def load(self, device: DeviceId) -> Credentials | None:
        """Return what was kept."""
        return self._flash.load(device)

    def save(self, credentials: Credentials) -> None:
        """Keep it."""
        self._flash.save(credentials)

    def erase(self, device: DeviceId) -> None:
        """Keep what there is."""


def _bare_proof(role: Role, code: str, mine: str, theirs: str, device: DeviceId) -> str:
    """Prove with the nonces in the other order."""
    return proof(role, code, theirs, mine, device)


def _fixed_nonce() -> str:
    return "00112233445566778899aabbccddeeff"


MUTANTS: Final[tuple[Mutant, ...]] = (
    at_seam(
        "nonces-the-wrong-way-round",
        "ECO-JOIN-003",
        "Its proof takes the two nonces in the other order.",
        approach=Approach(prove=_bare_proof),
    ).behind(OUTSIDE),
    at_seam(
        "one-nonce-for-all",
        "ECO-JOIN-004",
        "Its nonce is the same at each join.",
        approach=Approach(nonce=_fixed_nonce),
    ),
    at_seam(
        "trusts-any-hub",
        "ECO-JOIN-006",
        "It takes credentials from a hub that proves nothing.",
        approach=Approach(trusts=lambda given, right: True),
    ).behind(OUTSIDE),
    at_wire(
        "follows-any-hub",
        "ECO-JOIN-007",
        "It sends its password to whatever hub advertises itself.",
        hello=follow,
    ),
    at_seam(
        "forgets-its-credentials",
        "ECO-JOIN-008",
        "After a loss of power it has to join again.",
        flash=Forgetful,
    ).behind(Veil("each boot is its first", hides=("ECO-JOIN-009", "ECO-ORDER-001"))),
    at_seam(
        "keeps-credentials-at-reset",
        "ECO-JOIN-009",
        "After a factory reset it goes on with its old credentials.",
        flash=Stubborn,
    ),
    at_seam(
        "one-code-for-all",
        "ECO-JOIN-012",
        "All units of it have the same setup code.",
        code=lambda device: "12345678",
    ),
    at_seam(
        "takes-its-time-to-join",
        "ECO-JOIN-013",
        "It makes its second call 66 seconds after the first.",
        approach=replace(Approach(), pause_s=DAWDLES_S),
    ),
    at_seam(
        "advert-without-version",
        "ECO-DISC-002",
        "Its advert lacks the protocol version.",
        txt=lambda txt: {key: value for key, value in txt.items() if key != "v"},
    ),
    at_seam(
        "advert-with-a-secret",
        "ECO-DISC-003",
        "Its advert tells a URL of its own.",
        txt=lambda txt: {**txt, "url": "http://192.0.2.1/setup"},
    ),
)
