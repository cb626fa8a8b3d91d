"""Git repositories on this machine's disk."""

from typing import Literal

from pydantic import Field

from inquest.config.forge_section import ForgeRules, RepositoryName
from inquest.config.provider_section import ProviderSettings
from inquest.config.section import FilePath, Section


class LocalRepository(Section):
    """One repository, bare or with a working tree."""

    name: RepositoryName = Field(description="What the catalogue calls it: owner/name.")
    path: FilePath = Field(description="Its folder, as the gateway sees it. Only read.")


class GitSettings(ForgeRules):
    """Repositories that somebody else keeps up to date."""

    repositories: tuple[LocalRepository, ...] = Field(min_length=1, max_length=200, description="What is read.")


class GitProvider(ProviderSettings):
    """Serves changes and code from local repositories."""

    kind: Literal["git"]
    domains: tuple[Literal["changes", "code"], ...] = Field(
        default=("changes", "code"), min_length=1, description="What it is asked for."
    )
    settings: GitSettings
