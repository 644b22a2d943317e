import json
import logging

import pytest

from hub.cli.errors import WordingError
from hub.cli.log import JsonLines, start_log


def test_record_is_one_line_of_json_whatever_it_says() -> None:
    error = LookupError("nothing\nhere")
    trace = (LookupError, error, None)
    record = logging.LogRecord("hub.x", logging.ERROR, "", 1, "a\nb %s", ("c",), trace)
    line = JsonLines().format(record)
    assert "\n" not in line
    told = json.loads(line)
    assert (told["level"], told["part"], told["text"]) == ("error", "hub.x", "a\nb c")
    assert "LookupError" in told["trace"]
    assert told["at"].endswith("+00:00")


def test_unknown_level_is_refused_with_those_there_are() -> None:
    with pytest.raises(WordingError) as caught:
        start_log("loud")
    assert "debug, info, warning, error" in caught.value.remedy
