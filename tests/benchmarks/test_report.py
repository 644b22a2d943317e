"""What is said of the figures: JSON, a table for people, a table in the docs."""

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.kinds import KINDS
from benchmarks.machine import Machine
from benchmarks.report import (
    BEGIN,
    END,
    Document,
    as_json,
    make_document,
    markdown,
    print_table,
    with_table,
    write,
)
from benchmarks.rows import Reading, Sample
from benchmarks.sizes import QUICK, WHOLE
from benchmarks.suite import Results

MACHINE = Machine("A processor", 2, 2_048, "Linux", "3.11", "2.0.11", {"gmqtt": "0.8"}, 0.1)


@pytest.fixture
def document() -> Document:
    results = Results()
    for rate in (20_000.0, 30_000.0, 25_000.0):
        reading = Reading({"ingest": Sample(rate, 50_000.0)}, {"burst_s": [20_000 / rate]})
        results.add(reading)
    results.add(Reading({"restart_ready": Sample(2.5)}))
    return make_document(results, WHOLE, MACHINE, "0123abcd")


def test_json_has_the_rows_in_their_shape_and_order(document: Document) -> None:
    told = as_json(document)
    assert told["rows"] == [
        {
            "name": "ingest",
            "value": 25_000.0,
            "unit": "reports/s",
            "limit": 50_000.0,
            "ratio": 0.5,
            "budget": ">= 0.5 x the limit",
            "met": True,
        },
        {
            "name": "restart_ready",
            "value": 2.5,
            "unit": "s",
            "limit": None,
            "ratio": None,
            "budget": "<= 2 s",
            "met": False,
        },
    ]
    assert json.loads(json.dumps(told)) == told
    assert told["commit"] == "0123abcd"


def test_json_keeps_every_sample(document: Document) -> None:
    samples = as_json(document)["samples"]
    assert isinstance(samples, dict)
    assert samples["ingest"] == {
        "values": [20_000.0, 30_000.0, 25_000.0],
        "limits": [50_000.0] * 3,
        "ratios": [0.4, 0.6, 0.5],
    }
    assert samples["restart_ready"] == {"values": [2.5], "limits": [None], "ratios": [None]}
    assert samples["raw"] == {"burst_s": [[1.0], [0.666667], [0.8]]}


def test_people_get_a_table_and_what_each_row_leaves_out(document: Document) -> None:
    console = Console(record=True, width=160, file=StringIO())
    print_table(document, console)
    text = console.export_text()
    assert "25,000 reports/s" in text
    assert "median of 3 runs" in text
    assert "leaves out" in text
    assert "command_p50" not in text


def test_one_run_says_that_it_is_one() -> None:
    results = Results()
    results.add(Reading({"restart_ready": Sample(2.5)}))
    assert "one run alone" in markdown(make_document(results, QUICK, MACHINE, "0123abcd"))


def test_the_page_gets_the_table_and_keeps_its_words(document: Document) -> None:
    page = with_table(f"# Before\n{BEGIN}\nold\n{END}\nafter\n", markdown(document))
    assert page.startswith(f"# Before\n{BEGIN}\n| row |")
    assert page.endswith(f"\n{END}\nafter\n")
    assert "| ingest | 25,000 reports/s | 50,000 | 0.50 | >= 0.5 x the limit | yes |" in page
    assert "old" not in page
    assert with_table("no marks", markdown(document)) == "no marks"


def test_what_is_written_is_what_json_says(document: Document, tmp_path: Path) -> None:
    write(document, tmp_path)
    assert not (tmp_path / "performance.md").exists()
    (tmp_path / "performance.md").write_text(f"{BEGIN}\n{END}\n")
    write(document, tmp_path)
    text = (tmp_path / "performance.json").read_text()
    assert json.loads(text) == as_json(document)
    assert '"ratios": [0.4, 0.6, 0.5]' in text
    assert '"limits": [null]' in text
    assert "restart_ready" in (tmp_path / "performance.md").read_text()


def test_the_page_of_the_docs_has_a_place_for_the_table_and_names_every_row() -> None:
    page = (Path(__file__).parents[2] / "docs" / "performance.md").read_text("utf-8")
    assert page.count(BEGIN) == page.count(END) == 1
    for kind in (kind for some in KINDS.values() for kind in some):
        assert kind.name in page or f"`{kind.name.rpartition('_')[0]}_p50`, `_p99`" in page


def test_the_figures_of_the_docs_are_those_of_every_row() -> None:
    docs = Path(__file__).parents[2] / "docs"
    told = json.loads((docs / "performance.json").read_text("utf-8"))
    assert [row["name"] for row in told["rows"]] == [
        k.name for some in KINDS.values() for k in some
    ]
    assert told["sizes"]["runs"] == WHOLE.runs
    table = (docs / "performance.md").read_text("utf-8").partition(BEGIN)[2].partition(END)[0]
    assert told["commit"] in table
