"""A pack small enough to read at a glance: the database of api is slow after a deploy."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from inquest.packs import PackMeta, TimeRange, write_pack

BASE = 1_772_370_000.0
ONSET = BASE + 3600
END = BASE + 7200
GUILTY, INNOCENT = "a" * 40, "b" * 40
TRUTH = {"services": ["db", "api"], "change": GUILTY, "decoys": [INNOCENT]}
DIFF = "@@ pool.go @@\n-const maxConns = 50\n+const maxConns = 2"


def _spans(step_s: int) -> list[dict[str, Any]]:
    found = []
    for number, start in enumerate(range(0, int(END - BASE), step_s)):
        slow = BASE + start >= ONSET
        for span, parent, service, took in (
            ("r", None, "api", 900 if slow else 30),
            ("q", "r", "db", 850 if slow else 9),
        ):
            found.append(
                {
                    "trace_id": f"t{number}",
                    "span_id": f"{span}{number}",
                    "parent_id": parent and f"{parent}{number}",
                    "service": service,
                    "name": f"{service} call",
                    "start": BASE + start,
                    "duration_ms": took + number % 3,
                    "status": "ERROR" if slow and number % 4 == 0 else "OK",
                    "attributes": {"code": 500},
                }
            )
    return found


def write(path: Path, truth: Mapping[str, Any] | None = TRUTH, **more: Any) -> Path:
    minutes = range(0, int(END - BASE), 60)
    content: dict[str, Any] = {
        "meta": PackMeta(id=path.name, title="t", window=TimeRange(ONSET, END), baseline=TimeRange(BASE, ONSET)),
        "signal": {"source": "generic", "body": {"fired_at": ONSET + 300, "service": "api", "metric": "latency"}},
        "metrics": [
            (BASE + t, service, metric, (high if BASE + t >= ONSET else low) + t % 7, "i1", "")
            for t in minutes
            for service, metric, low, high in (
                ("api", "latency_p95", 30, 900),
                ("db", "pool_waiting", 1, 400),
                ("cart", "latency_p95", 20, 20),
            )
        ],
        "logs": [
            {"time": BASE + t, "service": "db", "severity": "ERROR", "message": "pool exhausted: no free connection"}
            for t in range(int(ONSET - BASE), int(END - BASE), 20)
        ],
        "spans": _spans(60),
        "changes": [
            {"time": ONSET - 90, "kind": "commit", "ref": GUILTY, "files": ["db/pool.go"], "diff": DIFF},
            {"time": ONSET - 60, "kind": "deploy", "service": "db", "ref": GUILTY},
            {"time": ONSET - 30, "kind": "deploy", "service": "cart", "ref": INNOCENT},
            {"time": ONSET - 20, "kind": "flag", "service": "cart", "ref": "fast", "from": False, "to": True},
        ],
        "patterns": [
            {"service": "db", "signature": f"p{delta}", "count": 7, "delta_vs_baseline": delta}
            for delta in ("+312", "new", None, "many")
        ],
        "topology": [("api", "db"), ("api", "cart")],
        "truth": truth,
    }
    return write_pack(path, **{**content, **more})


@pytest.fixture
def pack_at() -> Callable[..., Path]:
    return write
