"""Each kind of process is stopped just before it writes, superseded, and let go on: it can write nothing any more."""

import signal
from pathlib import Path

import pytest
from inquest.bus.crashpoints import PAUSE_AT
from inquest.testkit.arena import arena, differences
from inquest.testkit.fixtures import until
from inquest.testkit.lab import BUNDLED

WRITES = {
    "gateway": "kv.gateway-journal.update.before",
    "worker": "batch.evt.step.finished.v1.before",
    "planner": "publish.evt.investigation.recorded.v1.before",
    "verifier": "publish.evt.verdict.reached.v1.before",
    "notifier": "kv.notifier-claims.create.before",
}
PAGES_MAX = 8


def is_stopped(member) -> bool:
    """Say whether a member's process has been stopped by a signal."""
    try:
        return Path(f"/proc/{member.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
    except FileNotFoundError:
        return False


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_a_superseded_process_that_wakes_up_can_write_nothing(tmp_path):
    tenants = [f"t-{number}" for number in range(PAGES_MAX + 1)]
    async with arena(tmp_path, BUNDLED, tenants, replicas=dict.fromkeys(WRITES, 2)) as running:
        quiet_tenant = await running.page()
        await running.settle(quiet_tenant)
        stopped = [running.fleet.of(name)[0] for name in WRITES]
        for member in stopped:
            await running.fleet.end(member)
            await running.fleet.spawn(member, {PAUSE_AT: f"{WRITES[member.name]}:1"})
        paged = []
        while not all(is_stopped(member) for member in stopped):
            assert len(paged) < PAGES_MAX, [member.title for member in stopped if not is_stopped(member)]
            paged.append(await running.page())
            await until(lambda: running.is_concluded(paged[-1]), 60)  # the other replicas take over
        for member in stopped:
            running.fleet.signal(member, signal.SIGCONT)
        await running.settle(*paged)
        told = await running.tales()
        assert [one for name in paged for one in differences(told[name], told[quiet_tenant], name)] == []
        assert [member.deaths for member in stopped] == [0] * len(stopped)
        assert await running.dead_letters() == []
        assert running.bugs() == []
