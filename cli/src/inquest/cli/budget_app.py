"""`inquest budget`: what investigations may spend. Each command imports what it needs only when it runs."""

from typing import Annotated

import typer

from inquest.cli.options import ApiUrl, Json, Tenant

budget_app = typer.Typer(
    help="What investigations may spend: profiles, defaults of users and teams, quotas.", no_args_is_help=True
)

Items = Annotated[
    list[str],
    typer.Argument(
        metavar="LIMIT=VALUE…",
        help="calls, bytes (200MiB), tokens, call-time (30s), rounds, step-time, duration (2m), profile; "
        "provider:NAME:LIMIT, capability:NAME:LIMIT.",
    ),
]
User = Annotated[str | None, typer.Option("--user", "-u", help="Whose default; absent: your own.")]
Team = Annotated[str | None, typer.Option("--team", "-t", help="A team: an owner in the catalogue of services.")]


@budget_app.command("show")
def show(tenant: Tenant = "default", api_url: ApiUrl = None, as_json: Json = False) -> None:
    """Show the profiles, the quotas, and the saved defaults."""
    from inquest.cli.budget import show_budgets

    show_budgets(tenant, api_url, as_json=as_json)


@budget_app.command("set")
def set_(
    items: Items,
    user: User = None,
    team: Team = None,
    tenant: Tenant = "default",
    api_url: ApiUrl = None,
    as_json: Json = False,
) -> None:
    """Save a default: it holds for investigations that begin from now on, in place of the one before."""
    from inquest.cli.budget import save_budget

    save_budget(items, user, team, tenant, api_url, as_json=as_json)


@budget_app.command("clear")
def clear(user: User = None, team: Team = None, tenant: Tenant = "default", api_url: ApiUrl = None) -> None:
    """Take a saved default away."""
    from inquest.cli.budget import clear_budget

    clear_budget(user, team, tenant, api_url)


@budget_app.command("explain")
def explain(
    items: Annotated[list[str] | None, typer.Argument(metavar="LIMIT=VALUE…", help="For the run alone.")] = None,
    service: Annotated[list[str] | None, typer.Option("--service", "-s", help="Their first owner is the team.")] = None,
    user: Annotated[str | None, typer.Option("--user", "-u", help="Who would ask; absent: you.")] = None,
    mode: Annotated[str | None, typer.Option(help="fast, balanced, deep or custom.")] = None,
    tenant: Tenant = "default",
    api_url: ApiUrl = None,
    as_json: Json = False,
) -> None:
    """Show what a new investigation could spend, and who says so: run, user, team, tenant, profile, in that order."""
    from inquest.cli.budget import explain_budget

    explain_budget(items or [], service or [], user, mode, tenant, api_url, as_json=as_json)
