"""Runs the command line in this process, as `ecohub ...` would."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from typer.testing import CliRunner

from hub.cli.commands import build
from tests.hub.api.bench import Bench
from tests.hub.cli.fake_hub import TOKEN, FakeHub


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


def ecohub(*words: str) -> Ended:
    result = CliRunner(env={"TERM": "dumb"}).invoke(build(words), words)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ended(result.exit_code, result.stdout, result.stderr)


async def at(hub: FakeHub | Bench, *words: str, token: str = TOKEN) -> Ended:
    """Run a command against a hub, as a rule a fake one, beside its loop."""
    access: Sequence[str] = ("--hub", hub.url, "--token", token)
    return await asyncio.to_thread(ecohub, *words, *access)


async def run(home: Bench, *words: str) -> Ended:
    """Run a command against a real hub, beside its loop."""
    return await at(home, *words, token=home.token)
