import json
import logging

import pytest

from hub.cli.errors import WordingError
from hub.cli.log import TOLD_KEPT, JsonLines, Seldom, start_log


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


def test_a_warning_about_the_same_device_comes_once_a_minute_with_its_count() -> None:
    seldom, written = Seldom(), []

    def say(at_s: float, level: int, words: str, *about: object) -> None:
        record = logging.LogRecord("drivers.x", level, "", 1, words, about, None)
        record.created = at_s
        if seldom.filter(record):
            written.append(record.getMessage())

    for second in range(70):
        say(float(second), logging.WARNING, "%s is wrong: %s", "lamp-0001", second)
        say(float(second), logging.INFO, "%s tells", "lamp-0001")
    say(5.0, logging.WARNING, "%s is wrong: %s", "lamp-0002", 5)
    say(5.0, logging.WARNING, "all is wrong")
    warnings = [text for text in written if "wrong" in text]
    assert warnings == [
        "lamp-0001 is wrong: 0",
        "lamp-0001 is wrong: 60 (and 59 times since)",
        "lamp-0002 is wrong: 5",
        "all is wrong",
    ]
    assert len(written) == 70 + len(warnings)
    for number in range(2 * TOLD_KEPT):
        say(0.0, logging.ERROR, "%s", number)
    assert len(seldom._told) == TOLD_KEPT
