"""The section `admission` of a tenant: defaults, partial budgets, shares, and what is refused."""

import re
from pathlib import Path

import pytest
from inquest.config.admission import AdmissionConfig
from inquest.config.load import parse
from pydantic import ValidationError


def test_the_example_of_the_documentation_is_the_default():
    text = (Path(__file__).parents[3] / "docs/configuration.md").read_text()
    (example,) = [found for found in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "admission:" in found]
    assert parse(example).tenant("acme").admission == AdmissionConfig()


def test_what_is_not_written_keeps_its_default():
    made = AdmissionConfig.model_validate({"budget": {"running": 4}, "critical": {"per_day": 9}})
    assert (made.budget.running, made.budget.per_hour) == (4, 120)
    assert (made.critical.running, made.critical.per_day) == (24, 9)


def test_shares_round_down_and_a_source_may_always_have_one():
    made = AdmissionConfig.model_validate({"budget": {"running": 1, "per_hour": 10, "per_day": 10}})
    assert made.kept("running") == {"high": 0, "medium": 0, "low": 0}
    assert made.kept("per_hour") == {"high": 3, "medium": 1, "low": 0}
    assert made.cap("any", "running", critical=False) == 1
    assert made.cap("any", "per_hour", critical=False) == 7
    assert made.cap("any", "per_hour", critical=True) == 90


def test_a_source_of_its_own_limits_keeps_the_share_of_the_rest():
    made = AdmissionConfig.model_validate({"sources": {"noisy": {"per_hour": 3, "per_day": 5000}}})
    assert made.cap("noisy", "per_hour", critical=False) == 3
    assert made.cap("noisy", "per_day", critical=False) == 1000
    assert made.cap("noisy", "running", critical=False) == 9
    assert made.cap("noisy", "per_hour", critical=True) == 90


@pytest.mark.parametrize(
    "wrong",
    [
        {"reserved": {"high": 0.6, "low": 0.4}},
        {"reserved": {"critical": 0.1}},
        {"severities": {"critical": {"running": 1}}},
        {"budget": {"running": 0}},
        {"source_share": 0},
        {"waiting_max": 5000},
        {"surprise": 1},
    ],
)
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValidationError):
        AdmissionConfig.model_validate(wrong)
