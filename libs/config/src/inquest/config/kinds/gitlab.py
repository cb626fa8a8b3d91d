"""GitLab, in the cloud or one's own."""

from typing import Literal

from pydantic import Field

from inquest.config.forge_section import HostedRules, RepositoryName
from inquest.config.http_section import HttpSettings
from inquest.config.provider_section import ProviderSettings
from inquest.config.section import WebUrl


class GitlabSettings(HttpSettings, HostedRules):
    """GitLab's REST API."""

    url: WebUrl = Field(default="https://gitlab.com/api/v4", description="API; your own GitLab: https://HOST/api/v4.")
    repositories: tuple[RepositoryName, ...] = Field(
        min_length=1, max_length=200, description="Projects that are read, as group/name or group/subgroup/name."
    )


class GitlabProvider(ProviderSettings):
    """Serves changes, code and tickets from GitLab."""

    kind: Literal["gitlab"]
    domains: tuple[Literal["changes", "code", "tickets"], ...] = Field(
        default=("changes", "code"), min_length=1, description="What it is asked for."
    )
    settings: GitlabSettings
