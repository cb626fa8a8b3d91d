"""`inquest panic|mute|mutes|unmute|notices|audit`: what people switch, and what became of notices."""

import asyncio
import getpass
import re
from datetime import UTC, datetime, tzinfo
from typing import Any

import typer

from inquest.api.adapters.tracestore import TraceStoreClient
from inquest.api.controls import Controls
from inquest.api.domain.control_requests import PanicBody
from inquest.api.settings import Settings as ApiSettings
from inquest.audit import AuditLog
from inquest.cli import session
from inquest.cli.client import Api, find_api
from inquest.cli.operator_bus import operator_bus
from inquest.contracts.errors import InquestError
from inquest.contracts.text import plain
from inquest.contracts.topology import MUTES, SWITCHES
from inquest.identity import EVERY_TENANT, Principal

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_DURATION = re.compile(r"([1-9][0-9]{0,6})([smhd])")
SUBJECT_CHARS_MAX = 100


def ask(tenant: str | None, api_url: str | None, method: str, path: str, body: Any = None, **params: Any) -> Any:
    """Use one operation of the api."""

    async def work() -> Any:
        async with Api(find_api(api_url), tenant) as api:
            return await api.ask(method, path, body, **params)

    return asyncio.run(work())


def set_panic(
    tenant: str | None, api_url: str | None, nats_url: str | None, reason: str, *, on: bool, as_json: bool
) -> None:
    """Turn the panic switch, and say how it stands; with a bus, without the api."""
    body = {"on": on, "reason": reason}
    if nats_url is None:
        status = ask(tenant, api_url, "POST", "/v1/panic", body)
    else:
        status = session.run(_set_panic(nats_url, tenant, PanicBody.model_validate(body)))
    _print_panic(status, as_json=as_json)


async def _set_panic(nats_url: str, tenant: str | None, body: PanicBody) -> dict[str, Any]:
    """Do what the api does; whoever may use this bus as an administrator may do so."""
    bus = operator_bus(nats_url)
    await bus.connect(session.CONNECT_S_MAX)
    try:
        unasked = TraceStoreClient(ApiSettings())
        audit = AuditLog(bus, "cli")
        controls = Controls(bus, bus.kv(SWITCHES), bus.kv(MUTES), unasked, lambda: datetime.now(UTC), audit)
        status = await controls.set_panic(
            Principal(getpass.getuser(), "local", "admin", frozenset({EVERY_TENANT})), tenant, body
        )
        await audit.close()
        return status.model_dump(mode="json")
    finally:
        await bus.close()


def show_panic(tenant: str | None, api_url: str | None, *, as_json: bool) -> None:
    """Say how the panic switch stands."""
    _print_panic(ask(tenant, api_url, "GET", "/v1/panic"), as_json=as_json)


def _print_panic(status: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        session.echo_json(status)
        return
    typer.echo("everything that leaves is stopped" if status["stopped"] else "notices leave where channels are live")
    for one in status["switches"]:
        whose = "all tenants" if one["tenant"] == "*" else f"tenant {one['tenant']}"
        why = f": {plain(one['reason'])}" if one["reason"] else ""
        typer.echo(f"  {whose}: {'on' if one['on'] else 'off'} since {one['at']}, by {plain(one['by'])}{why}")


def add_mute(
    what: dict[str, list[str]],
    labels: list[str],
    times: tuple[str | None, str | None, str | None],
    reason: str,
    tenant: str,
    api_url: str | None,
    *,
    as_json: bool,
) -> None:
    """Add a mute; `times` are how long, until when, and from when."""
    duration, until, start = times
    if bool(duration) == bool(until):
        raise InquestError("give either --for or --until: every mute ends")
    body = {
        **what,
        "labels": dict(map(_label, labels)),
        "reason": reason,
        "duration_s": seconds(duration) if duration else None,
        "ends_at": until,
        "starts_at": start,
    }
    mute = ask(tenant, api_url, "POST", "/v1/mutes", {name: value for name, value in body.items() if value})
    if as_json:
        session.echo_json(mute)
    else:
        typer.echo(f"{mute['mute_id']}: {_about(mute)} is muted until {mute['ends_at']}")


def seconds(text: str) -> int:
    """Return a length such as 90s, 30m, 2h or 3d. Raises InquestError."""
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise InquestError(f"--for: {text!r} is no length of time; write it like 30m, 2h or 3d")
    return int(found[1]) * _UNITS[found[2]]


def _label(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise InquestError(f"--label: write NAME=VALUE, not {text!r}")
    return name, value


def _about(mute: dict[str, Any]) -> str:
    parts = [f"{what} {', '.join(mute[what])}" for what in ("services", "sources", "people") if mute[what]]
    parts += [f"label {name}={value}" for name, value in mute["labels"].items()]
    return plain(" and ".join(parts))


def list_mutes(tenant: str, api_url: str | None, zone: str | None, *, as_json: bool) -> None:
    """Print the mutes that have not ended."""
    where = session.zone(zone)
    found = ask(tenant, api_url, "GET", "/v1/mutes")["mutes"]
    if as_json:
        session.echo_json(found)
        return
    for mute in found:
        span = f"{_time(mute['starts_at'], where)} to {_time(mute['ends_at'], where)}"
        typer.echo(f"{mute['mute_id']}  {span}  {_about(mute)}  by {plain(mute['by'])}: {plain(mute['reason'])}")
    if not found:
        typer.echo(f"tenant {tenant} has no mutes; maintenance windows are in its configuration")


def end_mute(mute_id: str, reason: str, tenant: str, api_url: str | None) -> None:
    """End a mute."""
    ask(tenant, api_url, "POST", f"/v1/mutes/{mute_id}/end", {"reason": reason})
    typer.echo(f"{mute_id} has ended")


def list_notices(wanted: dict[str, Any], tenant: str, api_url: str | None, zone: str | None, *, as_json: bool) -> None:
    """Print one line for each notice, and why it was not sent."""
    where = session.zone(zone)
    found = ask(tenant, api_url, "GET", "/v1/notices", **wanted)["notices"]
    if as_json:
        session.echo_json(found)
        return
    for notice in found:
        became = notice["held_by"] or notice["outcome"]
        subject = plain(notice["subject"], SUBJECT_CHARS_MAX)
        typer.echo(
            f"{notice['notice_id']}  {_time(notice['at'], where)}  {notice['channel']:<12} "
            f"{notice['kind']:<10} {became:<18} {subject}"
        )
        if notice["reason"] and became != "shadow":
            typer.echo(f"{'':26}{plain(notice['reason'])}")
    if not found:
        typer.echo("no such notices")


def show_notice(notice_id: str, tenant: str, api_url: str | None, *, as_json: bool) -> None:
    """Print a notice exactly as it was, or would have been, handed to its channel."""
    found = ask(tenant, api_url, "GET", "/v1/notices", notice=notice_id, page_size=1)["notices"]
    if not found:
        raise InquestError(f"tenant {tenant} has no notice {notice_id}; `inquest notices` lists them")
    if as_json:
        session.echo_json(found[0])
        return
    notice = found[0]
    why = f" ({plain(notice['reason'])})" if notice["reason"] else ""
    typer.echo(f"# {notice['kind']} for {notice['channel']}: {notice['held_by'] or notice['outcome']}{why}")
    lines = (notice["rendered"] or notice["subject"]).splitlines()
    typer.echo("\n".join(f"{' ' * (len(line) - len(line.lstrip()))}{plain(line, len(line) or 1)}" for line in lines))


def list_audit(limit: int, tenant: str, api_url: str | None, zone: str | None, *, as_json: bool) -> None:
    """Print who used which control."""
    where = session.zone(zone)
    found = ask(tenant, api_url, "GET", "/v1/audit", limit=limit)["records"]
    if as_json:
        session.echo_json(found)
        return
    for one in found:
        about = "all tenants" if one["about"] == "*" else one["about"]
        typer.echo(
            f"{_time(one['at'], where)}  {one['action']:<19} {plain(one['by']):<16} {about}  {plain(one['reason'])}"
        )
    if not found:
        typer.echo(f"nobody has used a control of tenant {tenant}")


def _time(text: str, zone: tzinfo) -> str:
    return datetime.fromisoformat(text).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
