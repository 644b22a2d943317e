"""The fingerprint of the requirement catalogue that a transcript or a judgement speaks of."""

import hashlib
from dataclasses import asdict
from functools import cache

from certification.transcript.file import canonical
from protocol.rules import rules


@cache
def sha256() -> str:
    """Return the SHA-256 over all entries, as lower-case hex."""
    entries = {rule_id: asdict(rule) for rule_id, rule in rules().items()}
    return hashlib.sha256(canonical(entries)).hexdigest()
