import pytest
from inquest.config.load import ConfigInvalid, parse
from inquest.config.sources import SourceConfig

HEAD = "tenants: {acme: {sources: [{kind: %s, bus_only: true, %s}]}}"


@pytest.mark.parametrize(
    ("kind", "rules", "said"),
    [
        ("pagerduty", "jira: {opens: []}", "`jira` belongs to jira; pagerduty does not read it"),
        ("jira", "github: {prereleases: true}", "`github` belongs to github; jira does not read it"),
        ("sentry", "sentry: {new_issue_opens: true}", "unknown key; did you mean new_issues_open?"),
        ("jira", "jira: {opens: [{project: [OPS]}]}", "unknown key; did you mean projects?"),
        ("jira", "jira: {severities: {Brennt: terrible}}", "severities.Brennt"),
        ("github", "github: {branches: main}", "must be a list"),
        ("github", "github: {branches: ['']}", "at least 1 character"),
    ],
)
def test_what_is_wrong_with_rules_is_said(kind, rules, said):
    with pytest.raises(ConfigInvalid) as caught:
        parse(HEAD % (kind, rules))
    assert said in str(caught.value)


def test_rules_are_defaults_where_nothing_is_written():
    jira = SourceConfig(kind="jira", bus_only=True).jira
    assert [match.issue_types for match in jira.opens] == [("*incident*", "*outage*"), ()]
    assert parse(HEAD % ("jira", "jira:")).tenant("acme").sources[0].jira == jira
    assert not SourceConfig(kind="sentry", bus_only=True).sentry.new_issues_open
