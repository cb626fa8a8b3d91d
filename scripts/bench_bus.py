"""The bus against nats-py itself, in one run: pipelined publish, and consumption with every duty on."""

import asyncio
import dataclasses
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from inquest.bus.bus import Bus
from inquest.bus.port import Delivery, Outgoing
from inquest.bus.server import NatsServer
from inquest.bus.topology import apply
from inquest.contracts import subjects as s
from inquest.contracts.latest import Feedback
from inquest.contracts.topology import consumer
from inquest.telemetry import logs, traces

MESSAGES = 6_000
ROUNDS = 5
FETCH = 512
KEYS = {"tenant": "bench", "investigation": "bench"}
SUBJECT = s.FEEDBACK_GIVEN.render(**KEYS)
MESSAGE = Feedback(
    feedback_id="f",
    tenant="bench",
    investigation_id="bench",
    judgement="right",
    given_by="bench",
    given_at=datetime(2026, 1, 1, tzinfo=UTC),
)
ROW = dataclasses.replace(consumer("tracestore-feedback"), batch_max=FETCH, workers_max=16)


async def raw_publish(bus: Bus, prefix: str) -> float:
    """Publish with nats-py alone: bytes that are ready, an id each, all acks awaited. Returns messages/s."""
    js = bus.connection.js
    payload = MESSAGE.model_dump_json().encode()
    started = time.perf_counter()
    futures = [
        await js.publish_async(SUBJECT, payload, headers={"Nats-Msg-Id": f"{prefix}-{number}"})
        for number in range(MESSAGES)
    ]
    await asyncio.gather(*futures)
    return MESSAGES / (time.perf_counter() - started)


async def our_publish(bus: Bus, prefix: str) -> float:
    """Publish through the bus: encode, trace context, tenant, id, counted. Returns messages/s."""
    started = time.perf_counter()
    with traces.tracer().start_as_current_span("bench"):
        await bus.publish_many(
            Outgoing(s.FEEDBACK_GIVEN, MESSAGE, KEYS, msg_id=f"{prefix}-{number}") for number in range(MESSAGES)
        )
    return MESSAGES / (time.perf_counter() - started)


async def raw_consume(bus: Bus) -> float:
    """Fetch, validate and ack with nats-py and pydantic alone. Returns messages/s."""
    js = bus.connection.js
    subscription = await js.pull_subscribe_bind(stream=ROW.stream, consumer=ROW.durable)
    started = time.perf_counter()
    left = MESSAGES
    while left:
        batch = await subscription.fetch(min(FETCH, left), timeout=5)
        for msg in batch:
            Feedback.model_validate_json(msg.data)
            await msg.ack()
        left -= len(batch)
    rate = MESSAGES / (time.perf_counter() - started)
    await subscription.unsubscribe()
    return rate


async def our_consume(url: str) -> float:
    """Work off the durable with every duty on: decode, trace, metrics, heartbeat, settle. Returns messages/s."""
    bus = Bus(url, "bench")
    await bus.connect()
    seen = 0
    done = asyncio.Event()
    times: list[float] = []

    async def handler(message: Feedback, delivery: Delivery) -> None:  # noqa: ARG001 - a handler's shape
        nonlocal seen
        seen += 1
        if seen == MESSAGES:
            times.append(time.perf_counter())
            done.set()

    bus.handle(ROW, handler)
    started = time.perf_counter()
    task = asyncio.create_task(bus.run())
    await done.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await bus.close()
    return MESSAGES / (times[0] - started)


async def _fill(bus: Bus, number: int) -> None:
    await bus.connection.js.purge_stream(ROW.stream)
    await our_publish(bus, f"fill-{number}")


async def _measure(directory: Path) -> dict[str, float]:
    server = NatsServer(directory)
    await server.start()
    bus = Bus(server.url, "bench")
    await bus.connect()
    await apply(bus.connection)
    rates: dict[str, list[float]] = {"raw_publish": [], "publish": [], "raw_consume": [], "consume": []}
    try:
        for number in range(ROUNDS):
            rates["raw_publish"].append(await raw_publish(bus, f"raw-{number}"))
            rates["publish"].append(await our_publish(bus, f"our-{number}"))
            await _fill(bus, number * 2)
            rates["raw_consume"].append(await raw_consume(bus))
            await _fill(bus, number * 2 + 1)
            rates["consume"].append(await our_consume(server.url))
    finally:
        await bus.close()
        await server.stop()
    found = {f"{name}_per_s": round(median(values)) for name, values in rates.items()}
    ratios = {
        f"{name}_ratio": round(median(a / b for a, b in zip(rates[name], rates[f"raw_{name}"], strict=True)), 3)
        for name in ("publish", "consume")
    }
    return {**found, **ratios}


def measure() -> dict[str, float]:
    """Return rates in messages/s (medians of interleaved rounds) and the ratios, round by round."""
    logs.configure("ERROR")
    traces.configure("bench")
    with tempfile.TemporaryDirectory(prefix="inquest-bench-") as directory:
        return asyncio.run(_measure(Path(directory)))
