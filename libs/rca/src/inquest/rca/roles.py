"""What a metric is about, told from its name: which direction is bad, and which kind of cause it shows."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Role = Literal["latency", "errors", "success", "saturation", "limit", "traffic", "work", "other"]
Resource = Literal["cpu", "memory", "disk", "network", "pool", "queue", "threads", ""]

_WORD = re.compile(r"[a-z]+|\d+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Meaning:
    """`bad_up` is True, False (down is bad) or None (neither by itself)."""

    role: Role
    bad_up: bool | None
    resource: Resource = ""


_RESOURCES: tuple[tuple[Resource, frozenset[str]], ...] = (
    ("cpu", frozenset(["cpu", "cfs", "throttle", "throttled", "throttling", "runqueue", "load1", "steal"])),
    ("memory", frozenset(["memory", "mem", "heap", "rss", "oom", "gc", "swap", "cache", "evictions", "eviction"])),
    ("disk", frozenset(["disk", "filesystem", "fs", "inode", "inodes", "iops", "volume", "fsync", "wal"])),
    ("pool", frozenset(["pool", "conns", "connections", "connection", "conn"])),
    ("queue", frozenset(["queue", "backlog", "lag", "pending", "depth", "inflight"])),
    ("threads", frozenset(["threads", "thread", "goroutines", "fds", "fd", "handles"])),
    ("network", frozenset(["network", "bytes", "packets", "tcp", "retransmits", "socket"])),
)
_LATENCY = frozenset(
    [
        "latency",
        "duration",
        "wait",
        "seconds",
        "ms",
        "p50",
        "p75",
        "p90",
        "p95",
        "p99",
        "p999",
        "response",
        "rtt",
        "elapsed",
        "time",
        "delay",
    ]
)
_ERRORS = frozenset(
    [
        "error",
        "errors",
        "err",
        "failed",
        "failure",
        "failures",
        "fail",
        "fault",
        "faults",
        "exception",
        "exceptions",
        "5xx",
        "4xx",
        "500",
        "502",
        "503",
        "504",
        "401",
        "403",
        "429",
        "unauthorized",
        "rejected",
        "denied",
        "refused",
        "timeout",
        "timeouts",
        "servfail",
        "nxdomain",
        "panic",
        "panics",
        "restarts",
        "restart",
        "oom",
        "oomkilled",
        "crash",
        "crashes",
        "dropped",
        "drops",
        "retries",
        "retry",
        "throttled",
        "throttles",
        "unhealthy",
        "expired",
        "deadlock",
        "deadlocks",
        "misses",
        "miss",
        "dlq",
        "invalid",
        "abandoned",
    ]
)
_SUCCESS = frozenset(
    ["availability", "success", "available", "ready", "healthy", "uptime", "up", "hit", "hits", "ok", "apdex"]
)
_LIMIT = frozenset(["max", "limit", "quota", "capacity", "size", "ceiling"])
_TRAFFIC = frozenset(
    [
        "requests",
        "request",
        "rps",
        "qps",
        "throughput",
        "workload",
        "ops",
        "rate",
        "calls",
        "traffic",
        "hits",
        "sessions",
        "orders",
        "events",
        "messages",
        "bytes",
        "transmit",
        "receive",
        "sent",
        "received",
        "count",
    ]
)


# Work done for each request: when it grows, the code does more than before.
_PER_REQUEST = re.compile(r"per[_ -]?(?:request|req|call|op|operation|transaction|txn|order|query)\b")


def words(name: str) -> tuple[str, ...]:
    """Lower-case words of an identifier in any case style."""
    return tuple(_WORD.findall(_CAMEL.sub("_", name).lower()))


@lru_cache(maxsize=4096)
def meaning(metric: str) -> Meaning:
    """The role of a metric; order matters: an error rate is errors before it is traffic."""
    parts = frozenset(words(metric)) | frozenset(re.findall(r"[45]xx|p\d\d+", metric.lower()))
    resource: Resource = next((kind for kind, known in _RESOURCES if parts & known), "")
    if _PER_REQUEST.search(metric.lower()):
        return Meaning("work", bad_up=True, resource=resource)
    if parts & _ERRORS:
        return Meaning("errors", bad_up=True, resource=resource)
    if parts & _SUCCESS:
        return Meaning("success", bad_up=False, resource=resource)
    if parts & _LIMIT and resource:
        return Meaning("limit", bad_up=None, resource=resource)
    if parts & (_LATENCY - {"time", "ms", "seconds"}):
        return Meaning("latency", bad_up=True, resource=resource)
    if resource and resource != "network":
        return Meaning("saturation", bad_up=True, resource=resource)
    if parts & _TRAFFIC:
        return Meaning("traffic", bad_up=None, resource=resource)
    if parts & _LATENCY:
        return Meaning("latency", bad_up=True, resource=resource)
    return Meaning("other", bad_up=None, resource=resource)
