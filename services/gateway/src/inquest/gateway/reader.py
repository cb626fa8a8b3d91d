"""Asks the providers of a domain in turn: health, time-out, retry, fallback."""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from inquest.contracts.latest import Domain, DomainRequest, ToolAttempt
from inquest.gateway.board import HealthBoard
from inquest.gateway.domain.columns import misfit
from inquest.gateway.domain.outcome import Fetched, Reading
from inquest.gateway.domain.resolver import rank, unknown
from inquest.gateway.domain.retry import RetryPolicy, delay_s
from inquest.gateway.governors import Governors, Unasked
from inquest.gateway.ports import Context, Interface, ProviderError
from inquest.ledger import Ledger
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
    governors: Governors = field(default_factory=lambda: Governors(HealthBoard()))
    chance: Callable[[], float] = random.random  # spreads retries

    async def read(
        self, interfaces: Sequence[Interface], request: DomainRequest, *, tenant: str, domain: Domain, left_s: float
    ) -> Reading:
        """Return what came of it, within `left_s` seconds. Never raises for what a provider does."""
        call = Context(tenant, domain, time.monotonic() + left_s, self.bytes_max)
        reading = Reading()
        for interface in rank(interfaces, request.services):
            health = await self.health.admit(interface)
            if health.rests_s > 0:
                reason = f"unhealthy after {health.failures} failures, the last: {health.reason}"
                reading.faults.append(f"{interface.name}: {reason}")
                _note(reading, interface, "unhealthy", time.monotonic(), reason)
                continue
            half_open = health.failures >= interface.failures_max
            try:
                fetched = await self._ask(interface, request, call, reading, retries_max=0 if half_open else None)
            finally:
                await self.health.tried(interface)
            if fetched:
                partial = "; ".join(filter(None, (fetched.partial, unknown(interface, request.services))))
                reading.fetched = replace(fetched, partial=partial).cleaned(interface.redactor)
                reading.provider = interface.name
                return reading
        if not (reading.faults or reading.lacks):
            reading.lacks.append("no provider configured for these services")
        return reading

    async def _ask(
        self,
        interface: Interface,
        request: DomainRequest,
        call: Context,
        reading: Reading,
        *,
        retries_max: int | None = None,
    ) -> Fetched | None:
        failures = 0
        retries_max = interface.retries_max if retries_max is None else retries_max
        while True:  # `delay_s` ends it
            if call.left_s() <= 0:
                reading.faults.append(f"{interface.name}: not asked, the call's time is up")
                return None
            try:
                return await self._try(interface, request, call, reading)
            except ProviderError as error:
                failures += 1
                wait_s = delay_s(
                    self.retry, failures, retries_max, call.left_s(), error.retry_after_s, chance=self.chance()
                )
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
        try:
            with tracer().start_as_current_span("provider.ask", attributes={"provider": interface.name}):
                async with self.governors.turn(interface, started_s + limit_s):
                    limit_s = min(call.left_s(), interface.timeout_s)  # the wait for the turn is not the provider's
                    context = Context(call.tenant, call.domain, time.monotonic() + limit_s, call.bytes_left)
                    async with asyncio.timeout(limit_s):
                        fetched = await interface.provider.call(request, context)
            if wrong := misfit(fetched.response):
                raise ProviderError("malformed", f"the answer does not fit together: {wrong}")  # noqa: TRY301
        except TimeoutError:
            failure = ProviderError("timeout", f"no answer within {limit_s:.1f} s")
        except Unasked as error:
            _note(reading, interface, "unhealthy", started_s, str(error), error)
            raise
        except ProviderError as error:
            reason = interface.redactor.text(str(error))[:_REASON_CHARS]
            failure = ProviderError(error.kind, reason, retry_after_s=error.retry_after_s)
        except Exception as error:
            # A bug in one provider must not cost the answer of the next.
            log.exception("provider_crashed", provider=interface.name, domain=call.domain)
            failure = ProviderError("malformed", f"bug in the provider: {type(error).__name__}")
        else:
            await self.health.succeeded(interface)
            _note(reading, interface, "ok", started_s)
            return fetched
        await self._blame(interface, failure)
        status: Status = "timeout" if failure.kind == "timeout" else "failed"
        _note(reading, interface, status, started_s, str(failure), failure)
        raise failure

    async def _blame(self, interface: Interface, failure: ProviderError) -> None:
        """Tell all gateways: who says when to come back is left alone until then, who does not may be ill."""
        if interface.governor and (failure.kind == "limited" or failure.retry_after_s):
            await self.governors.limited(interface, failure)
            if failure.retry_after_s:
                return
        if failure.passing:
            await self.health.failed(interface, str(failure))

    async def probe(self, interface: Interface) -> None:
        """Ask a provider whether it is well, and note the answer; one that wants to be left alone is."""
        if interface.governor and (await self.health.resting(interface.backend)).rests_s > 0:
            return
        try:
            async with asyncio.timeout(min(interface.timeout_s, _PROBE_S_MAX)):
                await interface.provider.probe()
        except (ProviderError, TimeoutError) as error:
            reason = interface.redactor.text(str(error))[:_REASON_CHARS] or "no answer to the probe"
            await self.health.failed(interface, reason)
            log.warning("provider_unhealthy", provider=interface.key, reason=reason)
        except Exception as error:
            await self.health.failed(interface, type(error).__name__)
            log.exception("provider_crashed", provider=interface.key)
        else:
            await self.health.succeeded(interface)


def open_reader(ledger: Ledger, bytes_max: int) -> Reader:
    """Put a reader together whose health and politeness all gateways share by the ledger."""
    board = HealthBoard(ledger)
    return Reader(board, RetryPolicy(), bytes_max, Governors(board, ledger))


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
