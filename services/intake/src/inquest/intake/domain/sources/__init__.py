"""The sources that intake knows, by name. A new one is its file, a line here and a word in SourceKind."""

from inquest.intake.domain.source import Source
from inquest.intake.domain.sources import alertmanager, datadog, generic, grafana, pagerduty

SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        alertmanager.SOURCE,
        datadog.SOURCE,
        generic.SOURCE,
        grafana.SOURCE,
        pagerduty.SOURCE,
    )
}
