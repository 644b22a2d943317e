"""Files of certificates, keys and the registry: good ones, bad ones, and none."""

import datetime
from pathlib import Path

import pytest

from certification.errors import PaperError
from certification.papers import registry
from hub.certificates.shelf import Reader, Shelf
from hub.certificates.standing import Today, status
from hub.config import AdmissionSettings
from tests.hub.certificates.papers import REGISTRY, STRANGER, TODAY, VENDOR, Office, made


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def reader(office: Office, data: Path) -> Reader:
    data.mkdir(exist_ok=True)
    return Reader(data, office.settings())


def worth(shelf: Shelf) -> list[str]:
    return [status(paper, Today(TODAY))[0] for paper in shelf.papers]


def test_a_certificate_that_the_registry_lists_counts_until_it_is_revoked(office: Office) -> None:
    shelves, paper = reader(office, office.folder / "data"), made()
    shelves.put(paper.content())
    assert worth(shelves.read()) == ["untrusted"]
    office.list(paper)
    first = shelves.read()
    assert worth(first) == ["valid"]
    office.revoke(paper)
    assert worth(shelves.read(first)) == ["revoked"]


def test_an_earlier_state_of_the_registry_takes_nothing_back(office: Office) -> None:
    shelves, paper = reader(office, office.folder / "data"), made()
    shelves.put(paper.content())
    office.list(paper)
    earlier = office.file.read_bytes()
    office.revoke(paper)
    known = shelves.read()
    office.file.write_bytes(earlier)
    # Seen by the hub that runs, and by one that has started anew.
    for again in (shelves.read(known), reader(office, office.folder / "data").read()):
        assert worth(again) == ["revoked"]
        assert again.refused[0].file == str(office.file)
        assert "fewer" in again.refused[0].why
        assert "from whoever keeps it" in again.refused[0].remedy
    office.write()
    assert reader(office, office.folder / "data").read().refused == ()


def test_another_registry_in_the_place_of_one_is_taken_when_somebody_says_so(
    office: Office,
) -> None:
    shelves, paper = reader(office, office.folder / "data"), made()
    office.list(paper)
    shelves.put(paper.content())
    assert worth(shelves.read()) == ["valid"]
    office.registry = registry.new("Another", REGISTRY, TODAY)
    office.list(made("another"))
    (refused,) = shelves.read().refused
    assert "it was another" in refused.why
    (kept,) = (office.folder / "data").glob("registry-seen-*.jsonl")
    assert str(kept) in refused.remedy
    kept.unlink()
    again = shelves.read()
    assert (again.refused, worth(again)) == ((), ["untrusted"])


@pytest.mark.parametrize("damage", [b"", b"{}\n"])
def test_a_damaged_copy_of_the_registry_is_made_anew(office: Office, damage: bytes) -> None:
    shelves = reader(office, office.folder / "data")
    whole = shelves.read()
    (kept,) = (office.folder / "data").glob("registry-seen-*.jsonl")
    kept.write_bytes(damage)
    assert shelves.read() == whole
    assert kept.read_bytes() == office.registry.content()


def test_a_registry_that_cannot_be_kept_is_believed_and_told(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    shelves = reader(office, office.folder / "data")
    with monkeypatch.context() as patch:
        patch.setattr("certification.files.write_whole", full)
        found = shelves.read()
    assert (found.is_kept, found.registry) == (False, office.registry)
    assert shelves.read(found).is_kept


@pytest.mark.parametrize("damage", [b"", b"{}\n", b"\xff\xfe"])
def test_without_a_whole_registry_nothing_is_believed(office: Office, damage: bytes) -> None:
    shelves, paper = reader(office, office.folder / "data"), made()
    shelves.put(paper.content())
    office.list(paper)
    office.file.write_bytes(damage)
    shelf = shelves.read()
    assert worth(shelf) == ["untrusted"]
    assert [Path(one.file).name for one in shelf.refused] == ["registry.jsonl"]
    office.write()
    known = shelves.read()
    office.file.write_bytes(damage)
    for again in (shelves.read(known), reader(office, office.folder / "data").read()):
        assert worth(again) == ["valid"]
        assert len(again.refused) == 1


def test_a_vendor_may_be_believed_without_a_registry(office: Office) -> None:
    key = office.folder / "vendor.pub.pem"
    key.write_bytes(VENDOR.public.pem())
    shelves = Reader(office.folder, AdmissionSettings(keys=(key,)))
    shelves.put(made(is_countersigned=False).content())
    shelves.put(made("another", is_countersigned=False, key=STRANGER).content())
    assert sorted(worth(shelves.read())) == ["untrusted", "valid"]
    key.unlink()
    shelf = shelves.read()
    assert worth(shelf) == ["untrusted", "untrusted"]
    assert "No such file" in shelf.refused[0].why


def test_bad_files_are_named_and_harm_no_other(office: Office) -> None:
    shelves, paper = reader(office, office.folder / "data"), made()
    office.list(paper)
    name = shelves.put(paper.content())
    (shelves.folder / "cut.json").write_bytes(paper.content()[:-20])
    (shelves.folder / "folder.json").mkdir()
    (shelves.folder / "note.txt").write_text("not looked at")
    shelf = shelves.read()
    assert [file for file, _ in shelf.files] == [name]
    assert {Path(one.file).name for one in shelf.refused} == {"cut.json", "folder.json"}


def test_what_is_no_certificate_does_not_come_in(office: Office) -> None:
    shelves = reader(office, office.folder / "data")
    for content in (b"", b"{}", made().content()[:-1], made().content().replace(b"a", b"b", 1)):
        with pytest.raises(PaperError):
            shelves.put(content)
    assert shelves.read().files == ()
    assert not shelves.folder.exists()


def test_a_clock_that_was_never_set_does_not_go_behind_the_registry(office: Office) -> None:
    shelf = reader(office, office.folder / "data").read()
    never = datetime.date(1970, 1, 1)
    assert shelf.day(never, is_set=False) == Today(TODAY, is_sure=False)
    later = TODAY + datetime.timedelta(days=1)
    assert shelf.day(later, is_set=True) == Today(later)
    assert Shelf().day(never, is_set=False) == Today(never, is_sure=False)


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
