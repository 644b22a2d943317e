"""The transcript of a run: one line for each thing that happened, each bound to the one before.

A line is the canonical JSON of an object with `n` (0, 1, ..), `at_ns`, `kind`, the fields of its
kind, `prev` (the hash of the line before) and `hash` (SHA-256 of the canonical JSON without it).
Lines are named by their `n`. Whoever changes a line has to make all after it anew, and then the
hash of the last, which a certificate names, is another.

* TranscriptError       this is no transcript, or one that was tampered with or cut
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from certification.transcript.redaction import Redactor

FORMAT: Final = 1
"""Which form of transcript this is; a `run` line says it."""

MOST_BYTES: Final = 512 * 1024 * 1024
"""A longer file is not read."""

_NO_HASH: Final = "0" * 64
_ENCODER: Final = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
)
_OWN: Final = frozenset({"n", "at_ns", "kind", "prev", "hash"})


class TranscriptError(Exception):
    """This is no transcript of a whole run.

    Attributes:
        line: `n` of the first line at fault.
        why: What is wrong with it.
    """

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"line {line}: {why}")
        self.line, self.why = line, why


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened.

    Attributes:
        n: Its number, from 0.
        at_ns: When, nanoseconds since the run began.
        kind: What it was: `packet`, `stimulus`, ...
        fields: What belongs to the kind.
        hash: SHA-256 over the line, and so over all before it.
    """

    n: int
    at_ns: int
    kind: str
    fields: Mapping[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """A whole run, from `run` to `end`, whose chain holds."""

    lines: tuple[Line, ...]

    @property
    def sha256(self) -> str:
        """The hash of the last line, which stands for all of them."""
        return self.lines[-1].hash


class Writer:
    """Writes a transcript line by line; what is written is on its way to the disk at once.

    Args:
        file: Where to; opened for bytes, empty.
        clock_ns: Monotonic time in nanoseconds; the run begins now.
        secrets: Texts that shall stand nowhere in the file.
    """

    def __init__(
        self, file: IO[bytes], clock_ns: Callable[[], int], secrets: Iterable[str] = ()
    ) -> None:
        self._file = file
        self._clock_ns = clock_ns
        self._start_ns = clock_ns()
        self._redactor = Redactor(secrets)
        self._last_hash = _NO_HASH
        self.lines: list[Line] = []
        """What has been written."""
        self.listeners: list[Callable[[Line], None]] = []
        """Told of each line after it is written; may not raise."""

    def hide(self, secret: str) -> None:
        """Overwrite `secret` from the next line on; raises ValueError when it is too short."""
        self._redactor.hide(secret)

    @property
    def next_n(self) -> int:
        """The number of the line that comes next."""
        return len(self.lines)

    def write(self, kind: str, **fields: object) -> int:
        """Add a line and return its number.

        Bytes are written as base64. A line that held a secret says `redacted`.

        Raises:
            ValueError: A field has a name that every line has.
        """
        if taken := _OWN & fields.keys():
            raise ValueError(f"a field may not be called {', '.join(sorted(taken))}")
        clean, is_redacted = self._redactor.redact(fields)
        if not isinstance(clean, dict):
            raise TypeError("fields are an object")
        if is_redacted:
            clean["redacted"] = True
        n, at_ns = self.next_n, self._clock_ns() - self._start_ns
        whole = {"n": n, "at_ns": at_ns, "kind": kind, "prev": self._last_hash, **clean}
        self._last_hash = _hash(whole)
        self._file.write(canonical({**whole, "hash": self._last_hash}) + b"\n")
        self._file.flush()
        line = Line(n, at_ns, kind, clean, self._last_hash)
        self.lines.append(line)
        for listener in tuple(self.listeners):
            listener(line)
        return n

    def end(self) -> int:
        """Add the last line, without which a transcript is not whole."""
        return self.write("end", lines=self.next_n + 1)


def canonical(value: object) -> bytes:
    """Return the one way in which this JSON value is written.

    Raises:
        ValueError: A number is not finite.
    """
    return _ENCODER.encode(value).encode()


def read(path: Path) -> Transcript:
    """Read a transcript and hold its chain.

    Raises:
        TranscriptError: It is not whole and as it was written; names line and reason.
        OSError: The file cannot be read.
    """
    with path.open("rb") as file:
        return parse(file.read(MOST_BYTES + 1))


def parse(raw: bytes) -> Transcript:
    """Read a transcript from its bytes; raises `TranscriptError` as `read` does."""
    if len(raw) > MOST_BYTES:
        raise TranscriptError(0, f"the file has more than {MOST_BYTES} bytes")
    *whole, rest = raw.split(b"\n")
    lines: list[Line] = []
    last_hash, last_ns = _NO_HASH, 0
    for n, text in enumerate(whole):
        if lines and lines[-1].kind == "end":
            raise TranscriptError(n, "there is nothing after the end")
        line = _line(n, text, last_hash)
        if line.at_ns < last_ns:
            raise TranscriptError(n, "its time is before that of the line before")
        lines.append(line)
        last_hash, last_ns = line.hash, line.at_ns
    if rest:
        raise TranscriptError(len(lines), "cut within this line")
    if not lines:
        raise TranscriptError(0, "the file is empty")
    if lines[-1].kind != "end":
        raise TranscriptError(len(lines), f"cut after line {len(lines) - 1}: the end is missing")
    return Transcript(tuple(lines))


def _line(n: int, text: bytes, last_hash: str) -> Line:
    fields = _object(n, text)
    if type(fields.get("n")) is not int or fields["n"] != n:
        raise TranscriptError(n, f"it calls itself line {_short(fields.get('n'))}")
    if fields.get("prev") != last_hash:
        raise TranscriptError(n, "its `prev` is not the hash of the line before")
    own_hash = fields.pop("hash", None)
    if own_hash != _hash(fields):
        raise TranscriptError(n, "its hash is not that of its content")
    at_ns, kind = fields.get("at_ns"), fields.get("kind")
    if type(at_ns) is not int or not isinstance(kind, str):
        raise TranscriptError(n, "it has no time or no kind")
    _check_place(n, kind, fields)
    rest = {name: value for name, value in fields.items() if name not in _OWN}
    return Line(n, at_ns, kind, rest, own_hash)


def _object(n: int, text: bytes) -> dict[str, Any]:
    try:
        value = json.loads(text)
        is_canonical = canonical(value) == text
    except (ValueError, RecursionError):
        raise TranscriptError(n, "it is not JSON") from None
    if not is_canonical:
        raise TranscriptError(n, "it is not written in its canonical form")
    if type(value) is not dict:
        raise TranscriptError(n, "it is not an object")
    return value


def _check_place(n: int, kind: str, fields: Mapping[str, Any]) -> None:
    if (n == 0) != (kind == "run"):
        raise TranscriptError(n, "a transcript begins with `run`, once")
    if kind == "run" and fields.get("format") != FORMAT:
        raise TranscriptError(n, f"format {_short(fields.get('format'))} is not {FORMAT}")
    if kind == "end" and fields.get("lines") != n + 1:
        raise TranscriptError(
            n, f"it counts {_short(fields.get('lines'))} lines; there are {n + 1}"
        )


def _hash(fields: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(fields)).hexdigest()


def _short(value: object) -> str:
    return repr(value)[:40]
