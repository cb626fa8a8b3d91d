"""Dual reads: on a sample, the side that did not lead is asked too, and both answers are compared.

It happens after the investigation has its answer, costs its budget nothing, and is as polite as any read.
"""

import asyncio
import json
import zlib
from base64 import b64decode
from collections.abc import Collection
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any

from inquest.bus.port import BusPort, Objects
from inquest.contracts.errors import InquestError
from inquest.contracts.latest import Domain, DomainRequest, ErrorKind, ToolComparison, ToolRequest, ToolResult
from inquest.contracts.subjects import TOOL_COMPARED
from inquest.gateway.calls import seal
from inquest.gateway.domain.golden import Golden, compare
from inquest.gateway.domain.outcome import Fetched, Reading
from inquest.gateway.domain.request import request_of
from inquest.gateway.domain.switching import is_sampled
from inquest.gateway.domain.tally import Counted
from inquest.gateway.ports import Clock, Interface
from inquest.gateway.reader import Reader
from inquest.gateway.switchboard import Plan
from inquest.gateway.trials import Trials
from inquest.telemetry.logs import get_logger

AT_ONCE_MAX = 4  # of one gateway; a sample that finds no place is left out
COMPARED_BYTES_MAX = 4 * 1024 * 1024  # of one answer as JSON; a larger one is not compared
_NO_FAULT: frozenset[ErrorKind] = frozenset({"unsupported", "limited"})

log = get_logger("gateway")


@dataclass(slots=True)
class Comparer:
    """Asks the other side, compares, and tells."""

    bus: BusPort
    reader: Reader
    payloads: Objects
    trials: Trials
    clock: Clock
    executor: Executor | None = None
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    def consider(self, plan: Plan, request: ToolRequest, result: ToolResult) -> None:
        """Compare in the background where this call is one of the sample. Costs no wait."""
        if plan.choice.lead is None or plan.choice.follows is None or not result.payload_sha256 or not plan.following:
            return
        if request.query.cursor:  # of the side that led: the other one cannot know it, and has not failed
            return
        config = self.trials.board.configured(request.tenant, request.domain)
        led = next((one for one in plan.interfaces if one.name == result.provider), None)
        is_led = led is not None and led.side == plan.choice.lead
        if not is_led or not is_sampled(config.compare_percent, result.call_id) or len(self._running) >= AT_ONCE_MAX:
            return
        task = asyncio.create_task(self._compare(plan, request, result, config.ignore))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def aclose(self) -> None:
        """Leave off what is under way: a comparison that is lost loses nobody's answer."""
        for task in tuple(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def idle(self) -> None:
        """Wait for what is under way."""
        await asyncio.gather(*self._running)

    async def _compare(self, plan: Plan, request: ToolRequest, result: ToolResult, ignore: Collection[str]) -> None:
        assert plan.setting is not None
        assert plan.choice.lead is not None
        try:
            reading = await self.reader.read(
                plan.following,
                request_of(request.domain, request.query),
                tenant=request.tenant,
                domain=request.domain,
                left_s=request.timeout_ms / 1000,
            )
            if plan.choice.follows == plan.setting.candidate:
                self.trials.saw(plan, request, judged(reading))
            compared = await self._compared(plan, request, result, reading, ignore)
            if not compared.problem:
                self.trials.saw(plan, request, Counted(compared=1, differing=int(not compared.equal)))
            await self.bus.publish(
                TOOL_COMPARED,
                compared,
                msg_id=f"{request.tenant}:compared:{result.call_id}",
                tenant=request.tenant,
                investigation=request.investigation_id,
            )
        except InquestError as error:
            log.warning("comparison_not_told", tenant=request.tenant, domain=request.domain, reason=str(error))
        except Exception:
            log.exception("comparison_failed", tenant=request.tenant, domain=request.domain)

    async def _compared(
        self, plan: Plan, request: ToolRequest, result: ToolResult, reading: Reading, ignore: Collection[str]
    ) -> ToolComparison:
        lead = plan.choice.lead
        assert lead is not None
        names = {lead: result.provider or "", str(plan.choice.follows): reading.provider or ""}
        golden, problem = None, ""
        if reading.fetched is None:
            problem = f"{plan.choice.follows} has no answer: {reading.reason}"
        elif result.truncated and reading.fetched.response.truncated:
            problem = "both answers are cut, and may have been cut in different places"
        elif result.size_bytes > COMPARED_BYTES_MAX:
            problem = f"the answer has {result.size_bytes} bytes; up to {COMPARED_BYTES_MAX} are compared"
        else:
            golden, problem = await self._golden(request, lead, result, reading.fetched, plan, ignore)
        return ToolComparison(
            tenant=request.tenant,
            investigation_id=request.investigation_id,
            call_id=result.call_id,
            domain=request.domain,
            external=names.get("external", ""),
            internal=names.get("internal", ""),
            led_by=lead,
            equal=golden is not None and golden.total == 0,
            total=golden.total if golden else 0,
            differences=golden.differences if golden else (),
            rows_external=golden.rows_external if golden else 0,
            rows_internal=golden.rows_internal if golden else 0,
            problem=problem,
            compared_at=self.clock(),
        )

    async def _golden(
        self, request: ToolRequest, lead: str, result: ToolResult, fetched: Fetched, plan: Plan, ignore: Collection[str]
    ) -> tuple[Golden | None, str]:
        data = b64decode(result.payload_inline) if result.payload_inline else b""
        if result.payload_ref:
            data = await self.payloads.get(result.payload_ref)
        asks = request_of(request.domain, request.query)
        work = _Work(request.domain, lead, data, fetched, plan.interfaces[0], asks, ignore)
        return await asyncio.get_running_loop().run_in_executor(self.executor, work.done)


def judged(reading: Reading) -> Counted:
    """Return what a dual read says about the side that is tried.

    It answered, or broke when it was asked. Who rests, waits for a turn or has nothing of the kind has done neither.
    """
    broke = any(one.status in {"failed", "timeout"} and one.error not in _NO_FAULT for one in reading.attempts)
    is_error = reading.fetched is None and broke
    return Counted(calls=int(reading.fetched is not None or broke), errors=int(is_error))


@dataclass(frozen=True, slots=True)
class _Work:
    """What a thread does: both answers as they are answered, fenced and reduced alike, and their differences."""

    domain: Domain
    lead: str
    data: bytes
    fetched: Fetched
    interface: Interface
    asks: DomainRequest
    ignore: Collection[str]

    def done(self) -> tuple[Golden | None, str]:
        sealed = seal(self.fetched, self.interface.redactor, self.asks)
        if sealed.payload.size_bytes > COMPARED_BYTES_MAX:
            return None, f"the answer has {sealed.payload.size_bytes} bytes; up to {COMPARED_BYTES_MAX} are compared"
        theirs: dict[str, Any] = json.loads(zlib.decompress(sealed.payload.data))
        ours: dict[str, Any] = json.loads(zlib.decompress(self.data))
        pair = (ours, theirs) if self.lead == "external" else (theirs, ours)
        return compare(self.domain, *pair, self.ignore), ""
