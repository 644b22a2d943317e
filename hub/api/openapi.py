"""Writes the OpenAPI document from the operations and their models."""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, Literal

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaValue

from hub.api.models import Problem
from hub.api.operations import JSON, PREFIX, Answer, Operation, Parameter, Query
from hub.api.problems import MEDIA_TYPE

Mode = Literal["validation", "serialization"]
Schemas = Mapping[tuple[str, Mode], JsonSchemaValue]

REF: Final = "#/components/schemas/{model}"

_INFO: Final = (
    "The hub of one home: its devices with their latest values, commands with honest receipts, "
    "and who may join. Changes come over a WebSocket, which /api/v1/asyncapi.json describes. "
    "Whatever is refused is answered with a problem as RFC 9457 has it; where a rule of the "
    "protocol was broken, its `code` is the id of the rule and its `type` leads to it."
)

_HEADERS: Final[Mapping[int, JsonSchemaValue]] = {
    401: {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}},
    429: {"Retry-After": {"schema": {"type": "integer", "minimum": 1}}},
    503: {"Retry-After": {"schema": {"type": "integer", "minimum": 1}}},
}

_MEANINGS: Final = {
    400: "The request cannot be read.",
    401: "There is no valid token with it.",
    403: "It is not allowed: no right, a page of a foreign origin, or no window to come through.",
    404: "There is no such thing.",
    408: "The body did not arrive in time.",
    409: "It does not fit what is there: an id that is taken, a device that is not ready.",
    413: "The body is too large.",
    415: "The body is not plain JSON.",
    421: "It is meant for another host.",
    422: "It breaks a rule, or a field is wrong.",
    429: "Too many; wait.",
    500: "The hub made a mistake of its own.",
    503: "The hub cannot do it at present.",
}


def document(operations: Iterable[Operation], version: str) -> JsonSchemaValue:
    """Return the OpenAPI 3.1 document of all operations that are plain HTTP."""
    all_of_them = list(operations)
    served = [operation for operation in all_of_them if operation.is_http]
    schemas, definitions = _schemas(served)
    paths: dict[str, JsonSchemaValue] = {}
    for operation in served:
        shown = paths.setdefault(operation.path, {})
        shown[operation.method.lower()] = _operation(operation, schemas)
    statuses = sorted(set().union(*(operation.problem_statuses for operation in served)))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ecohub",
            "version": version,
            "description": _INFO,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(o.tag for o in served)],
        "paths": paths,
        "components": {
            "schemas": definitions,
            "responses": {f"Problem{status}": _problem(status) for status in statuses},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "x-stream": _stream(all_of_them),
    }


def _schemas(operations: Sequence[Operation]) -> tuple[Schemas, JsonSchemaValue]:
    """Return the schema of each body and answer, and all that they refer to."""
    wanted: list[tuple[str, Mode, TypeAdapter[Any]]] = [
        ("problem", "serialization", TypeAdapter(Problem)),
    ]
    for operation in operations:
        if operation.body is not None:
            wanted.append((operation.name, "validation", operation.body))
        for answer in operation.answers:
            if answer.schema is not None:
                adapter: TypeAdapter[Any] = TypeAdapter(answer.schema)  # type: ignore[arg-type]  # mypy knows classes only
                wanted.append((f"{operation.name} {answer.status}", "serialization", adapter))
    found, shared = TypeAdapter.json_schemas(wanted, ref_template=REF)
    return found, shared["$defs"]


def _operation(operation: Operation, schemas: Schemas) -> JsonSchemaValue:
    responses = {
        str(answer.status): _answer(answer, schemas.get(_key(operation, answer)))
        for answer in operation.answers
    }
    for status in sorted(operation.problem_statuses):
        responses[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    shown: JsonSchemaValue = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.tag],
        "x-right": str(operation.right),
        "responses": responses,
    }
    if operation.description:
        shown["description"] = operation.description
    if operation.parameters or operation.queries:
        shown["parameters"] = [
            *(_parameter(parameter) for parameter in operation.parameters),
            *(_query(query) for query in operation.queries),
        ]
    if operation.body is not None:
        schema = schemas[(operation.name, "validation")]
        shown["requestBody"] = {"required": True, "content": {JSON: {"schema": schema}}}
    if operation.is_open:
        shown["security"] = []
    return shown


def _key(operation: Operation, answer: Answer) -> tuple[str, Mode]:
    return f"{operation.name} {answer.status}", "serialization"


def _answer(answer: Answer, schema: JsonSchemaValue | None) -> JsonSchemaValue:
    shown: JsonSchemaValue = {"description": answer.description}
    if answer.media:
        text = {"type": "string"}
        shown["content"] = {
            media: {"schema": text if schema is None or media != JSON else schema}
            for media in answer.media
        }
    if answer.leads_to:
        name, place = answer.leads_to
        link = {"operationId": name, "parameters": {"id": f"$response.body#{place}"}}
        shown["links"] = {name: link}
    return shown


def _parameter(parameter: Parameter) -> JsonSchemaValue:
    return {
        "name": parameter.name,
        "in": "path",
        "required": True,
        "description": parameter.description,
        "schema": {"type": "string", "pattern": parameter.pattern},
        "example": parameter.example,
    }


def _query(query: Query) -> JsonSchemaValue:
    return {
        "name": query.name,
        "in": "query",
        "required": False,
        "description": query.description,
        "schema": dict(query.schema),
    }


def _problem(status: int) -> JsonSchemaValue:
    shown: JsonSchemaValue = {
        "description": _MEANINGS.get(status, HTTPStatus(status).phrase),
        "content": {MEDIA_TYPE: {"schema": {"$ref": REF.format(model=Problem.__name__)}}},
    }
    if status in _HEADERS:
        shown["headers"] = _HEADERS[status]
    return shown


def _stream(operations: Iterable[Operation]) -> JsonSchemaValue:
    """Say where the WebSocket is, for which OpenAPI has no place, and what describes it."""
    paths = [operation.path for operation in operations if not operation.is_http]
    return {"paths": paths, "asyncapi": f"{PREFIX}/asyncapi.json"}
