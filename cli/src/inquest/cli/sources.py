"""Where signals come from: a list of the doors, and what `inquest doctor` has to say about each."""

from pathlib import Path

import typer

from inquest.cli.finding import Finding
from inquest.cli.session import echo_json
from inquest.config.load import load
from inquest.config.secrets import resolve
from inquest.config.sources import SourceConfig
from inquest.contracts.errors import InquestError

SECRET_CHARS_MIN = 16


def listing(config_file: Path, *, as_json: bool) -> None:
    """Print the sources of every tenant. Raises ConfigInvalid."""
    rows = [
        {"tenant": tenant_id, "source": source.kind, "address": address(source, tenant_id), "proof": proof(source)}
        for tenant_id, tenant in load(config_file).tenants.items()
        for source in tenant.sources
    ]
    if as_json:
        echo_json(rows)
        return
    for row in rows:
        typer.echo(f"{row['tenant']:<16} {row['source']:<13} {row['address']:<45} {row['proof']}")
    if not rows:
        typer.echo("no sources; docs/sources/README.md shows how to add one")


def address(source: SourceConfig, tenant_id: str) -> str:
    """Return where deliveries go: a path of intake, or a subject of the bus."""
    return f"ingest.{source.kind}.{tenant_id}" if source.bus_only else f"/webhooks/{source.kind}/{tenant_id}"


def proof(source: SourceConfig) -> str:
    """Return how a delivery proves where it comes from, in a few words."""
    if source.bus_only:
        return "the producer's account on the bus"
    if source.unauthenticated:
        return "nothing: whoever knows the address"
    auth = source.verification
    timed = f", within {auth.window_s} s of {auth.timestamp_header}" if auth.timestamp_header else ""
    return f"{auth.scheme}{f' in {auth.header}' if auth.header else ''}{timed}"


def source_findings(tenant_id: str, source: SourceConfig) -> list[Finding]:
    """Return what is to be said about one source: whether its secrets are there, and whether it needs any."""
    name = f"{tenant_id}: {source.kind}"
    if source.unauthenticated:
        fix = "give it a `secret`; until then let only the sender's network reach its address"
        return [Finding(name, "warn", f"{address(source, tenant_id)} takes deliveries from anybody", fix)]
    if not source.secret:
        return [Finding(name, "ok", f"{address(source, tenant_id)}, proven by {proof(source)}")]
    return [_secret(f"{name} secret", ref, proof(source)) for ref in source.secret]


def _secret(name: str, ref: str, how: str) -> Finding:
    try:
        length = len(resolve(ref))
    except InquestError as error:
        return Finding(name, "fail", str(error), f"provide what {ref} refers to; until then intake answers 503")
    if length < SECRET_CHARS_MIN:
        fix = "use a long random one, such as of `openssl rand -hex 32`, here and at the sender"
        return Finding(name, "warn", f"{ref} has {length} characters and can be guessed", fix)
    return Finding(name, "ok", f"{ref} is there, for {how}")
