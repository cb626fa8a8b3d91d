"""What kind of failure a line of text speaks of, in the words that platforms and libraries use."""

import re
from functools import lru_cache

# The most specific first. Each phrase is what runtimes, proxies and drivers print.
_CLASSES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "dns",
        (
            r"no such host|enotfound|eai_again|servfail|nxdomain|name resolution|lookup \S+ on",
            r"name or service not known",
            r"name resolver|could not resolve|unknownhost|server misbehaving|dns",
        ),
    ),
    (
        "certificate",
        (
            r"x509|certificate (?:has )?expired|certificate verify|cert(?:ificate)? .*(?:expired|not yet valid)",
            r"unknown authority|not ?after|tls: bad certificate",
        ),
    ),
    ("tls", (r"tls handshake|ssl handshake|ssl_error|handshake failure|sslhandshake",)),
    (
        "memory",
        (
            r"out ?of ?memory|oom[- ]?kill|oomkilled|memory limit|cannot allocate|heap space|gc overhead|exit code 137",
            r"memory pressure",
        ),
    ),
    ("disk", (r"no space left|disk (?:is )?full|enospc|read-only file system|disk quota|low disk|diskpressure",)),
    (
        "pool",
        (
            r"pool (?:is )?(?:exhausted|timeout|full)|too many (?:clients|connections)|connection pool|pool acquire",
            r"acquir\w+ connection|no available connection|remaining connection slots",
        ),
    ),
    ("throttle", (r"throttl|cfs quota|rate ?limit|too many requests|\b429\b|slow ?down|backpressure|load shed",)),
    ("quota", (r"quota|limit exceeded|provisionedthroughput|resource ?exhausted",)),
    (
        "auth",
        (
            r"unauthori[sz]ed|forbidden|access ?denied|permission denied",
            r"invalid (?:token|credential|signature|api key)",
            r"token (?:is )?expired|expired token|\b401\b|\b403\b|authentication fail|jwt|accessdenied",
        ),
    ),
    (
        "schema",
        (
            r"unmarshal|deseriali[sz]|cannot decode|json: |parse error|schema|unknown (?:field|column)|no such column",
            r"column .* does not exist|relation .* does not exist|no mapping|unexpected (?:field|token)|query_shard",
            r"validation fail|missing (?:required )?field|malformed|protobuf|type mismatch|cannot cast|decodeerror",
            r"unexpected end of (?:json|input|data)|unterminated string",
        ),
    ),
    (
        "nil",
        (r"nil pointer|null ?pointer|null reference|cannot read propert|nonetype|undefined is not|segfault|sigsegv",),
    ),
    (
        "defect",
        (
            r"keyerror|valueerror|typeerror|indexerror|attributeerror|referenceerror|zerodivision|division by zero",
            r"out of (?:range|bounds)|classcast|illegalargument|illegalstate|numberformat|invalid literal|assertion",
        ),
    ),
    ("deadlock", (r"deadlock|lock wait timeout|could not obtain lock|lock timeout|serialization failure",)),
    (
        "refused",
        (
            r"connection refused|econnrefused|no route to host|connection reset|econnreset|broken pipe|unreachable",
            r"no healthy upstream|connection closed|no endpoints|no instances available",
        ),
    ),
    ("timeout", (r"time[d]?[- ]?out|deadline exceeded|etimedout|exceeded deadline|context deadline",)),
    ("slow", (r"slow (?:request|query)|exceeded \S*\s*ms|latency budget|too slow|took \d",)),
    (
        "unavailable",
        (
            r"service unavailable|\b503\b|\b502\b|\b504\b|bad gateway|unavailable|degraded|outage",
            r"circuit (?:breaker )?open",
        ),
    ),
    ("eviction", (r"evict|cache miss|cache stampede|thundering",)),
    ("retry", (r"retry|retries|attempt \d",)),
    ("panic", (r"panic|fatal|uncaught|unhandled|traceback|exception|stack ?trace|crash",)),
    ("server", (r"\b5\d\d\b|internal server error|error",)),
)
_PATTERNS = tuple((name, re.compile("|".join(patterns), re.IGNORECASE)) for name, patterns in _CLASSES)


@lru_cache(maxsize=8192)
def error_classes(text: str) -> tuple[str, ...]:
    """All classes that `text` speaks of, most specific first."""
    return tuple(name for name, pattern in _PATTERNS if pattern.search(text))
