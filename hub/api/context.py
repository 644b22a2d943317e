"""What the operations share."""

from collections.abc import Callable
from dataclasses import dataclass

from hub.api.stream import Stream
from hub.home import Home
from hub.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Context:
    """The home that is served, its phones and its numbers.

    Attributes:
        version: Of this program.
        document: Returns the OpenAPI document, encoded; the first call takes long.
        stream_document: Returns the AsyncAPI document likewise.
        port: Returns where the API is served over plain http.
    """

    home: Home
    stream: Stream
    metrics: Metrics
    version: str
    document: Callable[[], bytes]
    stream_document: Callable[[], bytes]
    port: Callable[[], int]
