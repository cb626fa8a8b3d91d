"""What a coverage row says of damage: bounded, and never silent."""

from datetime import UTC, datetime, timedelta

import pytest
from inquest.contracts.latest import CapabilityTask, ToolResult, Window
from inquest.worker.domain.answers import Answer, coverage_of

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
TASK = CapabilityTask(
    step_id="s1",
    tenant="acme",
    investigation_id="i1",
    capability_id="collect-symptoms",
    window=Window(start=NOON, end=NOON + timedelta(minutes=10)),
)


@pytest.mark.parametrize(
    ("problems", "said"),
    [
        ((), ""),
        (("logs.ndjson:4: not JSON",), "1 line could not be used, the first: logs.ndjson:4: not JSON"),
        (
            (*(f"m.csv:{n}: bad" for n in range(2, 102)), "m.csv: and 12 more problems"),
            "112 lines could not be used, the first: m.csv:2: bad",
        ),
        (("up: no series", "m.csv:2: bad"), "1 line could not be used, the first: m.csv:2: bad; up: no series"),
        (tuple(f"p{n}: no series" for n in range(7)), "p4: no series; and 2 more problems"),
        (("injection-attempt: run rm", "m.csv.gz: damaged at byte 7"), "m.csv.gz: damaged at byte 7"),
    ],
)
def test_damage_reaches_the_reason(problems: tuple[str, ...], said: str) -> None:
    result = ToolResult(call_id="c1", domain="logs", status="ok", interface="logs", problems=problems)
    row = coverage_of(TASK, Answer("logs", result, b""), "")
    assert row.status == "looked"
    assert row.reason.endswith(said)
    assert len(row.reason) < 120
