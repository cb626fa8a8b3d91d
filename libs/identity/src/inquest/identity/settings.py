"""What a process needs to know who asks."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from inquest.contracts.errors import Impossible
from inquest.identity.limits import Rate, parse_rates

# Asymmetric alone: with a shared secret whoever can check a token can also make one.
Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]


class IdentitySettings(BaseSettings):
    """Part of the settings of every service (prefix INQUEST_). See docs/identity.md."""

    model_config = SettingsConfigDict(env_prefix="INQUEST_", extra="ignore", frozen=True)

    api_tokens_ref: str | None = None  # env:NAME or file:/path with the hashes of API keys, see `inquest keys`
    api_rates: str = ""  # such as `viewer=20/60`: a second, and at once; for each principal of that role
    jwt_jwks: str | None = None  # file:/path or https://… of the keys that sign tokens; none: no tokens are accepted
    jwt_ca_file: Path | None = None  # who vouches for that server; none: the authorities that the system trusts
    jwt_issuer: str | None = None
    jwt_audience: str | None = None
    jwt_algorithms: Annotated[tuple[Algorithm, ...], NoDecode] = ("RS256",)
    jwt_leeway_s: float = Field(default=30, ge=0, le=120)
    jwt_name_claim: str = "sub"
    jwt_role_claim: str = "role"
    jwt_tenants_claim: str = "tenants"
    jwt_services_claim: str | None = None  # where set, a token without it is refused; `*` is every service
    jwt_repositories_claim: str | None = None

    @property
    def rates(self) -> Mapping[str, Rate]:
        """How often a principal of each role may ask."""
        return parse_rates(self.api_rates)

    @field_validator("jwt_algorithms", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(filter(None, value.replace(" ", "").split(","))) if isinstance(value, str) else value

    @field_validator("jwt_algorithms")
    @classmethod
    def _some(cls, value: tuple[Algorithm, ...]) -> tuple[Algorithm, ...]:
        if not value:
            raise ValueError(f"name at least one of {', '.join(get_args(Algorithm))}")
        return value

    @field_validator("api_rates")
    @classmethod
    def _readable(cls, value: str) -> str:
        try:
            parse_rates(value)
        except Impossible as error:
            raise ValueError(str(error)) from None
        return value

    @field_validator("jwt_jwks")
    @classmethod
    def _safe(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("file:/", "https://")):
            raise ValueError(
                "write file:/absolute/path or https://…: who can change the keys on their way can be anyone"
            )
        return value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.jwt_jwks and not (self.jwt_issuer and self.jwt_audience):
            raise ValueError(
                "INQUEST_JWT_JWKS needs INQUEST_JWT_ISSUER and INQUEST_JWT_AUDIENCE, or tokens for others count here"
            )
        return self
