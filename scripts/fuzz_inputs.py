"""What is mutated: real deliveries of every source, the operations of the API, and a sample of every message."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from inquest.api.domain.routes import OPERATIONS
from inquest.cli.testpage_payloads import credentials
from inquest.config import Config
from inquest.config.sources import SourceConfig
from inquest.contracts import codec
from inquest.contracts.errors import Impossible
from inquest.contracts.latest import Message
from inquest.contracts.subjects import SUBJECTS, Subject
from inquest.testkit.lab import BUNDLED, ROOT

from scripts.fuzz_mutate import Mutator

SECRET = "fuzz"  # noqa: S105 - of a system that lives for this run only
SECRET_NAME = "FUZZ_SECRET"  # noqa: S105 - the name of an environment variable
SIGNED, OPEN = "acme", "open"  # the tenant whose deliveries must prove themselves, and the one that takes all
KINDS = (
    *("pagerduty", "jira", "opsgenie", "sentry", "github"),
    *("alertmanager", "grafana", "datadog", "cloudevents", "generic"),
)
_ODD_HEADERS = ("", " ", "é", "\x7f", "a" * 3000, "gzip", "chunked", "99999999999999999999", "-1", "0x10", "*/*", "\t")
_NAMES = (
    *("content-type", "content-encoding", "authorization", "traceparent", "tracestate", "host", "accept", "cookie"),
    *("x-github-event", "sentry-hook-resource", "ce-id", "ce-type", "ce-specversion", "x-inquest-test", "expect"),
    *("last-event-id", "idempotency-key", "x-hub-signature", "x-forwarded-for", "range", "upgrade"),
)


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, not yet bytes."""

    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def configuration() -> Config:
    """Return a configuration in which every source of two tenants delivers, with proof and without."""
    proven = [{"kind": kind, "secret": f"env:{SECRET_NAME}"} for kind in KINDS]
    free = [{"kind": kind, "unauthenticated": True} for kind in KINDS]
    return Config.model_validate({"tenants": {SIGNED: {"sources": proven}, OPEN: {"sources": free}}})


@cache
def deliveries() -> dict[str, list[tuple[dict[str, str], bytes]]]:
    """Return headers and body of deliveries by source: bundled ones, and those beside the checkout where there are."""
    found: dict[str, list[tuple[dict[str, str], bytes]]] = {kind: [] for kind in KINDS}
    for path in sorted((ROOT / "tests/unit/intake/samples").glob("*.ndjson*")):
        lines = (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()).splitlines()
        for row in map(json.loads, lines):
            body = row["body"] if isinstance(row["body"], str) else json.dumps(row["body"])
            found[path.name.partition(".")[0]].append((row.get("headers", {}), body.encode()))
    found["pagerduty"].append(({}, json.dumps(json.loads((BUNDLED / "signal.json").read_text())["body"]).encode()))
    for path in sorted((ROOT.parent / "shared/data/webhooks").glob("*/*.json")):
        document = json.loads(path.read_text())
        inner = document.get("body") if isinstance(document, dict) else None
        found[path.parent.name].append(({}, inner.encode() if isinstance(inner, str) else path.read_bytes()))
    return found


@cache
def _sources() -> dict[str, SourceConfig]:
    return {source.kind: source for source in configuration().tenants[SIGNED].sources}


def webhook(mutator: Mutator) -> Request:
    """Return a delivery, most often rightly signed, so that what is behind the signature is reached too."""
    dice = mutator.dice
    kind = dice.choice(KINDS)
    tenant = dice.choice((SIGNED, OPEN))
    own, sample = dice.choice(deliveries()[kind])
    body = mutator.body(sample)
    proof = credentials(_sources()[kind], SECRET, body) if tenant == SIGNED and dice.random() < 0.9 else {}
    headers = {"content-type": "application/json", **own, **proof}
    method = "OPTIONS" if dice.random() < 0.01 else "POST"
    path = f"/webhooks/{mutator.token(kind) if dice.random() < 0.1 else kind}/{_segment(mutator, tenant)}"
    return Request(method, path, body, _odd_headers(mutator, headers))


def operation(mutator: Mutator) -> Request:
    """Return a call of the API: each operation with odd parameters, queries, bodies and tokens."""
    dice = mutator.dice
    row = dice.choice(OPERATIONS)
    names = [part for part in row.path.split("/") if part.startswith("{")]
    path = row.path
    for name in names:
        path = path.replace(name, _segment(mutator, dice.choice(("incident-1", "inv-1", "1", "mute-1"))))
    query = mutator.from_schema(row.query.model_json_schema())
    query = {**query, "tenant": mutator.token(SIGNED)} if dice.random() < 0.9 else query
    if dice.random() < 0.3:
        query = mutator.changed(query)
    path += f"?{_query(query)}"
    body = b""
    if row.body is not None:
        body = mutator.body(json.dumps(mutator.from_schema(row.body.model_json_schema())).encode())
    token = dice.choice(("", "", "Bearer fuzz", "Bearer", f"Bearer {'x' * 5000}", "Basic Zm9vOmJhcg==", "bearer é"))
    headers = {"content-type": "application/json"} | ({"authorization": token} if token else {})
    method = row.method if dice.random() < 0.95 else dice.choice(("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"))
    return Request(method, path, body, _odd_headers(mutator, headers))


def _query(values: Any) -> str:
    if not isinstance(values, dict):
        return quote(str(values)[:2000].encode(errors="replace"))
    pairs = [(str(key)[:500], str(value)[:2000]) for key, value in values.items()]
    return urlencode([(a.encode(errors="replace"), b.encode(errors="replace")) for a, b in pairs])


def _segment(mutator: Mutator, good: str) -> str:
    return quote(mutator.token(good), safe="%~.") if mutator.dice.random() < 0.3 else good


def _odd_headers(mutator: Mutator, headers: dict[str, str]) -> dict[str, str]:
    dice = mutator.dice
    if dice.random() < 0.8:
        return headers
    return {**headers, dice.choice((*headers, *_NAMES)): dice.choice((*_ODD_HEADERS, mutator.text("text/plain")))}


@dataclass(frozen=True, slots=True)
class Sample:
    """A message of one row of the table, in JSON and, where it has a mirror, in protobuf."""

    row: Subject
    keys: Mapping[str, str]
    body: bytes
    protobuf: bytes | None


@cache
def messages() -> tuple[Sample, ...]:
    """Return samples for each subject that carries a message of a model."""
    found = []
    for path in sorted((ROOT / "tests/contracts/samples").glob("*.json")):
        model = path.stem.partition("-")[0]
        for row in SUBJECTS:
            if row.model is None or row.model.__name__ != model:
                continue
            message = row.model.model_validate_json(path.read_bytes())
            found.append(Sample(row, _keys(row, message), message.model_dump_json().encode(), _protobuf(message)))
    return tuple(found)


def _keys(row: Subject, message: Message) -> dict[str, str]:
    names = {"investigation": "investigation_id", "incident": "incident_id", "signal": "signal_id", "step": "step_id"}
    found = {}
    for key in row.keys:
        value = getattr(message, names.get(key, key), None)
        found[key] = str(value) if value else {"capability": "collect-symptoms", "priority": "normal"}.get(key, "one")
    return {**found, "tenant": SIGNED} if "tenant" in found else found


def _protobuf(message: Message) -> bytes | None:
    try:
        return codec.encode(message)
    except Impossible:
        return None
