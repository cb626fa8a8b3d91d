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
    Operation(
        "get_panic",
        "GET",
        PANIC,
        "Whether the panic switch is on",
        "panic.read",
        "ControlService.GetPanic",
        TenantQuery,
        None,
        PanicStatus,
    ),
    Operation(
        "set_panic",
        "POST",
        PANIC,
        "Stop everything that leaves, within a second, or let it go on",
        "panic.write",
        "ControlService.SetPanic",
        TenantQuery,
        PanicBody,
        PanicStatus,
    ),
    Operation(
        "list_mutes",
        "GET",
        MUTES,
        "Mutes that hold now or will",
        "mutes.read",
        "ControlService.ListMutes",
        TenantQuery,
        None,
        MutesAnswer,
    ),
    Operation(
        "add_mute",
        "POST",
        MUTES,
        "Do not tell people for a while",
        "mutes.write",
        "ControlService.AddMute",
        TenantQuery,
        MuteBody,
        Mute,
        201,
    ),
    Operation(
        "end_mute",
        "POST",
        f"{MUTES}/{{mute_id}}/end",
        "End a mute before its time",
        "mutes.write",
        "ControlService.EndMute",
        TenantQuery,
        EndMuteBody,
        MuteEnded,
    ),
    Operation(
        "list_notices",
        "GET",
        "/v1/notices",
        "What was sent, or would have been, newest first",
        "notices.read",
        "ControlService.ListNotices",
        NoticesQuery,
        None,
        NoticesAnswer,
    ),
    Operation(
        "list_audit",
        "GET",
        "/v1/audit",
        "Who used which control, when and why, newest first",
        "audit.read",
        "ControlService.ListAudit",
        AuditQuery,
        None,
        AuditAnswer,
    ),
)
