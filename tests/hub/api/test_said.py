"""A plain set is read in one go: what that lets in must be what the careful reading lets in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import to_json

from hub.api.messages import SAID, Set
from hub.api.problems import ProblemError
from hub.api.said import read_said
from protocol.codec import read_object

values = st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(-1e9, 1e9) | st.text()
sets = st.fixed_dictionaries(
    {
        "type": st.just("set"),
        "device": st.text(max_size=64),
        "properties": st.dictionaries(
            st.sampled_from(["lamp.on", "lamp.level", "lamp.text"]), values, min_size=1
        ),
    },
    optional={
        "id": st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._:-]{0,20}\Z"),
        "ref": st.none() | st.integers(0, 99) | st.text(max_size=9),
        "expires_in_s": st.none() | st.floats(1, 100),
    },
)


@given(sets)
def test_a_set_is_read_as_the_careful_reading_reads_it(told: dict[str, object]) -> None:
    text = to_json(told)
    said = read_said(text)
    careful = SAID.validate_python(read_object(text))
    assert isinstance(said, Set)
    assert said == careful
    assert isinstance(careful, Set)
    kinds = [type(value) for value in careful.properties.values()]
    assert [type(value) for value in said.properties.values()] == kinds


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ('1,"lamp.on":2', "ECO-CODEC-008"),
        ("9007199254740992", "ECO-CODEC-007"),
        ("-12345678901234567890", "ECO-CODEC-007"),
        ("1e999", "ECO-CODEC-006"),
        ("NaN", "ECO-CODEC-006"),
        ('"\\ud800"', "ECO-CODEC-009"),
        ("null", "body-invalid"),
        ("[]", "body-invalid"),
        ("1}", "ECO-CODEC-003"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_its_rule(value: str, code: str) -> None:
    text = f'{{"type":"set","device":"lamp-0001","properties":{{"lamp.on":{value}}}}}'
    with pytest.raises(ProblemError) as caught:
        read_said(text.encode())
    assert caught.value.problem["code"] == code


def test_a_key_that_stands_twice_is_refused_beside_one_that_is_unknown() -> None:
    text = b'{"type":"set","type":"set","device":"lamp-0001","properties":{"lamp.on":true}}'
    with pytest.raises(ProblemError, match="twice"):
        read_said(text)
