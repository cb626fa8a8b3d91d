"""The process that archives is killed at each of its effects: nothing is lost, and the next one goes on."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from inquest.bus.crashpoints import CRASH_AT, CRASH_LOG
from inquest.testkit.stories import InvestigationBuilder
from inquest.tracestore.adapters.archive import INVESTIGATIONS

pytestmark = [pytest.mark.timeout(180), pytest.mark.slow]
DAYS = 20
SCRIPT = """
import asyncio, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from inquest.audit import AuditLog
from inquest.bus.bus import Bus
from inquest.bus.crashpoints import watch_bus
from inquest.tracestore.adapters.archive import Archive
from inquest.tracestore.adapters.database import Database
from inquest.tracestore.adapters.keeping import SqliteKeeping
from inquest.tracestore.adapters.truth import Truth
from inquest.tracestore.archiving import Archiver

async def main(url, archive, index, tenant, investigation):
    bus, database = Bus(url, "tracestore"), Database(Path(index))
    await bus.connect()
    await database.open()
    watched = watch_bus(bus)
    clock = lambda: datetime.now(UTC) + timedelta(days=20)
    truth, audit = Truth(watched), AuditLog(watched, "tracestore")
    archiver = Archiver(truth, Archive(Path(archive)), SqliteKeeping(database), audit, clock)
    done = await archiver.archive_one(tenant, investigation, clock(), await truth.usage())
    await audit.close()
    await database.close()
    await bus.close()
    return done

sys.exit(0 if asyncio.run(main(*sys.argv[1:])) else 3)
"""


async def archive(server, tmp_path: Path, builder: InvestigationBuilder, **environment: str) -> int:
    """Archive one investigation in a process of its own; returns its exit status."""
    arguments = [server.url, str(tmp_path / "archive"), str(tmp_path / "child" / "trace.db")]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", SCRIPT, *arguments, builder.tenant, builder.investigation_id),
        env={**os.environ, **environment},
    )
    return await process.wait()


async def test_a_death_at_any_effect_loses_nothing_and_the_next_goes_on(desk, nats_server, tmp_path):
    log = tmp_path / "points.log"
    quiet = InvestigationBuilder(1)
    await desk.publish(quiet)
    assert await archive(nats_server, tmp_path, quiet, **{CRASH_LOG: str(log)}) == 0
    points = list(dict.fromkeys(line.split()[0] for line in log.read_text().splitlines()))
    assert {"archive.part.before", "archive.part.after"} <= set(points)
    assert sum(point.startswith("purge.") for point in points) == 10
    desk.days = DAYS
    assert await desk.keeper.sweep() == 1  # done already: the index of this desk did not know
    desk.days = 0
    for number, point in enumerate((one for one in points if "checkpoint" not in one), 2):
        builder = InvestigationBuilder(number)
        await desk.publish(builder)
        before = {r.place: r for r in await desk.truth.of_investigation("acme", builder.investigation_id)}
        assert await archive(nats_server, tmp_path, builder, **{CRASH_AT: f"{point}:1"}) == -signal.SIGKILL, point
        folder = desk.archive.folder(INVESTIGATIONS, "acme", builder.investigation_id)
        live = {r.place: r for r in await desk.truth.of_investigation("acme", builder.investigation_id)}
        kept = {r.place: r for r in desk.archive.read_all(folder)}
        assert before.items() <= (kept | live).items(), point  # each is in the one or the other, byte for byte
        desk.days = DAYS
        assert await desk.keeper.sweep() == 1, point
        assert await desk.held(builder) == {"INVESTIGATIONS": 1, "EVIDENCE": 0, "VERDICTS": 0}, point
        whole = desk.archive.read_all(folder)
        assert before.items() <= {r.place: r for r in whole}.items(), point
        assert len(whole) == len({r.place for r in whole}), point  # nothing twice
        assert builder.investigation_id in await desk.audited("investigation-archived"), point
        assert (await desk.store.story("acme", builder.investigation_id)).summary.state == "concluded"
        desk.days = 0
