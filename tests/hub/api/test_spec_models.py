"""The shape of a product spec that the API promises is that of the protocol's own model."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter
from pydantic_core import from_json

from hub.api import spec_models
from protocol import product_model, products

PAIRS = (
    ("SpecChoice", product_model.Choice),
    ("SpecUi", product_model.Ui),
    ("SpecValue", product_model.Value),
    ("SpecProperty", product_model.Property),
    ("SpecAction", product_model.Action),
    ("SpecEvent", product_model.EventKind),
    ("SpecService", product_model.Service),
    ("ProductSpec", product_model.ProductSpec),
)


@pytest.mark.parametrize(("name", "model"), PAIRS, ids=[name for name, _ in PAIRS])
def test_each_part_has_the_fields_of_the_protocol(name: str, model: type[BaseModel]) -> None:
    shown = TypeAdapter(getattr(spec_models, name)).json_schema(mode="serialization")
    told = model.model_json_schema(by_alias=True)
    properties, needed = _shape(shown, name)
    expected, expected_needed = _shape(told, model.__name__)
    assert set(properties) == set(expected)
    assert needed == expected_needed
    for field, one in expected.items():
        assert _kinds(properties[field]) == _kinds(one), field


@pytest.mark.parametrize("name", products.names())
def test_each_product_of_the_catalogue_has_that_shape(name: str) -> None:
    told = from_json(products.document(name))
    shown = TypeAdapter(spec_models.ProductSpec).validate_python(told, strict=True)
    assert shown == told, "a field that is not in the shape is left out"


@pytest.mark.parametrize("name", [name for name, _ in PAIRS])
def test_each_part_may_have_fields_of_a_later_version(name: str) -> None:
    shown = TypeAdapter(getattr(spec_models, name)).json_schema(mode="serialization")
    assert shown.get("$defs", {}).get(name, shown)["additionalProperties"] is True


def _shape(schema: Any, name: str) -> tuple[dict[str, Any], set[str]]:
    own = schema.get("$defs", {}).get(name, schema)
    return own["properties"], set(own.get("required", ()))


def _kinds(schema: Any) -> set[str]:
    """Return the words, types and null of a field, whatever else is said of it."""
    return set(_walk(schema))


def _walk(schema: Any) -> Iterator[str]:
    for one in schema.get("anyOf", [schema]):
        yield from one.get("enum", ())
        yield "object" if "$ref" in one else one.get("type", "text")
