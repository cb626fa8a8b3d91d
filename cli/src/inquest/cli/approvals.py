"""`inquest approval list|give|refuse`: what people say about writes."""

from datetime import datetime, tzinfo
from typing import Any

import typer

from inquest.cli import session
from inquest.cli.controls import ask, seconds
from inquest.contracts.errors import InquestError
from inquest.contracts.text import plain

_PATH = "/v1/approvals"


def list_approvals(tenant: str, api_url: str | None, zone: str | None, *, every: bool, as_json: bool) -> None:
    """Print what waits for a person."""
    where = session.zone(zone)
    answer = ask(tenant, api_url, "GET", _PATH, every=str(every).lower())
    found = answer["approvals"]
    if as_json:
        session.echo_json(found)
        _tell_cut(answer)
        return
    for one in found:
        by = f" by {plain(one['by'])}" if one["by"] else ""
        until = f"until {_time(one['expires_at'], where)}" if one["state"] in {"asked", "given"} else ""
        typer.echo(f"{one['approval_id']}  {one['state']:<7}{by} {until}  {_about(one)}")
        typer.echo(f"    {plain(one['question'], len(one['question']) or 1)}")
    if not found:
        typer.echo(f"no write of tenant {tenant} waits for a person")
    _tell_cut(answer)


def give(
    approval: str, reason: str, duration: str | None, tenant: str, api_url: str | None, *, yes: bool, as_json: bool
) -> None:
    """Show a write, ask, and approve what was shown and nothing else."""
    found = ask(tenant, api_url, "GET", _PATH, approval_id=approval)["approvals"]
    seen = found[0] if found else None
    if seen is None:
        raise InquestError(f"tenant {tenant} has no approval {approval}; `inquest approval list` lists them")
    if not yes:
        typer.echo(f"{_about(seen)}\n{plain(seen['question'], len(seen['question']) or 1)}", err=True)
        typer.confirm("Approve exactly this, once?", abort=True, err=True)
    body = {"request_hash": seen["request_hash"], "reason": reason}
    body |= {"valid_s": seconds(duration)} if duration else {}
    given = ask(tenant, api_url, "POST", f"{_PATH}/{approval}/give", body)
    _print(given, f"approved until {given['expires_at']}, for one use", as_json=as_json)


def refuse(approval: str, reason: str, tenant: str, api_url: str | None, *, as_json: bool) -> None:
    """Say no."""
    refused = ask(tenant, api_url, "POST", f"{_PATH}/{approval}/refuse", {"reason": reason})
    _print(refused, "refused", as_json=as_json)


def _tell_cut(answer: dict[str, Any]) -> None:
    """Say what is not shown. On standard error: JSON is read by programs."""
    if more := answer.get("left_off"):
        typer.echo(f"{more} more are not shown: those that wait come first, then the newest", err=True)


def _print(one: dict[str, Any], became: str, *, as_json: bool) -> None:
    if as_json:
        session.echo_json(one)
    else:
        typer.echo(f"{one['approval_id']}: {_about(one)}: {became}")


def _about(one: dict[str, Any]) -> str:
    services = f" about {', '.join(one['services'])}" if one["services"] else ""
    who = f" for {one['capability']}" if one["capability"] else ""
    return plain(f"{one['operation']} of {one['provider']} ({one['domain']}){services}{who}", 500)


def _time(text: str, zone: tzinfo) -> str:
    return datetime.fromisoformat(text).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
