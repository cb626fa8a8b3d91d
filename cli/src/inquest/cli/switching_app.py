"""`inquest provider promote|rollback|switches|comparisons`. Each imports what it needs only when it runs."""

from typing import Annotated

import typer

from inquest.cli.options import Json, NatsUrl, Tenant, Zone

Domain = Annotated[str, typer.Argument(help="What is switched, such as logs.")]
MaybeDomain = Annotated[str | None, typer.Argument(help="Only this one, such as logs.")]
Percent = Annotated[
    float | None, typer.Option("--percent", min=0, max=100, help="Share of investigations that the new side leads.")
]
Reason = Annotated[str, typer.Option("--reason", "-r", help="Kept in the audit, and shown to those who ask.")]


def add_switching(app: typer.Typer) -> None:
    """Add the commands of this file."""
    for command in (promote, rollback, switches, comparisons):
        app.command()(command)


def promote(
    domain: Domain,
    to: Annotated[
        str | None, typer.Option("--to", help="internal, external or both; default: internal, or who is tried.")
    ] = None,
    percent: Percent = None,
    reason: Reason = "",
    tenant: Tenant = "default",
    nats_url: NatsUrl = None,
    as_json: Json = False,
) -> None:
    """Let another sort of source answer a domain: all of it, or with --percent a share. In effect within a second."""
    from inquest.cli.switching import switch

    switch("promote", domain, to, percent, reason, tenant, nats_url, as_json=as_json)


def rollback(
    domain: Domain,
    to: Annotated[
        str | None,
        typer.Option("--to", help="internal, external, both, or configured: what inquest.yaml says; default: before."),
    ] = None,
    percent: Percent = None,
    reason: Reason = "",
    tenant: Tenant = "default",
    nats_url: NatsUrl = None,
    as_json: Json = False,
) -> None:
    """Take a promotion back: all of it, or with --percent down to a share. In effect within a second."""
    from inquest.cli.switching import switch

    switch("rollback", domain, to, percent, reason, tenant, nats_url, as_json=as_json)


def switches(
    domain: MaybeDomain = None, tenant: Tenant = "default", nats_url: NatsUrl = None, as_json: Json = False
) -> None:
    """Show who answers each domain, who said so, and how a side that is tried does."""
    from inquest.cli.switching import show_switches

    show_switches(domain, tenant, nats_url, as_json=as_json)


def comparisons(
    domain: MaybeDomain = None,
    differing: Annotated[bool, typer.Option("--differing", help="Only those that found a difference.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many, newest first.")] = 20,
    tenant: Tenant = "default",
    zone: Zone = None,
    nats_url: NatsUrl = None,
    as_json: Json = False,
) -> None:
    """Show where external and internal answers to the same question differed, field by field."""
    from inquest.cli.switching import show_comparisons

    show_comparisons(domain, limit, tenant, zone, nats_url, differing=differing, as_json=as_json)
