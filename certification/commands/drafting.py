"""`ecohub certify init`: drafts the declaration of a device from what it tells of itself."""

import json
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from certification.commands import terminal
from certification.driving import declaration, parameters, speech
from certification.driving.declaration import Declaration, DeviceTable, Features, SpecTable, Timing
from certification.driving.desk import Desk, GaveUpError
from certification.driving.hooks import Hooks
from certification.driving.parameters import Parameters
from certification.errors import CertifyError, UsageError
from certification.suite import run
from certification.transcript.file import Line, Writer
from certification.transcript.packets import MQTT_5
from protocol.errors import ViolationError
from protocol.joining import normalise_code
from protocol.messages import Announce
from protocol.validator import CompiledProduct


@dataclass(frozen=True, slots=True)
class Draft:
    """What the command line asks for; the options of `ecohub certify init`."""

    code: str
    run: str | None
    folder: Path
    host: str
    scale: float
    level: int
    wait_s: float
    is_forced: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What a device has told of itself."""

    device: str
    announce: Announce
    document: bytes
    product: CompiledProduct
    has_mqtt5: bool


def command(draft: Draft, *, as_json: bool) -> int:
    """Draft the files and return the exit code."""
    _check(draft)
    private = Parameters.model_validate(
        {
            "setup_code": draft.code,
            "hooks": {"run": draft.run} if draft.run else {},
            "network": {"host": draft.host, "mdns": False},
            "timeouts": {"connect_s": draft.wait_s},
        }
    )
    found = terminal.ended(meet(draft, private))
    files = _write(draft, found)
    if as_json:
        terminal.print_json({name: str(file) for name, file in files.items()})
    else:
        for name, file in files.items():
            terminal.say(f"{name}: {file}")
    return 0


def declared(draft: Draft, found: Found) -> Declaration:
    """Return the declaration that a device deserves by its own words."""
    announce, product = found.announce, found.product
    writable = any(part.is_writable for part in product.properties.values())
    device = {
        "id": found.device,
        "vendor": announce.vendor,
        "product": announce.product,
        "hardware": announce.hardware,
        "firmware": announce.firmware,
        "protocol": "1.0",
        "level": draft.level,
    }
    return Declaration(
        device=DeviceTable.model_validate(device),
        features=Features(
            sleeper=announce.sleep is not None,
            gateway=product.spec.device_class == "gateway",
            commands=writable or bool(product.actions),
            actions=bool(product.actions),
            events=bool(product.events),
            notify=any("notify" in part.access for part in product.properties.values()),
            mqtt5=found.has_mqtt5,
            time_synced=announce.is_time_synced,
        ),
        timing=Timing(scale=draft.scale),
        spec=SpecTable(sha256=announce.spec.sha256, file=f"{_file_name(announce.product)}.json"),
        sleep=announce.sleep,
    )


def _check(draft: Draft) -> None:
    try:
        normalise_code(draft.code)
    except ViolationError as error:
        text = f"--code: {error.violation.detail}"
        raise UsageError(text, "give it as 1234-5678", "ECO-JOIN-001") from None
    for name in (declaration.FILE, parameters.FILE):
        if not draft.is_forced and (draft.folder / name).exists():
            remedy = "give --force to replace it, or another folder with --out"
            raise UsageError(f"{draft.folder / name} is there already", remedy, "file")


async def meet(draft: Draft, private: Parameters) -> Found:
    """Let the device join and read its announce and product spec."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (folder / "lines").open("wb") as file:
            writer = Writer(file, time.monotonic_ns, private.secrets())
            broker = run.make_broker("scripted", private, writer)
            async with (
                Hooks(private, writer, folder, None) as hooks,
                run.listening(private, broker, writer, hooks, terminal.tell) as door,
            ):
                if hooks.runs_device:
                    await hooks.do("start")
                terminal.tell(f"waiting {draft.wait_s:.0f} s for the device to join")
                waiting = broker.until(_is_joined, draft.wait_s, 0)
                device = _device_in(await hooks.while_it_runs(waiting), hooks)
                named = _nobody(device, draft.scale)
                chance = Random(0)  # noqa: S311 - nothing is drawn
                desk = Desk(named, private.timeouts, writer, broker, door, hooks, chance)
                return await _read(desk, device)


async def _read(desk: Desk, device: str) -> Found:
    for line in desk.writer.lines:
        desk.parties.see(line)
    try:
        await desk.up()
        await speech.interview(desk, desk.device)
    except GaveUpError as error:
        remedy = "mend that first: SPEC.md, sections 2, 7 and 8, say how it should be"
        raise CertifyError(f"{device}: {error}", remedy, "device") from None
    product, document = desk.device.product, desk.device.document
    announce = desk.device.announce()
    if product is None or announce is None:
        raise CertifyError(f"{device}: its announce cannot be read", "see SPEC.md, section 7")
    return Found(device, announce, document, product, _tries_mqtt5(desk.writer.lines))


def _is_joined(line: Line) -> bool:
    return line.kind == "http" and line.fields["call"] == 1 and line.fields["way"] == "in"


def _device_in(line: Line | None, hooks: Hooks) -> str:
    body = None if line is None else line.fields.get("body")
    if isinstance(body, dict) and isinstance(body.get("device"), str):
        return str(body["device"])
    what = hooks.end_of_run() or "no device has called the join desk"
    remedy = "have it join the hub at the url above; --host says which address it can reach"
    last = f"; the last it said: {said}" if (said := hooks.last_said()) else ""
    raise CertifyError(what + last, remedy, "device")


def _tries_mqtt5(lines: list[Line]) -> bool:
    connects = [x for x in lines if x.kind == "packet" and x.fields["type"] == "CONNECT"]
    return any(x.fields["decoded"].get("level") == MQTT_5 for x in connects)


def _nobody(device: str, scale: float) -> Declaration:
    """Return a declaration of nothing but the id, to go on with."""
    return Declaration(
        device=DeviceTable(
            id=device,
            vendor="-",
            product="-",
            hardware="-",
            firmware="-",
            protocol="1.0",
            level=1,
        ),
        features=Features(
            sleeper=False,
            gateway=False,
            commands=False,
            actions=False,
            events=False,
            notify=False,
        ),
        timing=Timing(scale=scale),
        spec=SpecTable(sha256="0" * 64),
    )


def _write(draft: Draft, found: Found) -> dict[str, Path]:
    whole = declared(draft, found)
    contents = {
        "declaration": (declaration.FILE, whole.toml().encode()),
        "product spec": (whole.spec.file or "", found.document),
        "private": (parameters.FILE, _private(draft).encode()),
    }
    files: dict[str, Path] = {}
    try:
        draft.folder.mkdir(parents=True, exist_ok=True)
        for kind, (name, content) in contents.items():
            files[kind] = draft.folder / name
            _put(files[kind], content, is_private=kind == "private")
    except OSError as error:
        what = error.filename or draft.folder
        text = f"{what} cannot be written: {error.strerror}"
        raise CertifyError(text, "give a folder of yours with --out", "file") from None
    return files


def _put(file: Path, content: bytes, *, is_private: bool) -> None:
    """Write a file whole or not at all; a private one is for its owner's eyes alone."""
    number, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(number, "wb") as opened:
            opened.write(content)
        if not is_private:
            Path(name).chmod(0o644)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _private(draft: Draft) -> str:
    """Return the file of secrets and hooks, with what can be added to it."""
    run_line = f"run = {json.dumps(draft.run)}" if draft.run else f"# run = {_EXAMPLE_RUN}"
    return _PRIVATE.format(code=json.dumps(draft.code), run=run_line, host=json.dumps(draft.host))


def _file_name(product: str) -> str:
    kept = "".join(char if char.isascii() and char.isalnum() else "-" for char in product)
    return kept.strip("-").lower() or "product"


_EXAMPLE_RUN: Final = '"python3 my_device.py"'

_PRIVATE: Final = """\
# How to try the device, for `ecohub certify`. Not to be shared: it holds the setup code.

setup_code = {code}

[hooks]
# Commands for the shell. They find the hub in $ECOHUB_URL, the code in $ECOHUB_CODE, and what is
# wanted of `button`, an address, in $ECO_WANTED. What no hook does, a person is asked to do.
# `run` is the device while it runs; start, stop and power_cycle follow from it, and what ends by
# new_firmware is started again.
{run}
# start = "..."
# stop = "..."
# power_cycle = "..."
# factory_reset = "..."
# button = "..."
# new_firmware = "..."
# second_unit = "..."
# sensor_lost = "..."
# child_lost = "..."
# child_removed = "..."

[network]
host = {host}
"""
