"""Whatever the document is: an import keeps its promises, or ends with its own error."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.miot import Imported, MiotError, NothingLeftError, import_instance
from tests.protocol.miot.checks import check
from tests.protocol.miot.documents import INFORMATION, encoded, instance, prop, service
from tests.protocol.miot.nasty import Nasty

SEEDS = range(400)


def imported_or_refused(document: bytes) -> Imported | None:
    try:
        return import_instance(document)
    except MiotError as error:
        if not (error.path and error.detail and error.fix and str(error).isprintable()):
            raise AssertionError(document) from error
        return None


@pytest.mark.parametrize("start", range(0, len(SEEDS), 100))
def test_any_instance_is_imported_whole_or_refused_part_by_part(start: int) -> None:
    whole = 0
    for seed in SEEDS[start : start + 100]:
        document = json.dumps(Nasty(seed).instance()).encode()
        imported = imported_or_refused(document)
        if imported is not None:
            whole += 1
            check(imported)
            assert import_instance(document) == imported, seed
    assert whole > 50


def test_parts_of_any_form_leave_the_good_one_beside_them_alone() -> None:
    for seed in range(200):
        nasty = Nasty(seed)
        beside = service(*[nasty.property() for _ in range(6)], iid=7, name="gadget")
        good = service(prop(1, "on"), iid=2, name="switch")
        imported = import_instance(json.dumps({**instance(), "services": [good, beside]}).encode())
        assert check(imported).properties["switch.on"].format == "bool", seed  # type: ignore[index]
        assert imported.report.properties.in_file == 7


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)


@given(JSON)
def test_any_other_json_is_told_to_be_no_instance(document: Any) -> None:
    assert imported_or_refused(json.dumps(document).encode()) is None
    assert (
        imported_or_refused(json.dumps({"type": document, "services": document}).encode()) is None
    )


@given(st.binary(max_size=200))
def test_any_bytes_are_told_to_be_no_instance(document: bytes) -> None:
    assert imported_or_refused(document) is None


@given(
    st.lists(st.floats(allow_nan=False) | st.integers(-(2**65), 2**65), min_size=2, max_size=3),
    st.sampled_from(["uint8", "int64", "float"]),
)
def test_both_ends_of_a_range_are_allowed_after_mending(span: list[float], kind: str) -> None:
    part = prop(1, "level", format=kind, value_range=span)
    product = check(import_instance(encoded(instance(service(part)))))
    low, high, _ = product.properties["gadget.level"].range or (0, 0, 0)  # type: ignore[index]
    for end in (low, high):
        assert not product.check_state({"gadget.level": end}, is_full=False)


def test_an_instance_of_which_nothing_is_left_is_refused_as_a_whole() -> None:
    document = encoded({**instance(), "services": [{**INFORMATION, "properties": [{}]}]})
    with pytest.raises(NothingLeftError, match="none of its 2 services and parts"):
        import_instance(document)
