"""What a metric is about, told from its name: which direction is bad, which kind of cause it shows."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from inquest.rca.lexicon import bag, words

Role = Literal["latency", "errors", "success", "saturation", "limit", "traffic", "work", "other"]
Resource = Literal["cpu", "memory", "disk", "network", "pool", "queue", "threads", ""]
Words = frozenset[str]


@dataclass(frozen=True, slots=True)
class Meaning:
    """`bad_up` is True, False (down is bad) or None (neither by itself)."""

    role: Role
    bad_up: bool | None
    resource: Resource = ""


_RESOURCES: tuple[tuple[Resource, Words], ...] = (
    ("cpu", bag("cpu cfs throttle throttled throttling runqueue load1 steal")),
    ("memory", bag("memory mem heap rss oom gc swap cache evictions eviction")),
    ("disk", bag("disk filesystem fs inode inodes iops volume fsync wal")),
    ("pool", bag("pool conns connections connection conn")),
    ("queue", bag("queue backlog lag pending depth inflight")),
    ("threads", bag("threads thread goroutines fds fd handles")),
    ("network", bag("network bytes packets tcp retransmits socket")),
)
_TIMES = bag("latency duration wait p50 p75 p90 p95 p99 p999 response rtt elapsed delay")
_CLOCKED = bag("latency duration p50 p90 p95 p99")
_UNITS_OF_TIME = bag("time ms seconds")
_ERRORS = bag(
    "error errors err failed failure failures fail fault faults exception exceptions 5xx 4xx 500 502 "
    "503 504 401 403 429 unauthorized rejected denied refused timeout timeouts servfail nxdomain "
    "panic panics restarts restart oom oomkilled crash crashes dropped drops retries retry throttled "
    "throttles unhealthy expired deadlock deadlocks misses miss dlq invalid abandoned"
)
_SUCCESS = bag("availability success available ready healthy uptime up hit hits ok apdex")
_LIMIT = bag("max limit quota capacity size ceiling")
_TRAFFIC = bag(
    "requests request rps qps throughput workload ops rate calls traffic hits sessions orders events "
    "messages bytes transmit receive sent received count"
)
# Work done for each request: when it grows, the code does more than before.
_PER_REQUEST = re.compile(r"per[_ -]?(?:request|req|call|op|operation|transaction|txn|order|query)\b")

# The first rule that fits decides: an error rate is errors before it is traffic.
_RULES: tuple[tuple[Callable[[Words, Resource], bool], Role, bool | None], ...] = (
    (lambda parts, _: bool(parts & _ERRORS), "errors", True),
    (lambda parts, _: bool(parts & _SUCCESS), "success", False),
    (lambda parts, resource: bool(parts & _LIMIT and resource), "limit", None),
    (lambda parts, resource: resource == "cpu" and not parts & _CLOCKED, "saturation", True),
    (lambda parts, _: bool(parts & _TIMES), "latency", True),
    (lambda _, resource: resource not in {"", "network"}, "saturation", True),
    (lambda parts, _: bool(parts & _TRAFFIC), "traffic", None),
    (lambda parts, _: bool(parts & _UNITS_OF_TIME), "latency", True),
)


@lru_cache(maxsize=4096)
def meaning(metric: str) -> Meaning:
    """The role of a metric and the resource it speaks of, if any."""
    lowered = metric.lower()
    parts = frozenset(words(metric)) | frozenset(re.findall(r"[45]xx|p\d\d+", lowered))
    resource: Resource = next((kind for kind, known in _RESOURCES if parts & known), "")
    if _PER_REQUEST.search(lowered):
        return Meaning("work", bad_up=True, resource=resource)
    for fits, role, bad_up in _RULES:
        if fits(parts, resource):
            return Meaning(role, bad_up=bad_up, resource=resource)
    return Meaning("other", bad_up=None, resource=resource)
