"""The page that leads a phone to trusting the hub, and the files that it installs.

It is served over http as well as https, and needs no script: the phone comes here before it trusts
the hub. Whether it does already is found out by a style sheet that is fetched over https: it shows
what is hidden otherwise.
"""

import plistlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template
from typing import Final, TypedDict, cast
from uuid import NAMESPACE_URL, uuid5

from aiohttp import hdrs, web
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from hub.api.gate import without_port
from hub.api.problems import refused
from hub.api.replies import SECURITY_HEADERS
from hub.tls.keeper import Tls
from hub.tls.papers import fingerprint

LANGUAGES: Final = {"en": ("en", "English"), "zh": ("zh-Hans", "中文")}

_BUTTON: Final = re.compile(r" ?\[(\w+)\]")
_BOLD: Final = re.compile(r"\*\*(.+?)\*\*")
_TYPED: Final = re.compile(r"`(.+?)`")

FILES: Final = {
    "crt": "application/x-x509-ca-cert",
    "pem": "application/x-pem-file",
    "mobileconfig": "application/x-apple-aspen-config",
}
"""What can be fetched, by the ending of `ecohub.…`: DER, PEM, and a profile for iOS."""


class _System(TypedDict):
    agents: Sequence[str]
    en: str
    zh: str
    steps: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class TrustPages:
    """The page, its style sheets and its files; made once, since it reads them from the package.

    Attributes:
        words: Texts by language.
        systems: How each kind of phone is led.
    """

    tls: Tls
    template: Template
    styles: Mapping[str, bytes]
    words: Mapping[str, Mapping[str, str]]
    systems: Sequence[_System]

    @classmethod
    def read(cls, tls: Tls) -> "TrustPages":
        """Read what the package holds of it."""
        folder = files("hub").joinpath("web", "trust")
        told = tomllib.loads(folder.joinpath("words.toml").read_text("utf-8"))
        styles = {n: folder.joinpath(n).read_bytes() for n in ("trust.css", "trusted.css")}
        template = Template(folder.joinpath("page.html").read_text("utf-8"))
        words = {language: cast("Mapping[str, str]", told[language]) for language in LANGUAGES}
        return cls(tls, template, styles, words, cast("Sequence[_System]", told["system"]))

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Serve all of it."""
        router.add_get("/trust", self.page)
        router.add_get("/trust/{name:trust(?:ed)?[.]css}", self.style)
        router.add_get("/trust/ecohub.{ending:crt|pem|mobileconfig}", self.file)

    async def page(self, request: web.Request) -> web.Response:
        """Answer with the page, in the language that is asked for."""
        language = _language(request)
        other = next(one for one in LANGUAGES if one != language)
        place = self._place(request)
        words = self.words[language]
        probe = place if request.scheme == "http" else None
        text = self.template.substitute(
            lang=LANGUAGES[language][0],
            title=escape(words["title"]),
            lead=escape(words["lead"]),
            back=escape(words["back"]),
            body=self._body(request, language, place),
            other=other,
            other_tag=LANGUAGES[other][0],
            other_name=LANGUAGES[other][1],
            probe=f'<link rel="stylesheet" href="{probe}/trust/trusted.css">' if probe else "",
        )
        headers = {
            **SECURITY_HEADERS,
            "Content-Security-Policy": (
                f"default-src 'none'; style-src 'self' {probe or ''}; img-src 'self'; "
                "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            ),
            "Referrer-Policy": "no-referrer",
            hdrs.CONTENT_TYPE: "text/html; charset=utf-8",
        }
        return web.Response(text=text, headers=headers)

    async def style(self, request: web.Request) -> web.Response:
        """Answer with a style sheet, to pages of the other door too."""
        headers = {
            **SECURITY_HEADERS,
            hdrs.CONTENT_TYPE: "text/css; charset=utf-8",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
        return web.Response(body=self.styles[request.match_info["name"]], headers=headers)

    async def file(self, request: web.Request) -> web.Response:
        """Answer with the authority's certificate, as a phone takes it."""
        authority = self.tls.standing.authority
        if authority is None:
            remedy = "open /trust: it says what there is"
            raise refused(404, "authority-none", "this hub has no authority of its own", remedy)
        ending = request.match_info["ending"]
        headers = {
            **SECURITY_HEADERS,
            hdrs.CONTENT_TYPE: FILES[ending],
            hdrs.CONTENT_DISPOSITION: f'attachment; filename="ecohub.{ending}"',
        }
        return web.Response(body=installable(authority, ending), headers=headers)

    def _place(self, request: web.Request) -> str | None:
        """Return where the app is by https, called as this page was."""
        if self.tls.port is None:
            return None
        return f"https://{escape(without_port(request.host))}:{self.tls.port}"

    def _body(self, request: web.Request, language: str, place: str | None) -> str:
        words, authority = self.words[language], self.tls.standing.authority
        if self.tls.kind == "off":
            return _card(words["off"], _text(words["off_more"]))
        if place is None:
            return _card(words["trouble"], _text(words["trouble_more"]))
        button = f'<a class="button main" href="{place}/">{escape(words["open"])}</a>'
        if authority is None:
            return _card(words["own"], _text(words["own_more"]) + button)
        name = _called(authority)
        if request.scheme == "https":
            done = _card(words["here"], _text(words["here_more"]))
        else:
            done = _card(words["done"], _text(words["done_more"]) + button, "trust-done")
        again = f'<a class="button" href="/trust?lang={language}">{escape(words["again"])}</a>'
        steps = "".join(self._system(one, language, request) for one in self.systems)
        print_ = f'<p class="trust-print">{_in_rows(fingerprint(authority))}</p>'
        limits = _text(words["limits"].format(name=name), "soft")
        return (
            done
            + _card(words["compare"], _text(words["compare_more"].format(name=name)) + print_)
            + _card(words["steps"], steps + again + limits)
        )

    def _system(self, system: _System, language: str, request: web.Request) -> str:
        agent = request.headers.get(hdrs.USER_AGENT, "")
        is_here = self._first_for(agent) is system
        title = escape(system["en"] if language == "en" else system["zh"])
        steps = "".join(f"<li>{_step(step)}</li>" for step in system["steps"][language])
        opened = " open" if is_here else ""
        return f"<details{opened}><summary>{title}</summary><ol>{steps}</ol></details>"

    def _first_for(self, agent: str) -> _System | None:
        """Return the kind of phone that a browser says it is on; Android says Linux as well."""
        return next((s for s in self.systems if any(a in agent for a in s["agents"])), None)


def installable(authority: x509.Certificate, ending: str) -> bytes:
    """Return an authority's certificate as a file with this ending holds it."""
    if ending == "pem":
        return authority.public_bytes(Encoding.PEM)
    der = authority.public_bytes(Encoding.DER)
    return der if ending == "crt" else _profile(authority, der)


def _profile(authority: x509.Certificate, der: bytes) -> bytes:
    """Return the profile by which iOS takes an authority; the same one for the same authority."""
    name, own_id = _called(authority), f"hub.ecohub.{authority.serial_number:x}"
    inner = {
        "PayloadType": "com.apple.security.root",
        "PayloadIdentifier": f"{own_id}.authority",
        "PayloadUUID": str(uuid5(NAMESPACE_URL, f"{own_id}.authority")).upper(),
        "PayloadVersion": 1,
        "PayloadDisplayName": name,
        "PayloadCertificateFileName": "ecohub.crt",
        "PayloadContent": der,
    }
    outer = {
        "PayloadType": "Configuration",
        "PayloadIdentifier": own_id,
        "PayloadUUID": str(uuid5(NAMESPACE_URL, own_id)).upper(),
        "PayloadVersion": 1,
        "PayloadDisplayName": name,
        "PayloadDescription": "Lets this device trust the ecohub of this home.",
        "PayloadContent": [inner],
    }
    return plistlib.dumps(outer)


def _in_rows(told: str) -> str:
    """Return a fingerprint in rows of eight pairs, which an eye can follow."""
    pairs = told.split()
    return " <br>".join(" ".join(pairs[i : i + 8]) for i in range(0, len(pairs), 8))


def _called(authority: x509.Certificate) -> str:
    [name] = authority.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(name.value)


def _language(request: web.Request) -> str:
    asked = request.query.get("lang", "")
    if asked in LANGUAGES:
        return asked
    wished = request.headers.get(hdrs.ACCEPT_LANGUAGE, "").lower()
    found = sorted((wished.find(one), one) for one in LANGUAGES if one in wished)
    return found[0][1] if found else "en"


def _card(title: str, content: str, more: str = "") -> str:
    return f'<section class="card {more}"><h2>{escape(title)}</h2>{content}</section>'


def _text(text: str, look: str = "") -> str:
    shown = f' class="{look}"' if look else ""
    return f"<p{shown}>{escape(text)}</p>"


def _step(text: str) -> str:
    shown = _BOLD.sub(r"<b>\1</b>", escape(text, quote=False))
    shown = _TYPED.sub(r"<code>\1</code>", shown)
    link = r'<br><a class="button" href="/trust/ecohub.\1">ecohub.\1</a>'
    return _BUTTON.sub(link, shown)
