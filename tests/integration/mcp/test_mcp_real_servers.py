"""Servers that start without credentials, as their makers ship them. `.ci/run` installs them under out/mcp."""

import os
import subprocess
import time
from pathlib import Path

import pytest
from inquest.contracts.latest import ChangesRequest, DocumentsRequest, Window
from inquest.gateway.conformance.report import examine
from inquest.gateway.conformance.trial import Trial
from inquest.gateway.mcp.fit import misfits
from inquest.gateway.mcp.mapping import shipped
from inquest.gateway.ports import Context, ProviderError
from inquest.testkit.providers import TENANT, ask, made

HOME = Path(os.environ.get("INQUEST_TEST_MCP", Path(__file__).parents[3] / "out/mcp"))
WINDOW = Window.model_validate({"start": "2026-03-01T14:00:00Z", "end": "2026-03-01T15:00:00Z"})


def program(path):
    if not (HOME / path).exists():
        pytest.skip(f"{path} is not installed under {HOME.name}: .ci/run does it")
    return str(HOME / path)


@pytest.fixture
def repository(tmp_path):
    """Return a repository with a commit every two minutes from 14:00 on."""
    who = {"GIT_AUTHOR_NAME": "Ann Ash", "GIT_AUTHOR_EMAIL": "ann@example.org"}
    who |= {"GIT_COMMITTER_NAME": "Ann Ash", "GIT_COMMITTER_EMAIL": "ann@example.org", "PATH": os.environ["PATH"]}
    subprocess.run(["git", "init", "-q", tmp_path], check=True, env=who)
    for number in range(12):
        at = f"2026-03-01T14:{number * 2:02}:00Z"
        command = ["git", "-C", tmp_path, "commit", "-q", "--allow-empty", "-m", f"raise pool to {number}\n\nbecause"]
        subprocess.run(command, check=True, env=who | {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at})
    return tmp_path


@pytest.mark.slow
async def test_the_git_server_passes_every_check(repository):
    stdio = {"command": [program("mcp-server-git/bin/mcp-server-git")]}
    values = {"repositories": [str(repository)]}
    config = {"name": "git-mcp", "kind": "mcp", "domains": ["changes"]}
    config["settings"] = {"mapping": "git", "stdio": stdio, "values": values}
    request = ChangesRequest(window=WINDOW)
    async with made(config) as provider:
        found = await ask(provider, "changes", request, left_s=45)
        findings = await examine(Trial(provider, "changes", request, tenant=TENANT))
    assert [one.message for one in found.response.changes][:2] == [
        "raise pool to 0\n\nbecause",
        "raise pool to 1\n\nbecause",
    ]
    assert {one.author for one in found.response.changes} == {"Ann Ash"}
    assert [one for one in findings if one.verdict == "failed"] == []


@pytest.mark.slow
async def test_a_repository_that_is_not_there_is_not_found(tmp_path):
    stdio = {"command": [program("mcp-server-git/bin/mcp-server-git")]}
    config = {"name": "git-mcp", "kind": "mcp", "domains": ["changes"]}
    config["settings"] = {"mapping": "git", "stdio": stdio, "values": {"repositories": [str(tmp_path / "none")]}}
    async with made(config) as provider:
        with pytest.raises(ProviderError) as failed:
            await ask(provider, "changes", ChangesRequest(window=WINDOW), left_s=45)
    assert failed.value.kind == "not-found"


@pytest.mark.slow
async def test_the_context7_server_has_the_tools_of_its_mapping():
    stdio = {"command": [program("npm/node_modules/.bin/context7-mcp")]}
    config = {"name": "c7", "kind": "mcp", "domains": ["documents"]}
    config["settings"] = {"mapping": "context7", "stdio": stdio, "values": {"libraries": ["/grafana/loki"]}}
    async with made(config) as provider:
        context = Context(TENANT, "documents", time.monotonic() + 45, 10**7)
        tools = await provider.session.tools(context)
        assert misfits(shipped("context7"), ("documents",), tools) == ()
        try:
            found = await ask(provider, "documents", DocumentsRequest(window=WINDOW, text="retention"), left_s=45)
        except ProviderError as error:
            kind = error.kind
        else:
            kind = "" if found.response.documents else "nothing"
    assert kind in {"", "retryable", "limited", "auth", "timeout"}  # without the network it says so
