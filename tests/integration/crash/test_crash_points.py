"""Every service is killed before and after its effects; the answer and the effects are those of a quiet run."""

import os
import sys

import pytest
from inquest.testkit.arena import Campaign, arena
from inquest.testkit.lab import BUNDLED

SEED = int(os.environ.get("SEED") or 5)
VOLLEYS = os.environ.get("VOLLEYS", "2")  # `all`: every crash point once
SHARDS = 4 if VOLLEYS == "all" else 1  # side by side: most of the time is waiting for leases of the dead
POINTS_MAX = 1000  # of one service


@pytest.mark.parametrize("shard", range(SHARDS))
@pytest.mark.timeout(6 * 3600 if VOLLEYS == "all" else 180 + 40 * int(VOLLEYS))
@pytest.mark.slow
async def test_a_death_at_any_effect_changes_nothing(tmp_path, shard):
    tenants = POINTS_MAX // SHARDS if VOLLEYS == "all" else int(VOLLEYS) + 1
    async with arena(tmp_path, BUNDLED, [f"t-{number}" for number in range(tenants)]) as running:
        campaign = Campaign(running, SEED)
        await campaign.learn()
        most = max(len(points) for points in campaign.points.values())
        for number in range(shard, most, SHARDS) if VOLLEYS == "all" else range(int(VOLLEYS)):
            await campaign.volley(number)
            if VOLLEYS == "all":
                sys.__stderr__.write(f"volley {number + 1} of {most}, {campaign.hits.total()} deaths\n")
            if campaign.problems:
                sys.stderr.write("\n".join(campaign.problems) + "\n")
        assert campaign.problems == []
        assert await running.dead_letters() == []
        assert running.bugs() == []
        assert (await running.repeated_reads())[1] == 0
        hits, missed = campaign.hits.total(), campaign.missed
        assert hits > 2 * len(missed), f"{hits} deaths; not reached: {missed}"
