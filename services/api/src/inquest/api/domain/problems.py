"""From errors to what a client is told. Pure."""

from pydantic import ValidationError

from inquest.api.domain.requests import Problem
from inquest.api.errors import Busy, NotAllowed, TooLarge
from inquest.contracts.errors import Impossible, InquestError, NotFound, RetryLater
from inquest.identity import Forbidden, RateLimited, Unauthenticated

# The first class that fits counts, so special ones come before what they derive from.
_TABLE: tuple[tuple[type[InquestError], int, str, str], ...] = (
    (
        Unauthenticated,
        401,
        "unauthenticated",
        "ask an admin of Inquest for a key with a role and your tenant: `inquest keys new`",
    ),
    (Forbidden, 403, "forbidden", "ask an admin of Inquest for a key with this role, tenant and scope"),
    (
        NotFound,
        404,
        "not-found",
        "list what there is: GET /v1/incidents or /v1/investigations, `inquest incidents` or `inquest list`",
    ),
    (NotAllowed, 405, "method-not-allowed", "see /openapi.json"),
    (TooLarge, 413, "too-large", "send less"),
    (RateLimited, 429, "rate-limited", "ask less often; Retry-After says when to go on"),
    (Busy, 429, "busy", "close streams that nobody reads, or try again later"),
    (Impossible, 400, "bad-request", "see /openapi.json for what is accepted"),
    (RetryLater, 503, "unavailable", "nothing is lost; try again in a few seconds"),
)


def problem_of(error: Exception) -> tuple[int, Problem]:
    """Return the HTTP status and the body; anything unknown is our own fault, and says nothing of its inside."""
    for kind, status, name, hint in _TABLE:
        if isinstance(error, kind):
            return status, Problem(error=name, message=str(error), hint=hint)
    return 500, Problem(
        error="internal",
        message="this is a fault of Inquest",
        hint="the log of the api service names the cause by this id",
    )


def bad_input(error: ValidationError) -> Impossible:
    """Return the error that names each wrong field with what is wrong, never with what was sent."""
    return Impossible("; ".join(_line(item["loc"], item["type"], item["msg"]) for item in error.errors()))


def _line(loc: tuple[int | str, ...], kind: str, message: str) -> str:
    if kind == "timezone_aware":
        message = "needs a zone, such as 2026-03-01T14:00:00Z"
    if kind == "extra_forbidden":
        message = "is not known here"
    field = ".".join(str(part) for part in loc)
    text = message.removeprefix("Value error, ")
    return f"{field}: {text}" if field else text
