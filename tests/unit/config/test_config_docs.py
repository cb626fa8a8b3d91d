"""The examples of docs/configuration.md are valid, and its tables tell the defaults."""

import re
from pathlib import Path

import pytest
from inquest.config import Config
from inquest.config.correlation import CorrelationConfig
from inquest.config.load import parse

TEXT = (Path(__file__).parents[3] / "docs/configuration.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_valid(example):
    parse(example)


def test_the_example_of_correlation_is_the_default():
    (example,) = [text for text in EXAMPLES if text.startswith("correlation:")]
    assert parse(example).correlation == CorrelationConfig()


def test_the_table_of_modes_tells_the_defaults():
    modes = Config().modes
    for name in ("calls_max", "rounds_max", "step_latency_ms_max", "duration_s_max"):
        (row,) = re.findall(rf"^\| `limits\.{name}` \|(.*)\|$", TEXT, re.MULTILINE)
        told = [int(cell.replace(",", "")) for cell in row.split("|")]
        assert told == [getattr(mode.limits, name) for mode in (modes.fast, modes.balanced, modes.deep)]
    (row,) = re.findall(r"^\| `baseline_s`[^|]*\|(.*)\|$", TEXT, re.MULTILINE)
    assert [int(cell) for cell in row.split("|")] == [m.baseline_s for m in (modes.fast, modes.balanced, modes.deep)]
    assert modes.custom == modes.balanced
