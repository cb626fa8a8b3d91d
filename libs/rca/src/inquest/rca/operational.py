"""Causes that no change made: each with the signs that telemetry shows, and the first aid for it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from inquest.rca.cause import CauseKind, Remediation
from inquest.rca.finding import Finding
from inquest.rca.graph import CallGraph
from inquest.rca.lexicon import bag
from inquest.rca.tables import Target

STRENGTH_MIN = 0.3
SURGE_MIN = 1.8


@dataclass(frozen=True, slots=True)
class Operation:
    """An operational cause seen in the evidence.

    `excused` are mechanisms of changes that could have brought it about themselves: the sign does not
    speak against such a change.
    """

    name: str
    kind: CauseKind
    remediation: Remediation
    strength: float
    findings: tuple[int, ...]
    sentence: str
    excused: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Sign:
    name: str
    kind: CauseKind
    remediation: Remediation
    words: re.Pattern[str]
    excused: frozenset[str]
    sentence: str


def _sign(
    name: str, kind: CauseKind, remediation: Remediation, patterns: tuple[str, ...], excused: str, sentence: str
) -> _Sign:
    words = re.compile("|".join(patterns), re.IGNORECASE)
    return _Sign(name, kind, remediation, words, bag(excused), sentence)


# Of two signs that are equally strong the first one counts: the more specific stand first.
_SIGNS = (
    _sign(
        "dns",
        "infrastructure",
        "escalate-upstream",
        (r"no such host|enotfound|servfail|nxdomain|eai_again|name resolution|name resolver|dns",),
        "network",
        "names are not resolved",
    ),
    _sign(
        "certificate",
        "external",
        "rotate-credential",
        (
            r"certificate (?:has )?expired|x509|days_to_expiry",
            r"cert(?:ificate)?.{0,30}(?:expired|not yet valid|unknown authority)",
        ),
        "tls auth",
        "a certificate is not accepted",
    ),
    _sign(
        "node",
        "infrastructure",
        "reschedule",
        (
            r"node (?:cpu|memory|<|\S+ (?:under|notready|not ready|condition))|noisy|contended|steal",
            r"evict(?:ed|ing) pod|preempt|diskpressure|memorypressure|hypervisor|on node",
        ),
        "resources",
        "the node that it runs on is the bottleneck",
    ),
    _sign(
        "zone",
        "infrastructure",
        "failover",
        (
            r"availability zone|\bregion(?:al)? (?:outage|down|impair)|zone (?:down|outage|unavailable|impair)",
            r"\baz[-_ ]?\d?[a-c]?\b.{0,30}(?:down|unreachable|impair)|packet loss|no route to host",
        ),
        "network",
        "a zone or the network to it is impaired",
    ),
    _sign(
        "disk",
        "resource",
        "purge-data",
        (r"no space left|enospc|disk full|disk (?:usage|used).{0,20}9\d|read-only file system",),
        "logging memory",
        "the disk is full",
    ),
    _sign(
        "quota",
        "external",
        "escalate-upstream",
        (r"quota (?:exceeded|exhausted)|provisionedthroughput|resource_?exhausted|throttlingexception|daily limit",),
        "limit retry query",
        "a quota is used up",
    ),
    _sign(
        "data",
        "data",
        "purge-data",
        (
            r"poison|malformed (?:message|record|payload|event)|bad record|corrupt|dead[- ]?letter|unparse?able",
            r"invalid (?:utf|checksum|encoding)|cannot parse (?:message|record|event)",
            r"jsondecodeerror|unicodedecodeerror",
            r"unexpected end of (?:json|input|data|file)|unterminated string|truncated (?:message|record|data)",
        ),
        "schema messaging data",
        "some data cannot be processed",
    ),
)
_HOST = re.compile(r"\b(?:[a-z0-9-]+\.)+(?:com|net|org|io|co|dev|cloud|ai|app|example)\b", re.IGNORECASE)
_INSIDE = re.compile(r"\.local\b|\.internal\b|\.svc\b|grpc\.io", re.IGNORECASE)
_SPARE = re.compile(r"standby|secondary|fall-?back|fail-?over|backup|replica", re.IGNORECASE)
_FAILED = re.compile(
    r"\b5\d\d\b|\b429\b|timed? ?out|deadline|unavailable|refused|reset|degraded|outage|error|fail|unreachable"
    r"|no such host|enotfound",
    re.IGNORECASE,
)
_STATUS = re.compile(
    r"status page|elevated error|partial outage|major outage|monitoring -|investigating -|identified -"
    r"|service disruption|experiencing|incident",
    re.IGNORECASE,
)


def operations(findings: Sequence[Finding], graph: CallGraph, target: Target) -> tuple[Operation, ...]:
    """Operational causes that the findings show, strongest first, the more specific before the general."""
    texts = [(index, finding, _text(finding)) for index, finding in enumerate(findings) if _counts(finding)]
    seen = [_match(sign, texts) for sign in _SIGNS]
    seen.append(_outside_party(texts))
    seen.append(_surge(findings, graph, target))
    found = [one for one in seen if one is not None]
    if any(one.name == "outside" for one in found):
        # A certificate of an outside party is theirs to renew.
        found = [replace(one, remediation="escalate-upstream") if one.name == "certificate" else one for one in found]
    return tuple(sorted(found, key=lambda one: -round(one.strength, 1)))


def _counts(finding: Finding) -> bool:
    if finding.strength < STRENGTH_MIN or finding.detector in {"edge", "change", "excess", ""}:
        return False
    if finding.detector == "metric":
        return finding.features.get("bad") is not False
    return finding.number("surprise", 1.0) > 0


def _text(finding: Finding) -> str:
    parts = [finding.text(key) for key in ("template", "example", "metric", "span", "next")]
    return f"{finding.entity} " + " ".join(part for part in parts if part)


def _match(sign: _Sign, texts: Iterable[tuple[int, Finding, str]]) -> Operation | None:
    hits = [(finding.strength, index) for index, finding, text in texts if sign.words.search(text)]
    return _operation(sign.name, sign.kind, sign.remediation, hits, sign.sentence, sign.excused)


def _operation(
    name: str,
    kind: CauseKind,
    remediation: Remediation,
    hits: list[tuple[float, int]],
    sentence: str,
    excused: frozenset[str],
) -> Operation | None:
    if not hits:
        return None
    hits.sort(key=lambda hit: (-hit[0], hit[1]))
    return Operation(name, kind, remediation, hits[0][0], tuple(index for _, index in hits[:4]), sentence, excused)


def _outside_party(texts: Iterable[tuple[int, Finding, str]]) -> Operation | None:
    """Failures of a host outside, or what its operator says about itself; theirs to mend unless there is a spare."""
    hits, host, spare = [], "", False
    for index, finding, text in texts:
        outside = next(
            (m.group(0) for m in _HOST.finditer(text) if not _INSIDE.search(text[m.start() : m.end() + 12])), ""
        )
        if (outside and _FAILED.search(text)) or _STATUS.search(text):
            hits.append((finding.strength, index))
            host = host or outside
            spare = spare or bool(_SPARE.search(text))
    sentence = f"{host or 'an outside party'} fails"
    remedy: Remediation = "failover" if spare else "escalate-upstream"
    return _operation("outside", "external", remedy, hits, sentence, frozenset({"network", "tls", "auth"}))


def _surge(findings: Sequence[Finding], graph: CallGraph, target: Target) -> Operation | None:
    """Much more traffic than before where requests enter, from no later than the first trouble.

    Inside the system a surge is more likely what a caller does: repeats, or one call per item.
    """
    onsets = [f.onset_at for f in findings if _counts(f) and f.features.get("bad") is True and f.onset_at is not None]
    hits = []
    for index, finding in enumerate(findings):
        if finding.detector != "metric" or finding.text("role") != "traffic" or not finding.features.get("rising"):
            continue
        entry = bool(graph.callees.get(finding.entity)) and not graph.callers.get(finding.entity)
        if finding.entity != target.entity and not entry:
            continue
        before, after = finding.number("before"), finding.number("after")
        early = finding.onset_at is not None and (not onsets or finding.onset_at <= min(onsets) + 60.0)
        if (
            before > 0
            and after >= SURGE_MIN * before
            and finding.strength >= 0.5
            and early
            and finding.text("resource") != "network"
        ):
            hits.append((finding.strength, index))
    return _operation("traffic", "traffic", "scale", hits, "traffic surged", frozenset({"retry", "cache", "time"}))
