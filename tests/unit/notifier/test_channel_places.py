"""Channels that write on things of a source are spared what has no such thing, but for what must arrive."""

import pytest
from inquest.config import TenantConfig
from inquest.contracts.latest import SourceRef
from inquest.notifier.domain.formats.refs import has_place, jira_issue, pagerduty_incidents
from inquest.testkit.notices import hostile, notice

PAGERDUTY = {"kind": "pagerduty", "token": "env:T", "from_email": "a@example.com"}
JIRA = {"kind": "jira", "token": "env:T", "url": "https://jira.example.com"}


def channel(**fields):
    return TenantConfig.model_validate({"channels": [{"id": "ops", **fields}]}).channels[0]


@pytest.mark.parametrize("fields", [PAGERDUTY, JIRA])
def test_a_verdict_needs_something_to_be_written_on(fields):
    assert has_place(channel(**fields), "verdict", notice().content)
    for homeless in (notice(content={"refs": ()}), hostile()):
        assert not has_place(channel(**fields), "verdict", homeless.content)
        for kind in ("escalation", "admission", "test"):
            assert has_place(channel(**fields), kind, homeless.content)
        assert has_place(channel(kind="terminal"), "verdict", homeless.content)


def test_a_jira_channel_may_name_an_issue_for_all():
    named = channel(**JIRA, issue="OPS-1")
    assert has_place(named, "verdict", notice(content={"refs": ()}).content)
    assert jira_issue(None, named) == "OPS-1"
    assert jira_issue(notice().content, named) == "OPS-7"


def test_the_oldest_things_of_the_source_count():
    refs = tuple(SourceRef(source="pagerduty", ref=ref) for ref in ("a/b", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7"))
    assert pagerduty_incidents(notice(content={"refs": refs}).content) == ("Q2", "Q3", "Q4", "Q5", "Q6")
