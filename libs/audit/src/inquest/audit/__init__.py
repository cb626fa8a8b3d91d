"""The audit: what happened, written once, in chains of hashes that anybody can verify."""

from inquest.audit.recorder import Recorder
from inquest.contracts.deeds import Deed

__all__ = ["Deed", "Recorder"]
