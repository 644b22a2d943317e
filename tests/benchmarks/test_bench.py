"""`ecohub bench` from end to end, with as little of everything as there can be."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks import command_line, product, suite
from benchmarks.cli import app
from benchmarks.home import LossError
from benchmarks.kinds import KINDS
from benchmarks.rows import Reading
from benchmarks.sizes import Sizes
from hub.cli.errors import CliError, WordingError
from protocol.product import parse_product
from protocol.validator import compile_product

TINY = Sizes(
    runs=1,
    devices=4,
    burst_each=25,
    trickle=10,
    commands=10,
    batch=20,
    at_once=2,
    restored=3,
    arriving=20,
    company=3,
    crowd=5,
    moments=2,
)
COLUMNS = {"name", "value", "unit", "limit", "ratio", "budget", "met"}


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_line, "QUICK", TINY)


@pytest.mark.mosquitto
@pytest.mark.slow
@pytest.mark.timeout(400)
def test_every_row_is_there_and_says_what_it_was_held_against(tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["--quick", "--json", "--write", str(tmp_path)])
    assert ran.exit_code == 0, ran.output
    told = json.loads(ran.stdout)
    assert [row["name"] for row in told["rows"]] == [
        k.name for some in KINDS.values() for k in some
    ]
    assert all(row.keys() == COLUMNS and row["value"] > 0 for row in told["rows"])
    for row in told["rows"]:
        kind = next(k for some in KINDS.values() for k in some if k.name == row["name"])
        assert (row["ratio"] is not None) == bool(kind.limit)
        assert (row["met"] is not None) == bool(kind.budget)
        assert len(told["samples"][row["name"]]["values"]) == 1
    assert len(told["samples"]["raw"]["report_ms"][0]) == TINY.trickle
    assert len(told["samples"]["raw"]["command_ms"][0]) == TINY.commands
    assert told["machine"]["cores"] >= 1
    assert told["commit"]
    assert json.loads((tmp_path / "performance.json").read_text()) == told


def test_a_measurement_that_there_is_not_is_named() -> None:
    with pytest.raises(WordingError, match="no measurement speed") as caught:
        command_line.run(["speed"], as_json=True, is_quick=True, folder=None)
    assert (
        "ingest, report, command, commands, flood, phones, together, growth, embedded, arrival, "
        "restart, history" in caught.value.remedy
    )


def test_figures_of_lost_work_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    async def lose(*_: object) -> Reading:
        raise LossError("the hub has not taken in every report of the burst")

    monkeypatch.setattr(suite, "run", lose)
    monkeypatch.setattr(command_line, "find_mosquitto", lambda: Path("mosquitto"))
    with pytest.raises(CliError, match="not taken in every report"):
        command_line.run([], as_json=True, is_quick=True, folder=None)


def test_the_product_has_thirty_properties_and_the_reports_keep_its_rules() -> None:
    compiled = compile_product(parse_product(product.document()))
    full = product.full_state()
    assert len(full) == len(compiled.readable) == 30
    assert compiled.check_state(dict(full), is_full=True) == ()
    report = {"air.pm2_5": 112.5, "air.humidity": 59, product.COUNT: 4, product.IS_LAST: True}
    assert compiled.check_state(report, is_full=False) == ()
    assert all(
        compiled.check_set({product.LEVEL: level}) == () for level in range(1, product.LEVELS + 1)
    )
