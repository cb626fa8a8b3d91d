"""A short storm over all services with replicas; `make chaos` is the long one."""

import os

import pytest

from scripts.chaos import chaos
from scripts.chaos_ledger import RECOVERY_S_MAX, ZERO

SEED = int(os.environ.get("SEED") or 11)


@pytest.mark.timeout(240)
@pytest.mark.slow
async def test_a_short_storm_loses_repeats_and_changes_nothing(tmp_path):
    found, problems, deaths = await chaos(10, SEED, 20.0, tmp_path)
    assert problems == []
    assert {name: found[name] for name in ZERO} == dict.fromkeys(ZERO, 0)
    assert found["accepted"] == found["concluded"] + found["explained"] == 10
    assert found["kills"] == deaths.total() > 0
    assert found["recovery_s_max"] < RECOVERY_S_MAX
