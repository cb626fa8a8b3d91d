"""What each way of answering, or of not answering, means for a notice: the same for every channel over HTTP."""

import json
from contextlib import suppress
from datetime import timedelta
from email.utils import format_datetime

import pytest
from inquest.config.channels import (
    JiraChannel,
    MattermostChannel,
    PagerDutyChannel,
    SlackChannel,
    TeamsChannel,
    WebhookChannel,
)
from inquest.contracts.errors import RetryLater
from inquest.notifier.adapters.credentials import Credentials
from inquest.notifier.adapters.http import ANSWER_BYTES_MAX
from inquest.notifier.adapters.senders import Senders
from inquest.notifier.ports import CannotTell, MaybeDelivered, NotDelivered, Refused
from inquest.testkit.backends import DROP, HANG, Reply
from inquest.testkit.notices import AT, notice

SOCKETS_HOLD_BYTES = 16 * 1024 * 1024  # sent, and thrown away unread
FINDERS = ["pagerduty", "jira", "slack"]
HOOKS = ["webhook", "slack-webhook", "teams", "mattermost"]
EVERY = pytest.mark.parametrize("kind", [*FINDERS, *HOOKS])


def channel(kind, url, **changes):
    common = {"id": "ops", "live": True, "timeout_ms": 5000, "per_minute": 6000, **changes}
    api = {"token": "env:TOKEN", "url": url, **common}
    hook = {"webhook_url": "env:HOOK", **common}
    made = {
        "webhook": lambda: WebhookChannel(kind="webhook", url=url, **common),
        "pagerduty": lambda: PagerDutyChannel(kind="pagerduty", from_email="bot@example.com", **api),
        "jira": lambda: JiraChannel(kind="jira", **api),
        "slack": lambda: SlackChannel(kind="slack", channel="C1", **api),
        "slack-webhook": lambda: SlackChannel(kind="slack", **hook),
        "teams": lambda: TeamsChannel(kind="teams", **hook),
        "mattermost": lambda: MattermostChannel(kind="mattermost", **hook),
    }
    return made[kind]()


def patience_ms(reply):
    return 200 if reply is HANG else 5000


def taken(received):
    return Reply(201 if "comment" in received.path else 200, {"ok": True, "ts": "17.1", "id": "7"})


@EVERY
async def test_a_yes_is_a_yes(backend, senders, kind):
    backend.serve = taken
    await senders.send(notice(), channel(kind, backend.url), None)
    (one,) = backend.received
    assert one.method == "POST"
    assert one.headers["content-type"].startswith("application/json")
    assert one.headers["user-agent"] == "inquest"
    assert one.headers["accept-encoding"] == "identity"


@EVERY
@pytest.mark.parametrize(
    ("reply", "of_finder", "of_hook"),
    [
        (Reply(429), NotDelivered, NotDelivered),
        (Reply(503), NotDelivered, NotDelivered),
        (Reply(500), MaybeDelivered, NotDelivered),
        (Reply(502), MaybeDelivered, MaybeDelivered),
        (Reply(302, headers={"location": "/login"}), Refused, Refused),
        (Reply(401), Refused, Refused),
        (Reply(404), Refused, Refused),
        (HANG, MaybeDelivered, MaybeDelivered),
        (DROP, MaybeDelivered, MaybeDelivered),
    ],
)
async def test_every_other_answer_means_one_thing(backend, senders, kind, reply, of_finder, of_hook):
    backend.replies = [reply]
    with pytest.raises(of_finder if kind in FINDERS else of_hook, match="channel ops"):
        await senders.send(notice(), channel(kind, backend.url, timeout_ms=patience_ms(reply)), None)
    assert len(backend.received) == 1  # nothing is followed, and nothing is repeated here


@EVERY
@pytest.mark.parametrize("asked", ["30", format_datetime(AT + timedelta(seconds=30), usegmt=True)])
async def test_retry_after_is_honoured_and_holds_the_next_notice_too(backend, senders, kind, asked):
    backend.replies = [Reply(429, headers={"retry-after": asked})]
    to = channel(kind, backend.url)
    for number in range(2):
        with pytest.raises(NotDelivered) as refused:
            await senders.send(notice(notice_id=f"n{number}"), to, None)
        assert 29 <= refused.value.after_s <= 31
    assert len(backend.received) == 1  # the second did not even ask


@EVERY
async def test_an_endless_answer_is_not_read(backend, senders, kind):
    backend.replies = [Reply(200, how="endless"), Reply(400, how="endless")]
    to = channel(kind, backend.url, timeout_ms=2000)
    for _ in range(2):
        with suppress(Refused, RetryLater):
            await senders.send(notice(), to, None)
    assert backend.bytes_sent < 2 * ANSWER_BYTES_MAX + SOCKETS_HOLD_BYTES


@pytest.mark.parametrize("kind", [*FINDERS, "webhook"])
async def test_nobody_listens(senders, unused_tcp_port, kind):
    with pytest.raises(NotDelivered, match="cannot connect"):
        await senders.send(notice(), channel(kind, f"http://127.0.0.1:{unused_tcp_port}"), None)


@EVERY
async def test_what_the_service_says_is_passed_on_without_the_secret_address(backend, senders, kind):
    backend.replies = [Reply(403, {"error": "no\nway\x1b[2J"})]
    with pytest.raises(Refused) as refused:
        await senders.send(notice(), channel(kind, backend.url), None)
    assert "no\\nway" in str(refused.value)
    assert "lacks a permission" in str(refused.value)
    assert "s3cret" not in str(refused.value)
    assert "t0ken" not in str(refused.value)


@pytest.mark.parametrize("kind", HOOKS)
async def test_hooks_cannot_be_asked(backend, senders, kind):
    with pytest.raises(CannotTell):
        await senders.find(notice(), channel(kind, backend.url), None)
    assert backend.received == []


@pytest.mark.parametrize("kind", FINDERS)
@pytest.mark.parametrize("reply", [HANG, DROP, Reply(500), Reply(429)])
async def test_asking_in_vain_delivers_nothing(backend, senders, kind, reply):
    backend.replies = [reply]
    with pytest.raises(NotDelivered):
        await senders.find(notice(), channel(kind, backend.url, timeout_ms=patience_ms(reply)), None)


@EVERY
async def test_a_missing_secret_is_tried_again(backend, senders, kind):
    to = channel(kind, backend.url)
    secret = {"token": "env:INQUEST_TEST_NOT_SET"} if kind in FINDERS else {"webhook_url": "env:INQUEST_TEST_NOT_SET"}
    if kind == "webhook":
        secret = {"secret": "env:INQUEST_TEST_NOT_SET"}
    senders = type(senders)(lambda: AT)
    with pytest.raises(NotDelivered, match="set the environment variable"):
        await senders.send(notice(), to.model_copy(update=secret), None)
    await senders.close()
    assert backend.received == []


@pytest.mark.parametrize("secret", ["t0ken\r\nX-Forged: 1", "t\u00f6ken"])
async def test_a_credential_that_no_header_may_hold_is_not_shown(backend, secret, senders):
    broken = type(senders)(
        lambda: AT, credentials=type(senders._by_kind[PagerDutyChannel].credentials)(lambda ref: secret)
    )
    with pytest.raises(Refused) as refused:
        await broken.send(notice(), channel("pagerduty", backend.url), None)
    await broken.close()
    assert "ken" not in str(refused.value).replace("token", "")
    assert backend.received == []


@EVERY
async def test_what_is_recorded_is_what_is_sent(backend, senders, kind):
    backend.serve = taken
    to = channel(kind, backend.url)
    await senders.send(notice(), to, None)
    recorded = senders.render(notice(), to, None)
    sent = backend.received[-1].json()
    assert (sent["note"]["content"] if kind == "pagerduty" else json.dumps(sent)) == (
        recorded if kind == "pagerduty" else json.dumps(json.loads(recorded))
    )


async def test_a_back_end_that_drops_idle_lines_leaves_no_doubt(backend, senders):
    backend.serve = lambda received: Reply(200, headers={"connection": "keep-alive"})
    to = channel("webhook", backend.url)
    for _ in range(3):
        await senders.send(notice(), to, None)
    assert [one.headers["connection"] for one in backend.received] == ["keep-alive"] * 3


@EVERY
@pytest.mark.parametrize(("status", "means"), [(400, Refused), (429, NotDelivered)])
async def test_a_status_counts_though_nothing_follows(backend, senders, kind, status, means):
    backend.replies = [Reply(status, how="stall")]
    with pytest.raises(means, match=f"answered {status}"):
        await senders.send(notice(), channel(kind, backend.url, timeout_ms=400), None)


@pytest.mark.parametrize("address", ["not an address", "ftp://example.com", "http://", "http://[::1"])
async def test_an_address_that_is_none_is_refused_and_not_shown(address):
    senders = Senders(lambda: AT, credentials=Credentials({"env:HOOK": address}.__getitem__))
    with pytest.raises(Refused, match="cannot be sent over HTTP") as refused:
        await senders.send(notice(), channel("teams", ""), None)
    assert address not in str(refused.value)
    await senders.close()


ODD = [None, 7, "x", [], {}, [None, 7, "x", [], {}, {"ts": None}], {"body": {"a": [1]}}]


@pytest.mark.parametrize("kind", FINDERS)
@pytest.mark.parametrize("odd", ODD)
async def test_a_list_that_makes_no_sense_holds_no_notice(backend, senders, kind, odd):
    body = {"ok": True, "notes": odd, "comments": odd, "messages": odd, "response_metadata": odd}
    backend.replies = [Reply(200, body)]
    assert await senders.find(notice(), channel(kind, backend.url), None) is None


@pytest.mark.parametrize("body", [b"[" * 200_000, b"\xff\xfe", b"null", b"[]", b'{"id": {"a": 1}}'])
async def test_an_answer_that_makes_no_sense_leaves_a_doubt(backend, senders, body):
    for kind in ("jira", "slack"):
        backend.replies = [Reply(200, body)]
        with pytest.raises(MaybeDelivered):
            await senders.send(notice(), channel(kind, backend.url), None)
    for kind in FINDERS:
        backend.replies = [Reply(200, body)]
        with suppress(RetryLater):
            assert await senders.find(notice(), channel(kind, backend.url), None) is None


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "169.254.169.254", "[::ffff:169.254.169.254]", "[fe80::1]", "100.100.100.200"]
)
async def test_where_nothing_may_be_asked_nothing_is_sent(backend, host):
    """A host 0.0.0.0 leads to this machine: there is a server that would have taken it."""
    port = backend.url.rpartition(":")[2]
    senders = Senders(lambda: AT, credentials=Credentials({"env:HOOK": f"http://{host}:{port}/s3cret"}.__getitem__))
    with pytest.raises(Refused, match=r"channel ops: it leads to .*, where nothing may be asked") as refused:
        await senders.send(notice(), channel("teams", "", timeout_ms=1000), None)
    await senders.close()
    assert "s3cret" not in str(refused.value)
    assert backend.received == []
