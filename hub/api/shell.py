"""Serves the app at `/`: its files as they lie in hub/web, held packed in memory."""

import gzip
import json
import re
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Final
from urllib.parse import urljoin

from aiohttp import hdrs, web

from hub.api.replies import SECURITY_HEADERS

MEDIA: Final = MappingProxyType(
    {
        ".html": "text/html",
        ".css": "text/css",
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".svg": "image/svg+xml",
        ".png": "image/png",
        ".webmanifest": "application/manifest+json",
        ".txt": "text/plain",
    }
)

PARTS: Final = ("preact", "htm", "signals", "signals-core", "uplot", "lucide", "qr")
"""Folders of hub/web/vendor that the app is made of."""

_ROOTED: Final = MappingProxyType(
    {"index.html": "/", "worker.js": "/worker.js", "app.webmanifest": "/app.webmanifest"}
)
"""Files of hub/web/app that have an address at the top: a worker rules what lies below it."""

_WORKER: Final = "/worker.js"
_IMPORT_MAP: Final = re.compile(rb'<script type="importmap">(.*?)</script>', re.DOTALL)
_START: Final = "/app/main.js"
_IMPORTED: Final = re.compile(rb'^(?:import|export)\b[^;]*?"([/.][^"]+)";', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ShellFile:
    """One file of the app.

    Attributes:
        etag: Changes with the content.
        headers: All that its answer carries, save those on how it is packed.
    """

    body: bytes
    packed: bytes
    etag: str
    headers: dict[str, str]


def read_shell() -> dict[str, ShellFile]:
    """Return the files of the app by the path at which they are served; reads them all.

    The page names all modules that it starts with, so that a browser fetches them together and not
    one import after another. The worker is told which files there are and the version that they
    make together, so that a new version of the hub brings the whole app along, or nothing of it.
    """
    found = dict(_found())
    import_map = _import_map(found["/"])
    policy = _policy(import_map)
    libraries = json.loads(import_map)["imports"].values()
    found["/"] = _fetched_together(found["/"], [*libraries, *_imported_by(_START, found)])
    shelf = sorted(path for path in found if path != _WORKER and not path.endswith(".txt"))
    version = sha256(b"".join(found[path] for path in sorted(found))).hexdigest()[:16]
    told = json.dumps({"version": version, "files": shelf})
    found[_WORKER] = f"const SHELL = {told};\n".encode() + found[_WORKER]
    return {path: _shell_file(path, body, policy) for path, body in found.items()}


def serving(file: ShellFile) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return what answers with a file, or says that the browser has it already."""

    async def serve(request: web.Request) -> web.Response:
        if request.headers.get(hdrs.IF_NONE_MATCH) == file.etag:
            return web.Response(status=304, headers=file.headers)
        if "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
            headers = {**file.headers, hdrs.CONTENT_ENCODING: "gzip"}
            return web.Response(body=file.packed, headers=headers)
        return web.Response(body=file.body, headers=file.headers)

    return serve


def _found() -> Iterator[tuple[str, bytes]]:
    web_folder = files("hub").joinpath("web")
    for name, file in _below(web_folder.joinpath("app")):
        yield _ROOTED.get(name, f"/app/{name}"), file.read_bytes()
    for part in PARTS:
        for name, file in _below(web_folder.joinpath("vendor", part)):
            yield f"/vendor/{part}/{name}", file.read_bytes()


def _below(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        name = f"{prefix}{entry.name}"
        if entry.is_dir():
            yield from _below(entry, f"{name}/")
        elif _suffix(name) in MEDIA:
            yield name, entry


def _import_map(page: bytes) -> bytes:
    found = _IMPORT_MAP.search(page)
    if found is None:
        raise ValueError("index.html has no import map")
    return found[1]


def _policy(import_map: bytes) -> str:
    """Return the content policy: this hub's files alone, and the one import map of the page."""
    digest = b64encode(sha256(import_map).digest()).decode()
    return (
        f"default-src 'none'; script-src 'self' 'sha256-{digest}'; style-src 'self'; "
        "connect-src 'self' ws: wss:; img-src 'self' data:; manifest-src 'self'; "
        "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _imported_by(path: str, found: Mapping[str, bytes]) -> list[str]:
    """Return the modules of the app that one imports, and those that these import, and so on."""
    known = [path]
    for importer in known:
        names = (name.decode() for name in _IMPORTED.findall(found[importer]))
        known += dict.fromkeys(
            one for name in names if (one := urljoin(importer, name)) not in known
        )
    return known[1:]


def _fetched_together(page: bytes, modules: Iterable[str]) -> bytes:
    links = "".join(f'<link rel="modulepreload" href="{path}">\n' for path in modules)
    start = f'<script type="module" src="{_START}">'.encode()
    return page.replace(start, links.encode() + start)


def _shell_file(path: str, body: bytes, policy: str) -> ShellFile:
    media = MEDIA[".html" if path == "/" else _suffix(path)]
    text = "" if media == "image/png" else "; charset=utf-8"
    etag = f'"{sha256(body).hexdigest()[:20]}"'
    headers = {
        **SECURITY_HEADERS,
        hdrs.CONTENT_TYPE: f"{media}{text}",
        hdrs.CACHE_CONTROL: "no-cache",
        hdrs.ETAG: etag,
        hdrs.VARY: hdrs.ACCEPT_ENCODING,
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
    }
    return ShellFile(body, gzip.compress(body, 9, mtime=0), etag, headers)


def _suffix(name: str) -> str:
    return name[name.rfind(".") :]
