from pathlib import Path

import pytest
import yaml
from inquest.cli.system import parts
from inquest.contracts import subjects as s
from inquest.runtime import Host
from inquest.testkit.fixtures import until
from inquest.testkit.lab import BUNDLED, LabFactory

pytestmark = pytest.mark.timeout(120)


def truth(pack: Path) -> dict[str, object]:
    found: dict[str, object] = yaml.safe_load((pack / "truth.yaml").read_text())
    return found


async def test_the_bundled_incident_is_traced_to_its_change(lab: LabFactory) -> None:
    running = await lab(BUNDLED)
    (one,) = running.scenarios
    reply = await running.page(one)
    assert reply.status_code == 202
    verdict = await running.concluded(one)
    expected = truth(BUNDLED)
    assert verdict.hypotheses[0].cause.change_ref == expected["change"]
    assert verdict.hypotheses[0].cause.entity in expected["services"]  # type: ignore[operator]
    assert verdict.remediation == expected["remediation"]
    assert verdict.band in {"proven", "likely"}
    evidence = {row.message.evidence_id: row.message for row in await running.bus.read(s.EVIDENCE_COLLECTED)}
    assert set(verdict.hypotheses[0].support) <= set(evidence)
    assert len({evidence[one_id].kind for one_id in verdict.hypotheses[0].support}) >= 2
    # One trace from the webhook to the verdict.
    stored = await running.bus.last(s.VERDICT_REACHED, tenant=one.tenant, investigation=verdict.investigation_id)
    assert stored is not None
    delivery = await running.bus.get("VERDICTS", stored.seq)
    assert delivery is not None
    assert reply.json()["trace_id"] in delivery.headers["traceparent"]


async def test_the_same_page_twice_is_one_investigation(lab: LabFactory) -> None:
    running = await lab(BUNDLED)
    (one,) = running.scenarios
    for _ in range(3):
        assert (await running.page(one)).status_code == 202
    await running.concluded(one)
    assert sum(1 for event in await running.events(one) if event.opened) == 1


async def test_a_killed_nats_server_loses_nothing(lab: LabFactory) -> None:
    running = await lab(BUNDLED)
    (one,) = running.scenarios
    await running.page(one)

    async def planned() -> bool:
        return any(event.step_planned for event in await running.events(one))

    await until(planned)
    before = running.system.server.pid
    running.system.server.kill()
    verdict = await running.concluded(one)
    assert running.system.server.pid != before
    assert verdict.hypotheses[0].cause.change_ref == truth(BUNDLED)["change"]
    numbers = [event.number for event in await running.events(one)]
    assert numbers == list(range(1, len(numbers) + 1))


async def test_two_replicas_of_everything_that_scales(lab: LabFactory, tmp_path: Path) -> None:
    running = await lab(BUNDLED)
    (one,) = running.scenarios
    extra = []
    for name in ("planner", "worker", "verifier", "gateway"):
        build, settings_class = parts(name)
        settings = settings_class(nats_url=running.system.server.url, data_dir=tmp_path / "second")
        host = Host(name, build, settings)
        await host.start()
        extra.append(host)
    try:
        await running.page(one)
        verdict = await running.concluded(one)
    finally:
        for host in extra:
            await host.stop()
    assert verdict.hypotheses[0].cause.change_ref == truth(BUNDLED)["change"]
    assert len(await running.verdicts(one)) == len({v.verdict_id for v in await running.verdicts(one)})


def first_and_last_of_each_set(shared: Path) -> list[Path]:
    sets = [sorted(path.parent for path in folder.glob("*/pack.yaml")) for folder in sorted(shared.iterdir())]
    return [packs[index] for packs in sets if packs for index in (0, -1)]


@pytest.mark.needs_shared_packs
@pytest.mark.slow
async def test_incidents_of_other_systems(lab: LabFactory, shared_packs: Path) -> None:
    packs = first_and_last_of_each_set(shared_packs)
    running = await lab(*packs)
    right = 0
    for one in running.scenarios:
        assert (await running.page(one)).status_code == 202
    for one in running.scenarios:
        verdict = await running.concluded(one)
        assert verdict.coverage
        services = truth(one.pack)["services"]
        assert isinstance(services, list)
        right += bool(verdict.hypotheses) and verdict.hypotheses[0].cause.entity in services
    assert right >= len(packs) / 2
