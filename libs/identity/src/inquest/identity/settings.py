"""What a process needs to know who asks."""

from pydantic_settings import BaseSettings, SettingsConfigDict


class IdentitySettings(BaseSettings):
    """Part of the settings of every service (prefix INQUEST_)."""

    model_config = SettingsConfigDict(env_prefix="INQUEST_", extra="ignore", frozen=True)

    api_tokens_ref: str | None = None  # env:NAME or file:/path with lines `token role tenant [name]`
