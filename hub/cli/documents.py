"""`ecohub api`: the documents of the API, without a hub."""

import json
import sys
from importlib.metadata import version
from typing import Annotated, Literal

import typer

from hub.cli.options import AsJson


def api(
    document: Annotated[
        Literal["openapi", "asyncapi"],
        typer.Argument(help="openapi: HTTP. asyncapi: the WebSocket of phones, and MQTT."),
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Print a document of the API, as a hub of this version serves it; no hub has to run.

    It is JSON in any case: on many lines for people, with --json on one.
    OpenAPI 3.1 stands at /api/v1/openapi.json of a hub, AsyncAPI 3 at /api/v1/asyncapi.json.
    """
    from hub.api import asyncapi, openapi  # noqa: PLC0415 - the whole API is loaded with it
    from hub.api.server import OPERATIONS  # noqa: PLC0415

    write = openapi.document if document == "openapi" else asyncapi.document
    json.dump(write(OPERATIONS, version("ecohub")), sys.stdout, indent=None if as_json else 2)
    sys.stdout.write("\n")
