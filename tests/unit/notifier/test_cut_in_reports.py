"""What was cut or summarised on its way is in every report."""

from datetime import UTC
from typing import Any

import pytest
from inquest.contracts.latest import Coverage, InvestigationRecorded, InvestigationStory, InvestigationSummary
from inquest.notifier.domain.render import report_json, report_markdown, report_text
from inquest.testkit.stories import InvestigationBuilder

ONE = InvestigationBuilder()
SAID = ("there is more than was answered", "20001 log lines arrived as 12 templates with counts and exemplars")


def story() -> InvestigationStory:
    rows = [
        Coverage(capability="collect-error-signatures", interface="logs", status=status, reason=reason)
        for status, reason in zip(("degraded", "looked"), SAID, strict=True)
    ]
    fields: dict[str, Any] = {"coverage": tuple(rows)}
    summary = InvestigationSummary(
        investigation_id=ONE.investigation_id,
        incident_id=ONE.incident_id,
        tenant=ONE.tenant,
        title="slow",
        state="concluded",
        mode="balanced",
        opened_at=ONE.at(1),
    )
    events = tuple(one.message for one in ONE.messages() if isinstance(one.message, InvestigationRecorded))
    return InvestigationStory(summary=summary, events=events, verdicts=(ONE.verdict(**fields),))


@pytest.mark.parametrize(
    "made",
    [report_text(story(), UTC), report_markdown(story(), UTC), report_json(story())],
    ids=["text", "markdown", "json"],
)
def test_what_was_cut_is_in_the_report(made):
    for said in SAID:
        assert said in made
