"""Mail over real SMTP servers: with and without TLS, with refusals, and with silence at each point."""

import asyncio
import ssl
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult
from inquest.config.channels import EmailChannel
from inquest.notifier.adapters.credentials import Credentials
from inquest.notifier.adapters.email import Email
from inquest.notifier.adapters.pace import Pace
from inquest.notifier.ports import MaybeDelivered, NotDelivered, Refused
from inquest.testkit.notices import AT, hostile, notice

AUTHORITY = trustme.CA()
PASSWORDS = {"env:PASSWORD": "pa55"}


@dataclass
class MailServer:
    """Answers a command as `answers` says: a line, or "hang", or "drop". Keeps the mails."""

    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    mails: list = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 — aiosmtpd's name
        answer = await self.say(server, f"RCPT {address}") or await self.say(server, "RCPT")
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802 — aiosmtpd's name
        envelope.mail_from = address
        return await self.say(server, "MAIL") or "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 — aiosmtpd's name
        answer = await self.say(server, "DATA")
        if answer is None:
            self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content, session.ssl is not None))
        return answer or "250 queued"

    async def handle_QUIT(self, server, session, envelope):  # noqa: N802 — aiosmtpd's name
        return await self.say(server, "QUIT") or "221 bye"

    async def say(self, server, command):
        answer = self.answers.get(command)
        if answer == "drop":
            server.transport.abort()
        elif answer == "hang":
            await self.over.wait()
        elif answer == "flood":
            server.transport.write(b"250-more of it\r\n" * 100_000)
            await self.over.wait()
        return answer


def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=data.password == b"pa55", handled=False)


@asynccontextmanager
async def serving(server, tls):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(context)
    options = {"authenticator": authenticate, "tls_context": context if tls == "starttls" else None}

    def protocol():
        # Over TLS from the first byte, aiosmtpd does not see that the line is safe.
        return SMTP(server, hostname="mail.example.com", auth_require_tls=tls == "starttls", **options)

    listener = await asyncio.get_running_loop().create_server(
        protocol, "127.0.0.1", 0, ssl=context if tls == "tls" else None
    )
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield
    finally:
        server.over.set()
        listener.close()


@pytest.fixture
def server():
    return MailServer()


def sender_of_mail(trusts=True):
    context = ssl.create_default_context()
    if trusts:
        AUTHORITY.configure_trust(context)
    return Email(Credentials(PASSWORDS.__getitem__), Pace(), lambda: AT, context)


def channel(server, tls="none", **changes):
    fields = {
        "id": "mail",
        "kind": "email",
        "host": "127.0.0.1",
        "port": server.port,
        "tls": tls,
        "sender": "inquest@example.com",
        "to": ("ada@example.com", "bob@example.com"),
        "timeout_ms": 5000,
        **changes,
    }
    return EmailChannel.model_validate(fields)


async def test_a_mail_with_text_and_html(server):
    async with serving(server, "none"):
        thread = await sender_of_mail().send(notice(), channel(server), None)
        later = notice(notice_id="later", kind="revision")
        assert await sender_of_mail().send(later, channel(server), thread) == thread
        assert await sender_of_mail().send(notice(), channel(server), "17.1") == thread  # a ts of Slack
    (sender, to, first, _), (_, _, second, _), (_, _, third, _) = server.mails
    assert b"In-Reply-To" not in third
    assert (sender, to) == ("inquest@example.com", ["ada@example.com", "bob@example.com"])
    mail = message_from_bytes(first, policy=policy.default)
    assert mail["Message-ID"] == thread
    assert mail["Subject"] == "[Inquest] checkout latency p99 above 2 s"
    assert mail.get_content_type() == "multipart/alternative"
    assert "roll back 3f9c2ab on checkout" in mail.get_body(("plain",)).get_content()
    assert "<li>roll back 3f9c2ab on checkout</li>" in mail.get_body(("html",)).get_content()
    answer = message_from_bytes(second, policy=policy.default)
    assert (answer["In-Reply-To"], answer["References"]) == (thread, thread)


async def test_harmful_text_adds_no_header_and_no_recipient(server):
    async with serving(server, "none"):
        await sender_of_mail().send(hostile(), channel(server), None)
    ((_, to, raw, _),) = server.mails
    assert to == ["ada@example.com", "bob@example.com"]
    mail = message_from_bytes(raw, policy=policy.default)
    assert mail["Bcc"] is None
    assert mail.defects == []
    assert max(map(len, raw.splitlines())) <= 998  # RFC 5322, 2.1.1


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_a_login_over_tls(server, tls):
    async with serving(server, tls):
        to = channel(server, tls, user="bot", password="env:PASSWORD")
        await sender_of_mail().send(notice(), to, None)
    ((_, _, _, is_encrypted),) = server.mails
    assert is_encrypted or tls == "tls"


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_a_server_that_nobody_vouches_for_gets_nothing(server, tls):
    async with serving(server, tls):
        with pytest.raises(NotDelivered, match="certificate"):
            await sender_of_mail(trusts=False).send(notice(), channel(server, tls), None)
    assert server.mails == []


async def test_a_server_without_starttls_gets_nothing(server):
    async with serving(server, "none"):
        with pytest.raises(Refused, match="check `tls`"):
            await sender_of_mail().send(notice(), channel(server, "starttls"), None)
    assert server.mails == []


async def test_a_wrong_password_is_told(server):
    async with serving(server, "starttls"):
        wrong = Email(Credentials({"env:PASSWORD": "no"}.__getitem__), Pace(), lambda: AT, sender_of_mail().trusted)
        to = channel(server, "starttls", user="bot", password="env:PASSWORD")
        with pytest.raises(Refused, match=r"535.*check user and password"):
            await wrong.send(notice(), to, None)


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"MAIL": "451 later"}, NotDelivered),
        ({"MAIL": "553 who are you"}, Refused),
        ({"RCPT": "450 busy"}, NotDelivered),
        ({"RCPT": "550 no such user"}, Refused),
        ({"DATA": "452 disk full"}, NotDelivered),
        ({"DATA": "554 spam"}, Refused),
        ({"MAIL": "hang"}, NotDelivered),
        ({"RCPT": "drop"}, NotDelivered),
        ({"MAIL": "flood"}, Refused),
        ({"DATA": "hang"}, MaybeDelivered),
        ({"DATA": "drop"}, MaybeDelivered),
    ],
)
async def test_each_answer_means_one_thing(server, answers, error):
    server.answers = answers
    patience_ms = 300 if {"hang", "flood"} & set(answers.values()) else 5000
    async with serving(server, "none"):
        with pytest.raises(error, match="channel mail"):
            await sender_of_mail().send(notice(), channel(server, timeout_ms=patience_ms), None)
    assert server.mails == []


@pytest.mark.parametrize("answers", [{"RCPT ada@example.com": "550 left"}, {"QUIT": "hang"}, {"QUIT": "drop"}])
async def test_what_does_not_keep_it_from_the_others(server, answers):
    server.answers = answers
    async with serving(server, "none"):
        await sender_of_mail().send(notice(), channel(server), None)
    assert len(server.mails) == 1


async def test_nobody_listens(server, unused_tcp_port):
    server.port = unused_tcp_port
    with pytest.raises(NotDelivered, match="does not answer"):
        await sender_of_mail().send(notice(), channel(server), None)


async def test_mails_keep_their_distance(server):
    mailer = sender_of_mail()
    async with serving(server, "none"):
        slow = channel(server, per_minute=1)
        for number in range(5):
            await mailer.send(notice(notice_id=f"n{number}"), slow, None)
        with pytest.raises(NotDelivered) as refused:
            await mailer.send(notice(), slow, None)
    assert 50 < refused.value.after_s <= 60


@pytest.mark.parametrize("host", ["169.254.169.254", "0.0.0.0"])
async def test_a_mail_server_at_an_address_that_is_off_limits_is_not_connected_to(server, host):
    with pytest.raises(Refused, match=f"channel mail: it leads to {host}, where nothing may be asked"):
        await sender_of_mail().send(notice(), channel(server, host=host, port=25), None)


async def test_a_mail_server_whose_name_is_not_known_is_tried_again(server):
    with pytest.raises(NotDelivered, match=r"channel mail: nobody\.invalid:25 does not answer"):
        await sender_of_mail().send(notice(), channel(server, host="nobody.invalid", port=25), None)
