"""The receipt of a command: every pair of status and step, and what holds for every sequence."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from protocol.errors import TransitionError
from protocol.receipt import TABLE, Status, Step, advance

GRID = """
              accepted     delivered    applied      confirmed  rejected  expired  superseded  failed
received      delivered    delivered    -            -          -         -        -           -
done          applied      applied      -            -          -         -        -           -
finished      applied      applied      -            -          -         -        -           -
shown         confirmed    confirmed    confirmed    -          -         -        -           -
refused       rejected     rejected     -            -          -         -        -           -
replaced      superseded   -            -            -          -         -        -           -
overdue       expired      -            -            -          -         -        -           -
too_late      expired      expired      -            -          -         -        -           -
lost_sight    failed       failed       failed       -          -         -        -           -
withdrawn     failed       failed       failed       -          -         -        -           -
"""  # noqa: E501 - a grid is read column by column
"""What the norm says, column by column; `-` is a step that does not happen."""

WAY = (Status.ACCEPTED, Status.DELIVERED, Status.APPLIED, Status.CONFIRMED)
ENDS = frozenset(Status) - {Status.ACCEPTED, Status.DELIVERED, Status.APPLIED}


def cells() -> list[tuple[Status, Step, str]]:
    head, *rows = (line.split() for line in GRID.strip().splitlines())
    return [
        (Status(status), Step(step), after)
        for step, *results in rows
        for status, after in zip(head, results, strict=True)
    ]


@pytest.mark.parametrize(("status", "step", "after"), cells())
def test_each_step_leads_where_the_grid_says(status: Status, step: Step, after: str) -> None:
    if after == "-":
        with pytest.raises(TransitionError, match=f"no step from {status} on {step}"):
            advance(status, step)
    else:
        assert advance(status, step) is Status(after)


def test_the_grid_has_every_pair_once() -> None:
    pairs = [(status, step) for status, step, _ in cells()]
    assert len(pairs) == len(set(pairs)) == len(Status) * len(Step)


def test_the_table_has_a_row_for_every_status() -> None:
    assert set(TABLE) == set(Status)
    assert {status for status, steps in TABLE.items() if not steps} == ENDS


def test_every_status_can_be_reached() -> None:
    reached = {Status.ACCEPTED}
    for _ in Status:
        reached |= {after for status in reached for after in TABLE[status].values()}
    assert reached == set(Status)


@pytest.mark.parametrize("status", [Status.ACCEPTED, Status.DELIVERED, Status.APPLIED])
def test_from_every_open_status_time_alone_can_end_it(status: Status) -> None:
    by_time = {TABLE[status].get(Step.OVERDUE), TABLE[status].get(Step.LOST_SIGHT)}
    assert by_time & ENDS


class ReceiptMachine(RuleBasedStateMachine):
    """Throws steps in any order at one receipt."""

    @initialize()
    def accept(self) -> None:
        self.history = [Status.ACCEPTED]

    @rule(step=st.sampled_from(Step))
    def take(self, step: Step) -> None:
        before = self.history[-1]
        try:
            self.history.append(advance(before, step))
        except TransitionError:
            assert step not in TABLE[before]

    @invariant()
    def a_final_status_is_the_last_one(self) -> None:
        assert not ENDS & set(getattr(self, "history", [])[:-1])

    @invariant()
    def progress_never_goes_back(self) -> None:
        places = [WAY.index(status) for status in getattr(self, "history", []) if status in WAY]
        assert places == sorted(places)

    @invariant()
    def nothing_is_expired_or_superseded_that_was_applied(self) -> None:
        history = getattr(self, "history", [])
        if Status.APPLIED in history:
            assert not {Status.EXPIRED, Status.SUPERSEDED, Status.REJECTED} & set(history)

    @invariant()
    def nothing_is_superseded_that_was_delivered(self) -> None:
        history = getattr(self, "history", [])
        assert not (Status.DELIVERED in history and Status.SUPERSEDED in history)


TestReceiptMachine = ReceiptMachine.TestCase
TestReceiptMachine.settings = settings(max_examples=150, stateful_step_count=12, derandomize=True)
