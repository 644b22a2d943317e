"""What the API answers when it does not do what was asked, as RFC 9457 has it.

* ProblemError    carries one problem, with the status and headers of its answer
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from pydantic import ValidationError

from hub.api.flaws import flaws
from hub.api.models import Problem
from hub.core.automations.errors import UnfitError
from hub.core.errors import BatchRefusedError, RefusedError, RequestError
from hub.history import HistoryError
from hub.joining import JoinError
from hub.store import StoreError
from protocol.errors import Violation, ViolationError

MEDIA_TYPE: Final = "application/problem+json"

ITEMS_LIMIT: Final = 32
"""So many of the things wrong with one request are told."""

UNDECLARED: Final = frozenset({"ECO-CMD-001", "ECO-CMD-002", "ECO-CMD-003", "ECO-CMD-004"})
"""A command names what the product spec does not declare, or not as writable."""

_LATER: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})

CHALLENGE: Final = 'Bearer realm="ecohub"'
"""What a 401 asks for."""

RULES_AT: Final = "/api/v1/rules/"


class ProblemError(Exception):
    """A request is answered with a problem.

    Attributes:
        problem: What is told.
        headers: Headers that the status asks for, such as `Allow`.
    """

    def __init__(self, problem: Problem, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{problem['status']} {problem['code']}: {problem['detail']}")
        self.problem, self.headers = problem, headers or {}

    @property
    def status(self) -> int:
        """The status of the answer."""
        return self.problem["status"]


def problem(status: int, code: str, detail: str, remedy: str) -> Problem:
    """Make a problem; `code` is a rule id or one of the API's own codes."""
    is_rule = code.startswith("ECO-")
    return {
        "type": f"{RULES_AT}{code}" if is_rule else f"urn:ecohub:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "remedy": remedy,
    }


def refused(
    status: int, code: str, detail: str, remedy: str, headers: Mapping[str, str] | None = None
) -> ProblemError:
    """Make the error that answers a request with a problem."""
    return ProblemError(problem(status, code, detail, remedy), headers)


def of_request(error: RequestError | HistoryError) -> ProblemError:
    """Tell why the core does not take a command, or the history has no answer."""
    if isinstance(error, RefusedError):
        return of_violations(error.violations, error.remedies, _refusal(error))
    if isinstance(error, BatchRefusedError):
        return _of_batch(error)
    if isinstance(error, UnfitError):
        return _of_unfit(error)
    headers = {"Retry-After": "1"} if error.status in _LATER else {}
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers = {"WWW-Authenticate": CHALLENGE}
    return refused(error.status, error.code, str(error), error.remedy, headers)


def _of_batch(error: BatchRefusedError) -> ProblemError:
    told = problem(error.status, error.code, str(error), error.remedy)
    told["errors"] = [
        {
            "code": one.code,
            "path": f"commands.{place}",
            "detail": str(one),
            "remedy": one.remedy,
        }
        for place, one in error.problems[:ITEMS_LIMIT]
    ]
    told["path"] = told["errors"][0]["path"]
    return ProblemError(told)


def _of_unfit(error: UnfitError) -> ProblemError:
    """Tell what is wrong with an automation, and where: 422 if a value breaks a rule."""
    status = HTTPStatus.UNPROCESSABLE_ENTITY if error.is_value_wrong else error.status
    if error.code in {"right-missing", "wearer-only"}:
        status = HTTPStatus.FORBIDDEN
    told = problem(status, error.code, str(error), error.remedy)
    told["path"] = error.flaws[0].path
    if len(error.flaws) > 1:
        told["errors"] = [
            {"code": flaw.code, "path": flaw.path, "detail": flaw.detail, "remedy": flaw.remedy}
            for flaw in error.flaws[:ITEMS_LIMIT]
        ]
    return ProblemError(told)


def of_violations(
    violations: Sequence[Violation], remedies: Sequence[str], status: int
) -> ProblemError:
    """Tell which rules a request breaks; the first one names the problem."""
    first = violations[0]
    told = problem(status, first.rule, first.detail, remedies[0])
    told["path"] = _path(first.path)
    if len(violations) > 1:
        told["errors"] = [
            {"code": v.rule, "path": _path(v.path), "detail": v.detail, "remedy": remedy}
            for v, remedy in zip(violations[:ITEMS_LIMIT], remedies, strict=False)
        ]
    return ProblemError(told)


def of_malformed(error: ViolationError) -> ProblemError:
    """Tell why a body is no JSON object that can be read."""
    remedies = [violation.fix for violation in error.violations]
    return of_violations(error.violations, remedies, HTTPStatus.BAD_REQUEST)


def of_invalid(error: ValidationError, body: object, document: str = "openapi") -> ProblemError:
    """Tell which fields of a body are wrong, and which document says what may be there."""
    items = flaws(error, body)
    first = items[0]
    remedy = f"GET /api/v1/{document}.json says what the body may hold"
    told = problem(HTTPStatus.UNPROCESSABLE_ENTITY, "body-invalid", first["detail"], remedy)
    told["path"] = first["path"]
    if len(items) > 1:
        told["errors"] = items[:ITEMS_LIMIT]
    return ProblemError(told)


def of_store(error: StoreError) -> ProblemError:
    """Tell that something could not be made durable, so it was not done."""
    headers = {"Retry-After": "5"}
    return refused(HTTPStatus.SERVICE_UNAVAILABLE, error.code, error.what, error.remedy, headers)


def of_joining(error: JoinError) -> ProblemError:
    """Tell why a device is not let in."""
    headers = {"Retry-After": "10"} if error.status == HTTPStatus.TOO_MANY_REQUESTS else {}
    return refused(error.status, error.code, error.what, error.remedy, headers)


def internal() -> ProblemError:
    """Tell that the hub has made a mistake, and nothing of what it was."""
    detail = "the hub made a mistake of its own; its log says which"
    return refused(
        HTTPStatus.INTERNAL_SERVER_ERROR, "internal-error", detail, "try again, and report it"
    )


def _refusal(error: RefusedError) -> int:
    """Return the status that fits what was refused.

    422 for values that break a rule; names that the product does not have conflict with it
    (RFC 5789, 2.2); an action that it does not have is not found.
    """
    rules = {violation.rule for violation in error.violations}
    if rules == {"ECO-CMD-003"}:
        return HTTPStatus.NOT_FOUND
    return HTTPStatus.CONFLICT if rules <= UNDECLARED else error.status


def _path(path: str) -> str:
    """Name a place in the body as the client wrote it: the wire's `values` are `properties`."""
    top, dot, rest = path.partition(".")
    return f"properties{dot}{rest}" if top == "values" else path
