"""The app's files: few, small, and under a policy that runs nothing else."""

import json
import re
from hashlib import sha256
from pathlib import Path
from urllib.parse import urljoin

import pytest

from hub.api.shell import read_shell
from tests.hub.api.bench import Bench

pytestmark = pytest.mark.xdist_group("app")

APP = Path(__file__).parents[2] / "hub" / "web" / "app"
SHELL = read_shell()
START = "/app/main.js"
LIMIT_BYTES = 100_000


def test_the_shell_is_at_most_100_kb_packed() -> None:
    """The shell: all that the first page asks for, so not what later pages bring."""
    asked, open_paths = set(), ["/"]
    while open_paths:
        path = open_paths.pop()
        if path not in asked and not path.endswith(".png"):
            asked.add(path)
            open_paths += _asked_by(path)
    sizes = {path: len(SHELL[path].packed) for path in asked}
    assert "/app/pages/home.js" in asked
    assert "/app/later/history.js" not in asked
    assert sum(sizes.values()) <= LIMIT_BYTES, sizes


def test_the_page_names_every_module_that_it_starts_with() -> None:
    named = re.findall(r'modulepreload" href="([^"]+)"', SHELL["/"].body.decode())
    asked, open_paths = {START}, [START]
    while open_paths:
        new = set(_asked_by(open_paths.pop())) - asked
        asked |= new
        open_paths += new
    assert len(named) == len(set(named))
    libraries = {path for path in named if path.startswith("/vendor/")}
    assert libraries >= {path for path in asked if path.startswith("/vendor/")}
    assert set(named) - libraries == {path for path in asked if path.startswith("/app/")} - {START}


def _asked_by(path: str) -> list[str]:
    """Return what a file of the shell has a browser fetch at once."""
    body = SHELL[path].body.decode()
    if path == "/":
        linked = re.findall(r'(?:href|src)="(/[\w./-]+)"', body)
        return [
            *linked,
            *json.loads(body.split('importmap">')[1].split("</script>")[0])["imports"].values(),
        ]
    if path.endswith((".js", ".mjs")) and path.startswith("/app/"):
        named = re.findall(r'^(?:import|export)\b[^;]*?"((?:/|\.)[^"]+)";', body, re.M)
        return [urljoin(path, name) for name in named]
    return []


def test_no_script_stands_in_the_page_and_the_policy_allows_none() -> None:
    page = SHELL["/"]
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'")
    inline = re.findall(rb"<script(?![^>]*(?:src=|importmap))", page.body)
    assert inline == []
    assert b"style=" not in page.body


def test_the_worker_keeps_every_file_that_the_page_may_ask_for() -> None:
    worker = SHELL["/worker.js"].body.decode()
    first = worker.partition("\n")[0]
    for path in SHELL:
        assert path in {"/worker.js"} or path.endswith(".txt") or f'"{path}"' in first


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("path", sorted(SHELL))
async def test_a_file_is_served_packed_and_only_once(path: str, home: Bench) -> None:
    url = home.url + path
    async with home.session.get(url) as answer:
        assert answer.status == 200
        assert await answer.read() == SHELL[path].body
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        etag = answer.headers["ETag"]
    async with home.session.get(url, headers={"If-None-Match": etag}) as answer:
        assert answer.status == 304


def _colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


TEXT_ON = [
    *[(ink, ground) for ink in ("ink", "ink-soft") for ground in ("paper", "card", "sunk")],
    *[("accent", ground) for ground in ("paper", "card", "accent-wash")],
    ("ink", "accent-wash"),
    ("ink-soft", "accent-wash"),
    ("accent-ink", "accent"),
    ("ink", "ask-wash"),
    ("ask", "ask-wash"),
    ("ask", "card"),
    ("bad", "bad-wash"),
    ("bad", "card"),
    ("bad", "paper"),
    ("card", "bad"),
    ("paper", "ink"),
]


@pytest.mark.parametrize(("ink", "ground"), TEXT_ON)
def test_text_stands_out_from_its_ground_by_day_and_by_night(ink: str, ground: str) -> None:
    css = (APP / "tokens.css").read_text()
    day = _colours(css.partition("@media")[0])
    night = _colours(css.partition('[data-theme="dark"] {')[2])
    for colours in (day, night):
        assert _contrast(colours[ink], colours[ground]) >= 4.5, (colours[ink], colours[ground])


def test_both_ways_into_the_night_lead_to_the_same_colours() -> None:
    css = (APP / "tokens.css").read_text()
    wished = css.partition("prefers-color-scheme: dark")[2].partition('[data-theme="dark"]')[0]
    chosen = css.partition('[data-theme="dark"] {')[2].partition("}")[0]
    assert _colours(wished) == _colours(chosen)
    assert _colours(chosen)


def test_every_text_that_is_said_is_in_the_catalogue() -> None:
    words: set[str] = set()
    for catalogue in APP.rglob("*words.js"):
        here = set(re.findall(r'^  "([a-z._]+)":', catalogue.read_text(), re.MULTILINE))
        assert not words & here, "a text stands twice"
        words |= here
    said: set[str] = set()
    for file in APP.rglob("*.js"):
        text = file.read_text()
        said |= set(re.findall(r'\bt\("([a-z.]+)"', text))
        said |= set(re.findall(r'\["((?:device|hub|history)\.[a-z.]+)",', text))
    assert said - words == set()


def test_vendored_files_are_those_that_the_readme_names() -> None:
    vendor = APP.parent / "vendor"
    rows = re.findall(
        r"^\| (\S+) \|.*\| ([0-9a-f]{64}) \|$", (vendor / "README.md").read_text(), re.M
    )
    named = dict(rows)
    for file in vendor.rglob("*"):
        name = str(file.relative_to(vendor))
        if file.suffix in {".js", ".mjs", ".css"}:
            assert named.get(name) == sha256(file.read_bytes()).hexdigest(), name
