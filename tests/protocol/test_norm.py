"""SPEC.md says what the catalogue and the code say, no more and no less."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from protocol import topics
from protocol.codec import decode
from protocol.errors import SAMPLE_LIMIT
from protocol.ids import DEVICE_ID, RESERVED, DeviceId
from protocol.joining import (
    JoinChallenge,
    JoinGrant,
    JoinProof,
    JoinRequest,
    proof,
)
from protocol.messages import (
    QOS,
    RETAINED,
    Ack,
    ActionCommand,
    Announce,
    Birth,
    Event,
    Message,
    Presence,
    SetCommand,
    SpecGet,
    SpecPart,
    State,
    Verdict,
)
from protocol.presence import Evidence
from protocol.presence import Presence as Reach
from protocol.product import digest, parse_product
from protocol.receipt import Status, Step
from protocol.rules import rules, withdrawn
from protocol.topics import UP, Leaf
from protocol.units import UNITS
from tests.protocol import norm

ROOT = Path(__file__).parents[2]
SENTENCES = re.findall(r"^- \[(ECO-[A-Z]+-[0-9]{3})\] (.*)$", norm.TEXT, re.MULTILINE)
KEYWORD = re.compile(r"\b(?:MUST|SHOULD|SHALL|MAY|REQUIRED|RECOMMENDED|OPTIONAL)\b")
DEVICE = DeviceId("acme-socket-00c0ffee")


def test_every_sentence_is_an_entry_and_every_entry_a_sentence() -> None:
    assert len(SENTENCES) == len({rule_id for rule_id, _ in SENTENCES})
    assert dict(SENTENCES) == {entry.id: entry.text for entry in rules().values()}


def test_no_keyword_stands_outside_a_numbered_sentence() -> None:
    rest = re.sub(r"^- \[ECO-.*$", "", norm.TEXT, flags=re.MULTILINE)
    assert KEYWORD.findall(rest) == []


def test_every_rule_that_the_text_names_exists() -> None:
    assert set(re.findall(r"ECO-[A-Z]+-[0-9]{3}", norm.TEXT)) == {*rules(), *withdrawn()}


def test_the_tables_are_those_of_the_code() -> None:
    script = ROOT / "scripts" / "spec.py"
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, script, "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_presence_and_receipt_tables_have_every_pair() -> None:
    reach = norm.tables(norm.section("Presence"))[1]
    assert reach[0] == ["", *Reach]
    assert [row[0].strip("`") for row in reach[1:]] == list(Evidence)
    receipt, steps = norm.tables(norm.section("Receipts"))
    assert receipt[0] == ["", *Status]
    assert [row[0].strip("`") for row in receipt[1:]] == list(Step)
    assert [row[0].strip("`") for row in steps[1:]] == list(Step)


def test_the_topics_are_those_of_the_code() -> None:
    _, *rows = norm.tables(norm.section("Topics"))[0]
    told = {row[0].strip("`"): (row[1].split(",")[0], int(row[2]), row[3] == "yes") for row in rows}
    assert told == {
        topics.build(DEVICE, leaf).replace(DEVICE, "<device>"): (
            "device" if leaf in UP else "hub",
            QOS[leaf],
            leaf in RETAINED,
        )
        for leaf in Leaf
    }
    assert f"`{DEVICE_ID}`" in norm.section("Topics")
    assert all(f"`{word}`" in norm.section("Topics") for word in RESERVED)


@pytest.mark.parametrize(
    ("title", "model", "table"),
    [
        ("Announce", Announce, 0),
        ("Transfer", SpecPart, 0),
        ("Presence", Presence, 0),
        ("State", State, 0),
        ("Events", Event, 0),
        ("Acks", Ack, 0),
        ("Verdicts", Verdict, 0),
        ("Birth", Birth, 0),
    ],
)
def test_the_fields_of_a_message_are_those_of_the_code(
    title: str, model: type[Message], table: int
) -> None:
    _, *rows = norm.tables(norm.section(title))[table]
    assert [row[0].strip("`") for row in rows] == list(model.model_fields)
    for name, _, required, _ in rows:
        assert required.strip("`") == _default(model, name.strip("`"))


def test_the_fields_of_commands_are_those_of_the_code() -> None:
    common, by_type = norm.tables(norm.section("Commands"))
    models: dict[str, type[Message]] = {
        "set": SetCommand,
        "action": ActionCommand,
        "spec.get": SpecGet,
    }
    shared = {row[0].strip("`") for row in common[1:]}
    for kind, model in models.items():
        own = {row[1].strip("`") for row in by_type[1:] if row[0] == f"`{kind}`"}
        assert own | shared == set(model.model_fields)
    for kind, name, _, required, _ in by_type[1:]:
        assert required.strip("`") == _default(models[kind.strip("`")], name.strip("`"))


def test_the_limit_of_samples_is_that_of_the_code() -> None:
    assert f"at most {SAMPLE_LIMIT} characters" in norm.section("Verdicts")


def test_the_units_are_all_there() -> None:
    _, *rows = norm.tables(norm.section("Units"))[0]
    assert [row[0].strip("`") for row in rows] == list(UNITS)


def test_the_example_product_is_one() -> None:
    (line,) = norm.block("product")
    spec = parse_product(line.encode())
    assert spec.device_class == "smart_plug"


def test_the_example_proofs_are_right() -> None:
    told = dict(re.split(r" {2,}", line) for line in norm.block("proof"))
    nonces = told["device nonce"], told["hub nonce"]
    device = DeviceId(told["device"])
    assert told["device proof"] == proof("device", "1234-5678", *nonces, device)
    assert told["hub proof"] == proof("hub", "1234-5678", *nonces, device)
    asked = JoinRequest.model_validate_json("\n".join(norm.block("join request")))
    answer = JoinChallenge.model_validate_json("\n".join(norm.block("join challenge")))
    assert (asked.device, asked.nonce, answer.nonce) == (device, *nonces)
    shown = JoinProof.model_validate_json("\n".join(norm.block("join proof")))
    grant = JoinGrant.model_validate_json("\n".join(norm.block("join grant")))
    assert (shown.proof, grant.proof) == (told["device proof"], told["hub proof"])
    assert shown.session == answer.session


def test_every_message_of_the_worked_sessions_is_good() -> None:
    shown = [block.lines[0].encode() for block in norm.blocks() if block.kind.endswith("product")]
    documents = {digest(document): len(document) for document in shown}
    kinds = set()
    for kind, lines in norm.blocks():
        if kind in {"up", "down", "will"}:
            topic, payload = lines
            decoded = decode(topic, payload.encode())
            assert decoded.unknown == ()
            assert (decoded.topic.leaf in UP) == (kind != "down")
            kinds.add(decoded.topic.leaf)
            if isinstance(decoded.message, Announce):
                spec = decoded.message.spec
                assert documents[spec.sha256] == spec.bytes
    assert kinds == set(Leaf) - {Leaf.UPDATE}


def _default(model: type[Message], name: str) -> str:
    field = model.model_fields[name]
    if field.is_required():
        return "yes"
    default = repr(field.get_default(call_default_factory=True))
    return {"None": "none", "False": "false", "()": "[]"}.get(default, default)
