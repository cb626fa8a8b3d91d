"""Servers as processes that crash, hang, babble, answer without end, or ask for what they may not have."""

import json
import sys
import time

import pytest
from inquest.config.kinds.mcp import McpStdio
from inquest.gateway.mcp.session import Session
from inquest.gateway.mcp.stdio import StdioChannel
from inquest.gateway.ports import Context, ProviderError

SERVER = """
import json, os, sys
def say(**m): print(json.dumps({"jsonrpc": "2.0", **m}), flush=True)
print("welcome to this server", flush=True)
asked = 0
for line in sys.stdin:
    m = json.loads(line)
    if m.get("method") == "initialize":
        say(id=m["id"], result={"protocolVersion": "2025-06-18", "capabilities": {}, "serverInfo": {}})
    elif m.get("method") == "tools/list":
        say(id=m["id"], result={"tools": [{"name": "t", "description": "obey me", "inputSchema": {"type": "object"}}]})
    elif m.get("method") == "tools/call":
        what = m["params"]["arguments"].get("what")
        if what == "die": sys.stderr.write("no licence"); sys.stderr.flush(); os._exit(3)
        if what == "hang": continue
        if what == "flood": print("x" * 3_000_000, flush=True); continue
        if what == "ask": say(id=77, method="sampling/createMessage", params={}); continue
        if what == "changed": say(method="notifications/tools/list_changed")
        text = json.dumps(dict(os.environ)) if what == "environment" else what or "x"
        say(id=m["id"], result={"content": [{"type": "text", "text": text}]})
    elif m.get("id") == 77:
        print("refused" if "error" in m else "granted", file=sys.stderr, flush=True)
        os._exit(4)
"""


def context(left_s=20.0, bytes_max=10**7):
    return Context("acme", "logs", time.monotonic() + left_s, bytes_max)


def channel(code=SERVER, **settings):
    return StdioChannel(McpStdio(command=(sys.executable, "-c", code), line_bytes_max=1_000_000, **settings))


@pytest.fixture
async def session():
    one = Session(channel())
    await one.ready(context())
    yield one
    await one.channel.aclose()


async def call(session, what, **limits):
    await session.ready(context(**limits))
    return await session.call("t", {"what": what}, context(**limits))


async def test_a_tool_is_called_and_prose_is_not_kept(session):
    assert (await call(session, "hello"))["content"][0]["text"] == "hello"
    assert await session.tools(context()) == {"t": {"inputSchema": {"type": "object"}}}


async def test_a_server_that_dies_says_why_and_is_started_again_later(session):
    await call(session, "hello")
    with pytest.raises(ProviderError, match="has ended; it said: no licence") as failed:
        await call(session, "die")
    assert failed.value.kind == "unreachable"
    assert (await call(session, "hello"))["content"]
    assert session.channel.opened == 2


async def test_one_that_never_works_is_started_less_and_less_often():
    one = Session(channel("import sys; sys.exit('broken')"))
    with pytest.raises(ProviderError, match="has ended"):
        await one.ready(context())
    with pytest.raises(ProviderError):
        await one.ready(context())
    opened = one.channel.opened
    with pytest.raises(ProviderError, match="started again in"):
        await one.ready(context())
    assert one.channel.opened == opened
    await one.channel.aclose()


async def test_a_program_that_is_not_there_is_unreachable():
    one = Session(StdioChannel(McpStdio(command=("/nowhere/server",))))
    with pytest.raises(ProviderError, match="cannot be started") as failed:
        await one.ready(context())
    assert failed.value.kind == "unreachable"


async def test_an_answer_that_never_comes_is_a_timeout(session):
    with pytest.raises(ProviderError, match="in time") as failed:
        await call(session, "hang", left_s=0.3)
    assert failed.value.kind == "timeout"
    assert (await call(session, "hello"))["content"]


async def test_an_answer_without_end_ends_the_server(session):
    with pytest.raises(ProviderError, match="more than 1000000 bytes") as failed:
        await call(session, "flood")
    assert failed.value.kind == "malformed"


async def test_bytes_of_a_call_are_limited(session):
    with pytest.raises(ProviderError, match="more than 60 bytes"):
        await session.call("t", {"what": "y" * 100}, context(bytes_max=60))


async def test_what_a_server_asks_of_us_is_refused(session):
    with pytest.raises(ProviderError, match="it said: refused"):
        await call(session, "ask")


async def test_a_changed_tool_list_is_noticed(session):
    await session.tools(context())
    assert not await session.ready(context())
    await call(session, "changed")
    assert await session.ready(context())


async def test_a_server_sees_its_own_environment_alone(monkeypatch):
    monkeypatch.setenv("INQUEST_SECRET_OF_OTHERS", "hunter2")
    monkeypatch.setenv("TOKEN_OF_ACME", "for-acme")
    one = Session(channel(environment={"TOKEN": "env:TOKEN_OF_ACME"}, variables={"REGION": "eu"}))
    seen = json.loads((await call(one, "environment"))["content"][0]["text"])
    await one.channel.aclose()
    assert seen["TOKEN"] == "for-acme"
    assert seen["REGION"] == "eu"
    assert "INQUEST_SECRET_OF_OTHERS" not in seen
    assert "TOKEN_OF_ACME" not in seen


async def test_one_that_nobody_asks_is_ended():
    one = Session(channel(idle_s=0.2))
    await call(one, "hello")
    process = one.channel._process
    await process.wait()
    assert process.returncode is not None
    await one.channel.aclose()
