import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest_asyncio
from inquest.bus import AlreadyRecorded, Delivery
from inquest.bus.bus import Bus
from inquest.bus.server import NatsServer
from inquest.config import Config, ConfigStore
from inquest.contracts.capabilities import CAPABILITIES
from inquest.contracts.errors import Conflict, RetryLater
from inquest.contracts.latest import (
    CapabilityTask,
    Coverage,
    DeadLetter,
    Incident,
    InvestigationRecorded,
    StepFinished,
    Verdict,
    derive_id,
)
from inquest.contracts.subjects import INCIDENT_OPENED, INVESTIGATION_RECORDED, STEP_FINISHED, VERDICT_REACHED
from inquest.contracts.topology import CONFIG, consumer, worker_durable
from inquest.planner.domain.decide import investigation_of
from inquest.planner.domain.state import Investigation, fold
from inquest.testkit.fixtures import BusFactory


@dataclass
class Others:
    """Everybody around the planner, over a real bus: intake, workers and a verifier, all written by hand."""

    bus: Bus
    open: asyncio.Event = field(default_factory=asyncio.Event)  # workers wait for it before they answer
    commands: list[str] = field(default_factory=list)

    async def page(self, name: str) -> str:
        """Open an incident; return the id of its investigation."""
        now = datetime.now(UTC)
        incident = Incident(
            incident_id=name, tenant="acme", severity="high", title="slow", opened_at=now, updated_at=now
        )
        await self.bus.publish(INCIDENT_OPENED, incident, msg_id=name, tenant="acme", incident=name)
        return investigation_of("acme", name)

    async def work(self, task: CapabilityTask, _delivery: Delivery) -> None:
        """Answer a step, once the gate is open."""
        self.commands.append(task.step_id)
        await self.open.wait()
        await self.finish(task)

    async def finish(self, task: CapabilityTask) -> None:
        """Record the outcome of a step, as the worker does: the first one counts."""
        outcome = StepFinished(
            step_id=task.step_id,
            tenant=task.tenant,
            investigation_id=task.investigation_id,
            capability=task.capability_id,
            status="succeeded",
            calls=1,
            finished_at=datetime.now(UTC),
        )
        keys = {"tenant": task.tenant, "investigation": task.investigation_id, "step": task.step_id}
        try:
            await self.bus.publish(STEP_FINISHED, outcome, expect_last=0, **keys)
        except (AlreadyRecorded, Conflict):
            return

    async def verify(self, event: InvestigationRecorded, _delivery: Delivery) -> None:
        """Reach a verdict for each closing: possible after round 1, likely after round 2."""
        if event.round_closed is None:
            return
        keys = {"tenant": event.tenant, "investigation": event.investigation_id}
        present = await self.bus.read(VERDICT_REACHED, **keys)
        verdict = Verdict(
            verdict_id=derive_id("verdict", event.investigation_id, str(event.number)),
            tenant=event.tenant,
            investigation_id=event.investigation_id,
            incident_id="any",
            revision=len(present) + 1,
            round=event.round_closed.round,
            reached_at=datetime.now(UTC),
            headline="the pool is too small",
            band="possible" if event.round_closed.round == 1 else "likely",
            confidence=0.8,
            coverage=(Coverage(capability="collect-symptoms", interface="metrics", status="looked"),),
        )
        if all(stored.message.verdict_id != verdict.verdict_id for stored in present):
            last = present[-1].seq if present else 0
            await self.bus.publish(VERDICT_REACHED, verdict, msg_id=verdict.verdict_id, expect_last=last, **keys)

    async def events(self, investigation_id: str) -> list[InvestigationRecorded]:
        """Return what is recorded."""
        stored = await self.bus.read(INVESTIGATION_RECORDED, tenant="acme", investigation=investigation_id)
        return [item.message for item in stored]

    async def state(self, investigation_id: str) -> Investigation | None:
        """Return the fold; it refuses histories with gaps or repeats."""
        return fold(await self.events(investigation_id))

    async def is_in_state(self, investigation_id: str, wanted: str) -> bool:
        """Whether the investigation is in this state; no while the server is away."""
        try:
            state = await self.state(investigation_id)
        except RetryLater:
            return False
        return state is not None and state.state == wanted

    async def dead(self) -> list[str]:
        """Return the reasons of all dead letters."""
        found = [item async for batch in self.bus.replay("DEAD") for item in batch]
        return [DeadLetter.model_validate_json(delivery.payload).reason for _, delivery in found]


async def apply_config(bus: Bus, text: dict[str, object] | None = None) -> None:
    """Make a configuration with the tenant `acme` current."""
    config = Config.model_validate({"tenants": {"acme": {}}} | (text or {}))
    await ConfigStore(bus.kv(CONFIG)).apply(config, "ann", datetime.now(UTC))


@pytest_asyncio.fixture
async def others(bus_factory: BusFactory) -> Others:
    bus = await bus_factory("others")
    await apply_config(bus)
    made = Others(bus)
    for capability in CAPABILITIES:
        for priority in ("critical", "normal"):
            bus.handle(consumer(worker_durable(capability.capability_id, priority)), made.work)
    bus.handle(consumer("verifier-rounds"), made.verify)
    return made


@asynccontextmanager
async def process(server: NatsServer, directory) -> AsyncIterator[None]:
    """A planner in its own process, sweeping eagerly; killed without warning at the end."""
    settings = {
        "INQUEST_NATS_URL": server.url,
        "INQUEST_DATA_DIR": str(directory),
        "INQUEST_PLANNER_SWEEP_INTERVAL_S": "0.2",
        "INQUEST_PLANNER_STALE_S": "0.5",
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "inquest.planner", env=os.environ | settings, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield
    finally:
        child.kill()
        await child.wait()
