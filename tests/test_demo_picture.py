"""The terminal picture in README is of the demo as it is."""

import html
import re
from pathlib import Path

from hub.cli.demo_home import products
from hub.cli.demo_places import NAMES

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "demo.svg"

AGAIN = "draw it again: python scripts/demo_picture.py"


def texts() -> list[str]:
    found = re.findall(r"<text[^>]*>([^<]*)</text>", PICTURE.read_text("utf-8"))
    return [html.unescape(text).replace("\N{NO-BREAK SPACE}", " ") for text in found]


def test_the_picture_shows_the_products_that_the_demo_starts() -> None:
    shown = {name for name, title in NAMES.items() if title in texts()}
    assert shown == set(products()), AGAIN


def test_the_picture_shows_sleepers_and_what_to_do_next() -> None:
    shown = "".join(texts())
    assert shown.count("asleep, wakes in") >= 2, AGAIN
    assert "ecohub set purifier fan.level=3" in shown, AGAIN


def test_the_picture_loads_nothing_and_names_no_place_of_a_machine() -> None:
    source = PICTURE.read_text("utf-8")
    links = set(re.findall(r"https?://[^\s\"'<)]+", source))
    assert links <= {"http://www.w3.org/2000/svg", "http://127.0.0.1:8321"}
    assert not re.search(r"(?<!\w)/(home|tmp|root|usr|var|work)/", source)
    assert PICTURE.stat().st_size < 100_000
