"""People who use the shop: requests at random times, whatever the answers take (an open loop)."""

import asyncio
import random
import signal
import sys
from pathlib import Path

import httpx
import yaml

PRODUCTS = 60
CUSTOMERS = 200
PATIENCE_S = 10.0
IN_FLIGHT_MAX = 400
DECLINED_SHARE = 0.06


async def _run(base: str, world: Path) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    rng = random.Random(11)
    tasks: set[asyncio.Task[None]] = set()
    limits = httpx.Limits(max_connections=IN_FLIGHT_MAX, max_keepalive_connections=50)
    async with httpx.AsyncClient(base_url=base, timeout=PATIENCE_S, limits=limits, trust_env=False) as client:
        while not ended.is_set():
            per_s = _load(world)
            for gap_s in _gaps(rng, sum(per_s.values()), 1.0):
                await asyncio.sleep(gap_s)
                if len(tasks) < IN_FLIGHT_MAX:
                    (who,) = rng.choices(list(per_s), list(per_s.values()))
                    task = asyncio.create_task(_visit(client, rng, who))
                    tasks.add(task)
                    task.add_done_callback(tasks.discard)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _load(world: Path) -> dict[str, float]:
    told = yaml.safe_load(world.read_text())
    extra = {who: float(told.get(f"{who}_per_s", 0)) for who in ("crawlers", "buyers")}
    return {"people": float(told["load_per_s"]), **extra}


def _gaps(rng: random.Random, per_s: float, for_s: float) -> list[float]:
    """Return exponential gaps that fill about `for_s` seconds."""
    gaps: list[float] = []
    while sum(gaps) < for_s:
        gaps.append(rng.expovariate(per_s))
    return gaps


async def _visit(client: httpx.AsyncClient, rng: random.Random, who: str) -> None:
    """Make one request: a crawler wants products alone, a buyer orders, people do a bit of everything."""
    what = rng.random()
    try:
        if who == "buyers" or (who == "people" and what < 0.5):
            await client.post("/checkout", json=_order(rng))
        elif who == "crawlers" or what < 0.75:
            await client.get(f"/product/{rng.randint(1, PRODUCTS)}")
        else:
            await client.get(f"/?page={rng.randint(0, PRODUCTS // 12 - 1)}")
    except httpx.HTTPError:
        return  # the shop's own telemetry tells of it


def _order(rng: random.Random) -> dict[str, object]:
    products = rng.sample(range(1, PRODUCTS + 1), rng.randint(1, 3))
    card = "400000000000" + ("0000" if rng.random() < DECLINED_SHARE else "4242")
    return {
        "customer": rng.randint(1, CUSTOMERS),
        "items": [{"product": product, "quantity": 1} for product in products],
        "card": card,
    }


if __name__ == "__main__":
    asyncio.run(_run(f"http://{sys.argv[1]}", Path(sys.argv[2])))
