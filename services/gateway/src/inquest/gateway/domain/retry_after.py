"""When a source that asks for a pause wants to be asked again. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

RETRY_AFTER_S_MAX = 24 * 3600.0
_MS_NAMES = ("retry-after-ms", "x-ms-retry-after-ms")  # finer than whole seconds, so they go first
_REMAINING = re.compile(r"(x-)?ratelimit-([a-z-]+-)?remaining")  # of the account, the route, …
_MILLISECONDS = 1e11  # from here on a number is a time in milliseconds
_EPOCH = 1e9  # from here on it is a time, below it a pause


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float:
    """Return the seconds that Retry-After asks for, as a number or a date; 0 where nothing can be read.

    The same in milliseconds (`Retry-After-Ms`) goes first. A date counts from the server's own clock (`Date`), so that
    a difference to ours does not matter. Without either, `X-RateLimit-Reset` or `RateLimit-Reset` (seconds, or a time
    in epoch seconds or milliseconds) counts where nothing remains.
    """
    fine = next((_number(headers[name].strip()) for name in _MS_NAMES if name in headers), 0.0)
    if fine:
        return _bounded(fine / 1000)
    asked = headers.get("retry-after", "").strip()
    if not asked:
        spent = any(value.strip() == "0" for name, value in headers.items() if _REMAINING.fullmatch(name))
        reset = headers.get("x-ratelimit-reset") or headers.get("ratelimit-reset", "")
        return _bounded(_until(_number(reset.strip()), now)) if spent else 0.0
    until = _date(asked)
    return _bounded((until - (_date(headers.get("date", "")) or now)).total_seconds() if until else _number(asked))


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), RETRY_AFTER_S_MAX)


def _until(reset: float, now: datetime) -> float:
    at = reset / 1000 if reset >= _MILLISECONDS else reset
    return at - now.timestamp() if at >= _EPOCH else at


def _number(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0.0


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found
