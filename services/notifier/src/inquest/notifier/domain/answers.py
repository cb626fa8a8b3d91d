"""What the answer of an outside HTTP service means for a notice. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

WAIT_S_MAX = 3600.0
_NOT_TAKEN = {408, 425, 429, 503}  # by their definition the request was not acted on
_CUT_OFF = {502, 504}  # a gateway lost sight of the request

Meaning = Literal["taken", "later", "unclear", "refused"]


def meaning(status: int, *, finds: bool) -> Meaning:
    """Return whether the notice was taken, was not and may be sent again, is refused, or may have been taken.

    `finds` says that the service can be asked whether it has the notice. Only then does a 500 count as unclear;
    otherwise it is believed to mean that nothing happened, because all that doubt could do is to mark the notice.
    """
    if 200 <= status < 300:
        return "taken"
    if status in _NOT_TAKEN:
        return "later"
    if status >= 500:
        return "unclear" if finds or status in _CUT_OFF else "later"
    return "refused"


def wait_s(headers: Mapping[str, str], now: datetime) -> float:
    """Return how many seconds the service asks to wait: 0 if it does not say, WAIT_S_MAX at most.

    Retry-After is a number of seconds or a date (RFC 9110, 10.2.3). PagerDuty says `ratelimit-reset` instead.
    """
    asked = headers.get("retry-after") or headers.get("ratelimit-reset") or ""
    return min(max(_seconds(asked.strip(), now), 0.0), WAIT_S_MAX)


def _seconds(asked: str, now: datetime) -> float:
    if asked.isascii() and asked.isdigit():
        return float(asked[:9])
    try:
        at = parsedate_to_datetime(asked)
    except (TypeError, ValueError, IndexError, OverflowError):
        return 0.0
    return ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
