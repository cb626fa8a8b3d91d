"""What `inquest doctor` finds out about channels, without sending anything."""

import asyncio
import ssl

import pytest
import trustme
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import SMTP
from inquest.cli.doctor_channels import _looked_at, channel_findings
from inquest.config import TenantConfig
from inquest.notifier.adapters.credentials import Credentials
from inquest.notifier.adapters.http import trusted
from inquest.notifier.adapters.probes import Probes
from inquest.notifier.ports import NotDelivered, Refused
from inquest.testkit.backends import Reply
from inquest.testkit.notices import AT


def made(**fields):
    return TenantConfig.model_validate({"channels": [{"id": "ops", "live": True, **fields}]}).channels[0]


@pytest.fixture
async def probes(backend):
    secrets = {"env:TOKEN": "t0ken", "env:HOOK": f"{backend.url}/hook/s3cret", "env:BAD": "not an address"}
    made = Probes.made(lambda: AT, Credentials(secrets.__getitem__))
    yield made
    await made.close()


async def test_pagerduty_knows_the_key_and_the_user(backend, probes):
    channel = made(kind="pagerduty", url=backend.url, token="env:TOKEN", from_email="Bot@example.com")
    backend.replies = [Reply(200, {"users": [{"email": "bot@example.com"}]}), Reply(200, {"users": []}), Reply(401)]
    assert "Bot@example.com" in await probes.probe(channel)
    assert (backend.calls(), backend.received[0].query["query"]) == (["GET /users"], ["Bot@example.com"])
    with pytest.raises(Refused, match="knows no user"):
        await probes.probe(channel)
    with pytest.raises(Refused, match="401"):
        await probes.probe(channel)


async def test_jira_says_who_writes(backend, probes):
    channel = made(kind="jira", url=backend.url, token="env:TOKEN", user="bot@example.com")
    backend.replies = [Reply(200, {"displayName": "Inquest Bot"}), Reply(200, b"<html>login")]
    assert await probes.probe(channel) == "comments are written as Inquest Bot"
    assert backend.calls() == ["GET /rest/api/3/myself"]
    with pytest.raises(Refused, match="check url and api"):
        await probes.probe(channel)


@pytest.mark.parametrize(
    ("scopes", "said"),
    [("chat:write,channels:history", "posts as inquest in Acme"), ("chat:write", "an interrupted notice may repeat")],
)
async def test_slack_says_where_and_what_is_allowed(backend, probes, scopes, said):
    channel = made(kind="slack", url=backend.url, token="env:TOKEN", channel="C1")
    answer = {"ok": True, "user": "inquest", "team": "Acme"}
    backend.replies = [
        Reply(200, answer, {"x-oauth-scopes": scopes}),
        Reply(200, answer, {"x-oauth-scopes": "im:read"}),
    ]
    assert said in await probes.probe(channel)
    with pytest.raises(Refused, match="lacks the scope chat:write"):
        await probes.probe(channel)
    backend.replies = [Reply(200, {"ok": False, "error": "invalid_auth"})]
    with pytest.raises(Refused, match="invalid_auth"):
        await probes.probe(channel)


@pytest.mark.parametrize("kind", ["teams", "mattermost", "slack"])
async def test_a_secret_address_is_only_connected_to(backend, probes, kind, unused_tcp_port):
    found = await probes.probe(made(kind=kind, webhook_url="env:HOOK"))
    assert found.startswith("127.0.0.1 takes connections")
    assert backend.received == []
    with pytest.raises(Refused, match="not an http or https URL"):
        await probes.probe(made(kind=kind, webhook_url="env:BAD"))
    with pytest.raises(NotDelivered, match="cannot be reached"):
        await probes.probe(made(kind="webhook", url=f"http://127.0.0.1:{unused_tcp_port}"))


async def test_a_mail_server_takes_the_login(probes):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Sink(), hostname="mail"), "127.0.0.1", 0)
    fields = {
        "kind": "email",
        "host": "127.0.0.1",
        "sender": "a@example.com",
        "to": ["b@example.com"],
        "timeout_ms": 500,
    }
    fields["port"] = server.sockets[0].getsockname()[1]
    assert await probes.probe(made(**fields, tls="none")) == "127.0.0.1 takes connections"
    with pytest.raises(Refused, match="STARTTLS"):
        await probes.probe(made(**fields))
    server.close()
    with pytest.raises(NotDelivered):
        await probes.probe(made(**fields, tls="tls"))


async def test_local_channels(probes, tmp_path):
    assert "terminal" in await probes.probe(made(kind="terminal"))
    assert "appends" in await probes.probe(made(kind="file", path=tmp_path / "new" / "notices.log"))
    with pytest.raises(Refused, match="cannot be written"):
        await probes.probe(made(kind="file", path=tmp_path))


async def test_doctor_fails_for_live_channels_only(tmp_path):
    channels = [made(kind="file", path=tmp_path), made(kind="file", path=tmp_path, live=False), made(kind="terminal")]
    found = await channel_findings("acme", channels)
    assert [one.status for one in found] == ["fail", "warn", "ok"]
    assert found[0].fix == "see docs/channels/file.md"
    (nobody,) = await channel_findings("acme", [])
    assert nobody.status == "warn"


def test_public_authorities_are_trusted():
    assert trusted().verify_mode is ssl.CERT_REQUIRED
    assert trusted().check_hostname


class Fine:
    async def probe(self, channel):
        return "fine"


@pytest.mark.parametrize(
    ("url", "status"), [("http://jira", "warn"), ("https://jira", "ok"), ("http://127.0.0.1:8080", "ok")]
)
async def test_a_token_in_the_clear_is_warned_of(url, status):
    found = await _looked_at("acme", made(kind="jira", url=url, token="env:TOKEN"), Fine())
    assert found.status == status


async def test_an_authority_of_the_machine_is_trusted(monkeypatch, tmp_path, probes):
    authority, context = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    listener = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0, ssl=context)
    channel = made(kind="webhook", url=f"https://127.0.0.1:{listener.sockets[0].getsockname()[1]}")
    with pytest.raises(NotDelivered, match="certificate verify failed"):
        await probes.probe(channel)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    trusted.cache_clear()
    assert "takes connections" in await probes.probe(channel)
    trusted.cache_clear()
    listener.close()
