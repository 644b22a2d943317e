"""Papers from the command line: a vendor, a registry and somebody who believes neither."""

import datetime
import json
import resource
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from certification.papers import desk
from tests.certification import recorded
from tests.certification.papers.conftest import DAY, Run

VERIFY = ("verify", "certificate.json", "--key", "registry.pub.pem")


def test_a_certificate_goes_from_the_vendor_to_the_registry_to_everybody(certified: Run) -> None:
    code, told = certified(
        *VERIFY,
        *("--registry", "list.jsonl", "--transcript", "transcript.jsonl"),
        *("--firmware", "firmware.bin", "--json"),
    )
    assert code == 0
    found = json.loads(told)
    assert (found["level"], found["level_name"]) == (2, "Dependable")
    assert found["unmet_advice"] == ["ECO-STATE-004"]
    assert len(found["signed_by"]) == 2
    assert found["does_not_prove"]


def test_what_it_does_not_prove_is_told_to_people(certified: Run) -> None:
    _, told = certified(*VERIFY)
    assert "does not prove: It is not shown which firmware ran in it" in told


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("verify", "certificate.json"), "is not trusted"),
        (("verify", "certificate.json", "--key", "stranger.pub.pem"), "is not trusted"),
        ((*VERIFY, "--firmware", "transcript.jsonl"), "not the image"),
        (("verify", "list.jsonl", "--key", "stranger.pub.pem"), "is not trusted"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_reason(
    certified: Run, words: tuple[str, ...], why: str
) -> None:
    code, told = certified(*words)
    assert code == 1
    assert why in told


def test_a_revoked_certificate_is_refused(certified: Run) -> None:
    _, told = certified(*VERIFY, "--json")
    name = json.loads(told)["certificate"]
    revoke = ("registry", "revoke", "list.jsonl", name[:12], "--why", "it reboots")
    assert certified(*revoke, "--key", "stranger.key.pem")[0] == 1
    assert certified(*revoke, "--key", "registry.key.pem")[0] == 0
    code, told = certified(*VERIFY, "--registry", "list.jsonl")
    assert code == 1
    assert "it reboots" in told


def test_an_expired_certificate_is_refused(certified: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "today", lambda: DAY + datetime.timedelta(days=731))
    code, told = certified(*VERIFY)
    assert code == 1
    assert "counted until 2028-11-21" in told


def test_another_transcript_is_not_that_of_the_certificate(certified: Run) -> None:
    Path("other.jsonl").write_bytes(recorded.content(seed=8))
    code, told = certified(*VERIFY, "--transcript", "other.jsonl")
    assert code == 1
    assert "configuration.0.digest.sha256" in told
    code, told = certified(
        *("countersign", "certificate.json", "other.jsonl", "--key", "stranger.key.pem")
    )
    assert code == 1


def test_a_registry_that_was_rolled_back_is_known_by_an_older_copy(certified: Run) -> None:
    Path("older.jsonl").write_bytes(Path("list.jsonl").read_bytes())
    _, told = certified(*VERIFY, "--json")
    name = json.loads(told)["certificate"]
    key = ("--key", "registry.key.pem")
    assert certified("registry", "revoke", "list.jsonl", name, "--why", "why", *key)[0] == 0
    check = ("--key", "registry.pub.pem", "--known")
    assert certified("registry", "check", "list.jsonl", *check, "older.jsonl")[0] == 0
    code, told = certified("registry", "check", "older.jsonl", *check, "list.jsonl")
    assert code == 1
    assert "fewer" in told


def test_a_tampered_transcript_is_refused_with_its_line(run: Run) -> None:
    file = Path("transcript.jsonl")
    file.write_bytes(file.read_bytes().replace(b'"seed":7', b'"seed":8'))
    for words in (("verify",), ("replay",), ("explain", "ECO-MQTT-001", "--transcript")):
        code, told = run(*words, "transcript.jsonl")
        assert code == 1
        assert "line 0" in told


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("verify nothing.json", 3),
        ("keys new ../acme", 4),
        ("keys show firmware.bin", 1),
        ("sign transcript.jsonl --key acme.key.pem", 4),
        ("sign transcript.jsonl --key nobody.key.pem --firmware firmware.bin", 3),
        ("sign nothing.jsonl --key acme.key.pem --firmware firmware.bin", 4),
        ("sign transcript.jsonl --key acme.key.pem --firmware-sha256 abc", 4),
        ("sign transcript.jsonl --key acme.pub.pem --firmware firmware.bin", 1),
        ("badge firmware.bin", 1),
        ("registry add firmware.bin certificate.json --key registry.key.pem", 1),
        ("registry new list.jsonl --name Again --key registry.key.pem", 4),
        ("registry revoke list.jsonl 1234 --why why --key registry.key.pem", 1),
        ("explain ECO-NOTHING-001", 4),
        ("sign transcript.jsonl --key acme.key.pem --firmware firmware.bin --out no/c.json", 3),
    ],
)
def test_a_mistake_is_told_in_words_and_leaves_no_file(
    certified: Run, words: str, code: int
) -> None:
    before = {file.name: file.read_bytes() for file in Path().iterdir()}
    found, told = certified(*words.split())
    assert found == code, told
    assert "error" in told
    assert "Traceback" not in told
    assert {file.name: file.read_bytes() for file in Path().iterdir()} == before


def test_a_badge_tells_the_level(certified: Run) -> None:
    assert certified("badge", "certificate.json")[0] == 0
    assert "Dependable purifier-7 1.2.0" in Path("badge.svg").read_text()


def test_a_rule_is_explained_without_a_run(run: Run) -> None:
    code, told = run("explain", "eco-mqtt-004")
    assert code == 0
    assert told.startswith("ECO-MQTT-004  (MUST, level 1, Connects)")


def test_two_at_once_lose_no_entry(certified: Run) -> None:
    for days in range(2, 6):
        out = f"{days}.json"
        signing = f"sign transcript.jsonl --key acme.key.pem --firmware firmware.bin --days {days}"
        assert certified(*signing.split(), "--out", out)[0] == 0
        key = ("--key", "registry.key.pem")
        assert certified("countersign", out, "transcript.jsonl", *key)[0] == 0
    places = (Path("list.jsonl"), Path("registry.key.pem"))
    threads = [
        threading.Thread(target=desk.add, args=(places[0], Path(f"{days}.json"), places[1]))
        for days in range(2, 6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _, told = certified("registry", "check", "list.jsonl", "--key", "registry.pub.pem", "--json")
    assert json.loads(told)["certificates"] == 5


WRITING = (
    "keys new other",
    "sign transcript.jsonl --key acme.key.pem --firmware firmware.bin --out other.json",
    "sign transcript.jsonl --key acme.key.pem --firmware firmware.bin",
    "countersign other-vendor.json transcript.jsonl --key registry.key.pem",
    "badge certificate.json",
    "registry new other.jsonl --name Other --key stranger.key.pem",
    "registry add list.jsonl next.json --key registry.key.pem",
    "registry revoke list.jsonl NAME --why why --key registry.key.pem",
)


@pytest.fixture
def full_disk() -> Iterator[Callable[[], None]]:
    """Return what makes every file end after a few bytes, as on a disk without room."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (16, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("words", WRITING)
def test_a_full_disk_leaves_every_paper_as_it_was(
    certified: Run, words: str, full_disk: Callable[[], None]
) -> None:
    key = ("--key", "registry.key.pem")
    signing = "sign transcript.jsonl --key acme.key.pem --firmware firmware.bin --days 9 --out"
    for name in ("other-vendor.json", "next.json"):
        assert certified(*signing.split(), name)[0] == 0
    assert certified("countersign", "next.json", "transcript.jsonl", *key)[0] == 0
    name = json.loads(certified(*VERIFY, "--json")[1])["certificate"]
    before = {file.name: file.read_bytes() for file in Path().iterdir()}
    full_disk()
    code, told = certified(*words.replace("NAME", name).split())
    assert code == 3, told
    assert told.startswith("error: ")
    assert "File too large" in told
    assert {file.name: file.read_bytes() for file in Path().iterdir()} == before
