"""A disk of its own for a data folder: small, or read-only, seen only by whoever is let in."""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

READY = "mounted"


@dataclass(frozen=True)
class Volume:
    """A mounted tmpfs.

    Attributes:
        prefix: The command that runs another one where the volume is seen.
        place: Where it is found from outside.
    """

    prefix: Sequence[str]
    place: Path

    def fill(self) -> None:
        """Leave no byte free."""
        with self._ballast.open("ab", buffering=0) as file:
            for size in (65_536, 4_096, 1):
                with suppress(OSError):
                    while file.write(bytes(size)):
                        pass

    def drop(self) -> None:
        """Give the room back."""
        self._ballast.unlink()

    @property
    def _ballast(self) -> Path:
        return self.place / "ballast"


@contextmanager
def volume(place: Path, options: str) -> Iterator[Volume]:
    """Mount a tmpfs at `place` for those alone who are let in, as long as the block lives.

    Skips the test where that cannot be.
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
            yield Volume(
                (nsenter, f"--mount=/proc/{holder.pid}/ns/mnt", f"--wd={Path.cwd()}"),
                Path(f"/proc/{holder.pid}/root/{place}"),
            )
        finally:
            holder.communicate(timeout=5)
