"""What an approval is bound to, how long it stands, and what becomes of a call by it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.audit import AuditLog
from inquest.config.policies.asked import APPROVAL_RULE, Asked, Decision
from inquest.config.policy import ApprovalsConfig
from inquest.contracts.errors import Conflict, RetryLater
from inquest.contracts.latest import (
    Approval,
    DataSourceInterfaceContract,
    DecideApproval,
    ListApprovals,
    Query,
    ToolRequest,
    ToolResult,
    Window,
)
from inquest.contracts.topology import GATEWAY_APPROVALS
from inquest.contracts.v1.approvals import APPROVALS_LISTED_MAX, QUESTION_CHARS_MAX
from inquest.gateway.approvals import Approvals, Approved
from inquest.gateway.domain.approvals import Write, decided, obstacle, used
from inquest.gateway.domain.fence import CAREFUL
from inquest.gateway.domain.judgement import Tool, reading, tool_of, writing
from inquest.gateway.ports import Context, ProviderError

T0, DAY = datetime(2026, 3, 1, 14, 0, tzinfo=UTC), timedelta(days=1)
NO = Decision(permitted=False, rules=("no",), because={"no": "it is not ours"})
YES = Decision(permitted=True, rules=("yes",))
UNAPPROVED = Decision(permitted=False, rules=(APPROVAL_RULE,))
REQUEST = ToolRequest(
    tenant="acme",
    investigation_id="inv",
    step_id="step",
    domain="tickets",
    query=Query(window=Window(start=T0, end=T0), text="open it", services=("cart",), repository="acme/shop"),
    access="write",
    capability_id="desk-writer",
)
WRITE = Write(REQUEST, "call", "desk", "create_ticket")
ASKED = WRITE.asked(T0, 60, "shown")


def wish(decision="give", **more):
    return DecideApproval(tenant="acme", approval_id="call", decision=decision, by="kim", **more)


def state(name, **more) -> Approval:
    return ASKED.model_copy(update={"state": name, "by": "kim"} | more)


def test_an_approval_says_what_it_is_about():
    assert (ASKED.approval_id, ASKED.state, ASKED.question) == ("call", "asked", "shown")
    assert (ASKED.provider, ASKED.operation, ASKED.domain) == ("desk", "create_ticket", "tickets")
    assert (ASKED.services, ASKED.repository, ASKED.capability) == (("cart",), "acme/shop", "desk-writer")
    assert (ASKED.asked_at, ASKED.expires_at) == (T0, T0 + timedelta(seconds=60))
    assert ASKED.request_hash == WRITE.request_hash
    assert len(ASKED.request_hash) == 64


@pytest.mark.parametrize(
    "other",
    [
        Write(REQUEST, "call", "another", "create_ticket"),
        Write(REQUEST, "call", "desk", "delete_ticket"),
        Write(REQUEST.model_copy(update={"tenant": "globex"}), "call", "desk", "create_ticket"),
        Write(REQUEST.model_copy(update={"investigation_id": "inv-2"}), "call", "desk", "create_ticket"),
        Write(REQUEST.model_copy(update={"step_id": "step-2"}), "call", "desk", "create_ticket"),
        Write(REQUEST.model_copy(update={"access": "read"}), "call", "desk", "create_ticket"),
        Write(
            REQUEST.model_copy(update={"query": REQUEST.query.model_copy(update={"text": "open it!"})}),
            "call",
            "desk",
            "create_ticket",
        ),
    ],
)
def test_an_approval_of_one_request_is_none_of_another(other):
    assert other.request_hash != WRITE.request_hash
    assert other.standing(state("given"), T0) == "none"


@pytest.mark.parametrize(
    ("found", "at_s", "expected"),
    [
        (None, 0, "none"),
        (ASKED, 59.9, "waiting"),
        (ASKED, 60, "none"),
        (state("given"), 59.9, "given"),
        (state("given"), 60, "none"),
        (state("refused"), 1e6, "refused"),
        (state("used"), 1e6, "used"),
    ],
)
def test_how_an_approval_stands(found, at_s, expected):
    assert WRITE.standing(found, T0 + timedelta(seconds=at_s)) == expected


@pytest.mark.parametrize(
    ("found", "said", "at_s", "problem"),
    [
        (ASKED, wish(), 0, ""),
        (ASKED, wish("refuse"), 0, ""),
        (ASKED, wish(request_hash=ASKED.request_hash), 0, ""),
        (ASKED, wish(request_hash="0" * 64), 0, "another than the one that was seen"),
        (ASKED, wish(), 60, "it ended at 2026-03-01 14:01:00 UTC"),
        (state("given"), wish(), 0, "it was given already, by kim"),
        (state("given"), wish("refuse"), 0, ""),
        (state("used"), wish("refuse"), 0, "it was used already, by kim"),
        (state("refused"), wish(), 0, "it was refused already, by kim"),
    ],
)
def test_what_a_person_can_still_decide(found, said, at_s, problem):
    told = obstacle(found, said, T0 + timedelta(seconds=at_s))
    assert problem in told
    assert bool(told) == bool(problem)


@settings(max_examples=25)
@given(given_s=st.integers(1, 86_400), valid_s=st.none() | st.integers(1, 86_400), later_s=st.floats(0, 200_000))
def test_what_was_given_ends_and_never_later_than_configured(given_s, valid_s, later_s):
    given = decided(ASKED, wish(valid_s=valid_s, reason="agreed"), T0, given_s)
    assert (given.state, given.by, given.reason, given.decided_at) == ("given", "kim", "agreed", T0)
    stands_s = (given.expires_at - T0).total_seconds()
    assert stands_s == min(given_s, valid_s or given_s)
    assert (WRITE.standing(given, T0 + timedelta(seconds=later_s)) == "given") == (later_s < stands_s)
    assert WRITE.standing(used(given, T0), T0) == "used"
    assert used(given, T0 + DAY).used_at == T0 + DAY


def test_a_refusal_stands_and_does_not_move_its_end():
    refused = decided(ASKED, wish("refuse"), T0, 900)
    assert (refused.state, refused.expires_at) == ("refused", ASKED.expires_at)


def test_a_write_that_nobody_could_read_is_none_to_ask_about():
    assert WRITE.is_readable(CAREFUL)
    for text in ("x" * QUESTION_CHARS_MAX, " ".join(f"a{number}@b.co" for number in range(1500))):  # redacted, it grows
        asked = REQUEST.model_copy(update={"query": Query(window=REQUEST.query.window, text=text)})
        assert not replace(WRITE, request=asked).is_readable(CAREFUL)
    assert len(WRITE.asked(T0, 1, "x" * (QUESTION_CHARS_MAX + 1)).question) == QUESTION_CHARS_MAX


def contract(domain, **more):
    return DataSourceInterfaceContract(
        interface_id="i", domain=domain, provider="desk", kind="mcp", input_schema="{}", output_schema="{}", **more
    )


def test_a_tool_is_what_its_provider_says_and_reads_where_it_says_nothing():
    both = (contract("logs"), contract("tickets", access="write", operations=("create_ticket",)))
    assert tool_of("tickets", "desk", both) == Tool("tickets", "desk", "mcp", "create_ticket", "write")
    assert tool_of("logs", "desk", both) == Tool("logs", "desk", "mcp", "read", "read")
    assert tool_of("chat", "desk", both) == Tool("chat", "desk")
    assert tool_of("logs", "desk", (contract("logs", operations=()),)).operation == "read"
    asked = Tool("tickets", "desk", "mcp", "create_ticket", "write", approved=True).asked(
        Asked(tenant="acme", domain="tickets", provider="", at=T0)
    )
    assert (asked.provider, asked.kind, asked.operation, asked.approved) == ("desk", "mcp", "create_ticket", True)


def test_of_several_providers_those_that_may_are_asked():
    some = reading([("A", "a", NO), ("B", "b", YES)])
    assert (some.permitted, some.refusal, some.rules) == (("B",), "", ("no",))
    assert some.notes == ("a was not asked: refused by rule no because it is not ours",)
    none = reading([("A", "a", NO), ("B", "b", NO)])
    assert (none.permitted, none.refusal) == ((), "refused by rule no because it is not ours")
    each = reading([("A", "a", NO), ("B", "b", Decision(permitted=False))])
    assert each.refusal == "a: refused by rule no because it is not ours; b: refused: no rule permits it"


def test_a_write_is_let_through_by_its_approval_alone():
    def became(standing, found, *, readable=True):
        return writing("ONE", standing, found, UNAPPROVED, is_readable=readable)

    assert became("given", state("given")).permitted == became("used", state("used")).permitted == ("ONE",)
    assert became("given", state("given")).approval_id == "call"
    waits = became("waiting", ASKED)
    assert (waits.permitted, waits.rules, waits.approval_id) == ((), (APPROVAL_RULE,), "call")
    assert waits.refusal.endswith("approval call waits for one until 2026-03-01 14:01 UTC")
    refused = became("refused", state("refused", reason="not now"))
    assert refused.refusal == f"refused by rule {APPROVAL_RULE} because kim refused the approval: not now"
    assert became("refused", state("refused")).refusal.endswith("refused the approval")
    for unseen in (became("none", None), became("none", ASKED, readable=False)):
        assert (unseen.permitted, unseen.rules) == ((), (APPROVAL_RULE,))
        assert "too long to be shown" in unseen.refusal


def test_a_result_says_what_the_policy_did():
    result = ToolResult(call_id="call", domain="tickets", status="ok", problems=("one",))
    assert reading([("B", "b", YES)]).told(result) is result
    some = reading([("A", "a", NO), ("B", "b", YES)])
    assert some.told(result).problems == ("one", *some.notes)
    assert some.told(result).rules == ("no",)
    lost = writing("ONE", "given", state("given"), UNAPPROVED, is_readable=True).told(result, "used before")
    assert (lost.status, lost.approval_id) == ("refused", "call")
    assert lost.reason == f"refused by rule {APPROVAL_RULE}: used before"


async def test_a_list_of_approvals_is_bounded(memory_bus):
    kv = memory_bus.kv(GATEWAY_APPROVALS)
    desk = Approvals(kv, AuditLog(memory_bus, "gateway"), lambda: T0, lambda _: ApprovalsConfig())
    for number in range(APPROVALS_LISTED_MAX + 2):
        one = state("asked", approval_id=f"call-{number}", asked_at=T0 + timedelta(seconds=number))
        await kv.put(f"acme.call-{number}", one.model_dump_json().encode())
    await kv.put("globex.call", state("asked", tenant="globex").model_dump_json().encode())
    found = (await desk.on_list(ListApprovals(tenant="acme"))).approvals
    assert len(found) == APPROVALS_LISTED_MAX
    assert found[0].approval_id == f"call-{APPROVALS_LISTED_MAX + 1}"


class Writer:
    """Counts what it was let write."""

    def __init__(self) -> None:
        self.written = 0
        self.probed = 0

    def describe(self):
        return (contract("tickets"),)

    async def probe(self) -> None:
        self.probed += 1

    async def call(self, request, context):
        assert context.may_write
        self.written += 1
        return "written"


class Broken:
    """An audit that cannot be written."""

    async def record(self, deed) -> None:
        raise RetryLater("the bus is away")


class Overtaken:
    """A bucket in which somebody else always writes first."""

    def __init__(self, kv) -> None:
        self.get = kv.get

    async def update(self, key, value, revision) -> int:
        raise Conflict("newer")


async def desk_with(memory_bus, name, audit=None) -> Approvals:
    kv = memory_bus.kv(GATEWAY_APPROVALS)
    await kv.put("acme.call", state(name).model_dump_json().encode())
    return Approvals(kv, audit or AuditLog(memory_bus, "gateway"), lambda: T0, lambda _: ApprovalsConfig())


def approved(desk) -> Approved:
    return Approved(Writer(), desk, WRITE)


def context() -> Context:
    return Context("acme", "tickets", 0, 0)


async def test_a_provider_writes_only_while_its_approval_stands(memory_bus):
    one = approved(await desk_with(memory_bus, "given"))
    assert await one.call("question", context()) == "written"
    with pytest.raises(ProviderError, match="was used before"):
        await one.call("question", context())
    assert (one.provider.written, "was used before" in one.refusal) == (1, True)
    await one.probe()
    assert (one.provider.probed, one.describe()) == (1, one.provider.describe())


@pytest.mark.parametrize(
    ("name", "said"), [("asked", "has not approved it"), ("refused", "a person refused it"), ("used", "used before")]
)
async def test_what_is_not_approved_is_not_written(memory_bus, name, said):
    one = approved(await desk_with(memory_bus, name))
    with pytest.raises(ProviderError, match=said):
        await one.call("question", context())
    assert one.provider.written == 0


async def test_without_the_record_of_its_use_nothing_is_written(memory_bus):
    one = approved(await desk_with(memory_bus, "given", Broken()))
    with pytest.raises(ProviderError, match="is not recorded: the bus is away"):
        await one.call("question", context())
    assert one.provider.written == 0


async def test_who_is_overtaken_neither_writes_nor_decides(memory_bus):
    desk = replace(await desk_with(memory_bus, "given"), kv=Overtaken(memory_bus.kv(GATEWAY_APPROVALS)))
    one = approved(desk)
    with pytest.raises(ProviderError, match="used before"):
        await one.call("question", context())
    assert one.provider.written == 0
    assert "changed meanwhile" in (await desk.on_decide(wish("refuse"))).problem
