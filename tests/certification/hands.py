"""A hook: does to a simulated device what hands would, by its control socket.

Run as a file: SOCKET COMMAND WORD. Ends with 1 where the device cannot do it.
"""

import json
import socket
import sys


def main() -> None:
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(5.0)
        line.connect(sys.argv[1])
        line.sendall(" ".join(sys.argv[2:]).encode() + b"\n")
        with line.makefile("rb") as answers:
            sys.exit(0 if json.loads(answers.readline())["ok"] else 1)


main()
