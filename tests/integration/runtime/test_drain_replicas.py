"""Real services, two replicas each, over a real nats-server: one is drained under load, nothing is lost."""

import asyncio
import itertools
import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from inquest.config import Config, ConfigStore
from inquest.contracts import subjects as s
from inquest.contracts import topology
from inquest.intake.domain.signature import sign
from inquest.runtime import Host
from inquest.testkit.fixtures import until

CONFIG = {"tenants": {"acme": {"sources": [{"kind": "generic", "secret": "env:GENERIC_SECRET"}]}}}


NOW = datetime.now(UTC)


async def page(http: httpx.AsyncClient, host: Host[Any], number: int) -> bool:
    """Send a page as a sender does: one that is told to come again goes to the next replica."""
    raw = json.dumps(
        {"title": f"page {number}", "fired_at": NOW.isoformat(), "dedup_key": f"k-{number}", "services": ["a"]}
    ).encode()
    headers = {"X-Inquest-Signature": sign("gen", raw)}
    answer = await http.post(f"{host.http.url}/webhooks/generic/acme", content=raw, headers=headers)
    assert answer.status_code in {202, 503}, answer.text
    assert answer.status_code == 202 or answer.headers["retry-after"]
    return answer.status_code == 202


@pytest.mark.slow
async def test_pages_while_one_intake_drains_and_resumes(start, bus, monkeypatch):
    monkeypatch.setenv("GENERIC_SECRET", "gen")
    await ConfigStore(bus.kv(topology.CONFIG)).apply(Config.model_validate(CONFIG), "test", NOW)
    one, other = await start("intake"), await start("intake")
    numbers, sending = itertools.count(), True
    sent, refused = set[int](), 0

    async with httpx.AsyncClient(trust_env=False) as http:

        async def send() -> None:
            nonlocal refused
            while sending:
                number = next(numbers)
                first, second = (one, other) if number % 2 else (other, one)
                if not await page(http, first, number):
                    refused += 1
                    assert await page(http, second, number)
                sent.add(number)

        senders = [asyncio.create_task(send()) for _ in range(4)]
        await until(lambda: _count(bus, 40))
        drained = await one.duty.drain("test", "", 5)
        assert (drained.state, drained.left) == ("drained", 0)
        assert all(work.in_flight == work.queued == 0 for work in one.bus.work)
        assert (await http.get(f"{one.http.url}/readyz")).status_code == 503
        before = len(sent)
        await until(lambda: refused > 5 and len(sent) > before + 40)
        await one.duty.resume("test", "")
        assert (await http.get(f"{one.http.url}/readyz")).status_code == 200
        before = len(sent)
        await until(lambda: len(sent) > before + 40)
        sending = False
        await asyncio.gather(*senders)
    await until(lambda: _count(bus, len(sent)))
    stored = await bus.read(s.SIGNAL_RECEIVED, tenant="acme")
    assert sorted(one.message.title for one in stored) == sorted(f"page {number}" for number in sent)  # each once


async def _count(bus, at_least: int) -> bool:
    return len(await bus.subjects(s.SIGNAL_RECEIVED, tenant="acme")) >= at_least
