"""`inquest incidents`: what happened, whether it is investigated, and the answer."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import typer

from inquest.cli import session
from inquest.cli.client import Api, find_api
from inquest.cli.incident_text import lines, tell
from inquest.contracts.latest import IncidentStory, IncidentSummary


def list_incidents(
    wanted: dict[str, Any], tenant: str, api_url: str | None, zone: str | None, *, as_json: bool
) -> None:
    """Print one line per incident."""
    where = session.zone(zone)
    found = asyncio.run(_ask("/v1/incidents", tenant, api_url, **wanted))["incidents"]
    if as_json:
        session.echo_json(found)
        return
    for text in lines([IncidentSummary.model_validate(row) for row in found], where):
        typer.echo(text)
    if not found:
        typer.echo(f"tenant {tenant} has no such incidents")


def show_incident(
    incident: str, tenant: str, api_url: str | None, zone: str | None, *, timeline: bool, as_json: bool
) -> None:
    """Print the story of one incident."""
    where = session.zone(zone)
    found = asyncio.run(_ask(f"/v1/incidents/{incident}", tenant, api_url))
    if as_json:
        session.echo_json(found)
        return
    for text in tell(IncidentStory.model_validate(found), where, datetime.now(UTC), timeline=timeline):
        typer.echo(text)


async def _ask(path: str, tenant: str, api_url: str | None, **params: Any) -> Any:
    async with Api(find_api(api_url), tenant) as api:
        return await api.ask("GET", path, **params)


def regroup_incident(how: str, incident: str, body: dict[str, Any], tenant: str, api_url: str | None) -> None:
    """Ask that an incident be merged with another, or split."""

    async def ask() -> Any:
        async with Api(find_api(api_url), tenant) as api:
            return await api.ask("POST", f"/v1/incidents/{incident}/{how}", body=body)

    asyncio.run(ask())
    typer.echo(f"asked; `inquest incidents show {incident}` says when it is done")
