"""The reported half of a twin is a mapping, whichever way it came to its values."""

import copy

from hypothesis import given
from hypothesis import strategies as st

from hub.core.events import Reported
from hub.core.twin import ReportedValues
from protocol.ids import Address
from protocol.messages import Scalar

ADDRESSES = st.sampled_from([Address("lamp.on"), Address("lamp.level"), Address("lamp.name")])
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(0, 9), st.text(max_size=3))
REPORTS = st.lists(
    st.tuples(
        st.dictionaries(ADDRESSES, SCALARS),
        st.floats(0, 9, allow_nan=False),
        st.one_of(st.none(), st.integers(0, 9)),
    )
)


@given(REPORTS)
def test_a_twin_holds_the_last_that_was_told_of_each_value(
    reports: list[tuple[dict[Address, Scalar], float, int | None]],
) -> None:
    twin, plain = ReportedValues(), dict[Address, Reported]()
    for values, at_s, time_ms in reports:
        twin.tell(values, at_s, time_ms)
        plain.update({address: Reported(each, at_s, time_ms) for address, each in values.items()})
    assert twin == plain
    assert dict(twin.each()) == plain
    assert (len(twin), list(twin)) == (len(plain), list(plain))
    recalled = ReportedValues()
    recalled.recall(plain)
    assert recalled == twin
    assert dict(recalled.each()) == plain


def test_a_copy_keeps_what_was_when_more_is_told() -> None:
    twin = ReportedValues()
    twin.tell({Address("lamp.on"): True}, 1.0, None)
    kept = copy.copy(twin)
    twin.tell({Address("lamp.on"): False, Address("lamp.level"): 3}, 2.0, 7)
    assert dict(kept) == {Address("lamp.on"): Reported(True, 1.0, None)}
    assert twin[Address("lamp.level")] == Reported(3, 2.0, 7)
