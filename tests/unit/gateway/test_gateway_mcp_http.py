"""Streamable HTTP: sessions, event streams, credentials, and what is no answer."""

import gzip
import json

import pytest
from inquest.gateway.ports import ProviderError
from inquest.testkit.apis.mcp import CASES, serve
from inquest.testkit.backends import Backend, Reply
from inquest.testkit.providers import ask, made

(CASE,) = CASES


def as_events(received):
    """Answer as an event stream, with a notification in front."""
    reply = serve(received)
    if reply.status != 200:
        return reply
    told = {"jsonrpc": "2.0", "method": "notifications/message", "params": {}}
    lines = "".join(f"event: message\r\ndata: {json.dumps(one)}\r\n\r\n" for one in (told, reply.body))
    return Reply(body=b": hello\r\n\r\n" + lines.encode(), headers={"content-type": "text/event-stream"})


async def answer(config):
    async with made(config) as provider:
        return await ask(provider, "changes", CASE.request)


async def test_an_event_stream_holds_the_answer():
    async with Backend(serve=as_events).listening() as backend:
        assert (await answer(CASE.at(backend.url))).response.changes


async def test_the_session_and_the_token_go_with_each_message(monkeypatch):
    monkeypatch.setenv("TOKEN_OF_ACME", "for-acme")
    async with Backend(serve=serve).listening() as backend:
        config = CASE.at(backend.url)
        config["settings"]["http"]["auth"] = {"kind": "bearer", "token": "env:TOKEN_OF_ACME"}
        await answer(config)
        first, *others = backend.received
    assert "mcp-session-id" not in first.headers
    assert {one.headers["authorization"] for one in (first, *others)} == {"Bearer for-acme"}
    assert {one.headers["mcp-session-id"] for one in others} == {"s-1"}
    assert {one.headers["mcp-protocol-version"] for one in others} == {"2025-06-18"}


async def test_a_session_that_was_forgotten_is_begun_again():
    lost = [False]

    def forgetful(received):
        if lost[0] and received.headers.get("mcp-session-id"):
            lost[0] = False
            return Reply(404, {})
        return serve(received)

    async with Backend(serve=forgetful).listening() as backend, made(CASE.at(backend.url)) as provider:
        await ask(provider, "changes", CASE.request)
        lost[0] = True
        with pytest.raises(ProviderError, match="forgotten our session") as failed:
            await ask(provider, "changes", CASE.request)
        assert failed.value.kind == "retryable"
        assert (await ask(provider, "changes", CASE.request)).response.changes


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        ({"jsonrpc": "2.0", "id": 999, "result": {}}, "malformed", "not to our question"),
        ({"jsonrpc": "2.0", "id": 1, "error": {"code": -32603, "message": "boom"}}, "retryable", "boom"),
        ({"jsonrpc": "2.0", "id": 1}, "malformed", "neither a result nor an error"),
        ({"jsonrpc": "2.0", "id": 1, "result": {"protocolVersion": "1999-01-01"}}, "malformed", "which we do not"),
    ],
)
async def test_what_is_no_answer_is_told(body, kind, said):
    async with Backend(serve=lambda _: Reply(body=body)).listening() as backend:
        with pytest.raises(ProviderError, match=said) as failed:
            await answer(CASE.at(backend.url))
    assert failed.value.kind == kind


@pytest.mark.parametrize(
    "reply",
    [
        Reply(302, headers={"location": "http://169.254.169.254/latest/"}),
        Reply(307, headers={"location": "http://127.0.0.1:1/"}),
        Reply(301, headers={"location": "file:///etc/passwd"}),
        Reply(how="endless"),
        Reply(body=gzip.compress(b" " * 50_000_000), headers={"content-encoding": "gzip"}),
    ],
    ids=["to-metadata", "to-private", "to-file", "endless", "bomb"],
)
async def test_a_server_leads_nowhere_else_and_is_not_read_for_ever(reply):
    async with Backend(serve=lambda _: reply).listening() as backend:
        with pytest.raises(ProviderError) as failed:
            await answer(CASE.at(backend.url))
    assert failed.value.kind == "malformed"
