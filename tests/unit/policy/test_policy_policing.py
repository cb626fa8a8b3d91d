"""What the policy remembers of providers: what each does, for as long as it is configured."""

import gc
import weakref
from datetime import UTC, datetime

from inquest.audit import AuditLog
from inquest.config import Config
from inquest.config.policy import ApprovalsConfig
from inquest.contracts.latest import DataSourceInterfaceContract, Query, ToolRequest, Window
from inquest.contracts.topology import GATEWAY_APPROVALS, GATEWAY_LEDGER
from inquest.gateway.approvals import Approvals
from inquest.gateway.policing import Policing
from inquest.gateway.ports import Interface
from inquest.ledger.nats import BusLedger

T0 = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
REQUEST = ToolRequest(
    tenant="acme", investigation_id="inv", step_id="step", domain="logs", query=Query(window=Window(start=T0, end=T0))
)


class Source:
    """Says what it does, and how often it was asked that."""

    def __init__(self, access="read") -> None:
        self.access, self.asked = access, 0

    def describe(self):
        self.asked += 1
        contract = {"interface_id": "i", "domain": "logs", "provider": "p", "kind": "k"}
        return (DataSourceInterfaceContract(**contract, input_schema="{}", output_schema="{}", access=self.access),)

    async def probe(self) -> None:
        return

    async def call(self, request, context):
        raise NotImplementedError


def interface(name: str, source: Source) -> Interface:
    return Interface(f"acme/{name}", name, frozenset({"logs"}), source)


async def test_what_a_provider_does_is_asked_once_and_forgotten_with_its_configuration(memory_bus):
    configs = [Config()]
    audit = AuditLog(memory_bus, "gateway")
    approvals = Approvals(memory_bus.kv(GATEWAY_APPROVALS), audit, lambda: T0, lambda _: ApprovalsConfig())
    ledger = BusLedger(memory_bus, memory_bus.kv(GATEWAY_LEDGER))
    policing = Policing(lambda: configs[-1], approvals, ledger, lambda: T0)
    kept, removed = Source(), Source()
    gone = weakref.ref(removed)
    both = [interface("kept", kept), interface("removed", removed)]
    for _ in range(3):
        assert (await policing.judge(REQUEST, "call", both)).permitted == tuple(both)
    assert (kept.asked, removed.asked) == (1, 1)
    configs.append(Config())
    del both, removed
    await policing.judge(REQUEST, "call", [interface("kept", kept)])
    gc.collect()
    assert gone() is None
    writer = Source("write")  # another of the same name
    assert (await policing.judge(REQUEST, "call", [interface("kept", writer)])).permitted == ()
