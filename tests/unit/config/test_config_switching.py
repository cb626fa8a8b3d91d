"""Sorts of source, and who answers a domain, in inquest.yaml; the example of the page is valid."""

import re
from pathlib import Path

import pytest
from inquest.config import Config, TenantConfig
from inquest.config.load import parse
from inquest.config.switching import SwitchConfig
from inquest.contracts.latest import SwitchSetting
from pydantic import ValidationError

PAGE = (Path(__file__).parents[3] / "docs/switching.md").read_text()
OURS = {
    "name": "ours",
    "kind": "mcp",
    "domains": ["logs"],
    "settings": {"mapping": "inquest", "stdio": {"command": ["inquest"]}},
}


def tenant(**values) -> TenantConfig:
    return TenantConfig.model_validate(values)


def test_the_example_of_the_page_is_valid_and_tells_the_defaults():
    [example] = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    acme = parse(example).tenants["acme"]
    assert [one.sort for one in acme.providers] == ["external", "internal"]
    logs = acme.switching["logs"]
    assert logs == SwitchConfig.model_validate({"use": "both", "ignore": ["url"]})
    assert logs.setting == SwitchSetting(use="both")


@pytest.mark.parametrize(
    ("provider", "sort"),
    [
        (OURS, "internal"),
        (OURS | {"side": "external"}, "external"),
        (OURS | {"settings": {"mapping": "git", "stdio": {"command": ["git"]}}}, "external"),
        ({"name": "p", "kind": "pack", "settings": {"path": "/p"}, "side": "internal"}, "internal"),
    ],
)
def test_what_we_serve_ourselves_is_internal_unless_it_says_otherwise(provider, sort):
    [one] = tenant(providers=[provider]).providers
    assert one.sort == sort


def test_what_is_not_said_is_by_priority():
    assert Config().tenants == {} or all(not one.switching for one in Config().tenants.values())
    assert SwitchConfig().setting is None


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"logz": {}}, "Input should be 'metrics'"),
        ({"logs": {"use": "internal", "percent": 5}}, "only with use: both"),
        ({"logs": {"use": "both", "percent": 101}}, "less than or equal to 100"),
        ({"logs": {"ignore": ["a.b"]}}, "should match pattern"),
        ({"logs": {"rollback": {"calls_min": 101}}}, "at most half of calls_window"),
    ],
)
def test_what_makes_no_sense_is_refused(given, problem):
    with pytest.raises(ValidationError, match=problem):
        tenant(switching=given)
