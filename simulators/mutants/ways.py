"""Ways to be wrong, out of which the tables of mutants are made."""

from collections.abc import Callable, Iterable
from typing import Any

from protocol.codec import decode
from protocol.errors import ViolationError
from simulators.mutants.tap import Say
from simulators.mutants.words import HANG_UP, Body, Fields, HangUp, Word, Words

Test = Callable[[Fields, Body], bool]
How = Callable[[Word, Body], Words]
Make = Callable[[Body], Word | Iterable[Word | HangUp]]


def always(fields: Fields, body: Body) -> bool:
    """Any message."""
    return True


def has(**wanted: Any) -> Test:
    """Messages with these fields; `...` stands for any value."""

    def test(fields: Fields, body: Body) -> bool:
        return all(
            name in fields and value in (..., fields[name]) for name, value in wanted.items()
        )

    return test


def on(leaf: str, how: How, when: Test = always) -> Say:
    """Change the device's own messages of a leaf, of those that a test picks."""

    def say(word: Word, body: Body) -> Words:
        is_meant = word.leaf == leaf and not word.child and when(word.fields, body)
        return how(word, body) if is_meant else (word,)

    return say


def on_child(leaf: str, how: How, when: Test = always) -> Say:
    """Change the messages of children of a leaf, of those that a test picks."""

    def say(word: Word, body: Body) -> Words:
        is_meant = word.leaf == leaf and bool(word.child) and when(word.fields, body)
        return how(word, body) if is_meant else (word,)

    return say


def once(say: Say) -> Say:
    """Do it at the first chance alone."""

    def first(word: Word, body: Body) -> Words:
        meant = list(say(word, body))
        if meant == [word] or not body.first("once"):
            return (word,)
        return meant

    return first


def lost(word: Word, body: Body) -> Words:
    """Do not say or hear it."""
    return ()


def with_fields(**changes: Any) -> How:
    """Say it with other fields; `...` takes one out."""
    return lambda word, body: (word.saying(**changes),)


def then(make: Make) -> How:
    """Say something after it."""
    return lambda word, body: (word, *_words(make(body)))


def first(make: Make) -> How:
    """Say something before it."""
    return lambda word, body: (*_words(make(body)), word)


def state(**fields: Any) -> Make:
    """A state of its own."""
    return lambda body: body.word("state", **{"values": {}, **fields})


def payload(leaf: str, raw: bytes) -> Make:
    """A message of any bytes."""
    return lambda body: body.raw(leaf, raw)


def besides(make: Make) -> Say:
    """Say something before each full state of the device."""
    return on("state", first(make), has(full=True))


def falls_over(word: Word, body: Body) -> Words:
    """Break down when a message cannot be read."""
    try:
        decode(word.topic, word.payload)
    except ViolationError:
        return (HANG_UP,)
    return (word,)


def _words(made: Word | Iterable[Word | HangUp]) -> tuple[Word | HangUp, ...]:
    return (made,) if isinstance(made, Word) else tuple(made)
