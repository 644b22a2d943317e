"""What keeps a device from being certified here that is no fault of the device.

* CertifyError     the harness cannot do its work: a port, a hook, a file that cannot be written
  - UsageError     the command line, the declaration or the parameters make no sense
  - PaperError     a certificate, key or registry is refused: certification/papers/errors.py
"""

from typing import ClassVar


class CertifyError(Exception):
    """Something for a person to read.

    Attributes:
        exit_code: What the program ends with.
        code: Short name for programs.
        remedy: What to do about it.
    """

    exit_code: ClassVar[int] = 3
    code: str = "harness"

    def __init__(self, text: str, remedy: str = "", code: str = "") -> None:
        super().__init__(text)
        self.text, self.remedy = text, remedy
        self.code = code or self.code


class UsageError(CertifyError):
    """What the person gave makes no sense; nothing was tried."""

    exit_code = 4
    code = "usage"
