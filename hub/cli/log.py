"""The hub's log: JSON lines on stderr, or words where a person looks on."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Final

from hub.cli.errors import WordingError

LEVELS: Final = ("debug", "info", "warning", "error")


class JsonLines(logging.Formatter):
    """One JSON object a line, so that programs can read it and a line cannot be forged."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as JSON."""
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "part": record.name,
            "text": record.getMessage(),
        }
        if record.exc_info:
            told["trace"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


def start_log(level: str) -> None:
    """Write the log of this process to stderr.

    Raises:
        WordingError: There is no such level.
    """
    if level.lower() not in LEVELS:
        raise WordingError(f"there is no log level {level!r}", f"there are: {', '.join(LEVELS)}")
    handler = logging.StreamHandler(sys.stderr)
    words = logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")
    handler.setFormatter(words if sys.stderr.isatty() else JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # It logs each bad packet of the network; what matters of it is in the discovery's state.
    logging.getLogger("zeroconf").setLevel(logging.CRITICAL)
