"""A full run with a secret planted everywhere one can come in; afterwards nothing that was written or told holds it."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from inquest.bus.bus import Bus
from inquest.bus.users import OPERATOR
from inquest.cli.processes import ProcessSystem
from inquest.cli.scenario import add_tenants, scenario
from inquest.cli.system import START_ORDER, password_file
from inquest.config import Config
from inquest.contracts import subjects as s
from inquest.identity.keys import digest_of
from inquest.intake.domain.signature import sign
from inquest.testkit.backends import Backend, Received, Reply
from inquest.testkit.fixtures import until
from inquest.testkit.plants import Plants, planted_pack, unfolded

INQUEST = Path(sys.executable).parent / "inquest"
KEPT = {"secrets", "passwords", "users.conf"}  # what holds secrets on purpose, readable by its owner alone
pytestmark = pytest.mark.timeout(150)


def echo(received: Received) -> Reply:
    """Answer as a careless server does: with an error that repeats what it was sent."""
    return Reply(500, {"error": f"cannot serve {received.headers} {received.body.decode(errors='replace')}"})


def configuration(plants: Plants, pack: Path, secret: Path, outside: Backend) -> Config:
    """Return a tenant with the recording, whose notices go to a careless server, and one that reads live from it."""
    one = scenario(pack)
    document = add_tenants(Config(), [one], secret).model_dump(mode="json", exclude_unset=True)
    document["tenants"][one.tenant]["channels"] = [
        {"id": "hook", "kind": "webhook", "url": f"{outside.url}/hook", "secret": "env:PLANT_HOOK", "live": True},
        {"id": "chat", "kind": "slack", "webhook_url": "env:PLANT_SLACK", "live": True},
        {"id": "dry", "kind": "webhook", "url": f"{outside.url}/dry", "secret": "env:PLANT_HOOK"},
    ]
    settings = {"url": outside.url, "bearer_token": "env:PLANT_PROM", "queries": [{"metric": "up", "promql": "up"}]}
    document["tenants"]["live"] = {
        "sources": [
            {"kind": "generic", "secret": "env:PLANT_SIGNING"},
            {"kind": "alertmanager", "secret": "env:PLANT_BEARER"},
            {"kind": "cloudevents", "secret": "env:PLANT_BEARER"},
        ],
        "providers": [{"name": "prom", "kind": "prometheus", "settings": settings}],
    }
    return Config.model_validate(document)


@dataclass
class Run:
    """One system with its plants, what it told outside, and a client of each kind."""

    system: ProcessSystem
    plants: Plants
    outside: Backend
    bus: Bus
    http: httpx.AsyncClient
    tenant: str
    data: Path
    password: Path
    collector: Backend
    told: list[bytes] = field(default_factory=list)

    async def command(self, *arguments: str) -> None:
        """Run `inquest` beside the system, and keep what it prints."""
        process = await asyncio.create_subprocess_exec(
            INQUEST,
            *arguments,
            cwd=self.data.parent,
            env=os.environ
            | {
                "INQUEST_NATS_USER": OPERATOR,
                "INQUEST_NATS_PASSWORD_FILE": str(self.password),
                "INQUEST_API_TOKEN": self.plants.values["an API key"],
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, error = await process.communicate()
        assert process.returncode == 0, (arguments, error.decode()[-2000:])
        self.told += [out, error]

    async def ask(self, method: str, url: str, **more: Any) -> httpx.Response:
        """Send a request, and keep what is answered."""
        reply = await self.http.request(method, url, **more)
        self.told.append(str(reply.headers).encode() + reply.content)
        return reply

    async def concluded(self, tenant: str, count: int = 1) -> str:
        """Wait for the end of an investigation; returns its id."""

        async def ended() -> bool:
            found = [row.message for row in await self.bus.read(s.INVESTIGATION_RECORDED, tenant=tenant)]
            return sum(event.type in {"concluded", "timed-out", "escalated"} for event in found) >= count

        await until(ended, 90)
        found = [row.message for row in await self.bus.read(s.INVESTIGATION_RECORDED, tenant=tenant)]
        return str(found[0].investigation_id)


@pytest.fixture
async def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Run]:
    plants, key = Plants(), tmp_path / "keys"
    admin = plants.new("an API key")
    key.write_text(f"planter sha256:{digest_of(admin)} admin *\n")
    async with Backend(serve=echo).listening() as outside, Backend().listening() as collector:
        environment = {
            "PLANT_HOOK": plants.new("the secret of a channel"),
            "PLANT_SLACK": f"{outside.url}/services/{plants.new('the address of a channel')}",
            "PLANT_PROM": plants.new("the token of a provider"),
            "PLANT_SIGNING": plants.new("a signing secret"),
            "PLANT_BEARER": plants.new("a bearer secret of a source"),
            "PLANT_NOBODY": plants.new("the environment"),
            "INQUEST_API_TOKENS_REF": f"file:{key}",
            "INQUEST_OTLP_ENDPOINT": collector.url,
            "INQUEST_LOG_LEVEL": "DEBUG",
            "OTEL_BSP_SCHEDULE_DELAY": "200",
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        secret = tmp_path / "webhook"
        secret.write_text(plants.new("the signing secret of a page"))
        pack = planted_pack(plants, tmp_path / "pack")
        config = configuration(plants, pack, secret, outside)
        (tmp_path / "inquest.yaml").write_text(config.model_dump_json(exclude_unset=True))
        headers = {"authorization": f"Bearer {admin}"}
        async with ProcessSystem(tmp_path / "var", config) as system, httpx.AsyncClient(headers=headers) as http:
            password = password_file(system.server, OPERATOR)
            assert password is not None
            for file in password.parent.iterdir():
                plants.values[f"the bus password of {file.name}"] = file.read_text().strip()
            bus = Bus(system.server.url, OPERATOR, OPERATOR, password)
            await bus.connect()
            made = Run(system, plants, outside, bus, http, scenario(pack).tenant, tmp_path / "var", password, collector)
            yield made
            await bus.close()


async def page(run: Run) -> None:
    """Send the page, the same with wrong proofs, and deliveries that cannot be read."""
    one, intake = scenario(run.data.parent / "pack"), run.system.url("intake")
    secret = run.plants.values["the signing secret of a page"]
    url = f"{intake}/webhooks/{one.source}/{one.tenant}"
    assert (await run.ask("POST", url, content=one.body, headers=one.headers(secret))).status_code == 202
    wrong = one.headers(run.plants.new("a wrong signing secret")) | {"x-extra": run.plants.new("a header")}
    assert (await run.ask("POST", url, content=one.body, headers=wrong)).status_code == 401
    body = json.dumps({"fired_at": run.plants.new("a field that is no time"), "service": 7}).encode()
    signing = run.plants.values["a signing secret"]
    proof = {"x-inquest-signature": sign(signing, body)}
    await run.ask("POST", f"{intake}/webhooks/generic/live", content=body, headers=proof)
    await run.ask("POST", f"{intake}/webhooks/alertmanager/live", content=b"{", headers={"authorization": "Bearer x"})
    alert = {"labels": {"alertname": "Down", "service": "checkout", "api_token": run.plants.new("a label of an alert")}}
    alert |= {"status": "firing", "startsAt": "2026-11-21T00:30:00Z", "annotations": {"summary": "it is down"}}
    group = {"version": "4", "status": "firing", "groupKey": "k", "alerts": [alert], "receiver": "inquest"}
    bearer = {"authorization": f"Bearer {run.plants.values['a bearer secret of a source']}"}
    await run.ask("POST", f"{intake}/webhooks/alertmanager/live", json=group, headers=bearer)
    # What outside producers send; our own subjects are written by services alone, from what was redacted before.
    broken = json.dumps({"tenant": run.tenant, "title": run.plants.new("a field of a broken delivery")}).encode()
    await run.bus.publish(s.INGEST_DELIVERY, broken, source="generic", tenant="live")


async def identities(run: Run) -> None:
    """Send deliveries with secrets in what tells them from others: keys, services, metrics."""
    one, intake, plants = scenario(run.data.parent / "pack"), run.system.url("intake"), run.plants
    page = json.loads(one.body)
    page["event"]["id"] = page["event"]["data"]["id"] = "QPLANTED1"
    page["event"]["data"]["service"] = {"id": "PPLANTED", "summary": plants.new("a service of a page", "sk_live_")}
    other = replace(one, body=json.dumps(page).encode())
    proof = other.headers(plants.values["the signing secret of a page"])
    url = f"{intake}/webhooks/{one.source}/{one.tenant}"
    assert (await run.ask("POST", url, content=other.body, headers=proof)).status_code == 202
    said = {"fired_at": datetime.now(UTC).isoformat(), "service": f"svc-{plants.key('a service')}"}
    said |= {"metric": f"m password={plants.new('a metric')}", "summary": "it is slow"}
    alert = said | {"dedup_key": f"password={plants.new('a dedup key')}"}
    event = {"specversion": "1.0", "id": "1", "source": "/planted", "type": "alert", "time": said["fired_at"]}
    event["data"] = said | {"dedup_key": f"k-{plants.new('a dedup key of an event', 'sk_live_')}"}
    early = alert | {"dedup_key": f"password={plants.new('the key of an early resolution')}", "status": "resolved"}
    for source, document in (("generic", alert), ("generic", early), ("cloudevents", event)):
        body = json.dumps(document).encode()
        proof = {"x-inquest-signature": sign(plants.values["a signing secret"], body)}
        if source == "cloudevents":
            bearer = f"Bearer {plants.values['a bearer secret of a source']}"
            proof = {"authorization": bearer, "content-type": "application/cloudevents+json"}
        sent = await run.ask("POST", f"{intake}/webhooks/{source}/live", content=body, headers=proof)
        assert sent.status_code == 202, (source, sent.text)

    async def read() -> bool:
        counts = [len(await run.bus.read(s.SIGNAL_RECEIVED, tenant=tenant)) for tenant in (one.tenant, "live")]
        return counts == [2, 4]

    await until(read, 60)


async def people(run: Run, investigation: str) -> None:
    """Have people write secrets where they may write."""
    api, tenant = run.system.url("api"), {"tenant": run.tenant}
    said = {"judgement": "wrong", "cause": f"password={run.plants.new('feedback')}"}
    given = await run.ask("POST", f"{api}/v1/investigations/{investigation}/feedback", params=tenant, json=said)
    assert given.is_success
    mute = {"services": ["frontend"], "reason": f"token={run.plants.new('the reason of a mute')}", "duration_s": 3600}
    assert (await run.ask("POST", f"{api}/v1/mutes", params=tenant, json=mute)).is_success
    forged = {"authorization": f"Bearer {run.plants.new('a wrong API key')}"}
    assert (await run.ask("GET", f"{api}/v1/audit", params=tenant, headers=forged)).status_code == 401
    for path in ("investigations", "incidents", "notices", "audit", "mutes", "dead", f"investigations/{investigation}"):
        assert (await run.ask("GET", f"{api}/v1/{path}", params=tenant)).status_code == 200, path
    for name in START_ORDER:
        await run.ask("GET", f"{run.system.url(name)}/metrics")
        await run.ask("GET", f"{run.system.url(name)}/readyz")


async def on_the_bus(run: Run) -> dict[str, set[str]]:
    """Return what each stream holds of the plants."""
    found: dict[str, set[str]] = {}
    for info in await run.bus.connection.js.streams_info():
        name, state = info.config.name or "", info.state
        for seq in range(max(state.first_seq, 1), state.last_seq + 1):
            stored = await run.bus.get(name, seq)
            if stored is None:
                continue
            for data in (*unfolded(stored.payload), json.dumps(dict(stored.headers)).encode()):
                if hits := run.plants.in_(data):
                    found.setdefault(f"stream {name}, {stored.subject}", set()).update(hits)
    return found


def in_files(run: Run) -> dict[str, set[str]]:
    """Return what each file of the data directory and of the backup holds of the plants."""
    found = {}
    for path in run.data.parent.rglob("*"):
        inside = path.relative_to(run.data.parent)
        if not path.is_file() or inside.parts[0] not in {"var", "backup", "out"}:
            continue
        if KEPT & set(inside.parts):
            assert path.stat().st_mode & 0o077 == 0, inside
            continue
        with suppress(FileNotFoundError):  # services write and remove files meanwhile
            if hits := run.plants.in_(path.read_bytes()):
                found[str(inside)] = hits
    return found


@pytest.mark.slow
async def test_nothing_that_is_written_or_told_holds_a_secret(run: Run) -> None:
    await page(run)
    await identities(run)
    investigation = await run.concluded(run.tenant)
    await run.concluded("live")
    await until(lambda: any(one.path == "/hook" for one in run.outside.received), 30)
    await people(run, investigation)
    nats = ("--nats-url", run.system.server.url)
    await run.command("backup", "backup", *nats)
    await run.command("audit", "export", *nats)
    await run.command("config", "show", "--effective")
    await run.command("dead", "list", *nats, "--json")
    await run.command("trace", investigation, "--tenant", run.tenant, "--json", "--api-url", run.system.url("api"))
    await until(lambda: len(run.collector.received) > len(START_ORDER), 30)
    run.told += [one.body for one in run.collector.received]
    found = await on_the_bus(run) | in_files(run)
    told = {f"told, {index}": hits for index, data in enumerate(run.told) if (hits := run.plants.in_(data))}
    sent = {
        f"sent to {one.path}": hits
        for one in run.outside.received
        if (hits := run.plants.in_(one.body) - {"the address of a channel"})
    }
    leaks = [f"{where}: {sorted(hits)}" for part in (found, told, sent) for where, hits in part.items()]
    assert leaks == []
