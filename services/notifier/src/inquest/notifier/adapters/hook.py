"""Incoming webhooks of chat systems (Teams, Mattermost, Slack): a secret address takes a message and tells nothing."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from inquest.config.channels import MattermostChannel, SlackChannel, TeamsChannel
from inquest.contracts.latest import Notice
from inquest.notifier.adapters.credentials import Credentials
from inquest.notifier.adapters.http import Http, Request
from inquest.notifier.ports import Refused

HookChannel = TeamsChannel | MattermostChannel | SlackChannel


@dataclass(frozen=True, slots=True)
class Hook:
    """Posts what `make` makes of a notice."""

    http: Http
    credentials: Credentials
    make: Callable[[Notice], dict[str, Any]]

    def render(self, notice: Notice, channel: HookChannel, thread: str | None) -> str:
        """See Sender."""
        del channel, thread
        return json.dumps(self.make(notice), ensure_ascii=False)

    async def send(self, notice: Notice, channel: HookChannel, thread: str | None) -> str | None:
        """See Sender."""
        if channel.webhook_url is None:
            raise Refused(f"channel {channel.id}: there is no webhook_url")
        request = Request(
            channel=channel,
            tenant=notice.tenant,
            notice_id=notice.notice_id,
            method="POST",
            url=self.credentials.get(channel.webhook_url),
            headers={"Content-Type": "application/json"},
            body=self.render(notice, channel, thread).encode(),
            reads_answer=False,
        )
        await self.http.ask(request)
        return None
