"""A provider that is served over MCP answers as the provider itself: `provider=internal` is real."""

import asyncio
import os
import socket
import sys
from contextlib import asynccontextmanager, suppress

import pytest
import yaml
from inquest.contracts.latest import LogsRequest
from inquest.gateway.conformance.report import examine
from inquest.gateway.conformance.trial import Trial
from inquest.gateway.domain.fence import fence
from inquest.gateway.mcp.server import refusal
from inquest.gateway.ports import ProviderError
from inquest.testkit.apis.loki import CASES
from inquest.testkit.backends import Backend, Reply
from inquest.testkit.providers import TENANT, ask, made

(CASE,) = CASES
ENVIRONMENT = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def internal(file, **stdio):
    command = [sys.executable, "-c", "from inquest.cli.main import main; main()", "provider", "serve", "logs"]
    command += ["--provider", "loki-main", "--tenant", TENANT, "--config", str(file)]
    settings = {"mapping": "inquest", "stdio": {"command": command, "variables": ENVIRONMENT, **stdio}}
    return {"name": "own", "kind": "mcp", "domains": ["logs"], "settings": settings}


@asynccontextmanager
async def served(tmp_path):
    """Yield Loki's provider and the same through our own MCP server."""
    async with CASE.start() as source:
        file = tmp_path / "inquest.yaml"
        tenant = {"providers": [dict(source.config)], "catalogue": {"services": list(CASE.services)}}
        file.write_text(yaml.safe_dump({"tenants": {TENANT: tenant}}))
        async with made(source.config, services=CASE.services) as native, made(internal(file)) as own:
            await ask(own, "logs", CASE.request, left_s=45)
            yield native, own


@pytest.mark.slow
async def test_what_comes_through_mcp_is_what_comes_natively(tmp_path):
    async with served(tmp_path) as (native, own):
        one, two = await ask(native, "logs", CASE.request), await ask(own, "logs", CASE.request)
        assert two.response == fence(one.response)[0]
        assert two.response.messages
        assert two.query_text == one.query_text
        pages = [await ask(one, "logs", CASE.request.model_copy(update={"rows_max": 5})) for one in (native, own)]
        assert pages[0].response.next_cursor == pages[1].response.next_cursor != ""


@pytest.mark.slow
async def test_our_own_server_passes_every_check(tmp_path):
    async with served(tmp_path) as (_, own):
        findings = await examine(Trial(own, "logs", CASE.request, tenant=TENANT))
    assert [one for one in findings if one.verdict == "failed"] == []


@pytest.mark.slow
async def test_an_error_behind_our_server_keeps_its_kind(tmp_path):
    async with Backend(serve=lambda _: Reply(429, {}, {"retry-after": "7"})).listening() as backend:
        file = tmp_path / "inquest.yaml"
        file.write_text(yaml.safe_dump({"tenants": {TENANT: {"providers": [dict(CASE.at(backend.url))]}}}))
        async with made(internal(file)) as own:
            with pytest.raises(ProviderError) as failed:
                await ask(own, "logs", CASE.request, left_s=45)
    assert (failed.value.kind, failed.value.retry_after_s) == ("limited", 7.0)


def test_a_refusal_says_its_kind_and_no_secret():
    result = refusal("auth", "password=hunter2-planted was refused").model_dump(by_alias=True)
    assert result["isError"]
    assert "hunter2" not in str(result)
    assert result["_meta"]["inquest.error"]["kind"] == "auth"


@pytest.mark.slow
async def test_a_server_over_http_answers_as_well(tmp_path):
    async with CASE.start() as source:
        file = tmp_path / "inquest.yaml"
        file.write_text(yaml.safe_dump({"tenants": {TENANT: {"providers": [dict(source.config)]}}}))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        config = internal(file)
        command = [*config["settings"]["stdio"]["command"], "--http", str(port)]
        process = await asyncio.create_subprocess_exec(*command, env={**os.environ, **ENVIRONMENT})
        config["settings"] = {"mapping": "inquest", "http": {"url": f"http://127.0.0.1:{port}/mcp"}}
        try:
            async with asyncio.timeout(45), made(config) as own, made(source.config) as native:
                found = None
                while found is None:
                    with suppress(ProviderError):  # until it listens; the time limit above is what ends this
                        found = await ask(own, "logs", CASE.request)
                    await asyncio.sleep(0 if found else 0.2)
                whole = await ask(native, "logs", LogsRequest.model_validate(CASE.request.model_dump()))
                assert found.response == fence(whole.response)[0]
        finally:
            process.terminate()
            await process.wait()
