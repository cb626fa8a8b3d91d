"""What a source can do to a provider, and what has to come of it. One table for all HTTP providers."""

import gzip
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from inquest.contracts.latest import ErrorKind
from inquest.testkit.backends import Reply

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Fault:
    """An answer to everything, the kinds of error it may become, and the pause that it asks for."""

    name: str
    reply: Reply
    kinds: frozenset[ErrorKind]
    retry_after_s: float = 0.0


def _fault(name: str, reply: Reply, *kinds: ErrorKind, retry_after_s: float = 0.0) -> Fault:
    return Fault(name, reply, frozenset(kinds), retry_after_s)


def _at(headers: dict[str, str], status: int = 429) -> Reply:
    return Reply(status, b"slow down", headers)


def _http_date(after_s: float) -> str:
    return format_datetime(NOW + timedelta(seconds=after_s), usegmt=True)


FAULTS: tuple[Fault, ...] = (
    _fault("401", Reply(401), "auth"),
    _fault("403", Reply(403), "auth"),
    _fault("404", Reply(404), "not-found"),
    _fault("429", _at({}), "limited"),
    _fault("429-seconds", _at({"retry-after": "7"}), "limited", retry_after_s=7),
    _fault(
        "429-date",
        _at(
            {
                "retry-after": format_datetime(NOW + timedelta(seconds=30), usegmt=True),
                "date": format_datetime(NOW, usegmt=True),
            }
        ),
        "limited",
        retry_after_s=30,
    ),
    _fault("403-limited", _at({"retry-after": "9"}, 403), "limited", retry_after_s=9),
    _fault("500", Reply(500), "retryable"),
    _fault("503-seconds", _at({"retry-after": "3"}, 503), "retryable", retry_after_s=3),
    _fault("never", Reply(how="hang"), "timeout"),
    _fault("head-only", Reply(how="stall"), "timeout"),
    _fault("slow-drip", Reply(how="drip"), "timeout"),
    _fault("cut", Reply(how="drop"), "retryable", "unreachable"),
    _fault("garbage", Reply(body=b"\x00\xff{]"), "malformed"),
    _fault("web-page", Reply(body=b"<html>sign in</html>", headers={"content-type": "text/html"}), "malformed"),
    _fault("other-shape", Reply(body={"unexpected": [1, 2]}), "malformed"),
    _fault("null", Reply(body=b"null"), "malformed"),
    _fault("number", Reply(body=b"7"), "malformed"),
    _fault("huge", Reply(how="endless"), "malformed"),
    _fault("bomb", Reply(body=gzip.compress(b" " * 50_000_000), headers={"content-encoding": "gzip"}), "malformed"),
    _fault("not-gzip", Reply(body=b"plain", headers={"content-encoding": "gzip"}), "malformed"),
    _fault("brotli", Reply(body=b"plain", headers={"content-encoding": "br"}), "malformed"),
    _fault("to-metadata", Reply(302, headers={"location": "http://169.254.169.254/latest/"}), "malformed"),
    _fault("to-other-port", Reply(307, headers={"location": "http://127.0.0.1:1/"}), "malformed"),
    _fault("to-file", Reply(301, headers={"location": "file:///etc/passwd"}), "malformed"),
    _fault("in-circles", Reply(302, headers={"location": "/again"}), "malformed"),
)
