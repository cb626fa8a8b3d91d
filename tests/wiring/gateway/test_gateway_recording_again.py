"""An investigation's calls, exported and asked again without the sources: the same evidence, from the recording."""

from datetime import timedelta

import pytest
from inquest.cli.recording import CONFIG as EXPORTED
from inquest.cli.recording import collect
from inquest.config import Config, ConfigStore
from inquest.config.load import parse
from inquest.contracts.errors import NotFound
from inquest.contracts.latest import CapabilityTask, Focus, InvestigationRecorded, Limits, Opened, Window
from inquest.contracts.subjects import EVIDENCE_COLLECTED, INVESTIGATION_RECORDED, STEP_FINISHED, STEP_RUN
from inquest.contracts.topology import CONFIG, GATEWAY_JOURNAL
from inquest.gateway.service import build
from inquest.gateway.settings import Settings
from inquest.testkit.apis.loki import T0, Entry, LokiServer
from inquest.testkit.backends import Backend
from inquest.testkit.memory import MemoryBus
from inquest.worker.service import build as build_worker
from inquest.worker.settings import Settings as WorkerSettings

WINDOW = Window(start=T0, end=T0 + timedelta(minutes=10))
BASELINE = Window(start=T0 - timedelta(minutes=60), end=T0)
FAULT_S = T0.timestamp() + 180
FOCUS = Focus(services=("cart",))
CAPABILITY = "collect-error-signatures"
PAST = {"tenant": "acme", "investigation": "past"}


def entries():
    """Return the lines of a quiet hour, then errors."""
    labels = {"namespace": "shop", "service_name": "cart"}
    for at_s in range(int(BASELINE.start.timestamp()), int(WINDOW.end.timestamp()), 10):
        said = "connection pool exhausted, password=hunter2" if at_s >= FAULT_S else f"GET /cart/{at_s} 200"
        yield Entry(at_s * 10**9, said, labels | {"detected_level": "error" if at_s >= FAULT_S else "info"})


async def run(bus, providers, investigation, window=WINDOW):
    """Return what one step over these providers found: statements, provenance and coverage."""
    config = Config.model_validate({"tenants": {"acme": {"providers": providers}}})
    await ConfigStore(bus.kv(CONFIG)).apply(config, "test", T0)
    service = build(bus, Settings())
    for start in service.on_start:
        await start()
    build_worker(bus, WorkerSettings())
    task = CapabilityTask(
        step_id=f"{investigation}-step",
        tenant="acme",
        investigation_id=investigation,
        capability_id=CAPABILITY,
        window=window,
        baseline=BASELINE,
        focus=FOCUS,
    )
    keys = {"tenant": "acme", "investigation": investigation}
    await bus.publish(STEP_RUN, task, capability=CAPABILITY, priority="normal", **keys)
    await bus.settle()
    assert bus.errors == []
    for action in service.on_stop:
        await action()
    [finished] = bus.published(STEP_FINISHED, step=task.step_id, **keys)
    return bus.published(EVIDENCE_COLLECTED, step=task.step_id, **keys), finished.coverage


@pytest.fixture
async def recorded(memory_bus):
    """Run an investigation's step over a Loki, which is gone afterwards; return its evidence."""
    opened = Opened(
        incident_id="inc",
        title="cart is slow",
        mode="fast",
        priority="normal",
        limits=Limits(),
        focus=FOCUS,
        window=WINDOW,
        baseline=BASELINE,
    )
    event = InvestigationRecorded(investigation_id="past", tenant="acme", number=1, type="opened", at=T0, opened=opened)
    await memory_bus.publish(INVESTIGATION_RECORDED, event, **PAST)
    async with Backend(serve=LokiServer(list(entries()))).listening() as loki:
        settings = {"url": loki.url, "selector": '{namespace="shop"}'}
        evidence, _ = await run(memory_bus, [{"name": "loki", "kind": "loki", "settings": settings}], "past")
    assert evidence
    return evidence


def provider(path):
    return {"name": "recording", "kind": "recording", "settings": {"path": str(path)}}


async def test_what_was_recorded_gives_the_same_evidence_again(memory_bus, recorded, tmp_path):
    about = await collect(memory_bus, "inc", tmp_path / "out", "acme")
    assert (about.investigations, about.services, about.window) == (("past",), ("cart",), WINDOW)
    assert about.calls >= 1
    again, coverage = await run(MemoryBus(), [provider(tmp_path / "out")], "again")
    assert [one.statement for one in again] == [one.statement for one in recorded]
    assert [(one.provider, one.status) for one in coverage] == [("recording", "looked")]
    written = b"".join(path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert b"hunter2" not in written


@pytest.mark.usefixtures("recorded")
async def test_another_question_is_answered_from_what_there_is_and_says_so(memory_bus, tmp_path):
    await collect(memory_bus, "past", tmp_path / "out", "acme")
    window = Window(start=WINDOW.start, end=WINDOW.end - timedelta(minutes=1))
    _, (coverage,) = await run(MemoryBus(), [provider(tmp_path / "out")], "again", window)
    assert coverage.status == "degraded"
    assert "not asked when it was recorded" in coverage.reason


@pytest.mark.usefixtures("recorded")
async def test_an_answer_that_is_no_longer_kept_is_told_and_not_made_up(memory_bus, tmp_path):
    journal = memory_bus.kv(GATEWAY_JOURNAL)
    for key in await journal.keys():
        await journal.delete(key)
    await collect(memory_bus, "inc", tmp_path / "out", "acme")
    evidence, (coverage,) = await run(MemoryBus(), [provider(tmp_path / "out")], "again")
    assert not evidence
    assert "no longer kept" in coverage.reason


async def test_an_unknown_incident_is_not_found(memory_bus, tmp_path):
    with pytest.raises(NotFound, match="no investigation of inc"):
        await collect(memory_bus, "inc", tmp_path / "out", "acme")


def test_the_configuration_beside_a_recording_is_valid():
    assert parse(EXPORTED).tenant("default").providers[0].kind == "recording"
