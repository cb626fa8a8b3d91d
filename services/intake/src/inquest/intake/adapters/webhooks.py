"""The webhooks: verify the raw bytes, keep them durably, answer. Nothing is interpreted before it is kept.

Each way to fail has its own status, message and count. A fault of ours answers 503, never 4xx: PagerDuty
disables a subscription after three 4xx.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from opentelemetry.context import Context
from opentelemetry.trace import SpanKind
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from inquest.config.sources import SourceConfig
from inquest.contracts.errors import InquestError, NotFound
from inquest.contracts.payloads import INLINE_BYTES_MAX
from inquest.contracts.subjects import INGEST_DELIVERY
from inquest.intake.domain.envelope import PAYLOAD_REF, VIA_WEBHOOK
from inquest.intake.domain.refusal import Refused
from inquest.intake.domain.signature import verify
from inquest.intake.domain.source import Delivered, parse
from inquest.intake.domain.sources import SOURCES
from inquest.intake.ports import Configuration, Deliveries, Publisher
from inquest.intake.settings import Settings
from inquest.telemetry.logs import get_logger
from inquest.telemetry.metrics import DELIVERIES_RECEIVED
from inquest.telemetry.traces import trace_id, tracer

STATUSES = {
    "unknown-tenant": 404,
    "unknown-source": 404,
    "too-large": 413,
    "too-slow": 408,
    "unsigned": 401,
    "wrong-signature": 403,
    "not-json": 400,
    "v2-payload": 422,
    "not-understood": 422,
    "unavailable": 503,
}
_log = get_logger("intake")


@dataclass(slots=True)
class Webhooks:
    """Receives signed deliveries over HTTP."""

    publisher: Publisher
    deliveries: Deliveries
    configuration: Configuration
    resolve: Callable[[str], str]
    settings: Settings
    in_flight: int = 0

    def routes(self) -> tuple[Route, ...]:
        """Return the routes to serve."""
        return (Route("/webhooks/{source}/{tenant}", self.receive, methods=["POST"]),)

    async def receive(self, request: Request) -> JSONResponse:
        """Answer one delivery: 202 kept, 200 kept and nothing to do, or a refusal."""
        source, tenant = request.path_params["source"], request.path_params["tenant"]
        # A root span of our own: the sender is outside, and one trace must lead from here to the verdict.
        with tracer().start_as_current_span("webhook", context=Context(), kind=SpanKind.SERVER):
            self.in_flight += 1
            try:
                outcome, response = await self._answer(request, source, tenant)
            except Refused as error:
                outcome, response = error.outcome, self._refusal(error)
            finally:
                self.in_flight -= 1
            DELIVERIES_RECEIVED.labels(source if source in SOURCES else "other", outcome).inc()
            _log.info(
                f"delivery_{outcome.replace('-', '_')}", tenant=tenant, source=source, status=response.status_code
            )
            return response

    def _refusal(self, error: Refused) -> JSONResponse:
        status = STATUSES[error.outcome]
        headers = {"Retry-After": str(self.settings.retry_after_s)} if status == STATUSES["unavailable"] else None
        return JSONResponse({"error": error.outcome, "message": error.message, "hint": error.hint}, status, headers)

    async def _answer(self, request: Request, source: str, tenant: str) -> tuple[str, JSONResponse]:
        settings = self._source(source, tenant)
        if self.in_flight > self.settings.requests_max:
            raise Refused("unavailable", "too many deliveries at once", "send it again later")
        body = await self._body(request)
        self._check_signature(request, body, settings)
        delivered = Delivered(SOURCES[source].kept(request.headers), settings, datetime.now(UTC))
        readings = parse(body, SOURCES[source], delivered)
        signal_ids = [reading.signal_id(tenant, source) for reading in readings if reading.kind]
        replay = SOURCES[source].replay(SOURCES[source].decode(body, delivered.headers), delivered.headers)
        duplicate = await self._keep(source, tenant, body, replay, delivered.headers)
        outcome = "ping" if any(reading.is_ping for reading in readings) else "accepted" if signal_ids else "ignored"
        if outcome == "accepted" and duplicate:
            outcome = "duplicate"
        answer = {
            "status": outcome,
            "signal_ids": signal_ids,
            "trace_id": trace_id(),
            "message": "; ".join(filter(None, (reading.reason for reading in readings))),
        }
        return outcome, JSONResponse(answer, 202 if signal_ids else 200)

    def _source(self, source: str, tenant: str) -> SourceConfig:
        try:
            found = self.configuration.current.config.tenant(tenant).source(source)
        except NotFound:
            raise Refused("unknown-tenant", f"there is no tenant {tenant!r}", "check the URL") from None
        if source not in SOURCES:
            raise Refused("unknown-source", f"there is no source {source!r}", f"there are {', '.join(SOURCES)}")
        if found is None or not found.secret:
            hint = f"add {source} with a secret under tenants.{tenant}.sources in inquest.yaml"
            raise Refused("unknown-source", f"tenant {tenant!r} takes no webhooks from {source}", hint)
        return found

    async def _body(self, request: Request) -> bytes:
        """Read at most the limit, whatever the sender claims."""
        limit = self.settings.body_bytes_max
        too_large = Refused("too-large", f"the body is larger than {limit} bytes", "raise INQUEST_BODY_BYTES_MAX")
        if _claimed_bytes(request) > limit:
            raise too_large
        body = bytearray()
        try:
            async with asyncio.timeout(self.settings.body_wait_s_max):
                async for chunk in request.stream():
                    if len(body) + len(chunk) > limit:
                        raise too_large
                    body += chunk
        except (TimeoutError, ClientDisconnect) as error:
            raise Refused("too-slow", "the body did not arrive whole and in time") from error
        return bytes(body)

    def _check_signature(self, request: Request, body: bytes, settings: SourceConfig) -> None:
        name = settings.verification.header or ""
        header = request.headers.get(name)
        if not header:
            hint = "sign the raw body with HMAC-SHA256: v1=<hex>"
            raise Refused("unsigned", f"the header {name} is missing", hint)
        if not verify(header, body, self._secrets(settings)):
            raise Refused("wrong-signature", f"no signature in {name} is right", "compare the signing secrets")

    def _secrets(self, settings: SourceConfig) -> Sequence[str]:
        """Return the secrets that can be resolved: while one is rotated, one of them may be gone already."""
        secrets = []
        for ref in settings.secret:
            try:
                secrets.append(self.resolve(ref))
            except InquestError as error:
                _log.error("secret_unavailable", reference=ref, reason=str(error))
        if not secrets:
            raise Refused("unavailable", "the signing secret is not available", "see `inquest doctor`")
        return secrets

    async def _keep(self, source: str, tenant: str, body: bytes, replay: str | None, kept: Mapping[str, str]) -> bool:
        """Store the raw delivery durably; returns whether it was there already."""
        identity = hashlib.sha256(replay.encode() if replay is not None else body).hexdigest()
        headers = {"Content-Type": "application/json", **kept, VIA_WEBHOOK: "webhook"}
        try:
            async with asyncio.timeout(self.settings.publish_s_max):
                payload = body
                if len(body) > INLINE_BYTES_MAX:
                    headers[PAYLOAD_REF] = await self.deliveries.put(tenant, body)
                    payload = b""
                published = await self.publisher.publish(
                    INGEST_DELIVERY,
                    payload,
                    msg_id=f"{tenant}:delivery:{source}:{identity}",
                    headers=headers,
                    source=source,
                    tenant=tenant,
                )
        except (InquestError, TimeoutError) as error:
            _log.error("delivery_not_kept", tenant=tenant, source=source, reason=str(error) or "no ack in time")
            raise Refused("unavailable", "the delivery could not be kept", "send it again") from error
        return published.duplicate


def _claimed_bytes(request: Request) -> int:
    claimed = request.headers.get("content-length", "")
    return int(claimed) if claimed.isascii() and claimed.isdigit() and len(claimed) < 20 else 0
