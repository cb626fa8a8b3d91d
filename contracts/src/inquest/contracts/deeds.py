"""What somebody did, before it becomes a record of the audit."""

from dataclasses import dataclass

from inquest.contracts.latest import AuditAction, AuditOutcome


@dataclass(frozen=True, slots=True)
class Deed:
    """What happened, for which tenant, by whom and to what; equal deeds of one window are counted together.

    The fields mean what they do in AuditRecord. Texts may come from outside: they are redacted when they are kept.
    """

    action: AuditAction
    tenant: str
    by: str
    reason: str = ""
    about: str = ""
    outcome: AuditOutcome = "done"
    peer: str = ""
