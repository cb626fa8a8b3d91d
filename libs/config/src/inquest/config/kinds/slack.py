"""Slack."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from inquest.config.http_section import HttpSettings
from inquest.config.provider_section import ProviderSettings
from inquest.config.section import WebUrl

ChannelName = Annotated[str, Field(pattern=r"^[^\s#@\"':]{1,80}$")]
ChannelId = Annotated[str, Field(pattern=r"^[CG][A-Z0-9]{5,30}$")]


class SlackSettings(HttpSettings):
    """A Slack workspace, and the channels that are read."""

    url: WebUrl = Field(default="https://slack.com/api", description="Web API; GovSlack: https://slack-gov.com/api.")
    channels: Mapping[ChannelName, ChannelId] = Field(
        min_length=1, max_length=100, description="Names and ids of the channels that are read, and no others."
    )
    workspace_url: WebUrl | None = Field(
        default=None, description="Address of the workspace, such as https://acme.slack.com, for links to messages."
    )
    search: bool = Field(
        default=False, description="Look for texts by search.messages: wants a user's token with search:read."
    )
    threads_max: PositiveInt = Field(default=50, le=1000, description="Most threads that one call reads.")
    thread_lookback_s: NonNegativeFloat = Field(
        default=24 * 3600.0, le=30 * 24 * 3600.0, description="How long before the window a thread may have begun."
    )
    page_messages_max: PositiveInt = Field(
        default=200,
        le=999,
        description="Messages of one request; 15 for apps that are distributed outside Slack's shop.",
    )
    messages_max: PositiveInt = Field(default=2000, le=100_000, description="Most messages of one call.")


class SlackProvider(ProviderSettings):
    """Serves chat from Slack."""

    kind: Literal["slack"]
    domains: tuple[Literal["chat"], ...] = Field(default=("chat",), min_length=1, description="Always chat.")
    calls_at_once_max: PositiveInt = Field(
        default=2, le=256, description="Most calls to its back end at the same time, of all gateways together."
    )
    calls_per_second_max: PositiveFloat = Field(
        default=0.5,
        le=10_000,
        description="Most calls a second to its back end on average, of all gateways together. Slack lets an app ask "
        "about once a second, and a call asks several times.",
    )
    settings: SlackSettings
