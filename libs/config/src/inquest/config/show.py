"""The effective configuration: what is written and every default, as YAML that loads to the same."""

import yaml

from inquest.config.model import Config


def effective(config: Config) -> str:
    """Return the whole configuration as YAML. It holds references of secrets, never secrets."""
    return yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=120)
