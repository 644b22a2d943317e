"""That every operation says who may use it."""

import pytest

from hub.api.operations import Answer, Routes
from hub.api.server import OPERATIONS
from hub.core.people.rights import Right


def test_an_operation_without_a_right_cannot_be_written() -> None:
    routes = Routes("Test")
    with pytest.raises(TypeError, match="right"):
        routes.operation("GET", "/test", Answer(200, "All is well."))  # type: ignore[call-arg]  # the point


def test_who_only_reads_needs_no_right_to_change() -> None:
    changing = {Right.CONTROL, Right.ARRANGE}
    assert not [o.name for o in OPERATIONS if o.method == "GET" and o.right in changing]
