"""`ecohub spec import`: files, report, and what it says when there is nothing to import."""

import json
from pathlib import Path

import pytest

from protocol.product import parse_product
from simulators.generic import Generic
from tests.hub.cli.command_line import ecohub
from tests.protocol.miot.documents import encoded, instance, prop, service

PRODUCT = "acme-light-one"


@pytest.fixture
def document(tmp_path: Path) -> Path:
    parts = [
        prop(1, "on"),
        prop(2, "secret", access=[], description="[bold]\x1b[31m"),
        prop(3, "brightness", format="uint8", value_range=[1, 100], unit="percentage"),
    ]
    file = tmp_path / "light.json"
    file.write_bytes(encoded(instance(service(*parts, name="light"))))
    return file


def test_import_writes_product_mapping_and_report(document: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "specs"
    ended = ecohub("spec", "import", str(document), "--out", str(out))
    assert ended.code == 0
    assert "acme light-one: 3 of 4 properties, 0 actions, 0 events, 1 refused" in ended.out
    assert "2.2 secret" in ended.out
    assert "range-step" in ended.out
    assert "\x1b[31m" not in ended.out
    assert sorted(file.name for file in out.iterdir()) == [
        f"{PRODUCT}.json",
        f"{PRODUCT}.miot.json",
        f"{PRODUCT}.report.json",
    ]
    product = (out / f"{PRODUCT}.json").read_bytes()
    assert parse_product(product).device_class == "light"
    assert Generic.of(product).document() == product
    mapping = json.loads((out / f"{PRODUCT}.miot.json").read_bytes())
    place = mapping["properties"]["light.brightness"]
    assert (place["siid"], place["piid"], place["format"]) == (2, 3, "uint8")


def test_import_tells_programs_the_report_and_the_files(document: Path, tmp_path: Path) -> None:
    ended = ecohub("spec", "import", str(document), "--out", str(tmp_path), "--json")
    told = ended.document
    assert told["properties"] == {"in_file": 4, "imported": 3, "refused": 1, "as_arguments": 0}
    assert [refused["reason"] for refused in told["refused"]] == ["unused"]
    report = json.loads(Path(told["files"]["report"]).read_bytes())
    assert report == {key: value for key, value in told.items() if key != "files"}


def test_import_takes_translations(document: Path, tmp_path: Path) -> None:
    texts = tmp_path / "texts.json"
    texts.write_text(json.dumps({"data": {"en": {"service:002": "Ceiling light"}}}))
    words = ["--out", str(tmp_path), "--translations", str(texts)]
    assert ecohub("spec", "import", str(document), *words).code == 0
    assert '"Ceiling light"' in (tmp_path / f"{PRODUCT}.json").read_text()


def test_import_says_what_is_wrong_with_a_file(document: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('{"type": ')
    ended = ecohub("spec", "import", str(broken), "--out", str(tmp_path), "--json")
    assert ended.code == 1
    assert json.loads(ended.err)["error"]["code"] == "miot-not-json"
    ended = ecohub("spec", "import", str(tmp_path / "none.json"), "--out", str(tmp_path))
    assert ended.code == 2
    assert "cannot be read" in ended.err
    ended = ecohub("spec", "import", str(document), "--out", str(document))
    assert ended.code == 1
    assert "cannot be written" in ended.err
