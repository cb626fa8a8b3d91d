"""Asks the providers of a domain in turn: health, time-out, retry, fallback."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from inquest.contracts.latest import Domain, Query, ToolAttempt
from inquest.contracts.redaction import redact
from inquest.gateway.board import HealthBoard
from inquest.gateway.domain.outcome import Fetched, Reading
from inquest.gateway.domain.resolver import rank, unknown
from inquest.gateway.domain.retry import RetryPolicy, delay_s
from inquest.gateway.ports import Interface, NotServed, ProviderFailed
from inquest.telemetry.logs import get_logger
from inquest.telemetry.traces import tracer

_REASON_CHARS = 500
_PROBE_S_MAX = 5.0

log = get_logger("gateway")


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads a domain from the best provider that answers."""

    health: HealthBoard
    retry: RetryPolicy

    async def read(self, interfaces: Sequence[Interface], domain: Domain, query: Query, left_s: float) -> Reading:
        """Return what came of it, within `left_s` seconds. Never raises for what a provider does."""
        ends_s = time.monotonic() + left_s
        reading = Reading()
        for interface in rank(interfaces, query.services):
            health = await self.health.get(interface)
            if health.rests_s > 0:
                reason = f"unhealthy after {health.failures} failures, the last: {health.reason}"
                reading.faults.append(f"{interface.name}: {reason}")
                _note(reading, interface, "unhealthy", time.monotonic(), reason)
                continue
            fetched = await self._ask(interface, domain, query, ends_s, reading)
            if fetched:
                partial = "; ".join(filter(None, (fetched.partial, unknown(interface, query.services))))
                reading.fetched = replace(fetched, partial=partial)
                reading.provider = interface.name
                return reading
        if not (reading.faults or reading.lacks):
            reading.lacks.append("no provider configured for these services")
        return reading

    async def _ask(
        self, interface: Interface, domain: Domain, query: Query, ends_s: float, reading: Reading
    ) -> Fetched | None:
        failures = 0
        while True:  # `delay_s` ends it
            left_s = ends_s - time.monotonic()
            if left_s <= 0:
                reading.faults.append(f"{interface.name}: not asked, the call's time is up")
                return None
            try:
                return await self._try(interface, domain, query, left_s, reading)
            except NotServed as error:
                reading.lacks.append(str(error))
                return None
            except ProviderFailed as error:
                failures += 1
                wait_s = delay_s(self.retry, failures, interface.retries_max, ends_s - time.monotonic())
                if wait_s is None or not error.passing:
                    reading.faults.append(f"{interface.name}: {error}")
                    return None
                await asyncio.sleep(wait_s)

    async def _try(
        self, interface: Interface, domain: Domain, query: Query, left_s: float, reading: Reading
    ) -> Fetched:
        """Ask once. Raises NotServed and ProviderFailed, after noting the attempt."""
        started_s = time.monotonic()
        limit_s = min(left_s, interface.timeout_s)
        status: Literal["failed", "timeout"] = "failed"
        try:
            with tracer().start_as_current_span("provider.ask", attributes={"provider": interface.name}):
                async with asyncio.timeout(limit_s):
                    fetched = await interface.provider.fetch(domain, query)
        except TimeoutError:
            status, failure = "timeout", ProviderFailed(f"no answer within {limit_s:.1f} s")
        except NotServed as error:
            _note(reading, interface, "failed", started_s, str(error))
            raise
        except ProviderFailed as error:
            failure = ProviderFailed(redact(str(error))[:_REASON_CHARS], passing=error.passing)
        except Exception as error:
            # A bug in one provider must not cost the answer of the next.
            log.exception("provider_crashed", provider=interface.name, domain=domain)
            failure = ProviderFailed(f"bug in the provider: {type(error).__name__}", passing=False)
        else:
            await self.health.succeeded(interface)
            _note(reading, interface, "ok", started_s)
            return fetched
        if failure.passing:
            await self.health.failed(interface, str(failure))
        _note(reading, interface, status, started_s, str(failure))
        raise failure

    async def probe(self, interface: Interface) -> None:
        """Ask a provider whether it is well, and note the answer."""
        try:
            async with asyncio.timeout(min(interface.timeout_s, _PROBE_S_MAX)):
                await interface.provider.ping()
        except (ProviderFailed, TimeoutError) as error:
            reason = redact(str(error))[:_REASON_CHARS] or "no answer to the probe"
            await self.health.failed(interface, reason)
            log.warning("provider_unhealthy", provider=interface.key, reason=reason)
        else:
            await self.health.succeeded(interface)


def _note(
    reading: Reading,
    interface: Interface,
    status: Literal["ok", "failed", "timeout", "unhealthy"],
    started_s: float,
    reason: str = "",
) -> None:
    spent_ms = (time.monotonic() - started_s) * 1000
    reading.attempts.append(
        ToolAttempt(provider=interface.name, status=status, duration_ms=round(spent_ms, 3), reason=reason)
    )
