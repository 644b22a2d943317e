"""The lists of iids that are the arguments and results of actions and events."""

from protocol.errors import printable
from protocol.miot.notebook import Notebook, Place
from protocol.miot.numbers import as_integer, read_number
from protocol.miot.quirks import Quirk

_KEYS = ("piid", "iid", "property")


def read_references(found: object, field: str, place: Place, notes: Notebook) -> list[int | None]:
    """Return the iids of a list, None for what is none; in order, as often as they stand.

    Args:
        found: A list of iids, or of objects that hold one and how often it is sent.
        field: What it is called, for notes.
        place: Of the action or event.
        notes: Where an odd form is noted.
    """
    if found is None:
        return []
    items = found if isinstance(found, list) else [found]
    read = [_reference(item) for item in items]
    if not isinstance(found, list) or any(not isinstance(item, int) for item in items):
        notes.mend(Quirk.ARGUMENT_FORM, place, f"{field} is {printable(found, 80)}")
    return read


def _reference(item: object) -> int | None:
    if isinstance(item, dict):
        item = next((item[key] for key in _KEYS if key in item), None)
    number = read_number(item)
    return None if number is None else as_integer(number)
