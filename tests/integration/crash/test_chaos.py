"""A short storm over all services with replicas; `make chaos` is the long one."""

import os

import pytest

from scripts.chaos import chaos

SEED = int(os.environ.get("SEED") or 11)


@pytest.mark.timeout(240)
async def test_a_short_storm_loses_repeats_and_changes_nothing(tmp_path):
    found, problems = await chaos(10, SEED, 20.0, tmp_path)
    assert problems == []
    wrong = ("lost", "doubled_effects", "odd_counts", "rerun_calls", "diverged", "stuck", "dead_letters", "bugs")
    assert {name: found[name] for name in wrong} == dict.fromkeys(wrong, 0)
    assert found["accepted"] == found["concluded"] + found["explained"] == 10
    assert found["kills"] > 0
