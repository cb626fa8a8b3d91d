"""Approvals on a real server: two gateways and one use, and a restart in between."""

import asyncio
from datetime import UTC, datetime

from inquest.audit import AuditLog
from inquest.config.policy import ApprovalsConfig
from inquest.contracts.latest import DecideApproval, ListApprovals, Query, ToolRequest, Window
from inquest.contracts.subjects import AUDIT_RECORDED
from inquest.contracts.topology import GATEWAY_APPROVALS
from inquest.gateway.approvals import Approvals
from inquest.gateway.domain.approvals import Write
from inquest.gateway.domain.fence import CAREFUL
from inquest.gateway.ports import ProviderError

T0 = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
GATEWAYS = 2
TRIES = 5


def write(step_id: str = "step") -> Write:
    query = Query(window=Window(start=T0, end=T0), text="open a ticket")
    request = ToolRequest(
        tenant="acme", investigation_id="inv", step_id=step_id, domain="tickets", query=query, access="write"
    )
    return Write(request, f"call-{step_id}", "desk", "create_ticket")


async def desks(bus_factory):
    """Return approvals as each of two gateways has them."""
    return [
        Approvals(
            bus.kv(GATEWAY_APPROVALS),
            AuditLog(bus, "gateway"),
            lambda: datetime.now(UTC),
            lambda _tenant: ApprovalsConfig(),
        )
        for bus in [await bus_factory("gateway") for _ in range(GATEWAYS)]
    ]


def yes(approval_id: str) -> DecideApproval:
    return DecideApproval(tenant="acme", approval_id=approval_id, decision="give", by="kim")


async def test_an_approval_is_used_once_whoever_asks_and_how_often(bus, bus_factory):
    one, two = await desks(bus_factory)
    asked = await one.ask(write(), CAREFUL)
    assert (await two.ask(write(), CAREFUL)) == asked  # a person is asked once
    answers = await asyncio.gather(one.on_decide(yes(asked.approval_id)), two.on_decide(yes(asked.approval_id)))
    assert sorted(bool(answer.problem) for answer in answers) == [False, True]

    used = await asyncio.gather(*(desk.use(write()) for desk in (one, two) * TRIES), return_exceptions=True)
    lost = [failure for failure in used if failure is not None]
    assert len(lost) == GATEWAYS * TRIES - 1
    assert all(isinstance(error, ProviderError) and "was used before" in str(error) for error in lost)
    records = [stored.message for stored in await bus.read(AUDIT_RECORDED, tenant="acme")]
    assert [record.by for record in records if record.action == "approval-used"] == ["kim"]


async def test_an_approval_outlives_the_gateway_that_asked(bus_factory):
    before, _ = await desks(bus_factory)
    asked = await before.ask(write(), CAREFUL)
    await before.on_decide(yes(asked.approval_id))
    _, after = await desks(bus_factory)
    assert (await after.standing(write()))[0] == "given"
    await after.use(write())
    assert (await before.standing(write()))[0] == "used"
    every = await before.on_list(ListApprovals(tenant="acme", every=True))
    assert [one.state for one in every.approvals] == ["used"]
    assert (await before.on_list(ListApprovals(tenant="acme"))).approvals == ()
