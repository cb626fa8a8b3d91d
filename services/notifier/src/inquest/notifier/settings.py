"""What the notifier needs to start."""

from inquest.runtime import ServiceSettings


class Settings(ServiceSettings):
    """Environment of the notifier (prefix INQUEST_); channels are configuration, not settings."""
