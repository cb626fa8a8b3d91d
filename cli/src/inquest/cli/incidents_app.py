"""Commands on incidents. Each imports what it needs only when it runs."""

from typing import Annotated

import typer

from inquest.cli.options import ApiUrl, Json, Tenant, Zone

incidents_app = typer.Typer(help="Incidents: list them, tell the story of one.", invoke_without_command=True)

Words = list[str] | None


@incidents_app.callback()
def incidents(
    context: typer.Context,
    state: Annotated[Words, typer.Option(help="open or resolved; may be given again.")] = None,
    admission: Annotated[Words, typer.Option(help="admitted, waiting, refused or dropped; may be given again.")] = None,
    service: Annotated[str | None, typer.Option("--service", "-s", help="That the incident names.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many, newest first.")] = 50,
    tenant: Tenant = "default",
    api_url: ApiUrl = None,
    zone: Zone = None,
    as_json: Json = False,
) -> None:
    """List incidents, newest first; `show` tells the story of one."""
    if context.invoked_subcommand is not None:
        return
    from inquest.cli.incidents import list_incidents

    wanted = {"state": state, "admission": admission, "service": service, "page_size": limit}
    list_incidents(wanted, tenant, api_url, zone, as_json=as_json)


@incidents_app.command("show")
def show(
    incident: Annotated[str, typer.Argument(metavar="ID", help="Its id, or its number: INC-7.")],
    timeline: Annotated[bool, typer.Option("--timeline", help="Everything that happened, in order.")] = False,
    tenant: Tenant = "default",
    api_url: ApiUrl = None,
    zone: Zone = None,
    as_json: Json = False,
) -> None:
    """Tell the story of one incident: cause, what to do first, admission, signals, who was told."""
    from inquest.cli.incidents import show_incident

    show_incident(incident, tenant, api_url, zone, timeline=timeline, as_json=as_json)


@incidents_app.command("merge")
def merge(
    incident: Annotated[str, typer.Argument(metavar="ID", help="The incident that stays: its id or number.")],
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The incident that becomes part of it.")],
    reason: Annotated[str, typer.Option(help="Why; shown on both.")] = "",
    tenant: Tenant = "default",
    api_url: ApiUrl = None,
) -> None:
    """Say that two incidents are one. Later alerts of either follow."""
    from inquest.cli.incidents import regroup_incident

    regroup_incident("merge", incident, {"other": other, "reason": reason}, tenant, api_url)


@incidents_app.command("split")
def split(
    incident: Annotated[str, typer.Argument(metavar="ID", help="Its id or number.")],
    signals: Annotated[str, typer.Option(help="Ids of the signals that are another incident, by commas.")],
    reason: Annotated[str, typer.Option(help="Why; shown on both.")] = "",
    tenant: Tenant = "default",
    api_url: ApiUrl = None,
) -> None:
    """Say that some signals are another incident. Later alerts like them follow, and it is investigated."""
    from inquest.cli.incidents import regroup_incident

    ids = [one.strip() for one in signals.split(",") if one.strip()]
    regroup_incident("split", incident, {"signal_ids": ids, "reason": reason}, tenant, api_url)
