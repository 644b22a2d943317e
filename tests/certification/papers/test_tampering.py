"""Whatever is done to a transcript, certificate or registry, `verify` refuses it and says where."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certification.errors import PaperError
from certification.papers import certificate, envelope, keys, registry
from certification.transcript.file import canonical
from tests.certification.papers.conftest import DAY, Run
from tests.certification.papers.damage import damaged, flipped

PAPERS = ("certificate.json", "list.jsonl", "transcript.jsonl")
KEY = ("--key", "registry.pub.pem")

WHERE = {
    "certificate.json": re.compile(
        r"^error: (envelope|statement|payload|signature|byte \d|vendor_key|broken, line 0)"
    ),
    "list.jsonl": re.compile(r"^error: (the head|line \d+|broken, line \d+)"),
    "transcript.jsonl": re.compile(r"^error: (broken, line \d+|envelope|line \d+)"),
}
"""How a refusal of each paper begins. A file whose beginning was changed is taken for another kind
of paper, and then line 0 is the place."""

quick = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])


def refused(run: Run, name: str, content: bytes) -> str:
    """See that `verify` refuses this in place of a paper, and return what it says."""
    Path("broken").write_bytes(content)
    code, told = run("verify", "broken", *KEY)
    assert code == 1, told
    assert WHERE[name].match(told), told
    return told


@pytest.fixture
def papers(certified: Run) -> Run:
    """Papers that are whole: `verify` takes each of them."""
    for name in PAPERS:
        assert certified("verify", name, *KEY)[0] == 0
    return certified


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", PAPERS)
@quick
@given(data=st.data())
def test_no_damage_passes_the_command(papers: Run, name: str, data: st.DataObject) -> None:
    whole = Path(name).read_bytes()
    broken = data.draw(damaged(whole))
    if broken != whole:
        refused(papers, name, broken)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", ["list.jsonl", "transcript.jsonl"])
@quick
@given(data=st.data())
def test_the_line_that_was_changed_is_named(papers: Run, name: str, data: st.DataObject) -> None:
    whole = Path(name).read_bytes()
    place = data.draw(st.integers(0, len(whole) - 2))  # the last line feed: the file is cut
    told = refused(papers, name, flipped(whole, place, data.draw(st.integers(1, 255))))
    number, last = whole[:place].count(b"\n"), whole.count(b"\n") - 1
    if number == last and "the head" in told:
        return
    found = re.search(r"line (\d+)", told)
    assert found, told
    # What is right in itself is found out by the line behind it, which knows its hash.
    assert int(found[1]) in {number, number + 1}


@pytest.mark.parametrize("name", ["list.jsonl", "transcript.jsonl"])
def test_lines_cannot_change_places_and_none_can_be_missing(papers: Run, name: str) -> None:
    lines = Path(name).read_bytes().splitlines(keepends=True)
    for place in range(len(lines) - 1):
        swapped = [*lines]
        swapped[place : place + 2] = reversed(swapped[place : place + 2])
        refused(papers, name, b"".join(swapped))
        refused(papers, name, b"".join(lines[:place] + lines[place + 1 :]))
        refused(papers, name, b"".join(lines[: place + 1]))


@pytest.mark.timeout(120)
def test_no_byte_of_a_certificate_or_a_registry_can_be_another(papers: Run) -> None:
    ring = keys.keyring([keys.load_public(Path("registry.pub.pem"))])
    paper, listed = (Path(name).read_bytes() for name in PAPERS[:2])
    for place in range(len(paper)):
        with pytest.raises(PaperError):
            certificate.check(certificate.parse(flipped(paper, place, 1)), ring, DAY)
    for place in range(len(listed)):
        with pytest.raises(PaperError):
            registry.parse(flipped(listed, place, 1), ring)


def spelt(line: bytes, **options: object) -> bytes:
    """Return a line of JSON written in another way that means the same."""
    return json.dumps(json.loads(line), **options).encode()  # type: ignore[arg-type]


def reversed_keys(line: bytes) -> bytes:
    """Return a line of JSON whose fields come in another order."""
    found = json.loads(line)
    return json.dumps(dict(reversed(found.items())), separators=(",", ":")).encode()


def escaped(line: bytes) -> bytes:
    """Return a line of JSON in which one letter is written as a code point."""
    letter = re.search(rb'"([a-z])', line)
    assert letter is not None
    return line.replace(letter[0], b'"\\u%04x' % ord(letter[1]), 1)


RESPELT: tuple[Callable[[bytes], bytes], ...] = (
    lambda line: spelt(line, sort_keys=True),
    lambda line: spelt(line, sort_keys=True, separators=(",", ":"), indent=0).replace(b"\n", b" "),
    reversed_keys,
    escaped,
    lambda line: line + b"\r",
    lambda line: b" " + line,
    lambda line: b"\xef\xbb\xbf" + line,
    lambda line: line.replace(b"{", b'{"a":0,', 1),
    lambda line: line + b"\n",
)
"""A line that says the same, or the same and more, in other bytes."""


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_in_any_other_spelling_is_refused(papers: Run, name: str) -> None:
    lines = Path(name).read_bytes().splitlines()
    for place, respell in product({0, len(lines) // 2, len(lines) - 1}, RESPELT):
        other = [*lines]
        other[place] = respell(lines[place])
        assert other[place] != lines[place]
        refused(papers, name, b"\n".join(other) + b"\n")


def enveloped(payload: bytes, key: keys.PrivateKey, keyid: str) -> bytes:
    """Return an envelope that is signed as it has to be, whatever is in it."""
    signature = {"keyid": keyid, "sig": keys.to_base64(key.sign(envelope.encoding(payload)))}
    whole = {
        "payload": keys.to_base64(payload),
        "payloadType": envelope.TYPE,
        "signatures": [signature],
    }
    return canonical(whole) + b"\n"


def test_what_is_signed_has_one_spelling_and_the_key_one_name(papers: Run) -> None:
    vendor = keys.load_private(Path("acme.key.pem"))
    payload = certificate.read(Path("certificate.json")).envelope.payload
    name = vendor.public.id
    Path("made").write_bytes(enveloped(payload, vendor, name))
    assert papers("verify", "made", "--key", "acme.pub.pem")[0] == 0
    for other in (spelt(payload), payload + b"\n", b" " + payload):
        told = refused(papers, "certificate.json", enveloped(other, vendor, name))
        assert "not in its canonical form" in told
    stranger = keys.load_private(Path("stranger.key.pem"))
    for keyid in (stranger.public.id, "0" * 64):
        told = refused(papers, "certificate.json", enveloped(payload, vendor, keyid))
        assert "signature 1: keyid is not the fingerprint of the key" in told
    told = refused(papers, "certificate.json", enveloped(payload, stranger, name))
    assert "signature 1: this is not what key" in told


def test_a_key_is_named_by_the_hash_of_its_public_half_as_der(papers: Run) -> None:
    body = Path("acme.pub.pem").read_text().split("-----")[2]
    _, told = papers("keys", "show", "acme.pub.pem", "--json")
    assert json.loads(told)["keyid"] == hashlib.sha256(base64.b64decode(body)).hexdigest()
