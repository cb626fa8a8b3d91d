"""Mail over SMTP. A server cannot be asked what it sent, but the Message-ID lets mail systems drop a repeat."""

import asyncio
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage

import aiosmtplib

from inquest.config import egress
from inquest.config.channels import EmailChannel
from inquest.contracts.addresses import off_limits
from inquest.contracts.latest import Notice
from inquest.contracts.text import plain
from inquest.notifier.adapters.credentials import Credentials
from inquest.notifier.adapters.pace import Pace
from inquest.notifier.domain.formats import mail
from inquest.notifier.ports import Clock, MaybeDelivered, NotDelivered, Refused
from inquest.telemetry.logs import get_logger

ROUND_TRIPS_MAX = 4  # time limits of one answer that each half of a session may take
QUIT_S_MAX = 1.0
_MESSAGE_ID = re.compile(r"<[^<>\s]+@[^<>\s]+>")
_log = get_logger("notifier")


@dataclass(frozen=True, slots=True)
class Email:
    """Sends mails, one session each."""

    credentials: Credentials
    pace: Pace
    clock: Clock
    trusted: ssl.SSLContext

    def render(self, notice: Notice, channel: EmailChannel, thread: str | None) -> str:
        """See Sender."""
        return self._mail(notice, channel, thread).as_string()

    async def send(self, notice: Notice, channel: EmailChannel, thread: str | None) -> str | None:
        """See Sender."""
        thread = thread if thread and _MESSAGE_ID.fullmatch(thread) else None  # a channel's kind may be changed
        message = self._mail(notice, channel, thread)
        password = self.credentials.get(channel.password) if channel.password else None
        await self.pace.turn(f"{notice.tenant}@{channel.host}", notice.notice_id, channel.per_minute)
        timeout_s = channel.timeout_ms / 1000
        client = await open_client(channel, password, self.trusted)
        try:
            with in_our_words(channel, NotDelivered):
                async with asyncio.timeout(ROUND_TRIPS_MAX * timeout_s):
                    await _introduce(client, channel)
            with in_our_words(channel, MaybeDelivered):
                async with asyncio.timeout(ROUND_TRIPS_MAX * timeout_s):
                    await client.data(message.as_bytes())
            with suppress(aiosmtplib.SMTPException, OSError):  # it was taken; how the session ends does not matter
                await client.quit(timeout=QUIT_S_MAX)
        finally:
            client.close()
        return thread or mail.message_id(notice, channel.sender)

    def _mail(self, notice: Notice, channel: EmailChannel, thread: str | None) -> EmailMessage:
        return mail.message(notice, channel.sender, channel.to, thread, self.clock())


async def open_client(channel: EmailChannel, password: str | None, trusted: ssl.SSLContext) -> aiosmtplib.SMTP:
    """Return a client over a connection to an address that may be reached; `connect` does TLS and the login.

    Raises Refused and NotDelivered.
    """
    timeout_s = channel.timeout_ms / 1000
    with in_our_words(channel, NotDelivered):
        async with asyncio.timeout(timeout_s):
            connection = await egress.connected(channel.host, channel.port, off_limits)
    return aiosmtplib.SMTP(
        sock=connection,
        hostname=channel.host,  # what its certificate must say
        username=channel.user,
        password=password,
        local_hostname=channel.sender.rpartition("@")[2],
        timeout=timeout_s,
        use_tls=channel.tls == "tls",
        start_tls=channel.tls == "starttls",
        tls_context=trusted if channel.tls != "none" else None,
    )


async def _introduce(client: aiosmtplib.SMTP, channel: EmailChannel) -> None:
    """Log in and name everybody. Raises the last refusal if all are refused; some who are do not stop the others."""
    await client.connect()
    await client.mail(channel.sender)
    refused: list[aiosmtplib.SMTPResponseException] = []
    for address in channel.to:
        try:
            await client.rcpt(address)
        except aiosmtplib.SMTPRecipientRefused as error:
            refused.append(error)
            _log.warning("recipient_refused", channel=channel.id, address=address, code=error.code)
    if len(refused) == len(channel.to):
        raise refused[-1]


@contextmanager
def in_our_words(channel: EmailChannel, lost: type[NotDelivered | MaybeDelivered]) -> Iterator[None]:
    """Put errors into the notifier's words; a connection that breaks means `lost`."""
    try:
        yield
    except egress.Refused as error:
        raise Refused(f"channel {channel.id}: {error}") from error
    except aiosmtplib.SMTPResponseException as error:
        text = f"channel {channel.id}: the server answers {error.code} {plain(error.message, 200)}"
        if 400 <= error.code < 500:
            raise NotDelivered(text) from error
        hint = "check user and password" if isinstance(error, aiosmtplib.SMTPAuthenticationError) else "check addresses"
        raise Refused(f"{text}; {hint}") from error
    except (OSError, aiosmtplib.SMTPTimeoutError, aiosmtplib.SMTPServerDisconnected) as error:
        said = plain(str(error)) or type(error).__name__
        raise lost(f"channel {channel.id}: {channel.host}:{channel.port} does not answer: {said}") from error
    except aiosmtplib.SMTPException as error:  # no STARTTLS, or no way to log in: to send in the clear is no way out
        raise Refused(f"channel {channel.id}: {plain(str(error))}; check `tls` and `user`") from error
