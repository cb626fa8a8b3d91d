"""What a back end sees of a storm: many investigations of one incident, through two gateways on a real nats-server.

Prints one flat JSON object last. `storm_backend_share` is requests that the source got, over calls that workers made.
"""

import argparse
import asyncio
import json
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from inquest.bus.bus import Bus
from inquest.bus.server import NatsServer
from inquest.bus.topology import apply
from inquest.config import Config, ConfigStore
from inquest.contracts.latest import Query, ToolRequest, ToolResult
from inquest.contracts.subjects import TOOL_CALL
from inquest.contracts.topology import CONFIG
from inquest.gateway.service import build
from inquest.gateway.settings import Settings
from inquest.telemetry import logs
from inquest.testkit.backends import Backend, Received, Reply

from scripts.bench_gateway import NOON, WINDOW, serve

GATEWAYS = 2
AT_ONCE = 64
SERVICES = (("cart",), ("cart", "checkout"), ("checkout",), ())  # what the steps of one investigation ask about


@dataclass(slots=True)
class Source:
    """A Prometheus that counts."""

    requests: int = 0

    def serve(self, received: Received) -> Reply:
        """Answer, and count."""
        self.requests += 1
        return serve(received)


async def ask(bus: Bus, investigation: int, step: int, gate: asyncio.Semaphore) -> ToolResult:
    """Make the call of one step of one investigation."""
    request = ToolRequest(
        tenant="acme",
        investigation_id=f"storm-{investigation}",
        step_id=f"storm-{investigation}-{step}",
        domain="metrics",
        query=Query(window=WINDOW, services=SERVICES[step]),
        timeout_ms=20_000,
    )
    async with gate:
        answer: ToolResult = await bus.request(TOOL_CALL, request, timeout_s=60, domain="metrics", tenant="acme")
    return answer


async def storm(investigations: int) -> dict[str, float]:
    """Return the figures of one storm."""
    source = Source()
    async with AsyncExitStack() as stack:
        server = NatsServer(Path(stack.enter_context(tempfile.TemporaryDirectory())))
        await server.start()
        stack.push_async_callback(server.stop)
        worker = Bus(server.url, "worker")
        await worker.connect()
        stack.push_async_callback(worker.close)
        await apply(worker.connection)
        backend = await stack.enter_async_context(Backend(serve=source.serve).listening())
        await _configure(worker, backend.url)
        for _ in range(GATEWAYS):
            await _gateway(server.url, stack)
        gate = asyncio.Semaphore(AT_ONCE)
        started_s = time.perf_counter()
        results = await asyncio.gather(
            *(ask(worker, one, step, gate) for one in range(investigations) for step in range(len(SERVICES)))
        )
        took_s = time.perf_counter() - started_s
    wrong = [one for one in results if one.status != "ok"]
    assert not wrong, wrong[0].reason
    return {
        "storm_calls": len(results),
        "storm_backend_calls": source.requests,
        "storm_backend_share": round(source.requests / len(results), 5),
        "storm_calls_per_s": round(len(results) / took_s, 1),
    }


async def _configure(bus: Bus, url: str) -> None:
    settings = {"url": url, "queries": [{"metric": "m", "promql": "m"}]}
    provider = {"name": "prom", "kind": "prometheus", "settings": settings}
    catalogue = {"services": [{"service_id": name} for name in ("cart", "checkout")]}
    config = Config.model_validate({"tenants": {"acme": {"providers": [provider], "catalogue": catalogue}}})
    await ConfigStore(bus.kv(CONFIG)).apply(config, "bench", NOON)


async def _gateway(url: str, stack: AsyncExitStack) -> None:
    bus = Bus(url, "gateway")
    service = build(bus, Settings())
    await bus.connect()
    stack.push_async_callback(bus.close)
    for action in service.on_start:
        await action()
    for action in service.on_stop:
        stack.push_async_callback(action)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", "--investigations", type=int, default=1000)
    logs.configure("ERROR")
    print(json.dumps(asyncio.run(storm(parser.parse_args().investigations))))


if __name__ == "__main__":
    main()
