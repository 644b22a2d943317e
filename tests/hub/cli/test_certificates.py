"""certificates list, add and remove, and the line of a device."""

from pathlib import Path

from tests.hub.cli.command_line import at
from tests.hub.cli.fake_hub import PURIFIER, FakeHub

PAPER = {
    "id": "6a78db95" * 8,
    "file": "6a78db95.json",
    "vendor": "Acme",
    "product": "purifier-7",
    "firmware": "1.2.0",
    "level": 2,
    "issued": "2026-11-22",
    "not_after": "2028-11-21",
    "status": "valid",
    "why": "it counts until 2028-11-21",
}
LIST = {
    "policy": "certified",
    "level": 2,
    "folder": "/data/certificates",
    "certificates": [PAPER],
    "registry": {"name": "Example [b]Home", "date": "2026-11-22", "lines": 3},
    "unused": [
        {
            "file": "/data/certificates/cut.json",
            "why": "byte 9: the file is cut",
            "remedy": "bring it",
        }
    ],
}


async def test_the_list_says_what_each_is_worth_and_what_cannot_be_used(hub: FakeHub) -> None:
    hub.answers["certificates"] = LIST
    ended = await at(hub, "certificates", "list")
    assert ended.code == 0
    assert "certified at level 2 or higher" in ended.out
    assert "registry Example [b]Home: 3 lines" in ended.out
    assert "6a78db956a78" in ended.out
    assert "Acme purifier-7" in ended.out
    assert "cut.json: byte 9" in ended.err
    assert "→ bring it" in ended.err
    hub.answers["certificates"] = {**LIST, "certificates": [], "registry": None, "unused": []}
    ended = await at(hub, "certificates", "list")
    assert "no certificate in /data/certificates" in ended.err


async def test_a_certificate_is_brought_as_its_file_has_it(hub: FakeHub, tmp_path: Path) -> None:
    hub.answers["certificates"] = PAPER
    file = tmp_path / "certificate.json"
    file.write_bytes(b'{"payload":""}\r\n')
    ended = await at(hub, "certificates", "add", str(file))
    assert ("POST", "certificates", {"certificate": '{"payload":""}\r\n'}) in hub.asked
    assert "Acme purifier-7 1.2.0: valid" in ended.out
    ended = await at(hub, "certificates", "add", str(tmp_path / "none.json"))
    assert ended.code == 2
    assert "No such file" in ended.err


async def test_one_is_removed_by_the_beginning_of_its_id(hub: FakeHub) -> None:
    hub.answers["certificates"] = LIST
    hub.answers[f"certificates/{PAPER['id']}"] = None
    ended = await at(hub, "certificates", "remove", "6a78")
    assert ended.code == 0
    assert ("DELETE", f"certificates/{PAPER['id']}", None) in hub.asked
    ended = await at(hub, "certificates", "remove", "77")
    assert ended.code == 2
    assert "certificates list" in ended.err


async def test_show_tells_how_a_device_stands(hub: FakeHub) -> None:
    ended = await at(hub, "show", PURIFIER)
    assert "certificate firmware differs (level 2, firmware 0.9)" in ended.out
    hub.answers[f"devices/{PURIFIER}"]["certificate"]["status"] = "none"
    assert "certificate" not in (await at(hub, "show", PURIFIER)).out
