"""Who may call which tool: policies in Cedar, prepared once, decided from plain values."""

from inquest.config.policies.asked import Asked, Decision
from inquest.config.policies.prepared import Prepared, prepare

__all__ = ["Asked", "Decision", "Prepared", "prepare"]
