"""Whatever a source does, the next provider answers, in time, and it is said what was lost and why."""

import time
from dataclasses import replace

import pytest
from inquest.contracts.latest import LogsRequest, LogsResponse, Window
from inquest.gateway.board import HealthBoard
from inquest.gateway.domain.failure import PASSING
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.retry import RetryPolicy
from inquest.gateway.governors import Governors
from inquest.gateway.ports import Interface
from inquest.gateway.reader import Reader
from inquest.ledger import Governor
from inquest.testkit.backends import Backend
from inquest.testkit.provider_faults import FAULTS, Fault
from inquest.testkit.providers import made

START = "2026-03-01T14:00:00Z"
QUERY = LogsRequest(window=Window(start=START, end="2026-03-01T14:10:00Z"), services=("cart",))
LEFT_S = 4.0


class Spare:
    """Answers, and counts."""

    asked = 0

    async def call(self, _request, _context) -> Fetched:
        self.asked += 1
        return Fetched(LogsResponse(), "all logs")


def interface(name: str, provider, **rules) -> Interface:
    return Interface(f"acme/{name}", name, frozenset({"logs"}), provider, **rules)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
@pytest.mark.slow
async def test_the_next_provider_answers_and_the_loss_is_told(fault: Fault):
    board = HealthBoard()
    reader = Reader(board, RetryPolicy(0.001, 0.002), 1_000_000, Governors(board))
    async with Backend(serve=lambda _: replace(fault.reply)).listening() as backend:
        config = {
            "name": "main",
            "kind": "loki",
            "settings": {"url": backend.url, "selector": '{app=~".+"}'},
        }
        async with made(config) as provider:
            governor = Governor(4, 1000.0, 4, 30.0)
            main = interface(
                "main", provider, priority=200, timeout_s=0.4, backend="b", governor=governor, failures_max=9
            )
            spare = interface("spare", Spare(), services=frozenset({"cart"}))
            began_s = time.monotonic()
            reading = await reader.read([main, spare], QUERY, tenant="acme", domain="logs", left_s=LEFT_S)
            assert time.monotonic() - began_s < LEFT_S
            first = reading.attempts[0]
            assert (reading.provider, reading.status) == ("spare", "degraded")
            assert reading.reason.startswith("main: ")
            assert len(reading.reason) > len("main: ") + 5
            assert first.error in fault.kinds
            asked_again = [one.provider for one in reading.attempts].count("main") == 2
            assert asked_again == (first.error in PASSING and fault.retry_after_s < LEFT_S)
            rest_s = (await board.resting("b")).rests_s
            if fault.retry_after_s > LEFT_S:
                assert rest_s == pytest.approx(fault.retry_after_s, abs=1.5)
                again = await reader.read([main, spare], QUERY, tenant="acme", domain="logs", left_s=LEFT_S)
                assert "left alone" in again.reason
            failures = (await board.get(main)).failures
            assert (failures > 0) == (first.error in PASSING and not fault.retry_after_s)
