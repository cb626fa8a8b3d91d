"""All kinds of channels behind one Sender."""

from typing import Any, TextIO, cast

from inquest.config.channels import (
    Channel,
    EmailChannel,
    FileChannel,
    JiraChannel,
    MattermostChannel,
    PagerDutyChannel,
    SlackChannel,
    TeamsChannel,
    TerminalChannel,
    WebhookChannel,
)
from inquest.contracts.latest import Notice
from inquest.notifier.adapters.credentials import Credentials
from inquest.notifier.adapters.email import Email
from inquest.notifier.adapters.hook import Hook
from inquest.notifier.adapters.http import Http, trusted
from inquest.notifier.adapters.jira import Jira
from inquest.notifier.adapters.local import Files, Terminal
from inquest.notifier.adapters.pace import Pace
from inquest.notifier.adapters.pagerduty import PagerDuty
from inquest.notifier.adapters.slack import Slack
from inquest.notifier.adapters.webhook import Webhook
from inquest.notifier.domain.formats import card, markdown
from inquest.notifier.domain.formats import slack as blocks
from inquest.notifier.ports import CannotTell, Clock


class Senders:
    """Implements Sender for every kind of channel. `close` it with the service."""

    def __init__(
        self,
        clock: Clock,
        terminal: TextIO | None = None,
        credentials: Credentials | None = None,
        pace: Pace | None = None,
    ) -> None:
        secrets, pace = credentials or Credentials(), pace or Pace()
        self._http = http = Http(clock, pace)
        # Each value implements Sender for its own kind of channel; those that cannot find have no `find`.
        self._by_kind: dict[type, Any] = {
            TerminalChannel: Terminal(terminal),
            FileChannel: Files(),
            WebhookChannel: Webhook(http, secrets, clock),
            PagerDutyChannel: PagerDuty(http, secrets),
            JiraChannel: Jira(http, secrets),
            SlackChannel: Slack(http, secrets, Hook(http, secrets, blocks.webhook)),
            TeamsChannel: Hook(http, secrets, card.message),
            MattermostChannel: Hook(http, secrets, markdown.message),
            EmailChannel: Email(secrets, pace, clock, trusted()),
        }

    async def close(self) -> None:
        """Close connections."""
        await self._http.close()

    def render(self, notice: Notice, channel: Channel, thread: str | None = None) -> str:
        """See Sender."""
        made: str = self._by_kind[type(channel)].render(notice, channel, thread)
        return made

    async def find(self, notice: Notice, channel: Channel, thread: str | None = None) -> str | None:
        """See Sender."""
        adapter = self._by_kind[type(channel)]
        if not isinstance(adapter, Jira | PagerDuty | Slack):
            raise CannotTell(f"channel {channel.id}: a channel of kind {channel.kind} cannot be asked what it has")
        found: str | None = await adapter.find(notice, cast("Any", channel), thread)
        return found

    async def send(self, notice: Notice, channel: Channel, thread: str | None = None) -> str | None:
        """See Sender."""
        made: str | None = await self._by_kind[type(channel)].send(notice, channel, thread)
        return made
