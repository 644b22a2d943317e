"""The lamp for a microcontroller, under MicroPython: against the wire vectors and certification."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.processes import ROOT
from tests.protocol.test_vectors import payload_of, vectors

LAMP = ROOT / "examples" / "microcontroller"
LONGEST = 1_000_000
"""Longer payloads never come so far: `mqtt.py` drops them."""

START = "import sys, micropython_unix; sys.exit(micropython_unix.main())"
MICROPYTHON = (sys.executable, "-c", START, "-X", "heapsize=32m")
SMALL = (*MICROPYTHON[:3], "-X", "heapsize=256k")

pytestmark = pytest.mark.skipif(
    find_spec("micropython_unix") is None and os.environ.get("CI") != "true",
    reason="no MicroPython on this machine",
)

READS_VECTORS = """
import json, sys
sys.path.append(sys.argv[1])
from binascii import unhexlify
import eco, payload
with open(sys.argv[2]) as file:
    for line in file:
        vector = json.loads(line)
        if "code" in vector:
            given = [vector[name] for name in ("device", "device_nonce", "hub_nonce")]
            found = [eco.proof(vector["code"], role, *given) for role in ("device", "hub")]
        else:
            found = payload.read(unhexlify(vector["hex"]))
        print(json.dumps(found))
"""

COMPILES = """
import sys
for name in sys.argv[1:]:
    with open(name) as file:
        compile(file.read(), name, "exec")
"""

RUN = """\
rm -f off; trap 'touch off' TERM
(trap '' TERM; SCALE=0.02 exec {micropython} lamp.py) & wait; wait"""

UPDATE = """\
sed -i 's/"version": 1/"version": 2/; s/Example lamp/Example lamp, newer/' product.json
sed -i 's/1\\.0\\.0/1.0.1/' lamp.py
touch off
"""


def run(*command: str, folder: Path) -> str:
    ended = subprocess.run(  # noqa: S603 - our own
        command, cwd=folder, capture_output=True, text=True, timeout=200, check=False
    )
    assert ended.returncode == 0, f"{ended.stdout}\n{ended.stderr}"
    return ended.stdout


def ecohub(*arguments: str, folder: Path) -> str:
    return run(sys.executable, "-m", "hub.cli", *arguments, folder=folder)


def is_readable(vector: dict[str, Any]) -> bool:
    return not str(vector.get("rule", "")).startswith("ECO-CODEC-")


@pytest.mark.parametrize("python", [(sys.executable,), MICROPYTHON], ids=["cpython", "micropython"])
def test_payloads_and_proofs_are_those_of_the_vectors(
    tmp_path: Path, python: tuple[str, ...]
) -> None:
    payloads = [vector for vector in vectors() if len(payload_of(vector)) <= LONGEST]
    proofs = vectors("joining")
    lines = [json.dumps({"hex": payload_of(vector).hex()}) for vector in payloads]
    (tmp_path / "vectors").write_text("\n".join([*lines, *map(json.dumps, proofs)]))
    (tmp_path / "reads.py").write_text(READS_VECTORS)
    printed = run(*python, "reads.py", str(LAMP), "vectors", folder=tmp_path).splitlines()
    found = [json.loads(line) for line in printed]
    assert len(found) == len(payloads) + len(proofs)
    for vector, told in zip(payloads, found, strict=False):
        expected = json.loads(payload_of(vector)) if is_readable(vector) else {}
        assert told == expected, vector["name"]
    for vector, told in zip(proofs, found[len(payloads) :], strict=True):
        assert told == [vector["device_proof"], vector["hub_proof"]]


def test_every_file_is_micropython(tmp_path: Path) -> None:
    (tmp_path / "compiles.py").write_text(COMPILES)
    files = sorted(map(str, LAMP.glob("*.py")))
    assert str(LAMP / "board.py") in files
    run(*MICROPYTHON, "compiles.py", *files, folder=tmp_path)


def test_readme_counts_its_lines() -> None:
    text = (LAMP / "README.md").read_text("utf-8")
    for file in LAMP.rglob("*.py"):
        row = next(x for x in text.splitlines() if x.startswith(f"| `{file.relative_to(LAMP)}`"))
        assert row.endswith(f"| {len(file.read_text().splitlines())} |")


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_lamp_is_dependable(tmp_path: Path) -> None:
    folder = tmp_path / "lamp"
    shutil.copytree(LAMP, folder)
    shutil.copy(LAMP / "unix" / "board.py", folder / "board.py")
    shutil.copytree(folder, folder / "original")
    (folder / "update.sh").write_text(UPDATE)
    run_lamp = RUN.format(micropython=shlex.join(SMALL))
    asked = ("--code", "1234-5678", "--scale", "0.02", "--level", "2", "--run", run_lamp)
    ecohub("certify", "init", *asked, folder=folder)
    hooks = {
        "button": "touch press",
        "factory_reset": "rm -f memory.json; cp original/*.* .",
        "new_firmware": "sh update.sh",
    }
    private = folder / "device.eco.private.toml"
    lines = "".join(f"{name} = {json.dumps(command)}\n" for name, command in hooks.items())
    private.write_text(private.read_text().replace("[hooks]\n", f"[hooks]\n{lines}"))
    facts = json.loads(ecohub("certify", "run", "--ci", "--json", folder=folder))["runs"][0]
    assert [rule for rule, verdict in facts["verdicts"].items() if verdict == "fail"] == []
    assert facts["level_reached"] == 2
