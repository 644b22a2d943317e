"""Why a MIoT document cannot be imported at all.

* MiotError
  - TooLargeError       more bytes, levels or parts than an instance has
  - NotJsonError        the bytes are no JSON, or say one thing twice
  - NotAnInstanceError  it is JSON, but no instance of MIoT-Spec-V2
  - NothingLeftError    it is an instance of which nothing could be imported
"""

from typing import ClassVar

from protocol.errors import ProtocolError, printable


class MiotError(ProtocolError):
    """A document that cannot be imported.

    Attributes:
        code: The same for programs.
        path: Where in the document, such as `services.2`; `document` for the whole.
        detail: What is wrong there, in one sentence.
        fix: What to do about it.
    """

    code: ClassVar[str] = "miot-refused"

    def __init__(self, path: str, detail: str, fix: str) -> None:
        shown = printable(path)
        super().__init__(f"{shown}: {detail}; {fix}")
        self.path, self.detail, self.fix = shown, detail, fix


class TooLargeError(MiotError):
    """More bytes, levels or parts than an instance has."""

    code = "miot-too-large"


class NotJsonError(MiotError):
    """The bytes are no JSON, or say one thing twice."""

    code = "miot-not-json"


class NotAnInstanceError(MiotError):
    """It is JSON, but no instance of MIoT-Spec-V2."""

    code = "miot-not-an-instance"


class NothingLeftError(MiotError):
    """It is an instance of which nothing could be imported."""

    code = "miot-nothing-left"
