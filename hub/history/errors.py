"""Errors of the history, each with the code under which the API reports it.

* HistoryError
  - HistoryOffError       history-off: nothing is recorded in this home
  - HistorySlowError      history-slow: no answer in time
  - AddressUnknownError   property-unknown: the device has no such property
  - NotRecordedError      not-recorded: the property is there, but is not recorded
"""

from collections.abc import Sequence
from typing import ClassVar


class HistoryError(Exception):
    """A question to the history that has no answer.

    Attributes:
        code: Stable code for programs.
        status: HTTP status that fits.
        remedy: What the caller can do about it.
    """

    code: ClassVar[str]
    status: ClassVar[int]

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


class HistoryOffError(HistoryError):
    """Nothing is recorded in this home."""

    code = "history-off"
    status = 409

    def __init__(self) -> None:
        super().__init__("this hub records no history", "set is_on = true in [history] of hub.toml")


class HistorySlowError(HistoryError):
    """No answer came in time: the disk is slow, or too much is asked at once."""

    code = "history-slow"
    status = 503

    def __init__(self, limit_s: float) -> None:
        super().__init__(
            f"the history has not answered within {limit_s:g} s",
            "ask for a shorter time or fewer properties, or try again later",
        )


class AddressUnknownError(HistoryError):
    """The device has no such property."""

    code = "property-unknown"
    status = 404

    def __init__(self, device: str, address: str, close: Sequence[str]) -> None:
        spec = f"GET /api/v1/devices/{device}/spec names them"
        hint = f"did you mean {' or '.join(close)}?" if close else spec
        super().__init__(f"{device} has no property {address}", hint)
        self.device, self.address, self.close = device, address, tuple(close)


class NotRecordedError(HistoryError):
    """The property is there, but nothing of it is recorded."""

    code = "not-recorded"
    status = 409
