"""Commands on what leaves: panic, mutes, notices, audit, test page. Each imports what it needs only when it runs."""

from pathlib import Path
from typing import Annotated

import typer

from inquest.cli.options import CONFIG_FILE, ApiUrl, ConfigFile, Json, NatsUrl, Tenant, Zone

audit_app = typer.Typer(help="Who did what, when and why; whether that record is whole.")
panic_app = typer.Typer(help="Stop everything that leaves, within a second.", no_args_is_help=True)

MaybeTenant = Annotated[
    str | None, typer.Option("--tenant", envvar="INQUEST_TENANT", help="Only this tenant; default: all you may.")
]
Reason = Annotated[str, typer.Option("--reason", "-r", help="Kept in the audit, and shown to those who ask.")]
PastApi = Annotated[
    str | None, typer.Option("--past-api", metavar="NATS_URL", help="Straight on this bus, when the api is down.")
]
Names = list[str] | None


def add_controls(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(panic_app, name="panic")
    app.add_typer(audit_app, name="audit")
    for name, command in (
        ("notices", notices),
        ("mute", mute),
        ("mutes", mutes),
        ("unmute", unmute),
        ("test-page", send_test_page),
    ):
        app.command(name)(command)


@panic_app.command("on")
def panic_on(
    reason: Reason = "",
    tenant: MaybeTenant = None,
    api_url: ApiUrl = None,
    past_api: PastApi = None,
    as_json: Json = False,
) -> None:
    """Stop everything that leaves. Notices are still rendered and recorded; they are not sent later."""
    from inquest.cli.controls import set_panic

    set_panic(tenant, api_url, past_api, reason, on=True, as_json=as_json)


@panic_app.command("off")
def panic_off(
    reason: Reason = "",
    tenant: MaybeTenant = None,
    api_url: ApiUrl = None,
    past_api: PastApi = None,
    as_json: Json = False,
) -> None:
    """Let notices leave again; the next change of each investigation is told."""
    from inquest.cli.controls import set_panic

    set_panic(tenant, api_url, past_api, reason, on=False, as_json=as_json)


@panic_app.command("status")
def panic_status(tenant: MaybeTenant = None, api_url: ApiUrl = None, as_json: Json = False) -> None:
    """Show whether what leaves is stopped, by whom and why."""
    from inquest.cli.controls import show_panic

    show_panic(tenant, api_url, as_json=as_json)


def mute(
    reason: Annotated[str, typer.Option("--reason", "-r", help="Shown wherever somebody asks why nobody was told.")],
    service: Annotated[
        Names, typer.Option("--service", "-s", help="May be given again; `*` for any characters.")
    ] = None,
    source: Annotated[Names, typer.Option(help="Such as alertmanager.")] = None,
    label: Annotated[Names, typer.Option(help="NAME=VALUE of a signal.")] = None,
    person: Annotated[Names, typer.Option(help="Only this address is not told; others are.")] = None,
    duration: Annotated[str | None, typer.Option("--for", help="Such as 30m, 2h, 3d.")] = None,
    until: Annotated[str | None, typer.Option(help="End, RFC 3339.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="Begin, RFC 3339; default: now.")] = None,
    tenant: Tenant = "default",
    api_url: ApiUrl = None,
    as_json: Json = False,
) -> None:
    """Tell nobody about something for a while. Signals are kept, correlated and investigated all the same."""
    from inquest.cli.controls import add_mute

    what = {"services": service or [], "sources": source or [], "people": person or []}
    add_mute(what, label or [], (duration, until, start), reason, tenant, api_url, as_json=as_json)


def mutes(tenant: Tenant = "default", api_url: ApiUrl = None, zone: Zone = None, as_json: Json = False) -> None:
    """List the mutes that hold now or will."""
    from inquest.cli.controls import list_mutes

    list_mutes(tenant, api_url, zone, as_json=as_json)


def unmute(
    mute_id: Annotated[str, typer.Argument(metavar="ID")],
    reason: Reason = "",
    tenant: Tenant = "default",
    api_url: ApiUrl = None,
) -> None:
    """End a mute before its time."""
    from inquest.cli.controls import end_mute

    end_mute(mute_id, reason, tenant, api_url)


def notices(
    notice: Annotated[
        str | None, typer.Argument(metavar="ID", help="Show this one as it was or would be sent.")
    ] = None,
    investigation: Annotated[str | None, typer.Option("--investigation", "-i", help="Only of this one.")] = None,
    channel: Annotated[str | None, typer.Option(help="Only for this channel.")] = None,
    kind: Annotated[str | None, typer.Option(help="verdict, revision, escalation, admission, resolved, …")] = None,
    outcome: Annotated[
        str | None,
        typer.Option(help="sent, recorded, failed, may-have-been-sent; shadow, panic, mute, overtaken, rules."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many, newest first.")] = 50,
    tenant: Tenant = "default",
    api_url: ApiUrl = None,
    zone: Zone = None,
    as_json: Json = False,
) -> None:
    """Show what was sent, or would have been, and why not."""
    from inquest.cli.controls import list_notices, show_notice

    if notice is not None:
        show_notice(notice, tenant, api_url, as_json=as_json)
        return
    wanted = {"investigation": investigation, "channel": channel, "kind": kind, "outcome": outcome, "page_size": limit}
    list_notices(wanted, tenant, api_url, zone, as_json=as_json)


@audit_app.callback(invoke_without_command=True)
def audit(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, newest first.")] = 50,
    tenant: Tenant = "default",
    api_url: ApiUrl = None,
    zone: Zone = None,
    as_json: Json = False,
) -> None:
    """Show who did what, when and why; `verify` says whether any of it was changed, `export` takes a copy."""
    from inquest.cli.controls import list_audit

    if context.invoked_subcommand is None:
        list_audit(limit, tenant, api_url, zone, as_json=as_json)


@audit_app.command("verify")
def audit_verify(
    path: Annotated[Path | None, typer.Argument(metavar="FILE", help="An export; default: the audit itself.")] = None,
    against: Annotated[
        Path | None, typer.Option(help="An earlier export: its records must still be there, unchanged.")
    ] = None,
    nats_url: NatsUrl = None,
    as_json: Json = False,
) -> None:
    """Find records that were changed, are missing or lie in another order; exit status 1 when there are any."""
    from inquest.cli.audit import verify_audit

    verify_audit(path, against, nats_url, as_json=as_json)


@audit_app.command("export")
def audit_export(
    path: Annotated[Path | None, typer.Argument(metavar="FILE", help="Default: stdout.")] = None,
    tenant: Annotated[str | None, typer.Option(help="Only the chains of this tenant.")] = None,
    nats_url: NatsUrl = None,
) -> None:
    """Write the audit as NDJSON, each record as it lies. Texts in it were redacted when it was written."""
    from inquest.cli.audit import export_audit

    export_audit(path, tenant, nats_url)


def send_test_page(
    source: Annotated[str | None, typer.Option(help="pagerduty, alertmanager or generic; default: the first.")] = None,
    tenant: Tenant = "default",
    config: ConfigFile = CONFIG_FILE,
    nats_url: NatsUrl = None,
    api_url: ApiUrl = None,
    intake_url: Annotated[
        str | None, typer.Option(envvar="INQUEST_INTAKE_URL", help="A running intake; default: the local one.")
    ] = None,
    wait: Annotated[float, typer.Option(min=1, help="Longest wait for the notices, in seconds.")] = 180.0,
    as_json: Json = False,
) -> None:
    """Send a signed test page the whole way, from the webhook to the notices, and say what worked."""
    from inquest.cli.testpage import Target, send

    send(Target(tenant, source, config, nats_url, api_url, intake_url), wait, as_json=as_json)
