"""A transcript says what happened, in order, and nobody can change a byte of it unseen."""

import base64
import hashlib
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import certification.transcript.file
from certification.transcript.file import TranscriptError, Writer, canonical, parse, read

SECRET = "m2Vb0s4nJx7Kq1Ty"


def clock() -> Iterator[int]:
    yield from range(1_000, 10_000_000, 250)


def written(*secrets: str) -> tuple[Writer, io.BytesIO]:
    file, ticks = io.BytesIO(), clock()
    return Writer(file, lambda: next(ticks), secrets), file


def whole_run() -> bytes:
    writer, file = written(SECRET)
    writer.write("run", format=1, seed=7, scale=0.1, declaration={"level": 2, "name": "Lüfter"})
    writer.write("opened", link=1, peer_is_local=True)
    writer.write("packet", link=1, way="in", raw=b"\x00\xff" + SECRET.encode(), decoded={})
    writer.write("note", text="half of a pair: \ud800, a new line: \n, a \N{GRINNING FACE}")
    writer.end()
    return file.getvalue()


RUN = whole_run()
LINES = RUN.splitlines(keepends=True)
STARTS = [sum(map(len, LINES[:n])) for n in range(len(LINES) + 1)]


def line_at(place: int) -> int:
    return next(n for n in range(len(LINES)) if place < STARTS[n + 1])


def test_what_was_written_is_read() -> None:
    transcript = parse(RUN)
    assert [line.kind for line in transcript.lines] == ["run", "opened", "packet", "note", "end"]
    assert [line.n for line in transcript.lines] == [0, 1, 2, 3, 4]
    assert [line.at_ns for line in transcript.lines] == [250, 500, 750, 1000, 1250]
    assert transcript.lines[1].fields == {"link": 1, "peer_is_local": True}
    assert transcript.lines[3].fields["text"].startswith("half of a pair: \ud800")
    assert transcript.sha256 == transcript.lines[-1].hash == json.loads(LINES[-1])["hash"]


def test_a_file_is_read_as_its_bytes_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "transcript.jsonl"
    file.write_bytes(RUN)
    assert read(file) == parse(RUN)
    monkeypatch.setattr(certification.transcript.file, "MOST_BYTES", len(RUN) - 1)
    with pytest.raises(TranscriptError, match="more than"):
        read(file)


def test_the_writer_has_what_the_reader_reads() -> None:
    writer, file = written(SECRET)
    told: list[int] = []
    writer.listeners.append(lambda line: told.append(line.n))
    writer.write("run", format=1, nothing=None, several={"b", "a"})
    writer.write("packet", raw=b"\x01" + SECRET.encode())
    writer.end()
    assert tuple(writer.lines) == parse(file.getvalue()).lines
    assert told == [0, 1, 2]


@given(st.integers(0, len(RUN) - 1), st.integers(1, 255))
def test_a_changed_byte_is_refused_and_located(place: int, flip: int) -> None:
    changed = bytearray(RUN)
    changed[place] ^= flip
    with pytest.raises(TranscriptError) as refused:
        parse(bytes(changed))
    assert refused.value.line == line_at(place)
    assert refused.value.why


def test_every_single_bit_counts() -> None:
    for place in range(len(RUN)):
        for bit in range(8):
            changed = bytearray(RUN)
            changed[place] ^= 1 << bit
            with pytest.raises(TranscriptError) as refused:
                parse(bytes(changed))
            assert refused.value.line == line_at(place)


@given(st.integers(0, len(RUN) - 1))
def test_a_cut_tail_is_refused_and_located(length: int) -> None:
    with pytest.raises(TranscriptError) as refused:
        parse(RUN[:length])
    assert refused.value.line == line_at(length)


def test_a_cut_after_a_line_says_so() -> None:
    with pytest.raises(TranscriptError, match="cut after line 2: the end is missing"):
        parse(b"".join(LINES[:3]))
    with pytest.raises(TranscriptError, match="line 4: cut within"):
        parse(RUN[:-1])
    with pytest.raises(TranscriptError, match="empty"):
        parse(b"")


@given(st.permutations(range(len(LINES))).filter(lambda order: order != sorted(order)))
def test_lines_in_another_order_are_refused_and_located(order: list[int]) -> None:
    with pytest.raises(TranscriptError) as refused:
        parse(b"".join(LINES[n] for n in order))
    assert refused.value.line == next(n for n, is_ in enumerate(order) if n != is_)


@pytest.mark.parametrize("gone", range(len(LINES)))
def test_a_line_left_out_or_doubled_is_refused(gone: int) -> None:
    with pytest.raises(TranscriptError):
        parse(b"".join(LINES[:gone] + LINES[gone + 1 :]))
    with pytest.raises(TranscriptError):
        parse(b"".join(LINES[: gone + 1] + LINES[gone:]))


def chained(*objects: dict[str, object]) -> bytes:
    """Return lines whose numbers and hashes are right, whatever else is wrong."""
    prev, lines = "0" * 64, []
    for n, fields in enumerate(objects):
        whole = {"n": n, "at_ns": n, "prev": prev, **fields}
        prev = hashlib.sha256(canonical(whole)).hexdigest()
        lines.append(canonical({**whole, "hash": prev}) + b"\n")
    return b"".join(lines)


@pytest.mark.parametrize(
    ("objects", "line", "why"),
    [
        ([{"kind": "note"}], 0, "begins with `run`"),
        ([{"kind": "run", "format": 1}, {"kind": "run", "format": 1}], 1, "begins with `run`"),
        ([{"kind": "run", "format": 2}], 0, "format 2 is not 1"),
        ([{"kind": "run", "format": 1, "at_ns": True}], 0, "no time"),
        ([{"kind": "run", "format": 1, "n": False}], 0, "calls itself line False"),
        ([{"kind": None}], 0, "no kind"),
        ([{"kind": "run", "format": 1, "at_ns": 9}, {"kind": "note"}], 1, "its time is before"),
        ([{"kind": "run", "format": 1}, {"kind": "end", "lines": 3}], 1, "there are 2"),
        (
            [{"kind": "run", "format": 1}, {"kind": "end", "lines": 2}, {"kind": "note"}],
            2,
            "nothing after the end",
        ),
    ],
)
def test_a_right_chain_of_wrong_lines_is_refused(
    objects: list[dict[str, object]], line: int, why: str
) -> None:
    with pytest.raises(TranscriptError, match=why) as refused:
        parse(chained(*objects))
    assert refused.value.line == line


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"{}", b"1e999", b'{"n": 0}', b"[" * 100_000, b"9" * 5_000, b"\xff"]
)
def test_what_is_no_line_is_refused(text: bytes) -> None:
    with pytest.raises(TranscriptError) as refused:
        parse(text + b"\n")
    assert refused.value.line == 0


@given(st.binary(max_size=200))
def test_noise_is_refused(noise: bytes) -> None:
    with pytest.raises(TranscriptError):
        parse(noise)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda line: line.replace(b",", b", ", 1),
        lambda line: line.replace(b'"link":1,', b"").replace(b"}", b',"link":1}'),
        lambda line: line.replace(b'"link":1', b'"link":1,"link":1'),
        lambda line: line.replace(b"opened", b"o\\u0070ened"),
        lambda line: line.replace(b'"link":1', b'"link":1e0'),
    ],
)
def test_another_way_to_write_the_same_is_refused(spoil: Callable[[bytes], bytes]) -> None:
    other = spoil(LINES[1])
    assert other != LINES[1]
    with pytest.raises(TranscriptError, match="canonical form") as refused:
        parse(LINES[0] + other + b"".join(LINES[2:]))
    assert refused.value.line == 1


def test_secrets_are_nowhere_and_keep_their_length() -> None:
    writer, file = written(SECRET)
    writer.write("run", format=1, plain="here")
    writer.write("packet", raw=f"<{SECRET}>".encode(), decoded={"password": SECRET, "n": [SECRET]})
    writer.write("note", **{SECRET: "as a name"})
    writer.hide("12345678")
    writer.write("note", text="code 12345678")
    stars = "*" * len(SECRET)
    assert "redacted" not in writer.lines[0].fields
    assert writer.lines[1].fields == {
        "raw": base64.b64encode(f"<{stars}>".encode()).decode(),
        "decoded": {"password": stars, "n": [stars]},
        "redacted": True,
    }
    assert writer.lines[2].fields == {stars: "as a name", "redacted": True}
    assert writer.lines[3].fields == {"text": "code ********", "redacted": True}
    assert SECRET.encode() not in file.getvalue()


def test_the_longer_of_two_secrets_goes_first() -> None:
    writer, _ = written("abcd", "abcdefgh")
    writer.write("run", text="abcdefgh abcd")
    assert writer.lines[0].fields["text"] == "******** ****"


def test_a_secret_that_stands_in_everything_is_refused() -> None:
    writer, _ = written()
    with pytest.raises(ValueError, match="fewer than 4"):
        writer.hide("")


def test_a_field_may_not_be_called_like_those_of_every_line() -> None:
    writer, _ = written()
    with pytest.raises(ValueError, match="prev"):
        writer.write("note", prev="mine")


def test_a_number_that_json_does_not_know_is_refused() -> None:
    writer, file = written()
    with pytest.raises(ValueError, match="not JSON compliant"):
        writer.write("note", value=float("nan"))
    assert file.getvalue() == b""


def test_what_is_no_json_is_refused() -> None:
    writer, file = written()
    with pytest.raises(TypeError, match="object is no JSON"):
        writer.write("note", value=object())
    assert file.getvalue() == b""
