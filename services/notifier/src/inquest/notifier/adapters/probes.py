"""Asks a channel, without sending anything, whether it would take a notice: for `inquest doctor`."""

import asyncio
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import aiosmtplib

from inquest.config.channels import (
    Channel,
    EmailChannel,
    FileChannel,
    JiraChannel,
    NetworkChannel,
    PagerDutyChannel,
    SlackChannel,
    TerminalChannel,
    WebhookChannel,
)
from inquest.notifier.adapters import email, jira, pagerduty
from inquest.notifier.adapters.credentials import Credentials
from inquest.notifier.adapters.http import CONNECT_S_MAX, Answer, Http, Request, trusted
from inquest.notifier.adapters.pace import Pace
from inquest.notifier.ports import Clock, NotDelivered, Refused

_READS_HISTORY = {"channels:history", "groups:history"}


@dataclass(frozen=True, slots=True)
class Probes:
    """Looks at channels. `close` it."""

    http: Http
    credentials: Credentials

    @classmethod
    def made(cls, clock: Clock, credentials: Credentials | None = None) -> "Probes":
        """Return probes with a client of their own."""
        return cls(Http(clock, Pace()), credentials or Credentials())

    async def close(self) -> None:
        """Close connections."""
        await self.http.close()

    async def probe(self, channel: Channel) -> str:
        """Return what was found in order. Raises Refused or NotDelivered with what is not."""
        match channel:
            case PagerDutyChannel():
                return await self._pagerduty(channel)
            case JiraChannel():
                return await self._jira(channel)
            case SlackChannel() if channel.token is not None:
                return await self._slack(channel, channel.token)
            case EmailChannel():
                return await self._email(channel)
            case _:
                return await self._simple(channel)

    async def _simple(self, channel: Channel) -> str:
        """Look at a channel that can be asked nothing but whether it is there."""
        if isinstance(channel, TerminalChannel):
            return "prints to the terminal"
        if isinstance(channel, FileChannel):
            return await asyncio.to_thread(_writable, channel.path)
        if isinstance(channel, WebhookChannel):
            if channel.secret:
                self.credentials.get(channel.secret)
            return await _reachable(channel.url)
        return await _reachable(self.credentials.get(getattr(channel, "webhook_url", None) or ""))

    async def _pagerduty(self, channel: PagerDutyChannel) -> str:
        headers = pagerduty.headers(channel, self.credentials)
        if channel.routing_key:
            self.credentials.get(channel.routing_key)
        query = f"users?query={quote(channel.from_email)}&limit=100"
        users = (await self._get(channel, f"{channel.url.rstrip('/')}/{query}", headers)).document().get("users")
        known = [
            str(one.get("email", "")).casefold()
            for one in (users if isinstance(users, list) else ())
            if isinstance(one, dict)
        ]
        if channel.from_email.casefold() not in known:
            raise Refused(f"PagerDuty knows no user {channel.from_email}: set from_email to one that it knows")
        return f"takes the key; notes are written as {channel.from_email}"

    async def _jira(self, channel: JiraChannel) -> str:
        headers = jira.headers(channel, self.credentials)
        me = (await self._get(channel, f"{channel.url.rstrip('/')}/rest/api/{channel.api}/myself", headers)).document()
        if "displayName" not in me:
            raise Refused(f"{channel.url} does not answer as Jira does: check url and api")
        return f"comments are written as {me['displayName']}"

    async def _slack(self, channel: SlackChannel, token: str) -> str:
        headers = {"Authorization": f"Bearer {self.credentials.get(token)}"}
        answer = await self._get(channel, f"{channel.url.rstrip('/')}/auth.test", headers)
        said = answer.document()
        if said.get("ok") is not True:
            raise Refused(f"Slack answers {said.get('error', 'something else')}: check the token's reference")
        scopes = set(answer.headers.get("x-oauth-scopes", "").replace(" ", "").split(","))
        if "chat:write" not in scopes:
            raise Refused("the token lacks the scope chat:write: add it and install the app again")
        doubt = (
            "" if scopes & _READS_HISTORY else "; without the scope channels:history an interrupted notice may repeat"
        )
        return f"posts as {said.get('user', 'a bot')} in {said.get('team', 'a workspace')}{doubt}"

    async def _email(self, channel: EmailChannel) -> str:
        password = self.credentials.get(channel.password) if channel.password else None
        client = await email.open_client(channel, password, trusted())
        try:
            with email.in_our_words(channel, NotDelivered):
                await client.connect()
            with suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=CONNECT_S_MAX)
        finally:
            client.close()
        return f"{channel.host} takes connections" + (f" and the login of {channel.user}" if channel.user else "")

    async def _get(self, channel: NetworkChannel, url: str, headers: dict[str, str]) -> Answer:
        made: dict[str, Any] = {"channel": channel, "tenant": "doctor", "notice_id": url, "method": "GET", "url": url}
        return await self.http.ask(Request(**made, headers=headers, is_read=True))


async def _reachable(url: str) -> str:
    """Open a connection and close it: a request would be a message."""
    parts = urlsplit(url)
    host = parts.hostname
    if parts.scheme not in {"http", "https"} or not host:
        raise Refused("its address is not an http or https URL")
    is_tls = parts.scheme == "https"
    try:
        async with asyncio.timeout(CONNECT_S_MAX):
            _, writer = await asyncio.open_connection(
                host, parts.port or (443 if is_tls else 80), ssl=trusted() if is_tls else None
            )
    except (OSError, TimeoutError) as error:
        raise NotDelivered(f"{host} cannot be reached: {error or type(error).__name__}") from error
    writer.close()
    return f"{host} takes connections; `inquest test-page` shows whether it takes notices"


def _writable(path: Path) -> str:
    place = next((parent for parent in (path, *path.parents) if parent.exists()), Path("/"))
    if path.is_dir() or not os.access(place, os.W_OK):
        raise Refused(f"{path} cannot be written")
    return f"appends to {path}"
