"""Jira: one comment for each incident, brought up to date when the answer changes (REST API v3, v2 for Server).

A comment ends with the id of its notice: that is how one is found whose sending was cut off.
"""

import base64
import json
import re
from dataclasses import dataclass
from typing import Any

from inquest.config.channels import JiraChannel
from inquest.contracts.latest import Notice
from inquest.notifier.adapters.credentials import Credentials
from inquest.notifier.adapters.http import Answer, Http, Request
from inquest.notifier.domain.formats import adf, wiki
from inquest.notifier.domain.formats.outline import has_answer
from inquest.notifier.domain.formats.refs import jira_issue
from inquest.notifier.ports import MaybeDelivered, Refused

COMMENTS_MAX = 50
_COMMENT = re.compile(r"[0-9]{1,20}")


@dataclass(frozen=True, slots=True)
class Jira:
    """Writes comments."""

    http: Http
    credentials: Credentials

    def render(self, notice: Notice, channel: JiraChannel, thread: str | None) -> str:
        """See Sender."""
        del thread
        return json.dumps({"body": adf.document(notice) if channel.api == 3 else wiki.text(notice)}, ensure_ascii=False)

    async def find(self, notice: Notice, channel: JiraChannel, thread: str | None) -> str | None:
        """See Sender. Only the newest comments are looked at: the attempt was moments ago."""
        path = f"{_issue(notice, channel)}/comment?orderBy=-created&maxResults={COMMENTS_MAX}"
        comments = (await self._ask(notice, channel, "GET", path)).document().get("comments")
        for comment in comments if isinstance(comments, list) else ():
            if isinstance(comment, dict) and notice.notice_id in json.dumps(comment.get("body")):
                return _comment_id(comment) if has_answer(notice) else thread or _comment_id(comment)
        return None

    async def send(self, notice: Notice, channel: JiraChannel, thread: str | None) -> str | None:
        """See Sender."""
        issue = _issue(notice, channel)
        body = self.render(notice, channel, thread).encode()
        known = thread if thread and _COMMENT.fullmatch(thread) else None
        if known and has_answer(notice) and await self._update(notice, channel, f"{issue}/comment/{known}", body):
            return known
        made = _comment_id((await self._ask(notice, channel, "POST", f"{issue}/comment", body)).document())
        if made is None:
            raise MaybeDelivered(f"channel {channel.id}: the answer does not name the new comment")
        return made if has_answer(notice) else known or made

    async def _update(self, notice: Notice, channel: JiraChannel, path: str, body: bytes) -> bool:
        """Return False when the comment is gone, as somebody deleted it."""
        return (await self._ask(notice, channel, "PUT", path, body)).status != 404

    async def _ask(
        self, notice: Notice, channel: JiraChannel, method: str, path: str, body: bytes | None = None
    ) -> Answer:
        request = Request(
            channel=channel,
            tenant=notice.tenant,
            notice_id=notice.notice_id,
            method=method,
            url=f"{channel.url.rstrip('/')}/rest/api/{channel.api}/issue/{path}",
            headers=headers(channel, self.credentials),
            body=body,
            is_read=method == "GET",
            finds=True,
            takes=frozenset({404}) if method == "PUT" else frozenset(),
        )
        return await self.http.ask(request)


def headers(channel: JiraChannel, credentials: Credentials) -> dict[str, str]:
    """Return what proves to Jira who asks."""
    token = credentials.get(channel.token)
    basic = base64.b64encode(f"{channel.user}:{token}".encode()).decode()
    return {
        "Authorization": f"Basic {basic}" if channel.user else f"Bearer {token}",
        "Accept": "application/json",
        "Content-Type": "application/json",
    }


def _issue(notice: Notice, channel: JiraChannel) -> str:
    issue = jira_issue(notice.content, channel)
    if issue is None:
        raise Refused(f"channel {channel.id}: no Jira issue belongs to this incident; `issue` names one for such cases")
    return issue


def _comment_id(comment: dict[str, Any]) -> str | None:
    found = str(comment.get("id", ""))
    return found if _COMMENT.fullmatch(found) else None
