"""A product as its devices carry it: the document's exact bytes, its digest, its compiled form."""

import base64
from dataclasses import dataclass, replace
from typing import Final, Self

from protocol.product import digest, parse_product
from protocol.validator import CompiledProduct, compile_product

PART_BYTES: Final = 8_192
"""Largest piece of the document in one message (ECO-SPEC-009)."""


@dataclass(frozen=True, slots=True)
class Product:
    """One product; shared by all its devices in a process."""

    document: bytes
    sha256: str
    compiled: CompiledProduct

    @classmethod
    def read(cls, document: bytes) -> Self:
        """Read a product spec.

        Raises:
            ViolationError: The document breaks rules of ECO-SPEC.
        """
        return cls(document, digest(document), compile_product(parse_product(document)))

    def told_as(self, document: bytes) -> Self:
        """Return the product with these bytes for its product spec, right or wrong."""
        return replace(self, document=document, sha256=digest(document))

    def part(self, offset: int) -> str:
        """Return the part that begins at `offset`, base64; empty beyond the end."""
        return base64.b64encode(self.document[offset : offset + PART_BYTES]).decode("ascii")
