"""Two replicas of the verifier on a real server append one verdict."""

import asyncio
from datetime import UTC, datetime

from inquest.contracts.latest import Verdict
from inquest.contracts.subjects import VERDICT_REACHED
from inquest.testkit.fixtures import BusFactory
from inquest.verifier.adapters.streams import VerdictStream

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
KEYS = {"tenant": "acme", "investigation": "i1"}


def verdict(verdict_id: str, number: int = 1) -> Verdict:
    return Verdict(
        verdict_id=verdict_id,
        tenant="acme",
        investigation_id="i1",
        incident_id="inc1",
        revision=1,
        round=number,
        reached_at=NOON,
        headline="x",
        band="possible",
        confidence=0.5,
    )


async def test_replicas_that_race_append_one_verdict(bus_factory: BusFactory) -> None:
    replicas = [VerdictStream(await bus_factory("verifier")) for _ in range(4)]
    appended = await asyncio.gather(*(replica.append(verdict("v1")) for replica in replicas))
    stored = await replicas[0].bus.read(VERDICT_REACHED, **KEYS)
    assert [one.message.verdict_id for one in stored] == ["v1"]
    assert sum(appended) == 1


async def test_different_verdicts_get_gap_free_revisions(bus_factory: BusFactory) -> None:
    replicas = [VerdictStream(await bus_factory("verifier")) for _ in range(3)]
    await asyncio.gather(*(replica.append(verdict(f"v{n}")) for n, replica in enumerate(replicas)))
    stored = await replicas[0].bus.read(VERDICT_REACHED, **KEYS)
    assert [one.message.revision for one in stored] == [1, 2, 3]
    assert {one.message.verdict_id for one in stored} == {"v0", "v1", "v2"}
    assert await replicas[0].append(verdict("v9", number=1)) is True
    assert await replicas[1].append(verdict("v10", number=2)) is True
    assert await replicas[2].append(verdict("v11", number=1)) is False
