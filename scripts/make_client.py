"""Writes the typed part of `ecohub_client` from the API's own documents.

    python scripts/make_client.py

puts down `ecohub_client/shapes.py` (what is sent and what comes back) and
`ecohub_client/operations.py` (a method for each operation). A test says when they are behind.
"""

import json
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from keyword import iskeyword
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from hub.api import asyncapi, openapi  # noqa: E402 - the path comes first
from hub.api.server import OPERATIONS  # noqa: E402

Json = Any
HEAD: Final = '"""{what}.\n\nWritten by scripts/make_client.py, not by hand.\n"""\n\n'
PREFIX: Final = "/api/v1"
PRIMITIVES: Final = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
}
SINGULARS: Final = {"people": "person"}


def main() -> None:
    """Write both files."""
    for name, text in written().items():
        (ROOT / "ecohub_client" / name).write_text(text, "utf-8")


def written() -> dict[str, str]:
    """Return what the files should hold, by name."""
    document = json.loads(json.dumps(openapi.document(OPERATIONS, "")))
    stream = json.loads(json.dumps(asyncapi.document(OPERATIONS, "")))
    return {
        "shapes.py": formatted(shapes(document, stream)),
        "operations.py": formatted(operations(document)),
    }


def formatted(text: str) -> str:
    """Return Python as `make format` has it."""
    ruff = str(Path(sys.executable).with_name("ruff"))
    command = [ruff, "format", "--config", str(ROOT / "pyproject.toml"), "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)  # noqa: S603 - our own tool
    return done.stdout


# Shapes


def shapes(document: Json, stream: Json) -> str:
    """Return the types of all that is sent and comes back."""
    said, told = (_frames(stream, name) for name in ("hearPhone", "tellPhone"))
    everything: Json = {**stream["components"]["schemas"], **document["components"]["schemas"]}
    wanted = set(_reached([*_bodies(document), *_answers(document), *said, *told], everything))
    schemas = {name: everything[name] for name in sorted(wanted)}
    given = set(_reached([*_bodies(document), *said], schemas))
    parts = [
        HEAD.format(what="What the API is sent and what it answers, as typed dictionaries"),
        "from __future__ import annotations\n",
        "from collections.abc import Mapping, Sequence\n"
        "from typing import Literal, NotRequired, TypeAlias, TypedDict\n",
    ]
    parts += [_shape(name, schemas[name], is_given=name in given) for name in schemas]
    for name, frames, what in (
        ("Said", said, "What a client says on the stream."),
        ("Told", told, "What the hub says on the stream."),
    ):
        union = _type({"anyOf": frames}, is_given=name == "Said")
        parts.append(f'{name}: TypeAlias = {union}\n"""{what}"""\n')
    return "\n".join(parts)


def _frames(stream: Json, operation: str) -> list[Json]:
    """Return the schemas of what goes over the stream in one direction."""
    messages = stream["channels"]["stream"]["messages"]
    names = [one["$ref"].rpartition("/")[2] for one in stream["operations"][operation]["messages"]]
    return [messages[name]["payload"] for name in names]


def _shape(name: str, schema: Json, *, is_given: bool) -> str:
    if "properties" not in schema and schema.get("type") != "object":
        return f"{name}: TypeAlias = {json.dumps(_type(schema, is_given=is_given))}\n"
    needed = set(schema.get("required", ()))
    fields = {
        field: (_field(one, is_given=is_given, is_needed=field in needed), one)
        for field, one in schema.get("properties", {}).items()
    }
    words = {field: kind for field, (kind, _) in fields.items() if iskeyword(field)}
    base = "TypedDict"
    lines = []
    if words:
        base = f"_{name}"
        inner = ", ".join(f'"{field}": {json.dumps(kind)}' for field, kind in words.items())
        lines.append(f'{base} = TypedDict("{base}", {{{inner}}})\n\n')
    lines.append(f"class {name}({base}):")
    lines.append(_docstring(schema.get("description") or f"{name}.", 4))
    for field, (kind, one) in fields.items():
        if field not in words:
            lines.append(f"    {field}: {kind}")
            if "description" in one:
                lines.append(_docstring(one["description"], 4))
    return "\n".join(lines) + "\n"


def _field(schema: Json, *, is_given: bool, is_needed: bool) -> str:
    kind = _type(schema, is_given=is_given)
    return kind if is_needed else f"NotRequired[{kind}]"


def _type(schema: Json, *, is_given: bool) -> str:
    """Return the Python type of a schema; what is given may be any sequence or mapping."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "const" in schema:
        return f"Literal[{json.dumps(schema['const'])}]"
    if "enum" in schema:
        return f"Literal[{', '.join(json.dumps(one) for one in schema['enum'])}]"
    for key in ("anyOf", "oneOf"):
        if key in schema:
            kinds = dict.fromkeys(_type(one, is_given=is_given) for one in schema[key])
            return " | ".join(kinds)
    return _plain(schema, is_given=is_given)


def _plain(schema: Json, *, is_given: bool) -> str:
    match schema.get("type"):
        case "array":
            inner = _type(schema.get("items", {}), is_given=is_given)
            return f"Sequence[{inner}]" if is_given else f"list[{inner}]"
        case "object":
            more = schema.get("additionalProperties", {})
            inner = _type(more, is_given=is_given) if isinstance(more, dict) else "object"
            return f"Mapping[str, {inner}]" if is_given else f"dict[str, {inner}]"
        case kind:
            return PRIMITIVES.get(str(kind), "object")


def _answers(document: Json) -> Iterator[Json]:
    """Yield all that is said of answers."""
    yield document["components"]["responses"]
    for _, _, operation in _operations(document):
        yield [one for one in operation["responses"].values() if "$ref" not in one]


def _bodies(document: Json) -> Iterator[Json]:
    """Yield the schemas of what clients send."""
    for _, _, operation in _operations(document):
        if "requestBody" in operation:
            yield operation["requestBody"]["content"]["application/json"]["schema"]


def _reached(begin: Iterable[Json], schemas: Json) -> Iterator[str]:
    """Yield the names of all schemas that some schemas refer to."""
    seen: set[str] = set()
    left = list(begin)
    while left:
        match left.pop():
            case {"$ref": str(ref)}:
                name = ref.rpartition("/")[2]
                if name not in seen:
                    seen.add(name)
                    left.append(schemas[name])
                    yield name
            case dict() as inner:
                left.extend(inner.values())
            case list() as inner:
                left.extend(inner)


# Operations


def operations(document: Json) -> str:
    """Return a class with a method for each operation."""
    methods = [_method(*one) for one in _operations(document)]
    words = {word for _, kinds in methods for kind in kinds for word in re.findall(r"\w+", kind)}
    imported = ", ".join(sorted(words & document["components"]["schemas"].keys()))
    text = "\n".join(method for method, _ in methods)
    literal = "Literal, " if "Literal[" in text else ""
    sequence = "from collections.abc import Sequence\n" if "Sequence[" in text else ""
    return (
        HEAD.format(what="A method for each operation of the API")
        + f"{sequence}from typing import {literal}cast\n\n"
        + "from ecohub_client.exchange import Ask, part\n"
        + f"from ecohub_client.shapes import ({imported})\n\n\n"
        + "class Operations:\n"
        + '    """The API of a hub; every call raises `ProblemError` or `UnreachableError`."""\n\n'
        + "    def __init__(self, ask: Ask) -> None:\n        self._ask = ask\n\n"
        + text
    )


def _operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def _method(method: str, path: str, operation: Json) -> tuple[str, list[str]]:
    """Return the method for an operation, and the types that it takes and gives."""
    place, names = _place(path)
    answer = _answer(operation)
    kinds = [answer]
    arguments = ["self", *(f"{name}: str" for name in names)]
    asked = [json.dumps(method), place]
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        kinds.append(_type(schema, is_given=True))
        arguments.append(f"body: {kinds[-1]}")
        asked.append("body")
    parameters = operation.get("parameters", ())
    queries = [one for one in parameters if one["in"] == "query" and one["name"] != "format"]
    if queries:
        arguments += ["*", *(_query(one) for one in queries)]
        pairs = ", ".join(f"{json.dumps(one['name'])}: {_safe(one['name'])}" for one in queries)
        asked.append(f"query={{{pairs}}}")
    if answer == "str":
        asked.append("is_text=True")
    call = f"await self._ask({', '.join(asked)})"
    done = call if answer == "None" else f'return cast("{answer}", {call})'
    head = f"    async def {operation['operationId']}({', '.join(arguments)}) -> {answer}:"
    told = operation["summary"].strip() + "."
    if "description" in operation:
        told += "\n\n" + textwrap.fill(operation["description"], 90)
    return "\n".join([head, _docstring(told, 8), f"        {done}", ""]), kinds


def _place(path: str) -> tuple[str, list[str]]:
    """Return the expression of a path, and the names of what it takes."""
    names, parts = [], []
    segments = path.split("/")
    for before, segment in zip(["", *segments], segments, strict=False):
        if segment.startswith("{"):
            word = segment.strip("{}")
            name = _singular(before) if word == "id" else word
            names.append(name)
            parts.append(f"{{part({name})}}")
        else:
            parts.append(segment)
    return ('f"' if names else '"') + "/".join(parts) + '"', names


def _singular(word: str) -> str:
    return SINGULARS.get(word, word.removesuffix("s"))


def _query(query: Json) -> str:
    kind = _type(query["schema"], is_given=True)
    return f"{_safe(query['name'])}: {kind} | None = None"


def _safe(name: str) -> str:
    return f"{name}_" if iskeyword(name) else name


def _answer(operation: Json) -> str:
    """Return the type of what an operation gives back when all is well."""
    kinds: dict[str, None] = {}
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            content: Mapping[str, Json] = answer.get("content", {})
            if "application/json" in content:
                schema = content["application/json"]["schema"]
                kinds[_type(schema, is_given=False)] = None
            else:
                kinds["str" if content else "None"] = None
    return " | ".join(kinds)


def _docstring(text: str, indent: int) -> str:
    clean = " ".join(text.split()) if "\n\n" not in text else text
    clean = clean.replace("\\", "\\\\").replace('"""', "'''")
    if not clean.endswith((".", "!", "?")):
        clean += "."
    if "\n" not in clean and len(clean) > 94 - indent:
        clean = textwrap.fill(clean, 96 - indent)
    body = f'"""{clean}"""' if "\n" not in clean else f'"""{clean}\n"""'
    return textwrap.indent(body, " " * indent)


if __name__ == "__main__":
    main()
