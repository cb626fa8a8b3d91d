"""An incident pack in a folder of its own, with something of everything."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from inquest.config.kinds.pack import PACK_DOMAINS
from inquest.contracts.latest import REQUESTS
from inquest.packs import PackMeta, TimeRange, write_pack
from inquest.testkit.providers import PLANTED, ProviderCase, Source

T0_S = 1_772_370_000.0
SERVICES = ("cart", "checkout")


def _time(number: int) -> float:
    return T0_S + 30 + 60 * number


def write(path: Path) -> Path:
    """Write the pack: 20 minutes, a row of everything in each."""
    numbered = [(number, SERVICES[number % 2]) for number in range(20)]
    return write_pack(
        path,
        meta=PackMeta(
            id="full", title="t", window=TimeRange(T0_S + 600, T0_S + 1200), baseline=TimeRange(T0_S, T0_S + 600)
        ),
        signal={"source": "generic", "body": {}},
        metrics=[
            (_time(number), one, "latency", float(number), "i1", "") for number, _ in numbered for one in SERVICES
        ],
        logs=[
            {"time": _time(number), "service": one, "severity": "ERROR", "message": f"m{number} {PLANTED}"}
            for number, one in numbered
        ],
        spans=[
            {
                "trace_id": f"t{number // 2}",
                "span_id": f"s{number}",
                "service": one,
                "name": "GET",
                "start": _time(number),
                "duration_ms": 5,
                "attributes": {"sql": PLANTED},
            }
            for number, one in numbered
        ],
        changes=[
            {"time": _time(number), "kind": kind, "service": one, "ref": f"{kind}{number}", "message": PLANTED}
            for number, one in numbered
            for kind in ("deploy", "flag")
        ],
        topology=[("frontend", "cart"), ("cart", "db"), ("checkout", "cart")],
    )


@asynccontextmanager
async def _start() -> AsyncIterator[Source]:
    with tempfile.TemporaryDirectory() as name:
        path = write(Path(name) / "pack")
        yield Source({"name": "pack", "kind": "pack", "settings": {"path": str(path)}})


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(T0_S + seconds, UTC)


CASES = tuple(
    ProviderCase(
        "pack",
        domain,
        REQUESTS[domain].model_validate(
            {"window": {"start": _at(600), "end": _at(1200)}, "baseline": {"start": _at(0), "end": _at(300)}}
        ),
        _start,
    )
    for domain in PACK_DOMAINS
)
