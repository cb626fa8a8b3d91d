"""GitHub, in the cloud or one's own."""

from typing import Literal

from pydantic import Field

from inquest.config.forge_section import HostedRules, RepositoryName
from inquest.config.http_section import HttpSettings
from inquest.config.provider_section import ProviderSettings
from inquest.config.section import WebUrl


class GithubSettings(HttpSettings, HostedRules):
    """GitHub's REST API."""

    url: WebUrl = Field(default="https://api.github.com", description="API; GitHub Enterprise: https://HOST/api/v3.")
    repositories: tuple[RepositoryName, ...] = Field(
        min_length=1, max_length=200, description="Repositories that are read, as owner/name."
    )


class GithubProvider(ProviderSettings):
    """Serves changes, code and tickets from GitHub."""

    kind: Literal["github"]
    domains: tuple[Literal["changes", "code", "tickets"], ...] = Field(
        default=("changes", "code"), min_length=1, description="What it is asked for."
    )
    settings: GithubSettings
