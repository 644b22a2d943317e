"""Nothing of the app is left over: each text is said, each picture drawn, each class worn."""

import json
import re
from pathlib import Path
from typing import get_args

from protocol.classes import CLASSES
from protocol.product_model import Severity

REPOSITORY = Path(__file__).parents[2]
APP = REPOSITORY / "hub" / "web" / "app"
CATALOGUES = {file.name: file.read_text() for file in APP.rglob("*words.js")}
CODE = "\n".join(file.read_text() for file in APP.rglob("*.js") if file.name not in CATALOGUES)
SAID_AND_MEANT = CODE + "\n".join(
    re.sub(r'^  "[a-z._]+": \[', "", text, flags=re.MULTILINE) for text in CATALOGUES.values()
)
PAGE = (APP / "index.html").read_text()
STYLES = re.sub(
    r"/\*.*?\*/", "", "\n".join(file.read_text() for file in APP.rglob("*.css")), flags=re.DOTALL
)
CHART = {"u-over"}
"""Classes that the chart's library gives to its own."""


def literals(text: str) -> set[str]:
    return {found for _, found in re.findall(r"""(["'`])([a-z][\w.-]*)\1""", text)}


def families(text: str) -> list[re.Pattern[str]]:
    """Return what the keys look like that are put together, as in `place.${kind}.more`."""
    found = re.findall(r"`([a-z]+\.[a-z.]*)\$\{[^{}`]*\}([a-z.]*)(\$?)", text)
    return [
        re.compile(re.escape(start) + "[a-z_.]+" + re.escape(end) + ("[a-z_.]+" if more else ""))
        for start, end, more in found
    ]


def test_every_text_of_the_catalogue_is_said() -> None:
    catalogue = {
        key
        for text in CATALOGUES.values()
        for key in re.findall(r'^  "([a-z._]+)": \[', text, re.MULTILINE)
    }
    assert len(catalogue) > 1_000
    said, made = literals(SAID_AND_MEANT), families(SAID_AND_MEANT)
    singular = {f"{key}.one" for key in said}
    silent = {key for key in catalogue - said - singular if not any(f.fullmatch(key) for f in made)}
    assert silent == set()


def test_every_picture_is_drawn_and_every_one_that_is_named_is_there() -> None:
    pictures = set(json.loads((REPOSITORY / "scripts" / "icon-names.json").read_text()))
    (table,) = re.findall(r"const CLASSES = \{(.*?)\};", (APP / "icons.js").read_text(), re.DOTALL)
    special = dict(re.findall(r'(\w+): "([a-z-]+)"', table))
    classes = {special.get(kind, kind.replace("_", "-")) for kind in CLASSES}
    specs = "\n".join(file.read_text() for file in (REPOSITORY / "protocol").rglob("*.json"))
    declared = set(re.findall(r'"icon": *"([a-z0-9-]+)"', specs))
    named = set(re.findall(r'(?:<\$\{Icon\} name=|\bicon=|\bicon: )"([a-z-]+)"', CODE))
    assert len(named) > 20
    assert (classes | declared | named) - pictures == set()
    assert pictures - classes - declared - literals(CODE) == set()


def test_every_class_of_the_styles_is_worn() -> None:
    selectors = "\n".join(re.findall(r"([^{}]+)\{", STYLES))
    styled = set(re.findall(r"\.([a-z][\w-]*)", selectors))
    assert len(styled) > 200
    strings = re.findall(r'"[^"\n]*"|`[^`]*`', CODE + PAGE)
    worn = set(re.findall(r"[\w-]+", "\n".join(strings)))
    assert styled - worn - CHART - set(get_args(Severity)) == set()


def test_every_token_is_used_and_every_token_used_is_there() -> None:
    made = set(re.findall(r"(--[a-z0-9-]+):", STYLES)) | set(re.findall(r'"(--[a-z-]+)":', CODE))
    used = set(re.findall(r"var\((--[a-z0-9-]+)", STYLES))
    used |= set(re.findall(r'"(--[a-z-]+)"(?!:)', CODE))
    assert used == made


def test_every_export_is_imported_by_another() -> None:
    files = {file: file.read_text() for file in APP.rglob("*.js")}
    tests = "\n".join(file.read_text() for file in Path(__file__).parent.glob("*.py"))
    alone = {
        (file.name, name)
        for file, text in files.items()
        for name in re.findall(
            r"^export (?:async )?(?:function|const|class|let) (\w+)", text, re.MULTILINE
        )
        if not re.search(rf"\b{name}\b", tests)
        and not any(re.search(rf"\b{name}\b", files[other]) for other in files if other != file)
    }
    assert alone == set()
