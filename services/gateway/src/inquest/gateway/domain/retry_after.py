"""When a source that asks for a pause wants to be asked again. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

RETRY_AFTER_S_MAX = 24 * 3600.0


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float:
    """Return the seconds that Retry-After asks for, as a number or a date; 0 where nothing can be read.

    A date counts from the server's own clock (`Date`), so that a difference to ours does not matter. Without a
    Retry-After, `X-RateLimit-Reset` (epoch seconds) counts where nothing remains.
    """
    asked = headers.get("retry-after", "").strip()
    if not asked and headers.get("x-ratelimit-remaining") == "0":
        return _bounded(_number(headers.get("x-ratelimit-reset", "")) - now.timestamp())
    if not asked:
        return 0.0
    until = _date(asked)
    return _bounded((until - (_date(headers.get("date", "")) or now)).total_seconds() if until else _number(asked))


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), RETRY_AFTER_S_MAX)


def _number(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0.0


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found
