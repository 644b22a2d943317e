"""A disk of its own for a data folder: small, or read-only, seen only by whoever is let in."""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

READY = "mounted"


@contextmanager
def volume(place: Path, options: str) -> Iterator[Sequence[str]]:
    """Give the command that runs another one where a tmpfs is mounted at `place`.

    It lives as long as the block does; what is in it is found under `/proc/<pid>/root` of whoever
    was let in. Skips the test where namespaces cannot be made.
    """
    unshare, nsenter = shutil.which("unshare"), shutil.which("nsenter")
    if unshare is None or nsenter is None:
        pytest.skip("unshare and nsenter of util-linux are needed")
    place.mkdir(parents=True, exist_ok=True)
    script = 'mount -t tmpfs -o "$1" tmpfs "$2" && echo "$3" && exec cat'
    with subprocess.Popen(  # noqa: S603 - our own words
        [unshare, "--mount", "sh", "-c", script, "sh", options, str(place), READY],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        if holder.stdout.readline().strip() != READY:
            _, why = holder.communicate(timeout=5)
            pytest.skip(f"no volume can be mounted here: {why.strip()}")
        try:
            yield (nsenter, f"--mount=/proc/{holder.pid}/ns/mnt", f"--wd={Path.cwd()}")
        finally:
            holder.communicate(timeout=5)
