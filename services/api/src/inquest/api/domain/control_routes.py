"""The table of HTTP operations on controls. Pure."""

from inquest.api.domain.control_requests import (
    AuditAnswer,
    AuditQuery,
    EndMuteBody,
    MuteBody,
    MuteEnded,
    MutesAnswer,
    NoticesAnswer,
    NoticesQuery,
    PanicBody,
    PanicStatus,
)
from inquest.api.domain.operation import Operation
from inquest.api.domain.requests import TenantQuery
from inquest.contracts.latest import Mute

PANIC = "/v1/panic"
MUTES = "/v1/mutes"

CONTROL_OPERATIONS: tuple[Operation, ...] = (
    Operation("get_panic", "GET", PANIC, "Whether the panic switch is on", "viewer", TenantQuery, None, PanicStatus),
    Operation(
        "set_panic",
        "POST",
        PANIC,
        "Stop everything that leaves, within a second, or let it go on",
        "responder",
        TenantQuery,
        PanicBody,
        PanicStatus,
    ),
    Operation("list_mutes", "GET", MUTES, "Mutes that hold now or will", "viewer", TenantQuery, None, MutesAnswer),
    Operation(
        "add_mute", "POST", MUTES, "Do not tell people for a while", "responder", TenantQuery, MuteBody, Mute, 201
    ),
    Operation(
        "end_mute",
        "POST",
        f"{MUTES}/{{mute_id}}/end",
        "End a mute before its time",
        "responder",
        TenantQuery,
        EndMuteBody,
        MuteEnded,
    ),
    Operation(
        "list_notices",
        "GET",
        "/v1/notices",
        "What was sent, or would have been, newest first",
        "viewer",
        NoticesQuery,
        None,
        NoticesAnswer,
    ),
    Operation(
        "list_audit",
        "GET",
        "/v1/audit",
        "Who used which control, when and why, newest first",
        "viewer",
        AuditQuery,
        None,
        AuditAnswer,
    ),
)
