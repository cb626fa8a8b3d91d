"""The webhooks: verify the raw bytes, keep them durably, answer. Nothing is acted on before it is kept.

Each way to fail has its own status, message and count. A fault of ours answers 503, never 4xx: PagerDuty
disables a subscription after three 4xx.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from opentelemetry.context import Context
from opentelemetry.trace import SpanKind
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from inquest.audit import AuditLog, Deed
from inquest.bus.codec import encode
from inquest.bus.port import Delivery, Outgoing
from inquest.config.sources import SourceConfig
from inquest.contracts.errors import InquestError, NotFound
from inquest.contracts.v1.controls import NO_TENANT
from inquest.intake.adapters.door import Door
from inquest.intake.domain.acceptance import STATUSES, Accepted, accept, answer, identity
from inquest.intake.domain.envelope import VIA_WEBHOOK
from inquest.intake.domain.handshake import grant
from inquest.intake.domain.openapi import document
from inquest.intake.domain.refusal import Refused, where
from inquest.intake.domain.sealing import Content
from inquest.intake.domain.signature import prove
from inquest.intake.domain.source import Delivered, Source
from inquest.intake.domain.sources import SOURCES
from inquest.intake.ports import Configuration, Keeper, Publisher
from inquest.intake.settings import Settings
from inquest.telemetry.logs import get_logger
from inquest.telemetry.metrics import DELIVERIES_RECEIVED
from inquest.telemetry.traces import inject_context, trace_id, tracer

KEPT = 202
OUR_FAULT = 503
_log = get_logger("intake")


@dataclass(slots=True)
class Webhooks:
    """Receives deliveries over HTTP."""

    publisher: Publisher
    keeper: Keeper
    configuration: Configuration
    resolve: Callable[[str], str]
    settings: Settings
    door: Door
    audit: AuditLog
    held_bytes: int = 0  # of bodies in memory

    def routes(self) -> tuple[Route, ...]:
        """Return the routes to serve."""
        return (
            Route("/webhooks/{source}/{tenant}", self.receive, methods=["POST"]),
            Route("/webhooks/{source}/{tenant}", self.shake_hands, methods=["OPTIONS"]),
            Route("/openapi.json", _describe, methods=["GET"]),
        )

    async def receive(self, request: Request) -> JSONResponse:
        """Answer one delivery: 202 kept, or a refusal."""
        name, tenant = request.path_params["source"], request.path_params["tenant"]
        # A root span of our own: the sender is outside, and one trace must lead from here to the verdict.
        span = tracer().start_as_current_span("webhook", context=Context(), kind=SpanKind.SERVER)
        with self.door.passing(), span:
            try:
                outcome, response = await self._answer(request, name, tenant)
            except Refused as error:
                outcome, response = error.outcome, self._refusal(error)
                await self._refused(request, name, tenant, outcome)
            except Exception:  # noqa: BLE001 - a bug of ours is a fault of ours, and must not end a subscription
                _log.exception("delivery_failed", tenant=tenant, source=name)
                outcome, response = "unavailable", self._refusal(_unavailable("something failed on our side"))
            DELIVERIES_RECEIVED.labels(name if name in SOURCES else "other", outcome).inc()
            _log.info(f"delivery_{outcome.replace('-', '_')}", tenant=tenant, source=name, status=response.status_code)
            return response

    async def shake_hands(self, request: Request) -> Response:
        """Answer the OPTIONS request with which a CloudEvents sender asks whether it may deliver."""
        name, tenant = request.path_params["source"], request.path_params["tenant"]
        try:
            source, _ = self._source(name, tenant)
        except Refused as error:
            await self._refused(request, name, tenant, error.outcome)
            return self._refusal(error)
        granted = grant(request.headers, self.settings.rate_per_minute_max) if source.shakes_hands else {}
        return Response(status_code=200, headers={"Allow": "POST, OPTIONS", **granted})

    async def _refused(self, request: Request, name: str, tenant: str, outcome: str) -> None:
        """Record who was turned away; a fault of ours turns nobody away for good."""
        if STATUSES[outcome] != OUR_FAULT:
            whose = NO_TENANT if outcome == "unknown-tenant" else tenant
            by, peer = name if name in SOURCES else "other", request.client.host if request.client else ""
            await self.audit.refused(Deed("delivery-refused", whose, by, outcome, outcome="refused", peer=peer))

    def _refusal(self, error: Refused) -> JSONResponse:
        status = STATUSES[error.outcome]
        headers = {"Retry-After": str(self.settings.retry_after_s)} if status == OUR_FAULT else None
        return JSONResponse({"error": error.outcome, "message": error.message, "hint": error.hint}, status, headers)

    async def _answer(self, request: Request, name: str, tenant: str) -> tuple[str, JSONResponse]:
        source, settings = self._source(name, tenant)
        if self.door.in_flight > self.settings.requests_max:
            raise _overloaded()
        body = bytearray()
        try:
            await self._read(request, body)
            raw = bytes(body)
            self._prove(request.headers, raw, settings)
            delivered = Delivered(source.kept(request.headers), settings, datetime.now(UTC))
            accepted = _accept(tenant, source, raw, delivered)
            duplicate = await self._keep(name, tenant, raw, accepted, delivered.headers)
        finally:
            self.held_bytes -= len(body)
        status = "duplicate" if duplicate and accepted.status == "accepted" else accepted.status
        # Counted, so that accepting waits for nothing more; the hash outlives what lies in INGEST.
        self.audit.note(Deed("delivery-accepted", tenant, name, about=status), self.keeper.hashed(tenant, raw))
        return status, JSONResponse(answer(accepted, status, trace_id()), KEPT)

    def _source(self, name: str, tenant: str) -> tuple[Source, SourceConfig]:
        try:
            settings = self.configuration.current.config.tenant(tenant).source(name)
        except NotFound:
            raise Refused("unknown-tenant", f"there is no tenant {tenant!r}", "check the URL") from None
        source = SOURCES.get(name)
        if source is None:
            raise Refused("unknown-source", f"there is no source {name!r}", f"there are {', '.join(SOURCES)}")
        if settings is None or settings.bus_only:
            hint = f"add {name} with a secret under tenants.{tenant}.sources in inquest.yaml"
            raise Refused("unknown-source", f"tenant {tenant!r} takes no webhooks from {name}", hint)
        return source, settings

    async def _read(self, request: Request, body: bytearray) -> None:
        """Read at most the limit, whatever the sender claims, and no more than memory is there for."""
        limit = self.settings.body_bytes_max
        too_large = Refused("too-large", f"the body is larger than {limit} bytes", "raise INQUEST_BODY_BYTES_MAX")
        if _claimed_bytes(request) > limit:
            raise too_large
        try:
            async with asyncio.timeout(self.settings.body_wait_s_max):
                async for chunk in request.stream():
                    if len(body) + len(chunk) > limit:
                        raise too_large
                    body += chunk
                    self.held_bytes += len(chunk)
                    if self.held_bytes > self.settings.held_bytes_max:
                        raise _overloaded()
        except (TimeoutError, ClientDisconnect) as error:
            raise Refused("too-slow", "the body did not arrive whole and in time", "send it again") from error

    def _prove(self, headers: Mapping[str, str], raw: bytes, settings: SourceConfig) -> None:
        """Raise Refused unless the sender is who it must be.

        Where one secret cannot be had and none of the others fits, the missing one may be the right one.
        """
        if settings.unauthenticated:
            return
        secrets, missing = [], False
        for ref in settings.secret:
            try:
                secrets.append(self.resolve(ref))
            except InquestError as error:
                missing = True
                _log.error("secret_unavailable", reference=ref, reason=str(error))
        try:
            prove(settings.verification, headers, raw, secrets, time.time())
        except Refused as error:
            if missing and error.outcome != "unsigned":
                raise _unavailable("a signing secret is not available", "see `inquest doctor`") from error
            raise

    async def _keep(self, source: str, tenant: str, raw: bytes, accepted: Accepted, kept: Mapping[str, str]) -> bool:
        """Seal the raw delivery and store it durably; returns whether it was there already."""
        content = Content(raw, {**kept, VIA_WEBHOOK: "webhook"})
        try:
            async with asyncio.timeout(self.settings.publish_s_max):
                item = await self.keeper.sealed(tenant, source, accepted.identity, content)
                published = await self.publisher.publish(
                    item.subject, item.message, msg_id=item.msg_id, headers=item.headers, tenant=tenant, source=source
                )
        except (InquestError, TimeoutError) as error:
            _log.error("delivery_not_kept", tenant=tenant, source=source, reason=str(error) or "no ack in time")
            raise _unavailable("the delivery could not be kept") from error
        self.door.ends(tenant, accepted.ended)
        if accepted.urgent and not published.duplicate:
            stored = _stored(item, published.seq)
            self.door.overtake(stored.payload, stored, accepted.urgent)
        return published.duplicate


def _accept(tenant: str, source: Source, raw: bytes, delivered: Delivered) -> Accepted:
    try:
        return accept(tenant, source, raw, delivered)
    except Refused:
        raise
    except Exception as error:  # noqa: BLE001 - see below
        # A bug of ours must not cost the delivery: it is kept, fails again when it is handled, and can be redriven.
        _log.error("delivery_unread", tenant=tenant, source=source.name, error=where(error))
        return Accepted("accepted", identity(raw), [], "it is kept, and could not be read yet")


def _stored(item: Outgoing, seq: int) -> Delivery:
    """Return the delivery as the durable will be given it."""
    headers = dict(item.headers)
    inject_context(headers)
    subject, stream = item.subject.render(**item.keys), item.subject.stream or ""
    return Delivery(subject, item.keys, headers, stream, seq, 1, 1, encode(item.message), datetime.now(UTC))


def _unavailable(message: str, hint: str = "send it again") -> Refused:
    return Refused("unavailable", message, hint)


def _overloaded() -> Refused:
    return Refused("overloaded", "too many deliveries at once", "send it again later")


def _claimed_bytes(request: Request) -> int:
    claimed = request.headers.get("content-length", "")
    return int(claimed) if claimed.isascii() and claimed.isdigit() and len(claimed) < 20 else 0


async def _describe(_: Request) -> JSONResponse:
    return JSONResponse(document())
