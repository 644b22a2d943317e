"""Presence of a device: every pair of presence and evidence, and what holds for every sequence."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.presence import TABLE, Evidence, Presence, judge

GRID = """
                    interviewing  online        asleep        unreachable   unstable      quarantined   retired
joined              .             .             .             .             .             .             interviewing
announced_known     online        online        online        online        .             .             .
announced_unknown   interviewing  interviewing  interviewing  interviewing  .             .             .
spec_accepted       online        .             .             online        .             .             .
traffic             .             .             online        online        .             .             .
fell_asleep         asleep        asleep        .             asleep        .             .             .
will                unreachable   unreachable   .             .             .             .             .
shutdown            unreachable   unreachable   unreachable   .             .             .             .
silent              unreachable   unreachable   unreachable   .             unreachable   .             .
link_lost           unreachable   unreachable   .             .             unreachable   .             .
flapping            unstable      unstable      .             unstable      .             .             .
calm                .             .             .             .             online        .             .
overslept           unreachable   unreachable   unreachable   .             .             .             .
child_lost          unreachable   unreachable   unreachable   .             .             .             .
gateway_lost        unreachable   unreachable   unreachable   .             unreachable   .             .
removed             retired       retired       retired       retired       retired       .             .
broke_rules         quarantined   quarantined   quarantined   quarantined   quarantined   .             .
released            .             .             .             .             .             unreachable   .
unjoined            retired       retired       retired       retired       retired       retired       .
"""  # noqa: E501 - a grid is read column by column
"""What the norm says, column by column; `.` is evidence that changes nothing."""

SEQUENCES = st.lists(st.sampled_from(Evidence), max_size=30)


def cells() -> list[tuple[Presence, Evidence, str]]:
    head, *rows = (line.split() for line in GRID.strip().splitlines())
    return [
        (Presence(presence), Evidence(evidence), after)
        for evidence, *results in rows
        for presence, after in zip(head, results, strict=True)
    ]


def follow(presence: Presence, evidence: Sequence[Evidence]) -> list[Presence]:
    history = [presence]
    for piece in evidence:
        history.append(judge(history[-1], piece))
    return history


@pytest.mark.parametrize(("presence", "evidence", "after"), cells())
def test_each_piece_of_evidence_leads_where_the_grid_says(
    presence: Presence, evidence: Evidence, after: str
) -> None:
    assert judge(presence, evidence) is (presence if after == "." else Presence(after))


def test_the_grid_has_every_pair_once() -> None:
    pairs = [(presence, evidence) for presence, evidence, _ in cells()]
    assert len(pairs) == len(set(pairs)) == len(Presence) * len(Evidence)
    assert set(TABLE) == set(Presence)


@pytest.mark.parametrize("presence", Presence)
def test_every_presence_can_become_online_again(presence: Presence) -> None:
    reached = {presence}
    for _ in Presence:
        reached |= {judge(one, evidence) for one in reached for evidence in Evidence}
    assert Presence.ONLINE in reached


@settings(derandomize=True)
@given(st.sampled_from(Presence), SEQUENCES)
def test_the_same_evidence_twice_is_as_good_as_once(
    presence: Presence, before: list[Evidence]
) -> None:
    last = follow(presence, before)[-1]
    for evidence in Evidence:
        once = judge(last, evidence)
        assert judge(once, evidence) is once


@settings(derandomize=True)
@given(SEQUENCES)
def test_a_retired_device_stays_so_until_it_joins(evidence: list[Evidence]) -> None:
    without = [piece for piece in evidence if piece is not Evidence.JOINED]
    assert set(follow(Presence.RETIRED, without)) == {Presence.RETIRED}


@settings(derandomize=True)
@given(SEQUENCES)
def test_a_quarantined_device_comes_back_by_release_alone(evidence: list[Evidence]) -> None:
    without = [e for e in evidence if e not in {Evidence.RELEASED, Evidence.UNJOINED}]
    assert set(follow(Presence.QUARANTINED, without)) == {Presence.QUARANTINED}


@settings(derandomize=True)
@given(SEQUENCES)
def test_no_device_is_online_whose_product_spec_was_never_known(evidence: list[Evidence]) -> None:
    telling = {Evidence.ANNOUNCED_KNOWN, Evidence.SPEC_ACCEPTED, Evidence.TRAFFIC, Evidence.CALM}
    without = [piece for piece in evidence if piece not in telling]
    assert Presence.ONLINE not in follow(Presence.INTERVIEWING, without)


@settings(derandomize=True)
@given(st.sampled_from(Presence), SEQUENCES)
def test_a_will_never_makes_a_device_reachable(presence: Presence, before: list[Evidence]) -> None:
    reachable = {Presence.ONLINE, Presence.INTERVIEWING, Presence.ASLEEP}
    last = follow(presence, before)[-1]
    for evidence in (Evidence.WILL, Evidence.SHUTDOWN, Evidence.SILENT, Evidence.LINK_LOST):
        assert judge(last, evidence) is last or judge(last, evidence) not in reachable
