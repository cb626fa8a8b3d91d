"""Slack with a bot token: one thread for each incident, whose top message is kept current (Web API).

Messages carry the id of their notice as metadata: that is how one is found whose sending was cut off.
"""

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from inquest.config.channels import SlackChannel
from inquest.contracts.latest import Notice
from inquest.contracts.text import plain
from inquest.notifier.adapters.credentials import Credentials
from inquest.notifier.adapters.hook import Hook
from inquest.notifier.adapters.http import Http, Request
from inquest.notifier.domain.formats import slack
from inquest.notifier.domain.formats.outline import has_answer
from inquest.notifier.domain.formats.refs import ASKS_A_PERSON
from inquest.notifier.ports import CannotTell, MaybeDelivered, NotDelivered, Refused

PAGES_MAX = 5
MESSAGES_MAX = 100
_GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
_TS = re.compile(r"\d{1,16}\.\d{1,10}")
_NO_THREAD = frozenset({"thread_not_found", "message_not_found"})
_PASSING = {"ratelimited", "rate_limited", "service_unavailable", "team_added_to_org", "org_login_required"}
_UNCLEAR = {"internal_error", "fatal_error", "request_timeout", ""}  # by Slack's documentation, part of it may be done
_HINTS = {
    "not_in_channel": "invite the app to the channel",
    "channel_not_found": "check the channel's id, and invite the app if it is private",
    "is_archived": "the channel is archived; choose another",
    "invalid_auth": "check the token's reference",
    "not_authed": "check the token's reference",
    "token_revoked": "the token was revoked; install the app again",
    "token_expired": "the token has expired",
    "account_inactive": "the app was removed; install it again",
    "missing_scope": "add the scope chat:write and install the app again",
}


@dataclass(frozen=True, slots=True)
class Slack:
    """Posts and updates messages; hands those for incoming webhooks to `hook`."""

    http: Http
    credentials: Credentials
    hook: Hook

    def render(self, notice: Notice, channel: SlackChannel, thread: str | None) -> str:
        """See Sender."""
        if channel.token is None:
            return self.hook.render(notice, channel, thread)
        return json.dumps({"channel": channel.channel, **slack.message(notice)}, ensure_ascii=False)

    async def find(self, notice: Notice, channel: SlackChannel, thread: str | None) -> str | None:
        """See Sender. In a thread, the answer counts: it is posted after the top message was updated."""
        if channel.token is None:
            raise CannotTell(f"channel {channel.id}: an incoming webhook cannot be asked what was posted")
        method, query = "conversations.history", {"channel": channel.channel or "", "include_all_metadata": "true"}
        query["limit"] = str(MESSAGES_MAX)
        if thread:
            method, query["ts"] = "conversations.replies", thread
        elif notice.at:
            query["oldest"] = f"{notice.at.timestamp() - 60:.6f}"
        for _ in range(PAGES_MAX):
            page = await self._read(notice, channel, method, query)
            for message in _messages(page):
                if message["ts"] != thread and notice.notice_id in str(message.get("metadata")):
                    return thread or str(message["ts"])
            following = page.get("response_metadata")
            query["cursor"] = str(following.get("next_cursor") or "") if isinstance(following, dict) else ""
            if not query["cursor"]:
                return None
        raise CannotTell(f"channel {channel.id}: too many messages came since")

    async def send(self, notice: Notice, channel: SlackChannel, thread: str | None) -> str | None:
        """See Sender."""
        if channel.token is None:
            return await self.hook.send(notice, channel, thread)
        if thread and _TS.fullmatch(thread) and await self._follow_up(notice, channel, thread):
            return thread
        made = await self._write(notice, channel, "chat.postMessage", slack.message(notice))
        return str(made["ts"]) if "ts" in made else None

    async def _follow_up(self, notice: Notice, channel: SlackChannel, thread: str) -> bool:
        """Bring the top message up to date, where there is a verdict, and answer it. Return False when it is gone."""
        answer, is_first = slack.message(notice), True
        if has_answer(notice):
            updated = await self._write(notice, channel, "chat.update", {"ts": thread, **answer}, takes=_GONE)
            if not updated["ok"]:
                return False
            answer, is_first = slack.reply(notice), False
        answer |= {"thread_ts": thread, "reply_broadcast": notice.kind in ASKS_A_PERSON}
        posted = await self._write(notice, channel, "chat.postMessage", answer, takes=_NO_THREAD, waits=is_first)
        return bool(posted["ok"])

    async def _write(
        self,
        notice: Notice,
        channel: SlackChannel,
        method: str,
        message: dict[str, Any],
        takes: frozenset[str] = frozenset(),
        *,
        waits: bool = True,
    ) -> dict[str, Any]:
        """Return the answer, which is `ok` or has one of the errors that the caller takes."""
        body = json.dumps({"channel": channel.channel, **message}).encode()
        answer = await self._ask(notice, channel, method, body, waits=waits)
        code = plain(str(answer.get("error", "")))
        if answer.get("ok") is True or code in takes:
            return answer
        text = f"channel {channel.id}: Slack answers {code or 'something else'}"
        if code in _PASSING:
            raise NotDelivered(text)
        if code in _UNCLEAR:
            raise MaybeDelivered(text)
        raise Refused(f"{text}: {_HINTS[code]}" if code in _HINTS else text)

    async def _read(self, notice: Notice, channel: SlackChannel, method: str, query: dict[str, str]) -> dict[str, Any]:
        page = await self._ask(notice, channel, f"{method}?{urlencode(query)}", None)
        code = plain(str(page.get("error", "")))
        if page.get("ok") is True:
            return page
        if code in _NO_THREAD:
            return {}
        if code in _PASSING or code in _UNCLEAR:
            raise NotDelivered(f"channel {channel.id}: Slack answers {code or 'something else'}")
        hint = "the scopes channels:history and groups:history are needed for that"
        raise CannotTell(f"channel {channel.id}: Slack answers {code}; {hint}")

    async def _ask(
        self, notice: Notice, channel: SlackChannel, method: str, body: bytes | None, *, waits: bool = True
    ) -> dict[str, Any]:
        token = self.credentials.get(channel.token or "")
        request = Request(
            channel=channel,
            tenant=notice.tenant,
            notice_id=notice.notice_id,
            method="GET" if body is None else "POST",
            url=f"{channel.url.rstrip('/')}/{method}",
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json; charset=utf-8"},
            body=body,
            waits=waits,
            is_read=body is None,
            finds=True,
        )
        return (await self.http.ask(request)).document()


def _messages(page: dict[str, Any]) -> list[dict[str, Any]]:
    found = page.get("messages")
    return [one for one in found if isinstance(one, dict) and "ts" in one] if isinstance(found, list) else []
