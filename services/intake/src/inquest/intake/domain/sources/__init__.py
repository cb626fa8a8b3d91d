"""The sources that intake knows, by name. A new one is its file, a line here and a word in SourceKind."""

from inquest.intake.domain.source import Source
from inquest.intake.domain.sources import generic, pagerduty

SOURCES: dict[str, Source] = {source.name: source for source in (generic.SOURCE, pagerduty.SOURCE)}
