"""What is particular to Slack: threads older than the window, errors with status 200, search, markup, odd answers."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.contracts.latest import ChatRequest, LogsRequest, Window
from inquest.gateway.adapters.slack_answers import message_of, plain, threads_in
from inquest.gateway.domain.forge import understood
from inquest.gateway.ports import ProviderError
from inquest.testkit.apis.slack import CHANNELS, INCIDENTS, T0, SlackServer, message, refused, ts
from inquest.testkit.backends import Backend, Reply
from inquest.testkit.providers import ask, made

REQUEST = ChatRequest(window=Window(start=T0 + timedelta(minutes=8), end=T0 + timedelta(minutes=16)))


async def read(request=REQUEST, serve=None, domain="chat", **more: object):
    """Return the answer, and the requests that were made for it."""
    async with Backend(serve=serve or SlackServer()).listening() as backend:
        settings = {"url": backend.url, "channels": {"incidents": INCIDENTS}, **more}
        async with made({"name": "slack", "kind": "slack", "settings": settings}) as slack:
            return await ask(slack, domain, request), backend.received


def wanting(**fields: object) -> ChatRequest:
    return REQUEST.model_copy(update=fields)


async def test_a_channel_comes_with_the_threads_that_were_answered_in_the_window():
    fetched, received = await read(workspace_url="https://acme.slack.com", page_messages_max=15)
    found = fetched.response.messages
    minutes = [round((one.time - T0.timestamp()) / 60, 2) for one in found]
    assert minutes == [8, 9, 9.5, 10, 11, 12, 12.5, 13, 14, 15]
    assert (found[0].channel, found[0].author, found[0].thread_id) == ("incidents", "U012AB3CDE", "")
    assert found[0].text.startswith("checkout is slow <8>")
    assert found[0].url == f"https://acme.slack.com/archives/{INCIDENTS}/p{ts(8).replace('.', '')}"
    early = found[2]
    assert (early.text, early.thread_id) == ("reply at 9.5", f"{INCIDENTS}/{ts(-60)}")
    assert early.url.endswith(f"?thread_ts={ts(-60)}&cid={INCIDENTS}")
    assert sum(one.path == "/conversations.replies" for one in received) == 2
    assert (fetched.partial, fetched.problems) == ("", ())


async def test_a_lookback_of_nothing_reads_the_window_alone():
    fetched, received = await read(thread_lookback_s=0)
    assert len(fetched.response.messages) == 8
    assert [one.path for one in received] == ["/conversations.history"]


async def test_bots_speak_and_who_joins_does_not():
    fetched, _ = await read(wanting(window=Window(start=T0, end=T0 + timedelta(minutes=5))))
    alert = next(one for one in fetched.response.messages if one.is_bot)
    assert (alert.author, alert.text) == ("PagerDuty", "High error rate\ncheckout: 7 %")
    assert len(fetched.response.messages) == 5  # of five messages one is a person who joined; a reply came in between


async def test_threads_are_read_whole_by_their_ids_or_links():
    link = f"https://acme.slack.com/archives/{INCIDENTS}/p{ts(-60).replace('.', '')}?thread_ts=1"
    for asked in (f"{INCIDENTS}/{ts(-60)}", link):
        fetched, received = await read(wanting(ids=(asked, f"{INCIDENTS}/1111111111.000000", "G0SECRETS/1", "../x")))
        assert [one.text for one in fetched.response.messages] == [
            "deploying cart to production (https://prod.example)",
            "reply at -50",
            "reply at 9.5",
        ]
        assert {one.path for one in received} == {"/conversations.replies"}
    fetched, received = await read(wanting(ids=(f"G0SECRETS/{ts(9)}",)))
    assert (fetched.response.messages, received, fetched.query_text) == ([], [], "nothing")


async def test_a_text_is_looked_for_in_what_was_read_or_by_search():
    fetched, received = await read(wanting(text="IS slow"), search=True)
    assert {one.channel for one in fetched.response.messages} == {"incidents"}
    assert len(fetched.response.messages) == 8
    assert received[0].query["query"] == ['"IS slow" in:incidents after:2026-02-27 before:2026-03-03']
    assert fetched.response.messages[0].url.startswith("https://acme.slack.com/")
    assert len((await read(wanting(text="IS slow")))[0].response.messages) == 8


async def test_channels_are_chosen_by_name_or_id():
    for name in ("#Payments", "payments", "C0PAYMENTS"):
        fetched, _ = await read(wanting(names=(name,)), channels=CHANNELS)
        assert {one.channel for one in fetched.response.messages} == {"payments"}
    with pytest.raises(ProviderError, match="none of these channels is configured here: secrets") as failed:
        await read(wanting(names=("secrets",)))
    assert failed.value.kind == "unsupported"


async def test_limits_show():
    fetched, _ = await read(messages_max=3, thread_lookback_s=0)
    assert [one.text[:20] for one in fetched.response.messages][-1] == "checkout is slow <15"
    assert (fetched.response.truncated, fetched.partial) == (
        True,
        "more than 3 messages of incidents: the rest was not read",
    )
    fetched, _ = await read(threads_max=1)
    assert fetched.partial == "1 older threads of incidents were not read (threads_max)"


@pytest.mark.parametrize(
    ("reply", "kind", "said", "wait_s"),
    [
        (refused("channel_not_found"), "not-found", "invite the app", 0),
        (refused("not_in_channel"), "auth", "invite the app", 0),
        (refused("missing_scope", needed="channels:history", provided="chat:write"), "auth", "it needs channels:h", 0),
        (refused("invalid_auth"), "auth", "invalid_auth", 0),
        (refused("token_revoked"), "auth", "token_revoked", 0),
        (Reply(200, {"ok": False, "error": "ratelimited"}, {"retry-after": "30"}), "limited", "ratelimited", 30),
        (Reply(429, {"ok": False, "error": "ratelimited"}, {"retry-after": "30"}), "limited", "too often", 30),
        (refused("internal_error"), "retryable", "internal_error", 0),
        (refused("request_timeout"), "timeout", "request_timeout", 0),
        (refused("invalid_cursor"), "malformed", "invalid_cursor", 0),
        (Reply(body={"ok": "yes"}), "malformed", "is this address Slack's API", 0),
        (Reply(body={"ok": True}), "malformed", "not what its API documents", 0),
    ],
    ids=str,
)
async def test_an_error_with_status_200_is_an_error(reply, kind, said, wait_s):
    with pytest.raises(ProviderError, match=said) as failed:
        await read(serve=lambda _: reply)
    assert (failed.value.kind, failed.value.retry_after_s) == (kind, wait_s)


async def test_a_limit_in_the_middle_of_a_call_says_when_to_come_back():
    with pytest.raises(ProviderError, match="asked too often") as failed:
        await read(serve=SlackServer(asks_max=2))
    assert failed.value.retry_after_s == 30
    with pytest.raises(ProviderError, match="has no logs"):
        await read(LogsRequest(window=REQUEST.window), domain="logs")


async def test_a_cursor_that_comes_back_is_left():
    again = Reply(body={"ok": True, "messages": [], "response_metadata": {"next_cursor": "x"}})
    _, received = await read(serve=lambda _: again, thread_lookback_s=0)
    assert len(received) == 2


def test_markup_becomes_what_a_person_reads():
    assert (
        plain("<@U1> said <!here> in <#C1|ops> &amp; <https://a.example/x>")
        == "@U1 said @here in #ops & https://a.example/x"
    )
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "*down*"}, "fields": [{"text": "since noon"}]}
    said = message_of(message(0, "", blocks=[block]), "ops", "C1", "")
    assert said is not None
    assert (said.text, said.url) == ("*down*\nsince noon", "")


_KEYS = ("ts", "text", "thread_ts", "subtype", "attachments", "blocks", "bot_profile", "reply_count", "latest_reply")
_JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5) | st.just("1772373600.000100") | st.just(float("nan")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=5),
    max_leaves=12,
)


@settings(max_examples=50, deadline=None)
@given(st.lists(_JSON, max_size=3))
def test_whatever_arrives_is_read_or_malformed(raws):
    with suppress(ProviderError):
        threads_in(raws, 0.0)
    for raw in raws:
        with suppress(ProviderError), understood("it"):
            message_of(raw, "ops", "C1", "")
