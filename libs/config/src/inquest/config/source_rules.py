"""What tickets and changes mean to a tenant: the rules of the sources Jira, Sentry and GitHub."""

import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from inquest.config.section import Section
from inquest.contracts.v1.signal import Severity

Pattern = Annotated[str, Field(min_length=1, max_length=200)]
"""A name in any case; `*` stands for any characters."""

Patterns = Annotated[tuple[Pattern, ...], Field(max_length=100)]


def fits(patterns: Iterable[str], names: Iterable[str]) -> bool:
    """Whether one of the names is one that a pattern stands for."""
    wanted = "|".join(re.escape(pattern).replace(r"\*", ".*") for pattern in patterns)
    return bool(wanted) and any(re.fullmatch(wanted, name, re.IGNORECASE | re.DOTALL) for name in names)


class TicketMatch(Section):
    """Which tickets: each list that is given must name the ticket's own; a list that is empty asks for nothing."""

    projects: Patterns = Field(default=(), description="Keys of projects, such as OPS.")
    issue_types: Patterns = Field(default=(), description="Issue types, such as Incident.")
    priorities: Patterns = Field(default=(), description="Priorities, such as Highest.")
    statuses: Patterns = Field(default=(), description="Statuses, such as To Do.")
    labels: Patterns = Field(default=(), description="Labels; one of them is enough.")
    components: Patterns = Field(default=(), description="Components; one of them is enough.")


class JiraRules(Section):
    """What a Jira ticket does. It opens, or else joins, by the first list that has a match for it; others are kept."""

    opens: tuple[TicketMatch, ...] = Field(
        default=(
            TicketMatch(issue_types=("*incident*", "*outage*")),
            TicketMatch(labels=("incident", "outage", "sev1", "sev2")),
        ),
        max_length=50,
        description="Tickets that open an incident, and resolve it when they are done.",
    )
    joins: tuple[TicketMatch, ...] = Field(
        default=(),
        max_length=50,
        description="Tickets that join an open incident of the same services, and open none.",
    )
    resolved_statuses: Patterns = Field(
        default=(),
        description="Statuses in which a ticket is over; empty: those that Jira itself counts as done, "
        "and any ticket with a resolution.",
    )
    service_fields: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = Field(
        default=("components",),
        max_length=20,
        description="Fields whose values name services, such as components or customfield_10050.",
    )
    severities: dict[str, Severity] = Field(
        default_factory=dict, max_length=50, description="What a priority means, where its name does not say it."
    )


class SentryRules(Section):
    """What Sentry's issue events do; alerts always open an incident."""

    new_issues_open: bool = Field(
        default=False,
        description="Every new issue opens an incident, alert rule or not; otherwise it joins one that is open.",
    )


class GitHubRules(Section):
    """Which events of GitHub are changes to what runs."""

    branches: Patterns = Field(
        default=(), description="Branches whose pushes count; empty: the repository's default branch."
    )
    environments: Patterns = Field(default=(), description="Environments whose deployments count; empty: all.")
    workflows: Patterns = Field(
        default=("*deploy*", "*release*", "*rollout*", "*promote*", "*publish*"),
        description="Workflows whose runs change what runs.",
    )
    prereleases: bool = Field(default=False, description="Pre-releases count too.")
