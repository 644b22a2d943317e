"""What a device may send before it is said to flood, by the time of the transcript alone."""

import pytest

from certification.recorder.budget import ANSWERS, AT_ONCE, PER_S, Budget

S = 1_000_000_000


def spoken(budget: Budget, count: int, gap_s: float, begin_s: float = 0.0) -> Budget:
    """Have a device send packets in equal gaps."""
    for number in range(count):
        budget.spoke(int((begin_s + number * gap_s) * S))
    return budget


def test_what_comes_at_once_is_bounded_and_named() -> None:
    budget = spoken(Budget(), int(AT_ONCE), 0.0)
    assert budget.flood == ""
    assert spoken(budget, 1, 0.0).flood == (
        "it floods: 1501 packets within 0.0 s, nearly all of them unasked"
    )


@pytest.mark.parametrize(("times", "is_flood"), [(0.9, False), (1.5, True)])
def test_what_comes_for_long_is_bounded_by_its_rate(times: float, *, is_flood: bool) -> None:
    budget = spoken(Budget(), 20_000, 1 / (PER_S * times))
    assert bool(budget.flood) is is_flood


def test_a_burst_after_a_rest_is_taken_as_a_new_one() -> None:
    budget = spoken(Budget(), 1_400, 0.0)
    assert spoken(budget, 1_400, 0.0, begin_s=10.0).flood == ""
    assert spoken(budget, 1_400, 0.0, begin_s=11.0).flood.startswith(
        "it floods: 1701 packets within 1.0 s"
    )


def test_answers_to_many_commands_are_no_flood() -> None:
    budget = Budget()
    for _ in range(1_040):
        budget.asked()
    assert spoken(budget, ANSWERS * 1_040 + int(AT_ONCE), 0.0).flood == ""


def test_what_was_said_of_a_flood_stays() -> None:
    budget = spoken(Budget(room=1), 3, 0.0)
    first = budget.flood
    budget.connections = 0
    budget.connected()
    assert budget.flood == first
