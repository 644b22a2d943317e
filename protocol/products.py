"""The product specs that come with ecohub: documents of products whose simulators it has."""

from functools import cache
from importlib.resources import files
from typing import Final

_FOLDER: Final = files("protocol") / "products"


@cache
def names() -> tuple[str, ...]:
    """Return the products, in alphabetical order."""
    documents = (entry.name for entry in _FOLDER.iterdir())
    return tuple(sorted(n.removesuffix(".json") for n in documents if n.endswith(".json")))


@cache
def document(name: str) -> bytes:
    """Return the exact bytes of a product's document, which are what its digest is taken over.

    Raises:
        KeyError: There is no product of that name.
    """
    if name not in names():
        raise KeyError(f"no product {name!r}; there are {', '.join(names())}")
    return (_FOLDER / f"{name}.json").read_bytes()
