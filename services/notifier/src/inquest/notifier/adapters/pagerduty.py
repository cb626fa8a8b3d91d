"""PagerDuty: a note on the incident that the page came from, and its escalation (REST API v2, Events API v2).

Notes can be listed, and each ends with the id of its notice: that is how a note is found whose sending was cut off.
The note on the first incident goes last, so that its being there means that the rest was done too.
"""

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from inquest.config.channels import PagerDutyChannel
from inquest.contracts.latest import Notice
from inquest.notifier.adapters.credentials import Credentials
from inquest.notifier.adapters.http import Http, Request
from inquest.notifier.domain.formats import text
from inquest.notifier.domain.formats.refs import ASKS_A_PERSON, MUST_ARRIVE, pagerduty_incidents
from inquest.notifier.ports import Refused


@dataclass(frozen=True, slots=True)
class PagerDuty:
    """Writes on incidents, and opens one where a person must be reached and there is none."""

    http: Http
    credentials: Credentials

    def render(self, notice: Notice, channel: PagerDutyChannel, thread: str | None) -> str:
        """See Sender."""
        del channel, thread
        return text.note(notice)

    async def find(self, notice: Notice, channel: PagerDutyChannel, thread: str | None) -> str | None:
        """See Sender. A page by the Events API need not be found: its dedup key makes a repeat harmless."""
        del thread
        incidents = _incidents(notice)
        if not incidents:
            return None
        await self.http.turn(_request(notice, channel, channel.url, {}, None))
        return incidents[0] if await self._has_note(notice, channel, incidents[0]) else None

    async def send(self, notice: Notice, channel: PagerDutyChannel, thread: str | None) -> str | None:
        """See Sender."""
        incidents = _incidents(notice)
        if not incidents:
            return await self._page(notice, channel)
        incident, *others = incidents
        await self.http.turn(_request(notice, channel, channel.url, {}, None))
        not_escalated = await self._escalate(notice, channel, incident) if notice.kind in ASKS_A_PERSON else None
        if channel.status_updates and notice.kind not in MUST_ARRIVE:
            update = {"message": text.status_update(notice)}
            await self._rest(notice, channel, f"POST incidents/{incident}/status_updates", update)
        note = {"note": {"content": self.render(notice, channel, thread)}}
        for other in others:
            with suppress(Refused):  # gone or out of sight: that must not keep the note from the first one
                if not await self._has_note(notice, channel, other):
                    await self._rest(notice, channel, f"POST incidents/{other}/notes", note)
        await self._rest(notice, channel, f"POST incidents/{incident}/notes", note)
        if not_escalated:
            raise Refused(f"the note was written, but nobody was paged: {not_escalated}") from not_escalated
        return incident

    async def _has_note(self, notice: Notice, channel: PagerDutyChannel, incident: str) -> bool:
        notes = (await self._rest(notice, channel, f"GET incidents/{incident}/notes")).get("notes")
        return any(notice.notice_id in str(note) for note in notes) if isinstance(notes, list) else False

    async def _escalate(self, notice: Notice, channel: PagerDutyChannel, incident: str) -> Refused | None:
        """Return why nobody could be paged, or None."""
        if channel.escalation_level is None:
            return None
        change = {"incident": {"type": "incident", "escalation_level": channel.escalation_level}}
        try:
            await self._rest(notice, channel, f"PUT incidents/{incident}", change)
        except Refused as error:  # resolved meanwhile, or the policy has no such level
            if channel.routing_key is None:
                return error
            await self._page(notice, channel)
        return None

    async def _page(self, notice: Notice, channel: PagerDutyChannel) -> str | None:
        if notice.kind not in MUST_ARRIVE or channel.routing_key is None:
            hint = "; with a routing_key one would be opened" if notice.kind in MUST_ARRIVE else ""
            raise Refused(
                f"channel {channel.id}: no PagerDuty incident belongs to this one, so there is none to write on{hint}"
            )
        event = text.event(notice, self.credentials.get(channel.routing_key))
        await self.http.ask(_request(notice, channel, f"{channel.events_url.rstrip('/')}/v2/enqueue", {}, event))
        return None

    async def _rest(
        self, notice: Notice, channel: PagerDutyChannel, call: str, body: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Ask the REST API; `call` is the method and the path. The turn was waited for already."""
        method, _, path = call.partition(" ")
        proof = headers(channel, self.credentials)
        request = _request(notice, channel, f"{channel.url.rstrip('/')}/{path}", proof, body)
        answer = await self.http.ask(replace(request, method=method, is_read=method == "GET", waits=False))
        return answer.document()


def _incidents(notice: Notice) -> tuple[str, ...]:
    """Return the incidents to write on. A test page has none: the id that it came with was made up."""
    return () if notice.kind == "test" else pagerduty_incidents(notice.content)


def _request(
    notice: Notice, channel: PagerDutyChannel, url: str, proof: dict[str, str], body: dict[str, Any] | None
) -> Request:
    return Request(
        channel=channel,
        tenant=notice.tenant,
        notice_id=notice.notice_id,
        method="POST",
        url=url,
        headers={"Content-Type": "application/json", **proof},
        body=None if body is None else json.dumps(body).encode(),
        finds=True,
    )


def headers(channel: PagerDutyChannel, credentials: Credentials) -> dict[str, str]:
    """Return what proves to the REST API who asks."""
    return {
        "Authorization": f"Token token={credentials.get(channel.token)}",
        "Accept": "application/vnd.pagerduty+json;version=2",
        "From": channel.from_email,
    }
