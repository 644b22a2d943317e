"""Where each key of a TOML text stands; tomllib reads values, but not places."""

import re
import tomllib
from typing import Final

Path = tuple[str | int, ...]
"""Keys and list indexes from the root to a value."""

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_BLANK: Final = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_SPACE: Final = re.compile(r"[ \t]*")
_TEXT: Final = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\])*"|\'[^\']*\'', re.DOTALL
)
_PLAIN: Final = re.compile(r"[^,\]}#\n]*")


def lines_of(text: str) -> dict[Path, int]:
    """Return the line, from 1, of every key of a TOML text that tomllib accepts.

    A table that is only implied by longer names has the line of the first of them; the items of a
    list have the lines they stand on.
    """
    scan = _Scan(text)
    scan.document()
    return scan.lines


class _Scan:
    """One pass over a valid TOML text."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.lines: dict[Path, int] = {}
        self.counts: dict[Path, int] = {}

    def document(self) -> None:
        table: Path = ()
        self.skip(_BLANK)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
            self.skip(_BLANK)

    def header(self) -> Path:
        is_list = self.text.startswith("[[", self.at)
        self.at += 2 if is_list else 1
        table = self.resolved(self.key())
        self.at += 2 if is_list else 1
        if is_list:
            count = self.counts[table] = self.counts.get(table, -1) + 1
            self.note((), table)
            table = (*table, count)
        self.note((), table)
        return table

    def resolved(self, keys: Path) -> Path:
        """Put into a header's name the index of each list of tables it goes through."""
        table: Path = ()
        for key in keys[:-1]:
            table = (*table, key)
            if table in self.counts:
                table = (*table, self.counts[table])
        return (*table, *keys[-1:])

    def pair(self, table: Path) -> None:
        keys = self.key()
        self.note(table, keys)
        self.at += 1  # the sign of equality, which ends a key
        self.skip(_BLANK)
        self.value((*table, *keys))

    def key(self) -> Path:
        keys: list[str | int] = []
        while True:
            self.skip(_SPACE)
            keys.append(self.word())
            self.skip(_SPACE)
            if self.text[self.at] != ".":
                return tuple(keys)
            self.at += 1

    def word(self) -> str:
        quoted = self.text[self.at] in "\"'"
        found = (_TEXT if quoted else _BARE).match(self.text, self.at)
        if found is None:
            raise ValueError(f"no key at character {self.at}")
        self.at = found.end()
        return str(tomllib.loads(f"key = {found[0]}")["key"]) if quoted else found[0]

    def value(self, path: Path) -> None:
        match self.text[self.at]:
            case "{":
                self.inline(path)
            case "[":
                self.list(path)
            case '"' | "'":
                self.skip(_TEXT)
            case _:
                self.skip(_PLAIN)

    def inline(self, path: Path) -> None:
        self.at += 1
        self.skip(_BLANK)
        while self.text[self.at] != "}":
            self.pair(path)
            self.separator()
        self.at += 1

    def list(self, path: Path) -> None:
        self.at += 1
        self.skip(_BLANK)
        count = 0
        while self.text[self.at] != "]":
            self.note(path, (count,))
            self.value((*path, count))
            self.separator()
            count += 1
        self.at += 1

    def separator(self) -> None:
        self.skip(_BLANK)
        if self.text[self.at] == ",":
            self.at += 1
            self.skip(_BLANK)

    def skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def note(self, table: Path, keys: Path) -> None:
        """Keep the line of a key, and of the tables its dots imply, if not known already."""
        line = self.text.count("\n", 0, self.at) + 1
        for length in range(1, len(keys) + 1):
            self.lines.setdefault((*table, *keys[:length]), line)
