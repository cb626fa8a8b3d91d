"""docs/webhooks.md tells every status, event type and field."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

from inquest.config.sources import SourceConfig
from inquest.intake.adapters.webhooks import STATUSES
from inquest.intake.domain.source import Delivered, parse
from inquest.intake.domain.sources import SOURCES, generic, pagerduty
from inquest.intake.settings import Settings
from inquest.runtime import ServiceSettings

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs/webhooks.md").read_text()


def test_the_table_of_answers_is_complete():
    told = {name: int(status) for status, name in re.findall(r"^\| (\d{3}) \| `([a-z0-9-]+)` \|", TEXT, re.MULTILINE)}
    assert told == {**STATUSES, "accepted": 202, "duplicate": 202, "ignored": 200, "ping": 200}


def test_every_event_type_and_field_is_told():
    for event_type in pagerduty.KINDS:
        assert f"`{event_type}`" in TEXT or f"`{event_type.removeprefix('incident.')}`" in TEXT
    for field in generic.GenericBody.model_fields:
        assert f"`{field}`" in TEXT


def read(raw, source):
    settings = SourceConfig(kind=source, bus_only=True)
    (reading,) = parse(raw.encode(), SOURCES[source], Delivered({}, settings, datetime(2026, 1, 1, tzinfo=UTC)))
    return reading


def test_the_examples_are_what_they_say():
    (document,) = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
    assert read(document, "generic").labels["monitor"] == "m-17"
    (page,) = re.findall(r"<<JSON\n(.*?)\nJSON", TEXT, re.DOTALL)
    page = page.replace("$(date -u +%FT%TZ)", "2026-01-01T14:05:00Z")
    assert read(page, "pagerduty").dedup_key == "pagerduty:Q1"
    assert json.loads(page)["event"]["id"] == "01ABC"


def test_every_setting_of_intake_is_in_its_readme():
    readme = (ROOT / "services/intake/README.md").read_text()
    own = set(Settings.model_fields) - set(ServiceSettings.model_fields)
    for name in own:
        assert f"`INQUEST_{name.upper()}` | {Settings.model_fields[name].default} |" in readme
