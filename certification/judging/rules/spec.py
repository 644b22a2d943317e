"""ECO-SPEC: the product spec, and how a device sends it."""

from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import Final

from certification.judging.evidence import Document, Evidence, part_bytes
from certification.judging.rules.check import Ask, broken, judges, unclear, within
from certification.judging.traffic import Said
from certification.judging.verdicts import Observation
from protocol.design.names import check as check_names
from protocol.design.succession import compare
from protocol.json_text import MAX_BYTES
from protocol.messages import SpecGet, SpecPart
from protocol.product import digest
from protocol.product_model import Property
from protocol.rules import rule

PART_S: Final = 5.0
"""Longest time to a part, which is the ttl that hubs give; ECO/1 sets none."""

MOST_PART_BYTES: Final = 8192
_NUMBER_BYTES: Final = 24
"""The longest way to write a double."""

_BY_DOCUMENT: Final = {
    "ECO-SPEC-001": "is of an allowed size and depth",
    "ECO-SPEC-003": "has the form of a product spec",
    "ECO-SPEC-004": "has the parts that its class requires",
    "ECO-SPEC-005": "has units of the registry alone",
    "ECO-SPEC-006": "has ranges, enumerations and lengths that make sense",
    "ECO-SPEC-007": "has unique names",
    "ECO-SPEC-008": "has English titles",
    "ECO-SPEC-016": "has access that makes sense",
    "ECO-SPEC-017": "bounds what can be sent to the device",
}


def _documents(rule_id: str, says: str, e: Evidence) -> Iterator[Observation]:
    for document in e.documents.values():
        if document.raw is None:
            yield _missing(document)
            continue
        found = [v for v in document.violations if v.rule == rule_id]
        for each in found:
            what = f"the product spec: {each.detail}: {each.sample}"
            yield broken(document.lines, what, rule(rule_id).text, each.path)
        if not found and (document.product is None and digest(document.raw) != document.sha256):
            yield unclear(document.lines, "the bytes of the product spec are not those announced")
        elif not found and document.violations:
            yield unclear(document.lines, f"it breaks {document.violations[0].rule} first")
        elif not found:
            yield Observation(True, document.lines, f"the product spec {says}")


def _missing(document: Document) -> Observation:
    return unclear(document.lines, f"parts of the product spec {document.sha256[:8]} are missing")


for _rule, _says in _BY_DOCUMENT.items():
    judges(_rule, "the whole product spec, sent part by part", of_messages=True)(
        partial(_documents, _rule, _says)
    )


@judges("ECO-SPEC-002", "the whole product spec, sent part by part", of_messages=True)
def is_what_was_announced(e: Evidence) -> Iterator[Observation]:
    """Judge hash and length of what was sent; nothing beyond its end may come."""
    sizes = {a.message.spec.sha256: a for a in e.said_announces}
    for sha256, document in e.documents.items():
        announced = sizes[sha256]
        if document.raw is None:
            yield _missing(document)
            continue
        found = digest(document.raw)
        what = f"announced {sha256[:12]}.., the bytes sent have {found[:12]}.."
        lines = (announced.line, *document.lines)
        expected = rule("ECO-SPEC-002").text
        yield Observation(found == sha256, lines, what, expected, "spec.sha256")


@judges("ECO-SPEC-009", "a spec.get for the announced product spec", of_messages=True)
def sends_the_part(e: Evidence) -> Iterator[Observation]:
    """Judge the answer to each `spec.get` for the device's own product spec."""
    for asked in e.told(SpecGet):
        announced = e.announced_at(asked.at_ns)
        own = announced.message.spec if announced else None
        is_own = own is not None and own.sha256 == asked.message.sha256
        if own is None or not is_own or asked.message.offset >= own.bytes:
            continue
        answer = _answer(e, asked)
        size = len(part_bytes(answer.message.part) or b"") if answer else 0
        if answer is not None and not 1 <= size <= MOST_PART_BYTES:
            what = f"a part of {size} bytes" if size else "a part that is no base64"
            lines = (asked.line, answer.line)
            yield broken(lines, what, rule("ECO-SPEC-009").text, "part")
            continue
        name = f"spec.get at {asked.message.offset}"
        yield within(e, asked, PART_S, answer, Ask(name, "part", asked.link, "spec"))


def _answer(e: Evidence, asked: Said[SpecGet]) -> Said[SpecPart] | None:
    wanted = asked.message.sha256, asked.message.offset
    return next(
        (
            part
            for part in e.said(SpecPart)
            if part.line > asked.line and (part.message.sha256, part.message.offset) == wanted
        ),
        None,
    )


def _succession(rule_id: str, e: Evidence) -> Iterator[Observation]:
    for hook in e.hooks("new_firmware"):
        before = e.announced_at(hook.at_ns)
        after = next((a for a in e.said_announces if a.at_ns > hook.at_ns), None)
        if before is not None and after is not None and before.message.spec == after.message.spec:
            what = "with the new firmware the product spec is what it was"
            yield Observation(True, (before.line, hook.line, after.line), what)
    known = [d for d in e.documents.values() if d.product is not None]
    for one, two in pairwise(known):
        if one.product is None or two.product is None:
            continue
        found = [
            change
            for change in compare(one.product.spec, two.product.spec).changes
            if change.rule == rule_id
        ]
        lines = (*one.lines, *two.lines)
        for change in found:
            yield broken(lines, f"{change.path}: {change.detail}", change.fix, change.path)
        if not found:
            old, new = one.product.spec.version, two.product.spec.version
            yield Observation(True, lines, f"version {old} became {new}, and only added")


for _rule in ("ECO-SPEC-010", "ECO-SPEC-011"):
    judges(_rule, "a new firmware with another product spec")(partial(_succession, _rule))


@judges("ECO-SPEC-012", "the whole product spec, sent part by part", of_messages=True)
def names_of_its_own_are_marked(e: Evidence) -> Iterator[Observation]:
    """Judge names that are neither standard nor in a vendor's namespace."""
    for document in e.documents.values():
        if document.product is None:
            continue
        ids = {"name-without-vendor", "name-almost-standard"}
        found = [each for each in check_names(document.product.spec) if each.rule in ids]
        for each in found:
            yield broken(document.lines, each.detail, each.fix, each.path)
        if not found:
            what = "every name is a standard one or in a vendor's namespace"
            yield Observation(True, document.lines, what)


@judges("ECO-SPEC-018", "the whole product spec, sent part by part", of_messages=True)
def a_full_state_fits(e: Evidence) -> Iterator[Observation]:
    """Judge the largest full state that the product spec allows."""
    for document in e.documents.values():
        if document.product is None:
            continue
        parts = {a: document.product.properties[a] for a in document.product.readable}
        size = 160 + sum(len(address) + 4 + _most_bytes(part) for address, part in parts.items())
        what = f"a full state takes at most some {size} bytes"
        yield Observation(size <= MAX_BYTES, document.lines, what, f"{MAX_BYTES} bytes at most")


def _most_bytes(part: Property) -> int:
    """Return the longest way to write a value; a text without a length counts as empty."""
    if part.format == "string":
        return 2 + 4 * (part.max_length or 0)
    return 5 if part.format == "bool" else _NUMBER_BYTES
