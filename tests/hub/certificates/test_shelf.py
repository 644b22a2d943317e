"""Files of certificates, keys and the registry: good ones, bad ones, and none."""

import datetime
from pathlib import Path

import pytest

from certification.errors import PaperError
from hub.certificates.shelf import Reader, Shelf
from hub.certificates.standing import status
from hub.config import AdmissionSettings
from tests.hub.certificates.papers import STRANGER, TODAY, VENDOR, Office, made


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def reader(office: Office, data: Path) -> Reader:
    data.mkdir(exist_ok=True)
    return Reader(data, office.settings())


def worth(shelf: Shelf) -> list[str]:
    return [status(paper, TODAY)[0] for paper in shelf.papers]


def test_a_certificate_that_the_registry_lists_counts_until_it_is_revoked(office: Office) -> None:
    shelves, paper = reader(office, office.folder / "data"), made()
    shelves.put(paper.content())
    assert worth(shelves.read(None)) == ["untrusted"]
    office.list(paper)
    first = shelves.read(None)
    assert worth(first) == ["valid"]
    office.revoke(paper)
    assert worth(shelves.read(first.registry)) == ["revoked"]


def test_an_earlier_state_of_the_registry_takes_nothing_back(office: Office) -> None:
    shelves, paper = reader(office, office.folder / "data"), made()
    shelves.put(paper.content())
    office.list(paper)
    earlier = office.file.read_bytes()
    office.revoke(paper)
    known = shelves.read(None).registry
    office.file.write_bytes(earlier)
    again = shelves.read(known)
    assert worth(again) == ["revoked"]
    assert "fewer" in again.refused[0].why


@pytest.mark.parametrize("damage", [b"", b"{}\n", b"\xff\xfe"])
def test_without_a_whole_registry_nothing_is_believed(office: Office, damage: bytes) -> None:
    shelves, paper = reader(office, office.folder / "data"), made()
    shelves.put(paper.content())
    office.list(paper)
    office.file.write_bytes(damage)
    shelf = shelves.read(None)
    assert worth(shelf) == ["untrusted"]
    assert [Path(one.file).name for one in shelf.refused] == ["registry.jsonl"]
    office.write()
    known = shelves.read(None).registry
    office.file.write_bytes(damage)
    assert worth(shelves.read(known)) == ["valid"]


def test_a_vendor_may_be_believed_without_a_registry(office: Office) -> None:
    key = office.folder / "vendor.pub.pem"
    key.write_bytes(VENDOR.public.pem())
    shelves = Reader(office.folder, AdmissionSettings(keys=(key,)))
    shelves.put(made(is_countersigned=False).content())
    shelves.put(made("another", is_countersigned=False, key=STRANGER).content())
    assert sorted(worth(shelves.read(None))) == ["untrusted", "valid"]
    key.unlink()
    shelf = shelves.read(None)
    assert worth(shelf) == ["untrusted", "untrusted"]
    assert "No such file" in shelf.refused[0].why


def test_bad_files_are_named_and_harm_no_other(office: Office) -> None:
    shelves, paper = reader(office, office.folder / "data"), made()
    office.list(paper)
    name = shelves.put(paper.content())
    (shelves.folder / "cut.json").write_bytes(paper.content()[:-20])
    (shelves.folder / "folder.json").mkdir()
    (shelves.folder / "note.txt").write_text("not looked at")
    shelf = shelves.read(None)
    assert [file for file, _ in shelf.files] == [name]
    assert {Path(one.file).name for one in shelf.refused} == {"cut.json", "folder.json"}


def test_what_is_no_certificate_does_not_come_in(office: Office) -> None:
    shelves = reader(office, office.folder / "data")
    for content in (b"", b"{}", made().content()[:-1], made().content().replace(b"a", b"b", 1)):
        with pytest.raises(PaperError):
            shelves.put(content)
    assert shelves.read(None).files == ()
    assert not shelves.folder.exists()


def test_a_clock_that_was_never_set_does_not_go_behind_the_registry(office: Office) -> None:
    shelf = reader(office, office.folder / "data").read(None)
    assert shelf.day(datetime.date(1970, 1, 1)) == TODAY
    later = TODAY + datetime.timedelta(days=1)
    assert shelf.day(later) == later
    assert Shelf().day(datetime.date(1970, 1, 1)) == datetime.date(1970, 1, 1)


def test_any_change_of_a_file_is_seen(office: Office) -> None:
    shelves, paper = reader(office, office.folder / "data"), made()
    seen = [shelves.trace()]
    name = shelves.put(paper.content())
    seen.append(shelves.trace())
    office.list(paper)
    seen.append(shelves.trace())
    shelves.drop([name])
    seen.append(shelves.trace())
    assert len(set(seen)) == len(seen)
    assert shelves.trace() == seen[-1]
