"""Calls through the gateway, over the bus."""

import asyncio
import base64
import binascii
from dataclasses import dataclass
from datetime import timedelta

from inquest.bus import BusPort, Objects
from inquest.contracts.errors import InquestError, RetryLater
from inquest.contracts.latest import CapabilityTask, Domain, Query, ToolRequest, ToolResult, Window
from inquest.contracts.subjects import TOOL_CALL
from inquest.rca.changes import LOOKBACK_S
from inquest.telemetry.logs import get_logger
from inquest.worker.domain.answers import Answer

REPLY_SHARE = 0.9  # of the time for a call: the gateway gives up before we do, so that its reason reaches us
WAIT_SHARE = 0.95  # then we give up, with time left to say why
PAUSE_S_MIN = 0.05
PAUSE_S_MAX = 2.0
PATIENCE_S = 4.0  # then ask again: others take the calls of a gateway over when it was silent for as long

_log = get_logger("worker")


@dataclass(frozen=True, slots=True)
class GatewayTools:
    """Asks `req.tool.call`; payloads over the inline limit come from the object store."""

    bus: BusPort
    payloads: Objects

    async def ask(self, task: CapabilityTask, domain: Domain, *, timeout_s: float) -> Answer:
        """Return the answer; while time is left, an absent gateway is asked again: its journal repeats nothing."""
        try:
            async with asyncio.timeout(timeout_s):
                result = await self._call(_request(task, domain, timeout_s), timeout_s * WAIT_SHARE)
                return Answer(domain, result, await self._data(result))
        except (TimeoutError, RetryLater) as error:
            why = f"no answer: {error}" if str(error) else f"its response was not fetched within {timeout_s:.3g} s"
            is_away = True
        except (InquestError, binascii.Error) as error:
            why = f"no answer: {error}"
            is_away = False
        _log.warning(
            "domain_unanswered", tenant=task.tenant, investigation=task.investigation_id, domain=domain, reason=why
        )
        return Answer(domain, failure=why, is_away=is_away)

    async def _call(self, request: ToolRequest, timeout_s: float) -> ToolResult:
        """Return the first answer; raise what was wrong last once the time is up.

        A gateway that was killed meanwhile left its intent in the journal, so who hears nothing asks again. It goes on
        listening: a gateway that has much to do is late, and would be asked over and over for what it has answered.
        """
        give_up_at = asyncio.get_running_loop().time() + timeout_s
        asking: set[asyncio.Task[ToolResult]] = set()
        try:
            while True:
                asking.add(asyncio.create_task(self._insist(request, give_up_at)))
                done, _ = await asyncio.wait(asking, timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
                if done:
                    return done.pop().result()
        finally:
            for one in asking:
                one.cancel()
            await asyncio.gather(*asking, return_exceptions=True)

    async def _insist(self, request: ToolRequest, give_up_at: float) -> ToolResult:
        """Ask, and again where nobody is there or the call is in another's hands; once the time is up raise that."""
        loop = asyncio.get_running_loop()
        pause_s = PAUSE_S_MIN
        while True:
            left_s = give_up_at - loop.time()
            try:
                result: ToolResult = await self.bus.request(
                    TOOL_CALL, request, timeout_s=left_s, domain=request.domain, tenant=request.tenant
                )
            except RetryLater:
                if loop.time() + pause_s >= give_up_at:
                    raise
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, PAUSE_S_MAX)
            else:
                return result

    async def _data(self, result: ToolResult) -> bytes | None:
        if result.status not in {"ok", "degraded"}:
            return None
        if result.payload_inline is not None:
            return base64.b64decode(result.payload_inline, validate=True)
        return await self.payloads.get(result.payload_ref) if result.payload_ref else None


def _request(task: CapabilityTask, domain: Domain, timeout_s: float) -> ToolRequest:
    """The same task asks the same question on every redelivery: the gateway's journal depends on it."""
    return ToolRequest(
        tenant=task.tenant,
        investigation_id=task.investigation_id,
        step_id=task.step_id,
        domain=domain,
        query=Query(window=_window(task, domain), baseline=task.baseline, services=_services(task, domain)),
        timeout_ms=max(1, int(timeout_s * 1000 * REPLY_SHARE)),
        calls_max=task.limits.calls_max,
        bytes_max=task.limits.bytes_max,
        tokens_max=task.limits.tokens_max,
        call_s_max=task.limits.call_s_max,
        capability_id=task.capability_id,
        shares=task.shares,
    )


def _window(task: CapabilityTask, domain: Domain) -> Window:
    """Changes act long after they went live, so they are asked for from further back."""
    if domain not in {"changes", "flags"}:
        return task.window
    return Window(start=task.window.start - timedelta(seconds=LOOKBACK_S), end=task.window.end)


def _services(task: CapabilityTask, domain: Domain) -> tuple[str, ...]:
    """A round about candidates reads less, but never cuts a call tree: a lost child makes its parent look slow."""
    if domain not in {"metrics", "logs"} or not task.focus.entities:
        return ()
    return tuple(dict.fromkeys((*task.focus.entities, *task.focus.services)))
