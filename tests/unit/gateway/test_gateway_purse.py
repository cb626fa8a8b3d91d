"""What a call that is never made gives back, and how long it waits for the ledger."""

import asyncio
from datetime import UTC, datetime

import pytest
from inquest.config.quota import Quota
from inquest.contracts.latest import Query, Share, ToolRequest, Window
from inquest.contracts.topology import GATEWAY_LEDGER
from inquest.gateway.budget import Purse
from inquest.gateway.ports import Interface
from inquest.ledger import Account, LedgerAway
from inquest.ledger.nats import BusLedger

T0 = datetime(2026, 3, 1, 14, tzinfo=UTC)
REQUEST = ToolRequest(
    tenant="acme",
    investigation_id="inv",
    step_id="step",
    domain="logs",
    query=Query(window=Window(start=T0, end=T0)),
    tokens=30,
    tokens_max=100,
    shares=tuple(Share(scope="provider", name=name, calls_max=3) for name in ("loki", "tempo")),
)
INTERFACES = [Interface(f"acme/{name}", name, frozenset({"logs"}), provider=None) for name in ("loki", "tempo")]


class Stumbling:
    """A ledger that goes away when it is asked about a provider, or takes its time over that."""

    def __init__(self, ledger: BusLedger, part: str, wait_s: float | None = None) -> None:
        self._ledger, self._part, self._wait_s = ledger, part, wait_s

    async def reserve(self, draws, tokens):
        if draws[0].account.part.startswith(self._part):
            if self._wait_s is None:
                raise LedgerAway("it went away")
            await asyncio.sleep(self._wait_s)
        return await self._ledger.reserve(draws, tokens)

    async def settle(self, account, spent) -> None:
        await self._ledger.settle(account, spent)


@pytest.fixture
def ledger(memory_bus) -> BusLedger:
    return BusLedger(memory_bus, memory_bus.kv(GATEWAY_LEDGER))


async def test_what_was_reserved_before_the_ledger_went_away_is_given_back(ledger):
    bill = Purse(Stumbling(ledger, "provider-tempo"), lambda _: Quota()).bill(REQUEST, INTERFACES)
    with pytest.raises(LedgerAway):
        await bill.reserve(0.1)
    run = await ledger.spent(Account("acme", "inv"))
    loki = await ledger.spent(Account("acme", "inv", "provider-loki"))
    assert (run.calls, run.tokens, loki.calls) == (0, 0, 0)


async def test_all_limits_together_may_wait_as_long_as_one(ledger):
    slow = Stumbling(ledger, "provider-", wait_s=0.15)
    bill = Purse(slow, lambda _: Quota()).bill(REQUEST, INTERFACES)
    with pytest.raises(LedgerAway, match="no answer in time"):
        await bill.reserve(0.2)
