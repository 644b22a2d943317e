import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.config.toml_lines import Path, lines_of

DOCUMENT = """\
# a comment with = and [brackets]
title = "a # text" # and a comment

[hub]
name = 'x'
"quoted key" = 1
deep.er = 2

[ api ]   # [not.this]
hosts = [
  "a]",   # first
  'b',

  "c",
]
text = \"\"\"
[broker]
port = 7
\"\"\"
after = 1
inline = { one = 1, two.three = "}", four = [ { five = 5 } ] }

[a."b.c".d]
e = 2026-01-01T00:00:00Z

[[list]]
x = 1
[list.sub]
y = '''
[x]'''
[[list]]
x = 2
"esc\\"aped" = -inf
"""

LINES: list[tuple[Path, int]] = [
    (("title",), 2),
    (("hub",), 4),
    (("hub", "name"), 5),
    (("hub", "quoted key"), 6),
    (("hub", "deep"), 7),
    (("hub", "deep", "er"), 7),
    (("api",), 9),
    (("api", "hosts"), 10),
    (("api", "hosts", 0), 11),
    (("api", "hosts", 1), 12),
    (("api", "hosts", 2), 14),
    (("api", "text"), 16),
    (("api", "after"), 20),
    (("api", "inline"), 21),
    (("api", "inline", "one"), 21),
    (("api", "inline", "two"), 21),
    (("api", "inline", "two", "three"), 21),
    (("api", "inline", "four"), 21),
    (("api", "inline", "four", 0), 21),
    (("api", "inline", "four", 0, "five"), 21),
    (("a",), 23),
    (("a", "b.c"), 23),
    (("a", "b.c", "d"), 23),
    (("a", "b.c", "d", "e"), 24),
    (("list",), 26),
    (("list", 0), 26),
    (("list", 0, "x"), 27),
    (("list", 0, "sub"), 28),
    (("list", 0, "sub", "y"), 29),
    (("list", 1), 31),
    (("list", 1, "x"), 32),
    (("list", 1, 'esc"aped'), 33),
]


def test_every_key_is_found_on_its_line() -> None:
    assert lines_of(DOCUMENT) == dict(LINES)


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n# the end", "  "])
def test_the_end_of_the_file_does_not_matter(end: str) -> None:
    assert lines_of("[hub]\nname = 1" + end) == {("hub",): 1, ("hub", "name"): 2}


def test_windows_line_ends_count_once() -> None:
    assert lines_of("[hub]\r\n\r\nname = 1\r\n")[("hub", "name")] == 3


def paths(value: object, at: Path = ()) -> Iterator[Path]:
    if at:
        yield at
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*at, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from paths(inner, (*at, place))


SCALARS = ["1", "true", '"a, b = [c] # d"', "'}'", '"""x\ny = 1\n"""', "1979-05-27", "1e3", '"\\""']
KEYS = st.sampled_from(["a", "b", "c-d", '"e.f"', "'g h'"])
GAPS = st.sampled_from([" ", "", "\t"])
VALUES: st.SearchStrategy[str] = st.recursive(
    st.sampled_from(SCALARS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[\n" + ",\n# x\n".join(items) + "]"),
        st.dictionaries(KEYS, inner, max_size=3).map(
            lambda items: "{ " + ", ".join(f"{k} = {v}" for k, v in items.items()) + " }"
        ),
    ),
    max_leaves=6,
)
STATEMENTS = st.one_of(
    st.tuples(st.lists(KEYS, min_size=1, max_size=3), GAPS, VALUES).map(
        lambda t: f"{t[1]}{'.'.join(t[0])}{t[1]}={t[1]}{t[2]} # {{"
    ),
    st.lists(KEYS, min_size=1, max_size=3).map(lambda keys: f"[{' . '.join(keys)}]"),
    KEYS.map(lambda key: f"[[{key}]]"),
    st.sampled_from(["", "# [x]\n# y = 1", "\t"]),
)


@given(st.lists(STATEMENTS, max_size=8))
def test_all_paths_that_tomllib_reads_have_a_line_and_no_others(statements: list[str]) -> None:
    kept: list[str] = []
    for statement in statements:
        try:
            tomllib.loads("\n".join([*kept, statement]))
        except tomllib.TOMLDecodeError:
            continue
        kept.append(statement)
    text = "\n".join(kept)
    lines = lines_of(text)
    assert set(lines) == set(paths(tomllib.loads(text)))
    starts = [1 + "\n".join([*kept[:n], ""]).count("\n") for n in range(len(kept))]
    assert set(lines.values()) <= {
        start + extra
        for start, statement in zip(starts, kept, strict=True)
        for extra in range(statement.count("\n") + 1)
    }
