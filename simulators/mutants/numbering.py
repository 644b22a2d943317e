"""Counts what goes on the wire, so that a mutant may leave out and add messages unseen."""

from simulators.mutants.words import NEXT, NUMBERED, Word

_Leaf = tuple[str, int]


class Numbering:
    """The running numbers of a device and its children, by topic and epoch."""

    def __init__(self) -> None:
        self._given: dict[_Leaf, dict[int, int]] = {}
        self._last: dict[_Leaf, int] = {}

    def count(self, word: Word) -> Word:
        """Return a word with the number that is next; one that is said again keeps its number."""
        fields = word.fields
        meant, epoch = fields.get("seq"), fields.get("epoch")
        if word.is_raw or word.leaf not in NUMBERED:
            return word
        if not isinstance(meant, int) or not isinstance(epoch, int):
            return word
        given = self._given.setdefault((word.topic, epoch), {})
        if meant not in given:
            number = self._last[word.topic, epoch] = self._last.get((word.topic, epoch), 0) + 1
            if meant == NEXT:
                return word.saying(seq=number)
            given[meant] = number
        return word if given[meant] == meant else word.saying(seq=given[meant])
