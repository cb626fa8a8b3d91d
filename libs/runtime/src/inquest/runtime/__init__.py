"""What every service process shares: settings, run, signals, health."""

from inquest.runtime.host import Host
from inquest.runtime.run import run
from inquest.runtime.service import Action, Ping, Service, Servicer
from inquest.runtime.settings import ServiceSettings, read_settings

__all__ = ["Action", "Host", "Ping", "Service", "ServiceSettings", "Servicer", "read_settings", "run"]
