"""inquest.yaml: schema, check, diff, revisions, service catalogue."""

from inquest.config.catalogue import Catalogue
from inquest.config.correlation import CorrelationConfig
from inquest.config.model import Config, ModeConfig, Modes
from inquest.config.store import ConfigCache, ConfigStore, Revision
from inquest.config.tenant import TenantConfig

__all__ = [
    "Catalogue",
    "Config",
    "ConfigCache",
    "ConfigStore",
    "CorrelationConfig",
    "ModeConfig",
    "Modes",
    "Revision",
    "TenantConfig",
]
