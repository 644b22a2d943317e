"""The command line: `ecohub`."""

import sys

from hub.cli.commands import build


def main() -> None:
    """Run the command line of this process and exit."""
    build(sys.argv[1:])(prog_name="ecohub")
