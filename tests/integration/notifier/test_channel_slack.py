"""Threads in Slack, as the Web API documents chat.postMessage, chat.update and conversations.*."""

import pytest
from inquest.config.channels import SlackChannel
from inquest.notifier.ports import CannotTell, MaybeDelivered, NotDelivered, Refused
from inquest.testkit.backends import DROP, Reply
from inquest.testkit.notices import notice


class SlackApi:
    """Keeps the messages of channel C1; pages are as small as two."""

    def __init__(self):
        self.messages, self.errors = [], {}

    def __call__(self, received):
        method = received.path.removeprefix("/api/")
        if received.headers.get("authorization") != "Bearer t0ken":
            return Reply(200, {"ok": False, "error": "invalid_auth"})
        if method in self.errors:
            return Reply(200, {"ok": False, "error": self.errors[method]})
        if received.method == "GET":
            return self.listed(method, {name: values[0] for name, values in received.query.items()})
        return self.posted(received.json()) if method == "chat.postMessage" else self.updated(received.json())

    def posted(self, said):
        if "thread_ts" in said and said["thread_ts"] not in [one["ts"] for one in self.messages]:
            return Reply(200, {"ok": False, "error": "thread_not_found"})
        self.messages.append({**said, "ts": f"17000000{len(self.messages):02}.000100"})
        return Reply(200, {"ok": True, "channel": "C1", "ts": self.messages[-1]["ts"]})

    def updated(self, said):
        for message in self.messages:
            if message["ts"] == said["ts"]:
                message.update(said)
                return Reply(200, {"ok": True, "ts": said["ts"]})
        return Reply(200, {"ok": False, "error": "message_not_found"})

    def listed(self, method, query):
        assert query["include_all_metadata"] == "true"
        found = [one for one in self.messages if method.endswith("history") and "thread_ts" not in one]
        if method.endswith("replies"):
            found = [one for one in self.messages if query["ts"] in (one["ts"], one.get("thread_ts"))]
        start = int(query.get("cursor") or 0)
        following = str(start + 2) if start + 2 < len(found) else ""
        return Reply(
            200,
            {"ok": True, "messages": found[start : start + 2], "response_metadata": {"next_cursor": following}},
        )


@pytest.fixture
def api(backend):
    backend.serve = SlackApi()
    return backend.serve


@pytest.fixture
def channel(backend, api):
    return SlackChannel(
        id="slack", kind="slack", url=f"{backend.url}/api", token="env:TOKEN", channel="C1", per_minute=6000
    )


def revised(number=2):
    return notice(notice_id=f"n{number}", revision=number, kind="revision", content={"changed": ("likely → proven",)})


async def test_the_top_message_is_kept_current_and_its_thread_says_what_changed(api, senders, channel):
    thread = await senders.send(notice(), channel, None)
    assert await senders.send(revised(), channel, thread) == thread
    top, answer = api.messages
    assert top["text"] == "Changed: checkout v1.42 shrank the DB pool from 20 to 2"
    assert top["blocks"][0]["type"] == "header"
    assert (answer["thread_ts"], answer["reply_broadcast"]) == (thread, False)
    assert "likely → proven" in answer["text"]
    assert top["metadata"]["event_payload"] == answer["metadata"]["event_payload"] == {"notice_id": "n2"}


@pytest.mark.parametrize("kind", ["escalation", "admission"])
async def test_a_cry_for_help_is_seen_by_the_whole_channel(api, senders, channel, kind):
    thread = await senders.send(notice(), channel, None)
    await senders.send(notice(notice_id="n2", kind=kind), channel, thread)
    top, answer = api.messages
    assert top["metadata"]["event_payload"]["notice_id"] == "n2"
    assert answer["reply_broadcast"]


@pytest.mark.parametrize("kind", ["resolved", "correction", "escalation"])
async def test_news_without_a_verdict_leaves_the_verdict_on_top(api, senders, channel, kind):
    thread = await senders.send(notice(), channel, None)
    assert await senders.send(notice(kind=kind, content={"band": None}), channel, thread) == thread
    top, answer = api.messages
    assert top["text"] == "checkout v1.42 shrank the DB pool from 20 to 2"
    assert answer["thread_ts"] == thread
    assert answer["blocks"]


@pytest.mark.parametrize("kind", ["revision", "escalation"])
async def test_a_thread_that_somebody_deleted_is_begun_anew(api, senders, channel, kind):
    gone = notice(kind=kind)
    thread = await senders.send(gone, channel, "16.1")
    assert [one["ts"] for one in api.messages] == [thread]


async def test_what_another_kind_of_channel_called_it_is_not_sent(api, backend, senders, channel):
    assert await senders.send(notice(), channel, "<n@example.com>") == api.messages[0]["ts"]
    assert backend.calls() == ["POST /api/chat.postMessage"]


async def test_messages_that_may_have_arrived_are_found(backend, api, senders, channel):
    assert await senders.find(notice(), channel, None) is None
    backend.replies = [DROP]
    with pytest.raises(MaybeDelivered):
        await senders.send(notice(), channel, None)
    for number in range(4):
        await senders.send(notice(notice_id=f"other{number}"), channel, None)
    thread = await senders.send(notice(), channel, None)
    assert await senders.find(notice(), channel, None) == thread
    assert await senders.find(revised(), channel, thread) is None
    await senders.send(revised(), channel, thread)
    assert await senders.find(revised(), channel, thread) == thread


async def test_a_top_message_without_its_answer_is_not_done(backend, api, senders, channel):
    thread = await senders.send(notice(), channel, None)
    backend.serve = lambda received: api(received) if "update" in received.path else Reply(500)
    with pytest.raises(MaybeDelivered):
        await senders.send(revised(), channel, thread)
    backend.serve = api
    assert api.messages[0]["metadata"]["event_payload"]["notice_id"] == "n2"
    assert await senders.find(revised(), channel, thread) is None


async def test_too_many_messages_since_to_tell(api, senders, channel):
    for number in range(12):
        await senders.send(notice(notice_id=f"other{number}"), channel, None)
    with pytest.raises(CannotTell, match="too many"):
        await senders.find(notice(), channel, None)


@pytest.mark.parametrize(
    ("error", "means"),
    [
        ("ratelimited", NotDelivered),
        ("service_unavailable", NotDelivered),
        ("internal_error", MaybeDelivered),
        ("not_in_channel", Refused),
        ("invalid_blocks", Refused),
    ],
)
async def test_errors_of_slack_come_with_a_200(api, senders, channel, error, means):
    api.errors = {"chat.postMessage": error}
    with pytest.raises(means, match=error):
        await senders.send(notice(), channel, None)


async def test_an_answer_that_says_nothing_leaves_a_doubt(backend, senders, channel):
    backend.replies = [Reply(200, b"<html>maintenance")]
    with pytest.raises(MaybeDelivered):
        await senders.send(notice(), channel, None)


@pytest.mark.parametrize(
    ("error", "means"), [("missing_scope", CannotTell), ("ratelimited", NotDelivered), ("thread_not_found", None)]
)
async def test_what_cannot_be_read_is_not_claimed_to_be_missing(api, senders, channel, error, means):
    api.errors = {"conversations.replies": error}
    if means is None:
        assert await senders.find(notice(), channel, "17.1") is None
        return
    with pytest.raises(means):
        await senders.find(notice(), channel, "17.1")


async def test_an_incoming_webhook_gets_each_message_by_itself(backend, senders):
    hook = SlackChannel(id="slack", kind="slack", webhook_url="env:HOOK", per_minute=6000)
    for _ in range(2):
        assert await senders.send(notice(), hook, None) is None
    assert backend.calls() == ["POST /hook/s3cret"] * 2
    assert "metadata" not in backend.received[0].json()
    with pytest.raises(CannotTell):
        await senders.find(notice(), hook, None)
