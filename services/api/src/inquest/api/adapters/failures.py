"""How a failure is said over HTTP and gRPC: what it means, and an id under which the log has the cause."""

import secrets
from math import ceil
from typing import Any

from inquest.api.domain.problems import problem_of
from inquest.api.domain.requests import Problem
from inquest.identity import RateLimited
from inquest.telemetry.faults import report
from inquest.telemetry.logs import get_logger

RETRY_AFTER_S = 5
_REFUSALS = frozenset({401, 403, 429})
_log = get_logger("api")


def told(error: Exception, **where: Any) -> tuple[int, Problem]:
    """Log a failure, and return the HTTP status and what the caller is told of it: an id, and never a stack."""
    status, problem = problem_of(error)
    if status == 500:
        error_id = report(_log, "request_failed", error, **where)
    else:
        error_id = secrets.token_hex(8)
        log = _log.warning if status in _REFUSALS else _log.info
        log("request_refused", error_id=error_id, status=status, reason=str(error), **where)
    return status, problem.model_copy(update={"error_id": error_id})


def retry_after_s(error: Exception) -> int:
    """Return after how many whole seconds it makes sense to ask again."""
    return max(1, ceil(error.after_s)) if isinstance(error, RateLimited) else RETRY_AFTER_S
