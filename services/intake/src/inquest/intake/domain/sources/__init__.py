"""The sources that intake knows, by name. A new one is its file, a line here and a word in SourceKind."""

from inquest.intake.domain.source import Source
from inquest.intake.domain.sources import (
    alertmanager,
    cloudevents,
    datadog,
    generic,
    github,
    grafana,
    jira,
    opsgenie,
    pagerduty,
    sentry,
)

SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        alertmanager.SOURCE,
        cloudevents.SOURCE,
        datadog.SOURCE,
        generic.SOURCE,
        github.SOURCE,
        grafana.SOURCE,
        jira.SOURCE,
        opsgenie.SOURCE,
        pagerduty.SOURCE,
        sentry.SOURCE,
    )
}
