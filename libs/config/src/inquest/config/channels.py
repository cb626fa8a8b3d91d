"""Where verdicts are told: one model per kind of channel. Secrets, and addresses that are secrets, are references."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, PositiveInt, model_validator

from inquest.config.section import FilePath, Name, SecretRef, Section, ServiceName, WebUrl
from inquest.contracts.v1.verdict import Band

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")  # as HTML has it for a form's field


def _address(value: str) -> str:
    if not _ADDRESS.fullmatch(value):
        raise ValueError("must be one plain e-mail address, such as oncall@example.com")
    return value


Address = Annotated[str, AfterValidator(_address), Field(max_length=254)]
"""One e-mail address without a display name."""


class ChannelSettings(Section):
    """What every channel has. Shadow mode is the default: notices are rendered and recorded, nothing is sent."""

    id: Name = Field(description="Name of the channel in notices.")
    live: bool = Field(default=False, description="true: send; false: shadow mode.")
    live_services: tuple[ServiceName, ...] = Field(
        default=(), description="With live: true, send only for these services; empty: for all."
    )
    band_min: Band = Field(default="undetermined", description="Weakest verdict worth a notice.")
    people: tuple[str, ...] = Field(
        default=(), max_length=50, description="Who reads it, where they are few: it is held while all are muted."
    )


class NetworkChannel(ChannelSettings):
    """What every channel over the network has."""

    timeout_ms: PositiveInt = Field(default=5000, le=60_000, description="Longest wait for one answer.")
    per_minute: PositiveInt = Field(
        default=60,
        le=6000,
        description="Requests a minute at most; more wait their turn. Short bursts pass.",
    )


class TerminalChannel(ChannelSettings):
    """Prints to the terminal of `inquest up`."""

    kind: Literal["terminal"]


class FileChannel(ChannelSettings):
    """Appends to a file."""

    kind: Literal["file"]
    path: FilePath


class WebhookChannel(NetworkChannel):
    """Posts JSON, signed with HMAC-SHA256."""

    kind: Literal["webhook"]
    url: WebUrl
    secret: SecretRef | None = Field(default=None, description="Reference of the signing secret.")


class PagerDutyChannel(NetworkChannel):
    """Adds a note to the PagerDuty incident that the page came from; escalates it when a person must look."""

    kind: Literal["pagerduty"]
    url: WebUrl = Field(
        default="https://api.pagerduty.com", description="REST API; https://api.eu.pagerduty.com in the EU region."
    )
    token: SecretRef = Field(description="Reference of a REST API key that may write.")
    from_email: Address = Field(description="E-mail of the PagerDuty user in whose name notes are written.")
    status_updates: bool = Field(default=False, description="Also send a status update to the incident's subscribers.")
    escalation_level: int | None = Field(
        default=2,
        ge=1,
        le=20,
        description="Level of the policy that an escalation goes to; null: a note only.",
    )
    routing_key: SecretRef | None = Field(
        default=None,
        description="Reference of an Events API v2 integration key: opens a PagerDuty incident for an escalation or a "
        "test page when there is none to write on.",
    )
    events_url: WebUrl = Field(
        default="https://events.pagerduty.com", description="Events API; https://events.eu.pagerduty.com in the EU."
    )


class JiraChannel(NetworkChannel):
    """Comments on the Jira issue that the incident came from, or on one that is named here."""

    kind: Literal["jira"]
    url: WebUrl = Field(description="Base address, such as https://example.atlassian.net.")
    api: Literal[2, 3] = Field(default=3, description="3 for Jira Cloud, 2 for Server and Data Center.")
    user: str | None = Field(
        default=None,
        pattern=r"^[^\s:]{1,254}$",
        description="Whose token it is (Cloud: an e-mail address). Without: the token is sent as a bearer token.",
    )
    token: SecretRef = Field(description="Reference of the API token (Cloud) or personal access token (Server).")
    issue: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z][A-Za-z0-9_]{0,30}-[0-9]{1,12}$",
        description="Issue that takes the comments of incidents without an issue of their own.",
    )


class SlackChannel(NetworkChannel):
    """Posts to Slack: with a bot token one thread per incident whose top message is kept current, else a webhook."""

    kind: Literal["slack"]
    url: WebUrl = Field(default="https://slack.com/api", description="Web API, for use with `token`.")
    token: SecretRef | None = Field(default=None, description="Reference of a bot token (xoxb-…).")
    channel: str | None = Field(
        default=None, pattern=r"^[CGD][A-Z0-9]{1,40}$", description="Id of the Slack channel, for use with `token`."
    )
    webhook_url: SecretRef | None = Field(
        default=None, description="Reference of an incoming webhook's address, in place of token and channel."
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.token is None) != (self.channel is None):
            raise ValueError("token and channel belong together")
        if (self.token is None) == (self.webhook_url is None):
            raise ValueError("give either token and channel, or webhook_url")
        return self


class TeamsChannel(NetworkChannel):
    """Posts an Adaptive Card to a Microsoft Teams workflow ("When a Teams webhook request is received")."""

    kind: Literal["teams"]
    webhook_url: SecretRef = Field(description="Reference of the workflow's address.")


class MattermostChannel(NetworkChannel):
    """Posts markdown to an incoming webhook of Mattermost, or of another that takes `{"text": …}`."""

    kind: Literal["mattermost"]
    webhook_url: SecretRef = Field(description="Reference of the webhook's address.")


class EmailChannel(NetworkChannel):
    """Sends mail over SMTP, as text and HTML; one conversation per incident."""

    kind: Literal["email"]
    host: str = Field(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9.:_-]+$", description="SMTP server.")
    port: int = Field(default=587, ge=1, le=65535)
    tls: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="starttls (port 587), tls (port 465), or none, which sends in the clear."
    )
    user: str | None = Field(default=None, max_length=254, description="Login, where the server wants one.")
    password: SecretRef | None = Field(default=None, description="Reference of the login's password.")
    sender: Address = Field(description="From address.")
    to: tuple[Address, ...] = Field(min_length=1, max_length=50, description="Who gets it.")

    @model_validator(mode="after")
    def _login(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password belong together")
        if self.user is not None and self.tls == "none":
            raise ValueError("a password must not travel in the clear: set tls to starttls or tls")
        return self


Channel = Annotated[
    TerminalChannel
    | FileChannel
    | WebhookChannel
    | PagerDutyChannel
    | JiraChannel
    | SlackChannel
    | TeamsChannel
    | MattermostChannel
    | EmailChannel,
    Field(discriminator="kind"),
]
