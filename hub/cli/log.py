"""The hub's log: JSON lines on stderr, or words where a person looks on."""

import json
import logging
import sys
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from hub.cli.errors import WordingError

AGAIN_S: Final = 60.0
TOLD_KEPT: Final = 512

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


class Seldom(logging.Filter):
    """Lets a warning or an error about the same thing through once a minute.

    The same is: of the same words before they are filled in, and about the same first argument,
    such as a device. What was held back is counted and told with the next one.
    """

    def __init__(self) -> None:
        super().__init__()
        self._told: OrderedDict[tuple[str, str, str], _Told] = OrderedDict()

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether a record is written."""
        if record.levelno < logging.WARNING or not record.args:
            return True
        about = next(iter(record.args.values() if isinstance(record.args, dict) else record.args))
        key = (record.name, record.msg, str(about)[:64])
        told = self._told.get(key)
        if told is not None and record.created - told.at_s < AGAIN_S:
            told.held += 1
            return False
        if told is not None and told.held:
            record.msg = f"{record.getMessage()} (and {told.held} times since)"
            record.args = ()
        self._told[key] = _Told(record.created)
        self._told.move_to_end(key)
        if len(self._told) > TOLD_KEPT:
            self._told.popitem(last=False)
        return True


@dataclass(slots=True)
class _Told:
    at_s: float
    held: int = 0


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
    handler.addFilter(Seldom())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # It logs each bad packet of the network; what matters of it is in the discovery's state.
    logging.getLogger("zeroconf").setLevel(logging.CRITICAL)
