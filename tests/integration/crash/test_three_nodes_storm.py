"""Real investigations while each of three nats-servers is killed and started again, the stream's leader among them."""

import os

import pytest

from scripts.chaos import chaos
from scripts.chaos_ledger import ZERO

SEED = int(os.environ.get("SEED") or 7)


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_investigations_outlive_the_death_of_each_node(tmp_path):
    found, problems, _ = await chaos(10, SEED, 60.0, tmp_path, nodes=3)
    assert {name: found[name] for name in ZERO} == dict.fromkeys(ZERO, 0), problems
    assert found["accepted"] == found["concluded"] + found["explained"] == 10
    assert found["faults_kill_node"] >= 3  # each of them, for they take turns
