"""The generic webhook: JSON by POST, signed. Receivers drop a repeat by its notice id; they cannot be asked for one."""

from dataclasses import dataclass

from inquest.config.channels import WebhookChannel
from inquest.contracts.latest import Notice
from inquest.notifier.adapters.credentials import Credentials
from inquest.notifier.adapters.http import Http, Request
from inquest.notifier.domain.sign import signature
from inquest.notifier.ports import Clock


@dataclass(frozen=True, slots=True)
class Webhook:
    """Posts to addresses that are configured openly, and proves by a signature who posts."""

    http: Http
    credentials: Credentials
    clock: Clock

    def render(self, notice: Notice, channel: WebhookChannel, thread: str | None) -> str:
        """See Sender. The report where there is one, else the notice itself."""
        del channel, thread
        return notice.payload or notice.model_dump_json(exclude={"payload", "body", "live"})

    async def send(self, notice: Notice, channel: WebhookChannel, thread: str | None) -> str | None:
        """See Sender."""
        body = self.render(notice, channel, thread).encode()
        request = Request(
            channel=channel,
            tenant=notice.tenant,
            notice_id=notice.notice_id,
            method="POST",
            url=channel.url,
            headers=self._headers(notice, channel, body),
            body=body,
            reads_answer=False,
        )
        await self.http.ask(request)
        return None

    def _headers(self, notice: Notice, channel: WebhookChannel, body: bytes) -> dict[str, str]:
        stamp = int(self.clock().timestamp())
        headers = {
            "Content-Type": "application/json",
            "X-Inquest-Notice-Id": notice.notice_id,  # receivers drop a repeat by it
            "X-Inquest-Notice-Kind": notice.kind,
            "X-Inquest-Timestamp": str(stamp),
        }
        if channel.secret:
            headers["X-Inquest-Signature"] = signature(self.credentials.get(channel.secret), stamp, body)
        return headers
