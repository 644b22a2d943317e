"""From samples to rows: medians, ratios, budgets."""

import pytest

from benchmarks.kinds import KINDS
from benchmarks.rows import Budget, Kind, Row, Sample, judge, percentile, rounded

RATE = Kind("rate", "reports/s", "what", "limit", "", Budget(">=", 0.5, "ratio"))
TIME = Kind("time", "ms", "what", budget=Budget("<=", 2.0))


def test_a_row_is_the_median_of_its_runs() -> None:
    row = judge(RATE, [Sample(10.0, 100.0), Sample(60.0, 100.0), Sample(90.0, 300.0)])
    assert row == Row("rate", 60.0, "reports/s", 100.0, 0.3, ">= 0.5 x the limit", met=False)


def test_a_ratio_is_taken_run_by_run_and_not_of_the_medians() -> None:
    slow_minute = [Sample(50.0, 90.0), Sample(5.0, 9.0), Sample(500.0, 900.0)]
    assert judge(RATE, slow_minute).ratio == pytest.approx(5 / 9, abs=1e-4)
    assert judge(RATE, slow_minute).met


def test_a_budget_of_the_value_needs_no_limit() -> None:
    row = judge(TIME, [Sample(1.0), Sample(2.0), Sample(9.0)])
    assert (row.value, row.limit, row.ratio, row.met) == (2.0, None, None, True)
    assert row.budget == "<= 2 ms"
    assert not judge(TIME, [Sample(2.1)]).met


def test_a_budget_of_the_ratio_is_not_met_without_a_limit() -> None:
    assert judge(RATE, [Sample(10.0)]).met is False


def test_a_row_without_budget_is_neither_met_nor_not() -> None:
    row = judge(Kind("size", "kB", "what"), [Sample(24.0)])
    assert (row.budget, row.met) == (None, None)


def test_no_run_makes_no_row() -> None:
    with pytest.raises(ValueError, match="no run of time"):
        judge(TIME, [])


@pytest.mark.parametrize(
    ("part", "expected"), [(0.0, 1), (0.5, 5), (0.51, 6), (0.9, 9), (0.99, 10), (1.0, 10)]
)
def test_a_percentile_is_one_of_the_figures(part: float, expected: float) -> None:
    assert percentile([10, 3, 5, 1, 2, 4, 9, 6, 8, 7], part) == expected


def test_there_is_no_percentile_of_nothing() -> None:
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 0.5)


@pytest.mark.parametrize(
    ("number", "expected"),
    [(12_345.67, 12_350.0), (0.0123456, 0.01235), (-1.23456, -1.235), (0.0, 0.0), (9999.9, 10000)],
)
def test_figures_have_four_digits(number: float, expected: float) -> None:
    assert rounded(number) == expected


def test_rows_have_names_of_their_own_and_say_what_they_are() -> None:
    kinds = [kind for some in KINDS.values() for kind in some]
    assert len({kind.name for kind in kinds}) == len(kinds)
    assert all(kind.what.endswith(".") for kind in kinds)
    needing = [k for k in kinds if k.budget and k.budget.of == "ratio"]
    assert needing
    assert all(kind.limit for kind in needing)
