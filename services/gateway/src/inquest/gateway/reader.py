"""Asks the providers of a domain in turn: health, time-out, retry, fallback."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from inquest.contracts.latest import Domain, DomainRequest, ToolAttempt
from inquest.contracts.redaction import redact
from inquest.gateway.board import HealthBoard
from inquest.gateway.domain.outcome import Fetched, Reading
from inquest.gateway.domain.resolver import rank, unknown
from inquest.gateway.domain.retry import RetryPolicy, delay_s
from inquest.gateway.ports import Context, Interface, ProviderError
from inquest.telemetry.logs import get_logger
from inquest.telemetry.traces import tracer

_REASON_CHARS = 500
_PROBE_S_MAX = 5.0
BYTES_MAX = 32 * 1024 * 1024

Status = Literal["ok", "failed", "timeout", "unhealthy"]

log = get_logger("gateway")


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads a domain from the best provider that answers."""

    health: HealthBoard
    retry: RetryPolicy
    bytes_max: int = BYTES_MAX

    async def read(
        self, interfaces: Sequence[Interface], request: DomainRequest, *, tenant: str, domain: Domain, left_s: float
    ) -> Reading:
        """Return what came of it, within `left_s` seconds. Never raises for what a provider does."""
        call = Context(tenant, domain, time.monotonic() + left_s, self.bytes_max)
        reading = Reading()
        for interface in rank(interfaces, request.services):
            health = await self.health.get(interface)
            if health.rests_s > 0:
                reason = f"unhealthy after {health.failures} failures, the last: {health.reason}"
                reading.faults.append(f"{interface.name}: {reason}")
                _note(reading, interface, "unhealthy", time.monotonic(), reason)
                continue
            fetched = await self._ask(interface, request, call, reading)
            if fetched:
                partial = "; ".join(filter(None, (fetched.partial, unknown(interface, request.services))))
                reading.fetched = replace(fetched, partial=partial)
                reading.provider = interface.name
                return reading
        if not (reading.faults or reading.lacks):
            reading.lacks.append("no provider configured for these services")
        return reading

    async def _ask(
        self, interface: Interface, request: DomainRequest, call: Context, reading: Reading
    ) -> Fetched | None:
        failures = 0
        while True:  # `delay_s` ends it
            if call.left_s() <= 0:
                reading.faults.append(f"{interface.name}: not asked, the call's time is up")
                return None
            try:
                return await self._try(interface, request, call, reading)
            except ProviderError as error:
                failures += 1
                wait_s = delay_s(self.retry, failures, interface.retries_max, call.left_s(), error.retry_after_s)
                if error.kind == "unsupported":
                    reading.lacks.append(str(error))
                elif wait_s is None or not error.passing:
                    reading.faults.append(f"{interface.name}: {error}")
                else:
                    await asyncio.sleep(wait_s)
                    continue
                return None

    async def _try(self, interface: Interface, request: DomainRequest, call: Context, reading: Reading) -> Fetched:
        """Ask once. Raises ProviderError, after noting the attempt."""
        started_s = time.monotonic()
        limit_s = min(call.left_s(), interface.timeout_s)
        context = Context(call.tenant, call.domain, started_s + limit_s, call.bytes_left)
        try:
            with tracer().start_as_current_span("provider.ask", attributes={"provider": interface.name}):
                async with asyncio.timeout(limit_s):
                    fetched = await interface.provider.call(request, context)
        except TimeoutError:
            failure = ProviderError("timeout", f"no answer within {limit_s:.1f} s")
        except ProviderError as error:
            reason = redact(str(error))[:_REASON_CHARS]
            failure = ProviderError(error.kind, reason, retry_after_s=error.retry_after_s)
        except Exception as error:
            # A bug in one provider must not cost the answer of the next.
            log.exception("provider_crashed", provider=interface.name, domain=call.domain)
            failure = ProviderError("malformed", f"bug in the provider: {type(error).__name__}")
        else:
            await self.health.succeeded(interface)
            _note(reading, interface, "ok", started_s)
            return fetched
        if failure.passing:
            await self.health.failed(interface, str(failure))
        status: Status = "timeout" if failure.kind == "timeout" else "failed"
        _note(reading, interface, status, started_s, str(failure), failure)
        raise failure

    async def probe(self, interface: Interface) -> None:
        """Ask a provider whether it is well, and note the answer."""
        try:
            async with asyncio.timeout(min(interface.timeout_s, _PROBE_S_MAX)):
                await interface.provider.probe()
        except (ProviderError, TimeoutError) as error:
            reason = redact(str(error))[:_REASON_CHARS] or "no answer to the probe"
            await self.health.failed(interface, reason)
            log.warning("provider_unhealthy", provider=interface.key, reason=reason)
        except Exception as error:
            await self.health.failed(interface, type(error).__name__)
            log.exception("provider_crashed", provider=interface.key)
        else:
            await self.health.succeeded(interface)


def _note(
    reading: Reading,
    interface: Interface,
    status: Status,
    started_s: float,
    reason: str = "",
    failure: ProviderError | None = None,
) -> None:
    spent_ms = (time.monotonic() - started_s) * 1000
    reading.attempts.append(
        ToolAttempt(
            provider=interface.name,
            status=status,
            duration_ms=round(spent_ms, 3),
            reason=reason,
            error=failure.kind if failure else None,
            retry_after_s=failure.retry_after_s if failure else 0,
        )
    )
