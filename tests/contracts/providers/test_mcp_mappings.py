"""Every mapping that comes with Inquest, over stdio against a server that has the recorded tools of the real one."""

import json
import os
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from inquest.contracts.latest import REQUESTS
from inquest.gateway.conformance.report import examine
from inquest.gateway.conformance.trial import Trial
from inquest.gateway.mcp.fit import misfits
from inquest.gateway.mcp.mapping import names, shipped
from inquest.gateway.ports import ProviderError
from inquest.testkit.apis.mcp import BASELINE, WINDOW
from inquest.testkit.mcp_replay import tools_of
from inquest.testkit.providers import TENANT, ask, made

RECORDED = Path(__file__).parents[4] / "shared/data/mcp-tools-lists"
FILES = {"github": "github_official_toolsnaps", "slack": "slack_ref"}
VALUES = {
    "atlassian": {"jql": "project in (OPS) AND"},
    "context7": {"libraries": ["/grafana/loki"]},
    "git": {"repositories": ["/srv/shop"]},
    "github": {"repositories": ["acme/shop"]},
    "grafana": {"tags": ["deploy"]},
    "launchdarkly": {"environments": ["shop/production"]},
    "octocode": {"repositories": ["acme/shop"]},
    "sentry": {"organization": "acme", "projects": ["shop"]},
    "slack": {"channels": ["C024BE91L"]},
}
ALL = [(name, domain) for name in names() if name != "inquest" for domain in shipped(name).domains]
ENVIRONMENT = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def config(name, domain, **variables):
    command = [sys.executable, "-m", "inquest.testkit.mcp_replay", name]
    stdio = {"command": command, "variables": ENVIRONMENT | variables}
    settings = {"mapping": name, "stdio": stdio, "values": VALUES[name], "misread_max": 1}
    return {"name": f"{name}-mcp", "kind": "mcp", "domains": [domain], "settings": settings}


def question(domain):
    extra = {"text": "limits"} if domain == "documents" else {}
    return REQUESTS[domain].model_validate({"window": WINDOW, "baseline": BASELINE, **extra})


@pytest.mark.slow
@pytest.mark.parametrize(("name", "domain"), ALL)
async def test_a_mapping_passes_every_check_of_its_domain(name, domain):
    async with made(config(name, domain)) as provider:
        await ask(provider, domain, question(domain), left_s=30)  # a machine that is busy takes long to start Python
        findings = await examine(Trial(provider, domain, question(domain), tenant=TENANT))
    assert [one for one in findings if one.verdict == "failed"] == []
    assert sum(one.verdict == "passed" for one in findings) >= 11


@pytest.mark.parametrize("name", sorted(VALUES))
def test_a_mapping_names_tools_and_arguments_that_exist(name):
    tools = {one["name"]: one for one in tools_of(name)}
    assert misfits(shipped(name), tuple(shipped(name).domains), tools) == ()


@pytest.mark.parametrize("name", sorted(VALUES))
def test_the_tools_of_the_tests_are_those_that_were_recorded(name):
    file = RECORDED / f"{FILES.get(name, name)}.json"
    if not file.exists():
        pytest.skip("the recorded tool lists are not beside this checkout")
    tools = {one["name"]: one for one in json.loads(file.read_text())["tools"]}
    assert misfits(shipped(name), tuple(shipped(name).domains), tools) == ()
    for one in tools_of(name):
        assert one["inputSchema"]["properties"].keys() == tools[one["name"]]["inputSchema"]["properties"].keys()


@asynccontextmanager
async def changing(tmp_path):
    """Yield a provider, and the file in which its server's tools are."""
    file = tmp_path / "tools.json"
    file.write_text(json.dumps(tools_of("github")))
    async with made(config("github", "changes", REPLAY_TOOLS=str(file))) as provider:
        await ask(provider, "changes", question("changes"), left_s=30)
        yield provider, file


async def test_a_server_that_lost_an_argument_is_out_until_it_has_it_again(tmp_path):
    async with changing(tmp_path) as (provider, file):
        tools = tools_of("github")
        del tools[0]["inputSchema"]["properties"]["since"]
        file.write_text(json.dumps(tools))
        with pytest.raises(ProviderError, match=r"out of rotation.*list_commits: takes no argument since"):
            await provider.probe()
        with pytest.raises(ProviderError, match="out of rotation") as failed:
            await ask(provider, "changes", question("changes"))
        assert failed.value.kind == "malformed"
        assert "since" in provider.describe()[0].drift
        file.write_text(json.dumps(tools_of("github")))
        await provider.probe()
        assert (await ask(provider, "changes", question("changes"))).response.changes
        assert provider.describe()[0].drift == ""


async def test_a_tool_that_is_gone_is_drift(tmp_path):
    async with changing(tmp_path) as (provider, file):
        file.write_text("[]")
        with pytest.raises(ProviderError, match="the tool list_commits is gone"):
            await provider.probe()
