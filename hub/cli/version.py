"""`ecohub version`."""

import platform
from importlib.metadata import version as version_of

from hub.cli.options import AsJson
from hub.cli.output import out, print_json
from protocol.version import PROTOCOL


def version(*, as_json: AsJson = False) -> None:
    """Versions of ecohub, of the protocol it speaks, and of Python."""
    report = {
        "ecohub": version_of("ecohub"),
        "protocol": str(PROTOCOL),
        "python": platform.python_version(),
    }
    if as_json:
        print_json(report)
        return
    out.print(f"ecohub {report['ecohub']}, protocol ECO/{PROTOCOL}, Python {report['python']}")
