"""Jira, in the cloud or one's own Data Center."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, PositiveInt, model_validator

from inquest.config.hours import zone_of
from inquest.config.http_section import HttpSettings
from inquest.config.provider_section import ProviderSettings
from inquest.config.section import WebUrl

ProjectKey = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{1,99}$")]
FieldId = Annotated[str, Field(pattern=r"^[a-z][A-Za-z0-9_]{0,99}$")]
Word = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\n]*$")]


def _zone(name: str) -> str:
    if name:
        zone_of(name)
    return name


def _narrowing(jql: str) -> str:
    if re.search(r"\border\s+by\b", jql, re.IGNORECASE):
        raise ValueError("must not say an order: it is put in brackets, and narrows")
    return jql


class JiraSettings(HttpSettings):
    """A Jira site, and which of its tickets matter."""

    deployment: Literal["cloud", "data-center"] = Field(default="cloud", description="Which of the two APIs it has.")
    projects: tuple[ProjectKey, ...] = Field(
        min_length=1, max_length=100, description="Keys of projects that are read."
    )
    jql: Annotated[str, AfterValidator(_narrowing)] = Field(
        default="", max_length=2000, description="JQL that narrows further, such as 'component is not EMPTY'."
    )
    web_url: WebUrl | None = Field(
        default=None, description="Address that people use, where it is not `url` (api.atlassian.com/ex/jira/…)."
    )
    time_zone: Annotated[str, AfterValidator(_zone)] = Field(
        default="",
        max_length=100,
        description="Time zone in the profile of the token's user, in which Jira reads times; empty: unknown, then "
        "tickets of up to 26 hours more are looked at.",
    )
    service_fields: tuple[FieldId, ...] = Field(
        default=("components",),
        max_length=10,
        description="Fields that name services: components, labels, customfield_…",
    )
    change_types: tuple[Word, ...] = Field(
        default=(), max_length=20, description="Issue types that are changes of the system, such as Change."
    )
    change_statuses: tuple[Word, ...] = Field(
        default=(),
        max_length=50,
        description="Statuses whose beginning is the change, such as Implementing; empty: all.",
    )
    change_kind: Literal["change-request", "deploy", "config", "scale"] = Field(
        default="change-request", description="Kind that such a change has in Inquest."
    )
    tickets_max: PositiveInt = Field(default=1000, le=10_000, description="Most tickets that one call looks at.")


class JiraProvider(ProviderSettings):
    """Serves tickets, and changes that are tickets, from Jira."""

    kind: Literal["jira"]
    domains: tuple[Literal["tickets", "changes"], ...] = Field(
        default=("tickets",), min_length=1, description="What it is asked for; changes want `change_types`."
    )
    settings: JiraSettings

    @model_validator(mode="after")
    def _changes_have_types(self) -> Self:
        if "changes" in self.domains and not self.settings.change_types:
            raise ValueError("the domain changes wants settings.change_types: which issue types are changes")
        return self
