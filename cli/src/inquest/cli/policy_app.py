"""Commands on policies and approvals. Each imports what it needs only when it runs."""

from pathlib import Path
from typing import Annotated

import typer

from inquest.cli.options import CONFIG_FILE, ApiUrl, ConfigFile, Json, Tenant, Zone

policy_app = typer.Typer(help="Policies: what may be called, tried before it is applied.", no_args_is_help=True)
approval_app = typer.Typer(help="Writes that wait for a person.", no_args_is_help=True)

Reason = Annotated[str, typer.Option("--reason", "-r", help="Kept in the audit.")]
ApprovalId = Annotated[str, typer.Argument(metavar="ID")]


def add_policies(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(policy_app, name="policy")
    app.add_typer(approval_app, name="approval")


@policy_app.command("test")
def policy_test(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="YAML: calls, and what is expected of each.")],
    config: ConfigFile = CONFIG_FILE,
    as_json: Json = False,
) -> None:
    """Decide about each call of a file; exit status 1 and the names of those that come out otherwise."""
    from inquest.cli.policy import test

    test(path, config, as_json=as_json)


@policy_app.command("explain")
def policy_explain(
    domain: Annotated[str, typer.Option(help="Such as logs or tickets.")],
    provider: Annotated[str, typer.Option(help="Its name in inquest.yaml.")],
    access: Annotated[str, typer.Option(help="read or write.")] = "read",
    operation: Annotated[str, typer.Option(help="What a write is called there.")] = "read",
    capability: Annotated[str, typer.Option(help="For which the question is asked.")] = "",
    service: Annotated[list[str] | None, typer.Option("--service", "-s", help="None: all services.")] = None,
    repository: Annotated[str, typer.Option(help="That the question names.")] = "",
    at: Annotated[str | None, typer.Option(help="RFC 3339; default: now.")] = None,
    calls: Annotated[int, typer.Option(min=0, help="Spent by the investigation before.")] = 0,
    size_bytes: Annotated[int, typer.Option("--bytes", min=0, help="Read by the investigation before.")] = 0,
    approved: Annotated[bool, typer.Option("--approved", help="A person has approved it.")] = False,
    tenant: Tenant = "default",
    config: ConfigFile = CONFIG_FILE,
    as_json: Json = False,
) -> None:
    """Say whether a call would be made, and by which rule, without making it."""
    from inquest.cli.policy import explain

    call = {
        "domain": domain,
        "provider": provider,
        "access": access,
        "operation": operation,
        "capability": capability,
        "services": service or [],
        "repository": repository,
        "at": at,
        "spent": {"calls": calls, "bytes": size_bytes},
        "approved": approved,
    }
    explain(call, tenant, config, as_json=as_json)


@approval_app.command("list")
def approval_list(
    every: Annotated[bool, typer.Option("--all", help="Also those that were decided, used, or ended.")] = False,
    tenant: Tenant = "default",
    api_url: ApiUrl = None,
    zone: Zone = None,
    as_json: Json = False,
) -> None:
    """List the writes that wait for a person, newest first."""
    from inquest.cli.approvals import list_approvals

    list_approvals(tenant, api_url, zone, every=every, as_json=as_json)


@approval_app.command("give")
def approval_give(
    approval: ApprovalId,
    reason: Reason = "",
    duration: Annotated[str | None, typer.Option("--for", help="It may be used for so long, such as 5m.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not show it and ask first.")] = False,
    tenant: Tenant = "default",
    api_url: ApiUrl = None,
    as_json: Json = False,
) -> None:
    """Approve exactly this write, once."""
    from inquest.cli.approvals import give

    give(approval, reason, duration, tenant, api_url, yes=yes, as_json=as_json)


@approval_app.command("refuse")
def approval_refuse(
    approval: ApprovalId, reason: Reason = "", tenant: Tenant = "default", api_url: ApiUrl = None, as_json: Json = False
) -> None:
    """Say no; the same call does not ask again."""
    from inquest.cli.approvals import refuse

    refuse(approval, reason, tenant, api_url, as_json=as_json)
