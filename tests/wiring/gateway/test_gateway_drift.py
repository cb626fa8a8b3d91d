"""Drift is told to everybody: as an event, in the interface list, and by not asking."""

import pytest
from inquest.config import TenantConfig
from inquest.contracts.subjects import TOOL_DRIFTED
from inquest.gateway.mcp.answers import Unprojected
from inquest.gateway.mcp.drift import Drift
from inquest.gateway.mcp.mapping import shipped
from inquest.gateway.ports import ProviderError
from inquest.testkit.mcp_replay import tools_of

SETTINGS = {"mapping": "github", "stdio": {"command": ["server"]}, "misread_max": 2}
CONFIG = {"name": "github-mcp", "kind": "mcp", "domains": ["changes"], "settings": SETTINGS, "breaker_reset_s": 0.01}


def drift_on(bus):
    (config,) = TenantConfig.model_validate({"providers": [CONFIG]}).providers
    return Drift("acme", config, shipped("github"), bus)


def tools(**properties):
    (tool,) = tools_of("github")
    tool["inputSchema"]["properties"] |= properties
    return {tool["name"]: tool}


async def test_a_tool_that_changed_is_an_event_and_so_is_its_return(memory_bus):
    drift = drift_on(memory_bus)
    await drift.look(tools())
    assert memory_bus.published(TOOL_DRIFTED) == []
    await drift.look(tools(since={"type": "integer"}))
    with pytest.raises(ProviderError, match="out of rotation"):
        drift.check()
    await drift.look(tools())
    drift.check()
    out, back = memory_bus.published(TOOL_DRIFTED, tenant="acme", provider="github-mcp")
    assert out.out_of_rotation
    assert out.changes == ("list_commits: the argument since is integer, not string",)
    assert out.tools_before == back.tools_now != out.tools_now
    assert not back.out_of_rotation


async def test_a_change_that_fits_is_told_and_harms_nothing(memory_bus):
    drift = drift_on(memory_bus)
    await drift.look(tools())
    await drift.look(tools(new={"type": "string"}))
    drift.check()
    (told,) = memory_bus.published(TOOL_DRIFTED)
    assert not told.out_of_rotation


async def test_answers_that_no_longer_fit_rest_the_provider_until_one_fits(memory_bus):
    drift = drift_on(memory_bus)
    await drift.look(tools())
    wrong = Unprojected("a row of the answer has no good time")
    await drift.misread(str(wrong))
    drift.check()
    await drift.misread(str(wrong))
    drift._rests_until_s += 60
    with pytest.raises(ProviderError, match="no good time"):
        drift.check()
    await drift.look(tools())
    assert drift.reason  # the tool list says nothing about answers
    drift._rests_until_s -= 120
    drift.check()  # one is let through
    await drift.understood()
    assert drift.reason == ""
    assert [one.out_of_rotation for one in memory_bus.published(TOOL_DRIFTED)] == [True, False]
