"""What people are shown of approvals, and what the audit says about who decided."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from inquest.audit import AuditLog
from inquest.config.policy import ApprovalsConfig
from inquest.contracts.errors import Conflict
from inquest.contracts.latest import Approval, DecideApproval, ListApprovals
from inquest.contracts.subjects import AUDIT_RECORDED
from inquest.contracts.topology import GATEWAY_APPROVALS
from inquest.contracts.v1.approvals import APPROVALS_LISTED_MAX
from inquest.gateway.approvals import Approvals

T0 = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)


@pytest.fixture
def desk(memory_bus) -> Approvals:
    return Approvals(
        memory_bus.kv(GATEWAY_APPROVALS), AuditLog(memory_bus, "gateway"), lambda: T0, lambda _: ApprovalsConfig()
    )


def approval(number: int = 0, **more) -> Approval:
    given = {
        "tenant": "acme",
        "approval_id": f"call-{number}",
        "investigation_id": "inv",
        "step_id": "step",
        "domain": "tickets",
        "provider": "desk",
        "operation": "create_ticket",
        "request_hash": "0" * 64,
        "asked_at": T0 + timedelta(seconds=number),
        "expires_at": T0 + timedelta(days=1),
    }
    return Approval(**given | more)


async def put(desk, *some: Approval) -> None:
    for one in some:
        await desk.kv.put(f"{one.tenant}.{one.approval_id}", one.model_dump_json().encode())


async def decide(desk, decision="give", **more):
    wish = {"tenant": "acme", "approval_id": "call-0", "decision": decision, "by": "kim", "reason": "agreed"}
    return await desk.on_decide(DecideApproval(**wish | more))


def audited(bus):
    return [(one.action, one.by, one.outcome, one.reason) for one in bus.published(AUDIT_RECORDED)]


class Watched:
    """A bucket that notes what the audit says when it is written to; `overtaken`: somebody else writes first."""

    def __init__(self, bus, *, overtaken: bool = False) -> None:
        self.bus, self.kv, self.overtaken = bus, bus.kv(GATEWAY_APPROVALS), overtaken
        self.get, self.put = self.kv.get, self.kv.put
        self.audited_before: list = []

    async def update(self, key, value, revision) -> int:
        self.audited_before = audited(self.bus)
        if self.overtaken:
            raise Conflict("newer")
        return await self.kv.update(key, value, revision)


@pytest.mark.parametrize(("decision", "action"), [("give", "approval-given"), ("refuse", "approval-refused")])
async def test_a_decision_is_in_the_audit_once_it_stands(desk, memory_bus, decision, action):
    desk = replace(desk, kv=Watched(memory_bus))
    await put(desk, approval())
    assert (await decide(desk, decision)).problem == ""
    assert desk.kv.audited_before == []
    assert audited(memory_bus) == [(action, "kim", "done", "agreed")]


async def test_who_is_overtaken_decided_nothing_and_the_audit_says_so(desk, memory_bus):
    desk = replace(desk, kv=Watched(memory_bus, overtaken=True))
    await put(desk, approval())
    problem = (await decide(desk)).problem
    assert audited(memory_bus) == [("approval-given", "kim", "refused", problem)]


async def test_a_decision_that_comes_too_late_is_in_the_audit_as_refused(desk, memory_bus):
    await put(desk, approval(state="used", by="ada"))
    assert (await decide(desk)).problem == "it was used already, by ada"
    assert audited(memory_bus) == [("approval-given", "kim", "refused", "it was used already, by ada")]


async def test_what_waits_is_found_however_much_was_decided_since_and_what_is_cut_is_said(desk):
    settled = (approval(number, approval_id=f"call-{number}", state="used") for number in range(1, 1203))
    await put(desk, *settled, approval(0, approval_id="waits"), approval(5, tenant="globex"))
    await put(desk, approval(3, approval_id="ended", expires_at=T0))
    waiting = await desk.on_list(ListApprovals(tenant="acme"))
    assert ([one.approval_id for one in waiting.approvals], waiting.left_off) == (["waits"], 0)
    every = await desk.on_list(ListApprovals(tenant="acme", every=True))
    assert [one.approval_id for one in every.approvals[:3]] == ["waits", "call-1202", "call-1201"]
    assert (len(every.approvals), every.left_off) == (APPROVALS_LISTED_MAX, 1204 - APPROVALS_LISTED_MAX)


async def test_one_can_be_asked_for(desk):
    await put(desk, approval(0, state="used"), approval(1))
    found = await desk.on_list(ListApprovals(tenant="acme", approval_id="call-0"))
    assert [one.state for one in found.approvals] == ["used"]
    assert (await desk.on_list(ListApprovals(tenant="acme", approval_id="nobody"))).approvals == ()
