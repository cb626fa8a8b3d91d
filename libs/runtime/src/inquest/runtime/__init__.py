"""What every service process shares: settings, run, signals, health."""

from inquest.runtime.service import Service
from inquest.runtime.settings import ServiceSettings

__all__ = ["Service", "ServiceSettings"]
