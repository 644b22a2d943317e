"""Section 4: what a payload is.

MicroPython's `json` takes for JSON much that is none: a key twice, a comma too many, 1e999. This
reader stops at the first fault.
"""

import re

LONGEST, DEEPEST, LARGEST = 16_384, 8, 2**53 - 1
WORDS = ((b"true", True), (b"false", False), (b"null", None))
ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
SECONDS = {0xE0: (0xA0, 0xBF), 0xED: (0x80, 0x9F), 0xF0: (0x90, 0xBF), 0xF4: (0x80, 0x8F)}
NUMBER = re.compile(r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$")


def read(payload):
    """Return the object in a payload; an empty one, which asks for nothing, where there is none."""
    try:
        if len(payload) > LONGEST:
            return {}
        reader = Reader(payload)
        message = reader.value(1)
        is_whole = reader.next() == ""
    except (ValueError, LookupError):  # LookupError: it ends early, or there is no such escape
        return {}
    except (RuntimeError, MemoryError):  # a number of a thousand digits, a text of 16 KB
        return {}
    return message if is_whole and isinstance(message, dict) else {}


class Reader:
    """Reads a JSON text from bytes; raises ValueError or LookupError where it is none."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def next(self):
        """Return the next byte that is no white space, without taking it; none at the end."""
        while self.at < len(self.data) and self.data[self.at] in b" \t\r\n":
            self.at += 1
        return chr(self.data[self.at]) if self.at < len(self.data) else ""

    def take(self, wanted):
        if self.next() != wanted:
            raise ValueError(f"not {wanted}")
        self.at += 1

    def value(self, depth):
        mark = self.next()
        if mark == "{":
            return self.object(depth)
        if mark == "[":
            return [self.value(depth + 1) for _ in self.parts("]", depth)]
        if mark == '"':
            return self.string()
        for word, meaning in WORDS:
            if bytes(self.data[self.at : self.at + len(word)]) == word:
                self.at += len(word)
                return meaning
        return self.number()

    def object(self, depth):
        found = {}
        for _ in self.parts("}", depth):
            name = self.string()
            self.take(":")
            if name in found:
                raise ValueError("a key twice")
            found[name] = self.value(depth + 1)
        return found

    def parts(self, end, depth):
        """Go from one part of an object or an array to the next."""
        if depth > DEEPEST:
            raise ValueError("too deep")
        self.at += 1
        is_more = self.next() != end
        while is_more:
            yield
            is_more = self.next() == ","
            if is_more:
                self.at += 1
        self.take(end)

    def string(self):
        self.take('"')
        begin = self.at
        while self.data[self.at] != 0x22:
            if self.data[self.at] < 0x20:
                raise ValueError("a control character")
            if self.data[self.at] > 0xBF and is_no_character(*self.data[self.at : self.at + 2]):
                raise ValueError("no UTF-8")
            self.at += 2 if self.data[self.at] == 0x5C else 1
        self.at += 1
        written = str(self.data[begin : self.at - 1], "utf8")
        return unescaped(written) if "\\" in written else written

    def number(self):
        begin = self.at
        while self.at < len(self.data) and self.data[self.at] in b"+-.0123456789eE":
            self.at += 1
        written = str(self.data[begin : self.at], "utf8")
        if not NUMBER.match(written):
            raise ValueError("no value")
        is_whole = not any(mark in written for mark in ".eE")
        value = int(written) if is_whole else float(written)
        if abs(value) > LARGEST if is_whole else abs(value) == float("inf"):
            raise ValueError("out of bounds")
        return value


def is_no_character(first, second):
    """Say what `str` does not: overlong, half a surrogate pair, or beyond all characters."""
    least, most = SECONDS.get(first, (0x80, 0xBF))
    return first < 0xC2 or first > 0xF4 or not least <= second <= most


def unescaped(rest):
    """Return the text that a string of JSON stands for."""
    found = ""
    while True:
        plain, mark, rest = rest.partition("\\")
        found += plain
        if not mark:
            return found
        if rest[0] != "u":
            found, rest = found + ESCAPES[rest[0]], rest[1:]
            continue
        code, rest = int(rest[1:5], 16), rest[5:]
        if 0xD800 <= code < 0xDC00 and rest[:2] == "\\u":
            low, rest = int(rest[2:6], 16), rest[6:]
            code = 0x10000 + ((code - 0xD800) << 10 | (low - 0xDC00)) if low >= 0xDC00 else code
        if 0xD800 <= code < 0xE000:
            raise ValueError("half a surrogate pair")
        found += chr(code)
