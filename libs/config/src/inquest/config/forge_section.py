"""What providers of code and its changes have in common."""

from typing import Annotated

from pydantic import Field, NonNegativeInt, PositiveInt

from inquest.config.section import Section

RepositoryName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_.-]+)+$", max_length=300)]
"""owner/name, or group/subgroup/name."""
BranchName = Annotated[str, Field(pattern=r"^([A-Za-z0-9_][A-Za-z0-9_./-]*)?$", max_length=200)]
Kind = Annotated[str, Field(pattern=r"^[a-z-]{1,30}$")]


class ForgeRules(Section):
    """Which changes are read, and how much of them."""

    kinds: tuple[Kind, ...] = Field(
        default=("commit", "deploy", "release"),
        min_length=1,
        description="Changes that are read where nobody asks for kinds: commit, deploy, release, pull-request, check.",
    )
    branch: BranchName = Field(default="", description="Branch whose commits are changes; empty: the default branch.")
    diffs_max: NonNegativeInt = Field(
        default=100, le=1000, description="Commits of one answer that come with their diff, newest first."
    )
    diff_chars_max: PositiveInt = Field(
        default=100_000, le=5_000_000, description="Characters of one diff; what is longer is cut and marked."
    )


class HostedRules(ForgeRules):
    """The same for a forge that knows of deployments."""

    environments: tuple[str, ...] = Field(
        default=(), max_length=50, description="Environments whose deployments are changes; empty: all."
    )
