"""Producers outside: what their users may do, that tenants cannot reach each other, and `inquest tenant`."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nats
import pytest
from inquest.bus import doorsteps
from inquest.bus.port import Delivery
from inquest.bus.users import ACCOUNT, OPERATOR, Producer
from inquest.contracts import subjects as s
from inquest.testkit.fixtures import running, until
from inquest.testkit.secured import Secured, secured
from nats.aio.client import Client

__all__ = ["secured"]
INQUEST = Path(sys.executable).parent / "inquest"
MIB = 1024**2


async def admitted(secured: Secured, *tenants: str) -> list[tuple[Client, list[str], Producer]]:
    """Have a producer for each tenant, with its stream; returns their clients."""
    producers = [Producer(tenant, "relay", f"password-of-{tenant}") for tenant in tenants]
    operator = await secured.bus(OPERATOR)
    for one in producers:
        assert await doorsteps.open_doorstep(operator.connection, one.tenant, MIB)
        assert not await doorsteps.open_doorstep(operator.connection, one.tenant, MIB)
    secured.identities.users.change(producers)

    async def are_in() -> bool:
        secured.server.reload()
        return all([await doorsteps.is_open(secured.server.url, one) for one in producers])

    await until(are_in)
    return [(*await secured.producer(one), one) for one in producers]


async def publish(client: Client, subject: str, data: bytes, msg_id: str) -> dict[str, Any]:
    reply = await client.request(subject, data, timeout=5, headers={"Nats-Msg-Id": msg_id})
    answer: dict[str, Any] = json.loads(reply.data)
    return answer


async def test_a_guessed_id_swallows_nobody_elses_page(secured: Secured) -> None:
    (acme, _, _), (evil, _, _) = await admitted(secured, "acme", "evil")
    intake = await secured.bus("intake")
    taken: list[tuple[str, bytes]] = []

    async def take(batch: Any) -> None:
        taken.extend((delivery.keys["tenant"], message) for message, delivery in batch)

    guessed = "acme:delivery:pagerduty:42"
    first = await publish(evil, "ingest.pagerduty.evil", b"swallow", guessed)
    assert not first.get("duplicate")
    page = await publish(acme, "ingest.pagerduty.acme", b"page", guessed)
    assert not page.get("duplicate")
    assert (await publish(acme, "ingest.pagerduty.acme", b"page", guessed))["duplicate"]  # its own repeats are dropped
    webhook = await intake.publish(s.DELIVERY_KEPT, b"webhook", msg_id=guessed, tenant="acme", source="pagerduty")
    assert not webhook.duplicate
    intake.handle_doorsteps(take)
    async with running(intake):
        await until(lambda: len(taken) == 2)
    assert sorted(taken) == [("acme", b"page"), ("evil", b"swallow")]
    assert intake.connection.denials.texts == []


async def test_a_producer_may_publish_its_own_deliveries_and_nothing_else(secured: Secured) -> None:
    (client, told, _), _ = await admitted(secured, "acme", "other")
    refused = {
        *(row.render(**dict.fromkeys(row.keys, "x1")) for row in s.SUBJECTS if row is not s.INGEST_DELIVERY),
        "ingest.pagerduty.other",
        "ingest.pagerduty.acme.more",
        "ingest.acme",
        "outside.pagerduty.acme",
        "outside.pagerduty.other",
        "dead.ingest.pagerduty.acme",
        "$JS.API.INFO",
        "$JS.API.STREAM.NAMES",
        "$JS.API.STREAM.INFO.INGEST-acme",
        "$JS.API.STREAM.PURGE.INGEST-acme",
        "$JS.API.STREAM.DELETE.INGEST",
        "$JS.API.CONSUMER.MSG.NEXT.INGEST-acme.intake-outside",
        "$JS.ACK.INGEST-acme.intake-outside.1.1.1.1.1",
        "$KV.config.current",
        "$SYS.REQ.SERVER.PING",
        "_INBOX.planner.x",
        "_INBOX.producer.other.relay.x",
    }
    for subject in refused:
        await client.publish(subject, b"{}")
    unheard = {">", "_INBOX.>", "_INBOX.producer.>", "_INBOX.planner.>", "ingest.>", "outside.>", "$SYS.>", "evt.>"}
    for subject in unheard:
        await client.subscribe(subject)
    for _ in range(2):
        await client.flush()
    assert {text.split('"')[1] for text in told} == {one.lower() for one in refused | unheard}


async def test_the_servers_answer_cannot_be_sent_into_a_stream(secured: Secured) -> None:
    """Without an account of its own a producer could: nobody checks whom the server's answer goes to."""
    ((client, _, _),) = await admitted(secured, "acme")
    operator = await secured.bus(OPERATOR)
    before = {row: await operator.last_seq(row) for row in ("INVESTIGATIONS", "VERDICTS", "INGEST")}
    for subject in ("evt.investigation.recorded.v1.other.i-1", "evt.verdict.reached.v1.other.i-1", "ingest.a.other"):
        await client.publish("ingest.pagerduty.acme", b"page", reply=subject)
    await publish(client, "ingest.pagerduty.acme", b"last", "last")
    assert {row: await operator.last_seq(row) for row in before} == before


async def test_a_full_doorstep_is_the_tenants_own(secured: Secured) -> None:
    (acme, _, _), (other, _, _) = await admitted(secured, "acme", "other")
    answers = [await publish(acme, "ingest.generic.acme", bytes(200_000), f"{number}") for number in range(7)]
    assert answers[0].get("error") is None
    assert "maximum bytes" in answers[-1]["error"]["description"]
    assert (await publish(other, "ingest.generic.other", b"page", "1")).get("error") is None


async def test_a_tenant_that_goes_is_left_alone_and_one_that_comes_is_found(
    secured: Secured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorsteps, "LOOK_S", 0.05)
    intake, operator = await secured.bus("intake"), await secured.bus(OPERATOR)
    taken: list[Delivery] = []

    async def take(batch: Any) -> None:
        taken.extend(delivery for _, delivery in batch)

    intake.handle_doorsteps(take)
    async with running(intake):
        ((client, _, _),) = await admitted(secured, "acme")
        await publish(client, "ingest.generic.acme", b"1", "1")
        await until(lambda: len(taken) == 1)
        await until(lambda: _is_empty(secured))
        assert await doorsteps.close_doorstep(operator.connection, "acme") == 0
        await until(lambda: not intake.work)
        await doorsteps.open_doorstep(operator.connection, "acme", MIB)
        await publish(client, "ingest.generic.acme", b"2", "2")
        await until(lambda: len(taken) == 2)
        assert await intake.drain(1) == 0
        await publish(client, "ingest.generic.acme", b"3", "3")
        assert len(taken) == 2
        await intake.resume()
        await until(lambda: len(taken) == 3)
    assert {(one.stream, one.keys["tenant"]) for one in taken} == {("INGEST-acme", "acme")}


async def _is_empty(secured: Secured) -> bool:
    operator = await secured.bus(OPERATOR)
    return (await doorsteps.use(operator.connection, "acme")).messages == 0


@asynccontextmanager
async def up(folder: Path) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        INQUEST, "up", "--intake-port", "0", "--api-port", "0", cwd=folder, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        while b"Ctrl-C" not in await process.stdout.readline():
            assert process.returncode is None
        yield
    finally:
        process.terminate()
        await process.wait()


async def command(folder: Path, *words: str, status: int = 0) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("INQUEST_NATS")}
    process = await asyncio.create_subprocess_exec(
        INQUEST, *words, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said, _ = await process.communicate()
    assert process.returncode == status, said.decode()
    return said.decode()


@pytest.mark.timeout(180)
@pytest.mark.slow
async def test_the_commands_on_a_running_system(tmp_path: Path) -> None:
    (tmp_path / "inquest.yaml").write_text("tenants:\n  acme:\n    sources:\n      - {kind: generic, bus_only: true}\n")
    async with up(tmp_path):
        kept = tmp_path / "relay.env"
        said = await command(tmp_path, "tenant", "add", "acme", "--source", "generic", "--credentials", str(kept))
        assert "it can publish now" in said
        assert kept.stat().st_mode & 0o777 == 0o600
        login = dict(line.split("=", 1) for line in kept.read_text().splitlines())
        assert login["password"] not in said
        again = json.loads(await command(tmp_path, "tenant", "add", "acme", "--source", "generic", "--json"))
        assert (again["user"], "password" in again) == ("acme.relay", False)
        client = await nats.connect(
            login["url"], user=login["user"], password=login["password"], inbox_prefix=login["inbox_prefix"]
        )
        alert = {"summary": "it is slow", "service": "checkout", "severity": "critical"}
        alert["fired_at"] = datetime.now(UTC).isoformat()
        ack = await client.request("ingest.generic.acme", json.dumps(alert).encode(), timeout=5)
        assert json.loads(ack.data)["stream"] == "INGEST-acme"

        async def is_incident() -> bool:
            return "INC-1" in await command(tmp_path, "incidents", "--tenant", "acme")

        await until(is_incident, timeout_s=60)
        (row,) = json.loads(await command(tmp_path, "tenant", "list", "--json"))
        assert (row["tenant"], row["messages"], row["producers"]) == ("acme", 0, ["acme.relay"])
        await command(tmp_path, "tenant", "remove", "acme")
        await until(lambda: client.is_closed or not client.is_connected)
        audit = await command(tmp_path, "audit", "export")
        actions = [json.loads(line) for line in audit.splitlines()]
        told = [(one["action"], one["tenant"], one["about"]) for one in actions if one["action"].startswith("producer")]
        assert told == [
            ("producer-added", "acme", "acme.relay: generic"),
            ("producer-removed", "acme", "acme.relay"),
        ]
        assert login["password"] not in audit
        await client.close()
    assert ACCOUNT in (tmp_path / "var" / "nats" / "users.conf").read_text()
