"""The table of sources is complete, and the example of how to add one works."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from inquest.config.sources import AUTHS, SourceConfig
from inquest.intake.domain.refusal import Refused
from inquest.intake.domain.source import Delivered, parse
from inquest.intake.domain.sources import SOURCES

DOCS = Path(__file__).parents[3] / "docs"
ROWS = dict(re.findall(r"^\| \[[^\]]+\]\((\w+)\.md\) (.*)$", (DOCS / "sources/README.md").read_text(), re.MULTILINE))
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_the_table_names_every_source_with_its_page_and_proof():
    assert ROWS.keys() == SOURCES.keys() == AUTHS.keys()
    for name, row in ROWS.items():
        assert (DOCS / f"sources/{name}.md").exists()
        assert f"`{AUTHS[name].header or 'Authorization: Bearer'}`" in row  # type: ignore[index]


@pytest.fixture
def acme():
    (code,) = re.findall(r"```python\n(.*?)```", (DOCS / "adding-a-source.md").read_text(), re.DOTALL)
    written: dict[str, Any] = {"__name__": "acme"}
    exec(compile(code, "acme.py", "exec"), written)
    return written["SOURCE"]


def test_the_example_of_adding_a_source_is_one(acme):
    def read(**alarm):
        raw = json.dumps({"id": 7, "host": "pay", "level": "P1", **alarm}).encode()
        (reading,) = parse(raw, acme, Delivered({}, SourceConfig(kind="generic", bus_only=True), NOW))
        return reading

    raised, cleared = read(state="raised", at=1767261600), read(state="cleared")
    assert (raised.kind, raised.severity, raised.services) == ("alert", "critical", (("pay",),))
    assert (cleared.kind, cleared.dedup_key) == ("resolution", raised.dedup_key)
    assert read(state="snoozed").reason == "Inquest does not act on alarms that are snoozed"
    with pytest.raises(Refused, match="an Acme alarm: id"):
        read(id=[])
