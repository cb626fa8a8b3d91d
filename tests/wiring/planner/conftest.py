from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest_asyncio
from inquest.bus import AlreadyRecorded, Delivery
from inquest.config import Config, ConfigStore
from inquest.contracts.capabilities import CAPABILITIES
from inquest.contracts.latest import CapabilityTask, Coverage, Incident, InvestigationRecorded, StepFinished, Verdict
from inquest.contracts.subjects import INCIDENT_OPENED, INVESTIGATION_RECORDED, STEP_FINISHED, VERDICT_REACHED
from inquest.contracts.topology import CONFIG, consumer, worker_durable
from inquest.planner.domain.decide import investigation_of
from inquest.planner.domain.state import Investigation, fold
from inquest.planner.service import build
from inquest.planner.settings import Settings
from inquest.runtime import Service
from inquest.testkit.memory import MemoryBus

INVESTIGATION = investigation_of("acme", "inc-1")


@dataclass
class World:
    """A planner on a bus in memory, with hand-written workers and a verifier around it."""

    bus: MemoryBus
    service: Service
    bands: deque[Any] = field(default_factory=lambda: deque(["likely"]))  # of the verdicts to come; the last stays
    silent: set[str] = field(default_factory=set)  # capabilities whose worker keeps its outcome to itself
    kept: list[StepFinished] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)

    async def page(self, **changes: Any) -> None:
        fields: dict[str, Any] = {
            "incident_id": "inc-1",
            "tenant": "acme",
            "title": "checkout latency",
            "severity": "high",
            "services": ("checkout",),
            "opened_at": self.bus.now,
            "updated_at": self.bus.now,
        }
        incident = Incident(**(fields | changes))
        await self.bus.publish(INCIDENT_OPENED, incident, tenant=incident.tenant, incident=incident.incident_id)
        await self.bus.settle()

    async def work(self, task: CapabilityTask, _delivery: Delivery) -> None:
        self.commands.append(task.step_id)
        outcome = StepFinished(
            step_id=task.step_id,
            tenant=task.tenant,
            investigation_id=task.investigation_id,
            capability=task.capability_id,
            status="succeeded",
            evidence_ids=(f"e-{task.step_id}",),
            calls=1,
            finished_at=self.bus.now,
        )
        if task.capability_id in self.silent:
            self.kept.append(outcome)
        else:
            await self.finish(outcome)

    async def finish(self, outcome: StepFinished) -> None:
        keys = {"tenant": outcome.tenant, "investigation": outcome.investigation_id, "step": outcome.step_id}
        try:
            await self.bus.publish(STEP_FINISHED, outcome, expect_last=0, **keys)
        except AlreadyRecorded:
            return

    async def verify(self, event: InvestigationRecorded, _delivery: Delivery) -> None:
        if event.round_closed is None:
            return
        revision = len(self.bus.published(VERDICT_REACHED)) + 1
        band = self.bands.popleft() if len(self.bands) > 1 else self.bands[0]
        if band is None:
            return
        await self.judge(event.round_closed.round, revision, band)

    async def judge(self, round_number: int, revision: int, band: Any) -> None:
        verdict = Verdict(
            verdict_id=f"v-{round_number}-{revision}",
            tenant="acme",
            investigation_id=INVESTIGATION,
            incident_id="inc-1",
            revision=revision,
            round=round_number,
            reached_at=self.bus.now,
            headline="the pool is too small",
            band=band,
            confidence=0.8,
            coverage=(Coverage(capability="collect-symptoms", interface="metrics", status="looked"),),
        )
        await self.bus.publish(VERDICT_REACHED, verdict, tenant="acme", investigation=INVESTIGATION)

    @property
    def events(self) -> list[InvestigationRecorded]:
        return self.bus.published(INVESTIGATION_RECORDED)

    @property
    def types(self) -> list[str]:
        return [event.type for event in self.events]

    @property
    def state(self) -> Investigation:
        found = fold(self.events)  # it also proves that the numbers have no gap
        assert found is not None
        return found

    def later(self, seconds: float) -> None:
        self.bus.now += timedelta(seconds=seconds)


@pytest_asyncio.fixture
async def world(memory_bus: MemoryBus) -> World:
    config = Config.model_validate({"tenants": {"acme": {}}})
    await ConfigStore(memory_bus.kv(CONFIG)).apply(config, "ann", memory_bus.now)
    service = build(memory_bus, Settings())
    for action in service.on_start:
        await action()
    made = World(memory_bus, service)
    for capability in CAPABILITIES:
        for priority in ("critical", "normal"):
            memory_bus.handle(consumer(worker_durable(capability.capability_id, priority)), made.work)
    memory_bus.handle(consumer("verifier-rounds"), made.verify)
    return made
