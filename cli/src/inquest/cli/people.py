"""`inquest trace|list|cancel|feedback`: what people ask of a running system."""

import asyncio
from datetime import datetime, tzinfo
from pathlib import Path

import typer

from inquest.cli import session
from inquest.cli.client import Api, find_api
from inquest.cli.outputs import read_trace, trace_lines
from inquest.contracts.errors import InquestError
from inquest.contracts.latest import InvestigationStory
from inquest.contracts.text import plain
from inquest.notifier.domain.render import report_text

JUDGEMENTS = ("right", "wrong")


def trace(investigation: str, tenant: str, api_url: str | None, out: Path, zone: str | None, *, as_json: bool) -> None:
    """Print the whole story, from the running system or from what was written before."""
    where = session.zone(zone)
    story = read_trace(out / investigation)
    if api_url is not None or story is None:
        story = asyncio.run(_story(find_api(api_url), tenant, investigation))
    if story is None:
        raise InquestError(f"no investigation {investigation} of tenant {tenant}, and nothing in {out / investigation}")
    if as_json:
        session.echo_json(trace_lines(story))
        return
    typer.echo(report_text(story, where), nl=False)
    typer.echo("\nTimeline")
    for entry in story.timeline:
        typer.echo(f"  {_clock(entry.at, where)}  {plain(entry.text)}")
    typer.echo("\nCalls")
    for call in story.tool_calls:
        typer.echo(
            f"  {call.domain:<9} {call.status:<11} {call.provider or '-':<16} {call.duration_ms:8.1f} ms "
            f"{call.size_bytes:>10} bytes  {plain(call.query_text or call.reason)}"
        )


async def _story(url: str, tenant: str, investigation: str) -> InvestigationStory | None:
    async with Api(url, tenant) as api:
        return await api.story(investigation)


def list_investigations(tenant: str, api_url: str | None, zone: str | None, *, as_json: bool) -> None:
    """Print one line per investigation."""

    async def ask() -> list[dict[str, str]]:
        async with Api(find_api(api_url), tenant) as api:
            return await api.list()

    where = session.zone(zone)
    found = asyncio.run(ask())
    if as_json:
        session.echo_json(found)
        return
    for row in found:
        opened = _clock(datetime.fromisoformat(row["opened_at"]), where)
        verdict = row.get("headline") or row["title"]
        typer.echo(f"{row['investigation_id']}  {opened}  {row['state']:<10} {plain(verdict)}")
    if not found:
        typer.echo(f"tenant {tenant} has no investigations")


def cancel(investigation: str, reason: str, tenant: str, api_url: str | None) -> None:
    """Ask to stop an investigation."""

    async def ask() -> None:
        async with Api(find_api(api_url), tenant) as api:
            await api.cancel(investigation, reason)

    asyncio.run(ask())
    typer.echo(f"asked to cancel {investigation}")


def feedback(investigation: str, judgement: str, cause: str | None, tenant: str, api_url: str | None) -> None:
    """Give feedback on a verdict."""
    if judgement not in JUDGEMENTS:
        raise InquestError(f"say right or wrong, not {judgement!r}")

    async def ask() -> None:
        async with Api(find_api(api_url), tenant) as api:
            await api.feedback(investigation, judgement, cause)

    asyncio.run(ask())
    typer.echo(f"kept: the verdict of {investigation} was {judgement}")


def _clock(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
