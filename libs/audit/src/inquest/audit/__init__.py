"""The audit: what happened, written once, in chains of hashes that anybody can verify."""

from inquest.audit.log import AuditLog
from inquest.contracts.deeds import Deed

__all__ = ["AuditLog", "Deed"]
