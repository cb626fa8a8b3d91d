"""One good request for each operation of the table, over HTTP and over gRPC, about what tenant acme has."""

from dataclasses import dataclass, field
from typing import Any

from inquest.api.domain.routes import BY_NAME
from inquest.contracts.latest import derive_id
from inquest.contracts.proto.v1 import messages_pb2
from inquest.contracts.proto.v1 import services_pb2 as pb
from inquest.testkit.stories import InvestigationBuilder

CART, SHOP = (InvestigationBuilder(number, "acme", name) for number, name in ((1, "cart"), (2, "shop")))
FROM, TO = "2026-03-01T14:00:00Z", "2026-03-01T14:30:00Z"
FOCUS = messages_pb2.Focus(services=["cart"])
WINDOW = messages_pb2.Window()
WINDOW.start.FromJsonString(FROM)
WINDOW.end.FromJsonString(TO)
ONE = {"investigation_id": CART.investigation_id}
APPROVAL = {"approval_id": derive_id("none")}
INCIDENT = {"incident_id": CART.incident_id}


@dataclass(frozen=True)
class Ask:
    """`rpc` is the gRPC request but for its tenant; `status` is what HTTP answers whoever may, where not the row's."""

    rpc: Any
    path: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    status: int = 0


ASKS: dict[str, Ask] = {
    "list_investigations": Ask(pb.InvestigationServiceListRequest()),
    "start_investigation": Ask(
        pb.InvestigationServiceStartRequest(focus=FOCUS, window=WINDOW),
        body={"services": ["cart"], "from": FROM, "to": TO},
    ),
    "get_investigation": Ask(pb.InvestigationServiceGetRequest(**ONE), ONE),
    "watch_investigation": Ask(pb.InvestigationServiceWatchRequest(**ONE), ONE),
    "cancel_investigation": Ask(pb.InvestigationServiceCancelRequest(**ONE), ONE, {}),
    "give_feedback": Ask(
        pb.InvestigationServiceGiveFeedbackRequest(**ONE, judgement="right"), ONE, {"judgement": "right"}
    ),
    "list_incidents": Ask(pb.IncidentServiceListRequest()),
    "get_incident": Ask(pb.IncidentServiceGetRequest(**INCIDENT), INCIDENT),
    "merge_incidents": Ask(
        pb.IncidentServiceMergeRequest(**INCIDENT, other=SHOP.incident_id), INCIDENT, {"other": SHOP.incident_id}
    ),
    "split_incident": Ask(
        pb.IncidentServiceSplitRequest(**INCIDENT, signal_ids=[CART.signal_id]),
        INCIDENT,
        {"signal_ids": [CART.signal_id]},
    ),
    "get_panic": Ask(pb.ControlServiceGetPanicRequest()),
    "set_panic": Ask(pb.ControlServiceSetPanicRequest(on=False), body={"on": False}),
    "list_mutes": Ask(pb.ControlServiceListMutesRequest()),
    "add_mute": Ask(
        pb.ControlServiceAddMuteRequest(services=["cart"], reason="upgrade", duration_s=60),
        body={"services": ["cart"], "reason": "upgrade", "duration_s": 60},
    ),
    "end_mute": Ask(
        pb.ControlServiceEndMuteRequest(mute_id=derive_id("none")), {"mute_id": derive_id("none")}, {}, 404
    ),
    "list_budgets": Ask(pb.BudgetServiceListRequest()),
    "save_budget": Ask(
        pb.BudgetServiceSaveRequest(budget=messages_pb2.BudgetChoice(calls_max=9)), body={"budget": {"calls_max": 9}}
    ),
    "clear_budget": Ask(pb.BudgetServiceClearRequest(), body={}),
    "explain_budget": Ask(pb.BudgetServiceExplainRequest(), body={}),
    "list_approvals": Ask(pb.ApprovalServiceListRequest()),
    "give_approval": Ask(pb.ApprovalServiceGiveRequest(**APPROVAL), APPROVAL, {}, 404),
    "refuse_approval": Ask(pb.ApprovalServiceRefuseRequest(**APPROVAL), APPROVAL, {}, 404),
    "list_switches": Ask(pb.SwitchServiceListRequest()),
    "switch_provider": Ask(
        pb.SwitchServiceSwitchRequest(domain="logs", action="rollback", to="configured"),
        {"domain": "logs"},
        {"action": "rollback", "to": "configured"},
    ),
    "list_notices": Ask(pb.ControlServiceListNoticesRequest()),
    "list_audit": Ask(pb.ControlServiceListAuditRequest()),
    "list_dead_letters": Ask(pb.DeadLetterServiceListRequest()),
    "get_dead_letter": Ask(pb.DeadLetterServiceGetRequest(seq=1), {"seq": "1"}),
    "redrive_dead_letters": Ask(pb.DeadLetterServiceRedriveRequest(seqs=[999]), body={"seqs": [999]}),
    "discard_dead_letters": Ask(
        pb.DeadLetterServiceDiscardRequest(seqs=[999], reason="test"), body={"seqs": [999], "reason": "test"}
    ),
}


def wanted(name: str) -> int:
    """Return the HTTP status that whoever may is answered with."""
    return ASKS[name].status or BY_NAME[name].status
