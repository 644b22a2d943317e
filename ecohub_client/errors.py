"""What can go wrong between a program and a hub.

* HubError
  - UnreachableError     no hub answers, or not in time; what was asked may have happened
    - StreamClosedError  the stream has ended, with its code
  - ProblemError         the hub does not do it, and says why (RFC 9457)
  - CommandError         a command ended otherwise than asked, or has not ended in time
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from ecohub_client.shapes import Problem, ProblemItem, Receipt


CUT: Final = 1006
"""What RFC 6455 has for a line that ended without a close frame."""


class HubError(Exception):
    """Something that keeps a program from what it asked of a hub."""


class UnreachableError(HubError):
    """No hub answers, or not in time; what was asked may have happened all the same."""


class StreamClosedError(UnreachableError):
    """The stream has ended: the hub has hung up, or the line is broken.

    Attributes:
        code: The hub's close code, such as 4401 for a token that it does not take; 1006 for a
            line that is broken.
        text: What it says to people; may be empty.
    """

    def __init__(self, code: int, text: str) -> None:
        how = "the line to the hub is broken" if code == CUT else "the hub closed the stream"
        why = text or ("" if code == CUT else str(code))
        super().__init__(f"{how}: {why}" if why else how)
        self.code, self.text = code, text


class ProblemError(HubError):
    """The hub does not do it, and says why.

    Attributes:
        status: Of the HTTP answer.
        code: Stable, for programs; a rule id where a rule was broken.
        detail: One sentence, for people.
        remedy: What to do about it; may be empty.
        path: The field it is about, such as `properties.fan.level`; may be empty.
        errors: All that is wrong, where it is more than one thing.
        retry_after_s: After how many seconds the same may be tried again, if the hub says so.
    """

    def __init__(self, told: "Problem", retry_after_s: float | None = None) -> None:
        super().__init__(f"{told['detail']} ({told['code']})")
        self.status, self.code = told["status"], told["code"]
        self.detail, self.remedy = told["detail"], told["remedy"]
        self.path: str = told.get("path", "")
        self.errors: list[ProblemItem] = told.get("errors", [])
        self.retry_after_s = retry_after_s


class CommandError(HubError):
    """A command ended otherwise than applied or confirmed, or has not ended in time.

    Attributes:
        receipt: How far it has come; not final if it may still happen.
    """

    def __init__(self, receipt: "Receipt") -> None:
        how = "ended" if receipt["is_final"] else "is still"
        faults = [item.get("message") or item.get("error", "") for item in receipt["items"]]
        why = "; ".join(text for text in [receipt["reason"], *faults] if text)
        device, status = receipt["device"], receipt["status"]
        super().__init__(f"the command to {device} {how} {status}{': ' if why else ''}{why}")
        self.receipt = receipt


def problem_of(content: object, status: int, retry_after: str | None = None) -> ProblemError:
    """Return the error for an answer that says no, be it a problem or something else."""
    told: Problem = {
        "type": "about:blank",
        "title": "",
        "status": status,
        "detail": f"the hub answers {status}",
        "code": f"http-{status}",
        "remedy": "",
    }
    if isinstance(content, Mapping):
        told = cast("Problem", {**told, **content})
    wait = retry_after or ""
    return ProblemError(told, float(wait) if wait.isdecimal() else None)
