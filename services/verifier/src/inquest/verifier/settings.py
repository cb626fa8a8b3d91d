"""What a verifier process needs to start: nothing beyond what every service takes."""

from inquest.runtime import ServiceSettings


class Settings(ServiceSettings):
    """The shared settings."""
