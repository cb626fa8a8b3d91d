"""Calls other services: one span and one duration per call, a timeout, and a bounded retry."""

import ssl
import time
from typing import Any

import httpx
from opentelemetry import propagate
from opentelemetry.metrics import Histogram
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from shopkit import settings, telemetry
from shopkit.errors import ServiceError

PASSED_ON = {402, 404, 409}
"""Answers that concern the person who asked; any other refusal is a fault between services."""

_durations: dict[str, Histogram] = {}
_retries = telemetry.counter("http.client.retries")
_client = httpx.AsyncClient(limits=httpx.Limits(max_connections=200), trust_env=False)


async def call(peer: str, method: str, path: str, body: Any = None) -> Any:
    """Call a service of the shop and return its JSON; ServiceError where it fails."""
    url = f"http://{settings.address(peer)}{path}"
    return await request(_client, peer, method, url, body)


async def request(
    client: httpx.AsyncClient,
    peer: str,
    method: str,
    url: str,
    body: Any = None,
    extensions: dict[str, Any] | None = None,
) -> Any:
    """Send one request, again where the configuration of the caller allows retries."""
    rules = settings.config().get("clients", {}).get(peer, {})
    tries = 1 + int(rules.get("retries", 0))
    for attempt in range(1, tries + 1):
        try:
            return await _once(client, peer, method, url, body, extensions, rules)
        except ServiceError as error:
            if attempt == tries or error.status < 500:
                raise
            _retries(1)
            telemetry.log.warning("%s: attempt %d of %d failed: %s", peer, attempt, tries, error)
    raise AssertionError("a loop of at least one try returns or raises")


async def _once(
    client: httpx.AsyncClient,
    peer: str,
    method: str,
    url: str,
    body: Any,
    extensions: dict[str, Any] | None,
    rules: dict[str, Any],
) -> Any:
    timeout_ms = float(rules.get("timeout_ms", 5000))
    path = httpx.URL(url).path
    with telemetry.tracer.start_as_current_span(f"{method} {path}", kind=SpanKind.CLIENT) as span:
        span.set_attribute("peer.service", peer)
        headers: dict[str, str] = {}
        propagate.inject(headers)
        started = time.perf_counter()
        try:
            answer = await _send(client, method, url, body, headers, timeout_ms / 1000, extensions)
        except httpx.TimeoutException:
            raise _failed(span, 504, f"{peer} timed out after {timeout_ms:.0f} ms") from None
        except (httpx.TransportError, ssl.SSLError) as error:
            raise _failed(span, 502, f"{peer} cannot be reached: {error or type(error).__name__}") from None
        finally:
            elapsed_ms = (time.perf_counter() - started) * 1000
            _duration(peer).record(elapsed_ms)
        span.set_attribute("http.status_code", answer.status_code)
        if answer.status_code < 400:
            return answer.json()
        reason = f"{peer} answered {answer.status_code}: {_reason(answer)}"
        status = answer.status_code if answer.status_code in PASSED_ON else 502
        raise _failed(span, status, reason)


async def _send(
    client: httpx.AsyncClient,
    method: str,
    url: str,
    body: Any,
    headers: dict[str, str],
    timeout_s: float,
    extensions: dict[str, Any] | None,
) -> httpx.Response:
    request = client.build_request(method, url, json=body, headers=headers, timeout=timeout_s, extensions=extensions)
    try:
        return await client.send(request)
    except (httpx.RemoteProtocolError, httpx.ReadError):
        # A kept connection that the other side closed meanwhile (a deploy): once more, on a new one.
        return await client.send(request)


def _failed(span: Span, status: int, reason: str) -> ServiceError:
    span.set_status(Status(StatusCode.ERROR, reason))
    return ServiceError(status, reason)


def _reason(answer: httpx.Response) -> str:
    try:
        return str(answer.json().get("error"))[:200]
    except ValueError:
        return answer.text[:200]


def _duration(peer: str) -> Histogram:
    if peer not in _durations:
        _durations[peer] = telemetry.duration(f"http.client.{peer}.duration")
    return _durations[peer]
