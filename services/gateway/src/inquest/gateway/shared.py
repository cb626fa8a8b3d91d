"""Answers that serve several calls: what one gateway read just now, the others need not ask again (ADR 0027).

The bucket holds them for two minutes and in memory alone: it may lose them at any time, and then the source is asked.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from inquest.bus.port import KeyValue
from inquest.contracts.errors import InquestError, RetryLater
from inquest.contracts.latest import ToolRequest, ToolResult
from inquest.gateway.domain.request import canonical
from inquest.gateway.journal import Claim, Journal
from inquest.gateway.ports import Interface
from inquest.telemetry.logs import get_logger

_WAIT_SHARE = 0.5  # of a call's time may go into waiting for another gateway's answer; its own read has the rest

log = get_logger("gateway")


def share_key(request: ToolRequest, interfaces: Sequence[Interface]) -> str:
    """Return what two calls have in common that one answer serves: tenant, question, and who would be asked when."""
    asked = (canonical(request), *(f"{one.key} {one.revision} {one.turn}" for one in interfaces))
    return f"{request.tenant}.{hashlib.sha256(chr(10).join(asked).encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Shared:
    """Asks once for all gateways, with the journal's leases: who dies while asking is taken over from."""

    kv: KeyValue
    journal: Journal
    _writing: set[asyncio.Task[None]] = field(default_factory=set)

    async def ask(self, key: str, left_s: float, read: Callable[[], Awaitable[ToolResult]]) -> ToolResult:
        """Return the answer that is there, or that another gateway is reading, or else read.

        Sharing is a favour: whatever goes wrong with it, the source is asked.
        """
        try:
            claim = await self.journal.claim(key, left_s * _WAIT_SHARE)
        except RetryLater as error:
            log.warning("answer_not_shared", key=key, reason=str(error))
            return await read()
        if isinstance(claim, ToolResult):
            return claim
        answer = None
        try:
            async with self.journal.held(claim):
                answer = await read()
        finally:
            self._in_background(self._keep(claim, answer))
        return answer

    async def aclose(self) -> None:
        """Wait for what is still being written."""
        await asyncio.gather(*self._writing)

    async def _keep(self, claim: Claim, answer: ToolResult | None) -> None:
        """Leave the answer for others; a failure is nobody else's, the next one asks again."""
        try:
            if answer and answer.payload_sha256:
                await self.journal.record(claim, answer)
            else:
                await self.kv.delete(claim.key)
        except InquestError as error:
            log.warning("answer_not_shared", key=claim.key, reason=str(error))

    def _in_background(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)
