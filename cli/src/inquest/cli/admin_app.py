"""The commands `inquest admin SERVICE …`. Each imports what it needs only when it runs."""

from pathlib import Path
from typing import Annotated

import typer

from inquest.cli.options import DATA_DIR, Json

admin_app = typer.Typer(
    help="What a running service does and has in hand: look, drain, resume. SERVICE is a name, or `all`.",
    no_args_is_help=True,
)

Addr = Annotated[str | None, typer.Option("--addr", help="HOST:PORT of its gRPC; default: read from var/run.")]
Token = Annotated[str | None, typer.Option("--token", envvar="INQUEST_API_TOKEN", help="Key or token of an admin.")]
DataDir = Annotated[
    Path, typer.Option("--data-dir", envvar="INQUEST_DATA_DIR", help="Where services write their addresses.")
]
Reason = Annotated[str, typer.Option("--reason", "-r", help="Kept in the audit.")]
Letters = Annotated[str | None, typer.Option("--tenant", help="Whose letters; default: of all you may see.")]


@admin_app.callback()
def of_service(ctx: typer.Context, service: Annotated[str, typer.Argument(metavar="SERVICE")]) -> None:
    """Look at a running service, and tell it things. SERVICE is its name, or `all` for those of this folder."""
    ctx.obj = service


@admin_app.command()
def info(
    ctx: typer.Context, addr: Addr = None, token: Token = None, data_dir: DataDir = DATA_DIR, as_json: Json = False
) -> None:
    """Show version, state, consumers and what is in flight."""
    _ask(ctx, "info", addr, token, data_dir, as_json=as_json)


@admin_app.command()
def drain(
    ctx: typer.Context,
    reason: Reason = "",
    limit_s: Annotated[
        float | None, typer.Option("--limit-s", help="Longest wait before unfinished work is handed back.")
    ] = None,
    addr: Addr = None,
    token: Token = None,
    data_dir: DataDir = DATA_DIR,
    as_json: Json = False,
) -> None:
    """Take no new work, finish or hand back what there is; `resume` undoes it. Exit status 1 if something is left."""
    _ask(ctx, "drain", addr, token, data_dir, as_json=as_json, reason=reason, limit_s=limit_s)


@admin_app.command()
def resume(
    ctx: typer.Context,
    reason: Reason = "",
    addr: Addr = None,
    token: Token = None,
    data_dir: DataDir = DATA_DIR,
    as_json: Json = False,
) -> None:
    """Take work again."""
    _ask(ctx, "resume", addr, token, data_dir, as_json=as_json, reason=reason)


@admin_app.command("log-level")
def log_level(
    ctx: typer.Context,
    level: Annotated[str, typer.Argument(help="DEBUG, INFO, WARNING or ERROR.")],
    duration_s: Annotated[
        float | None, typer.Option("--for", metavar="SECONDS", help="Then the level before returns.")
    ] = None,
    reason: Reason = "",
    addr: Addr = None,
    token: Token = None,
    data_dir: DataDir = DATA_DIR,
    as_json: Json = False,
) -> None:
    """Change how much the process logs, for a while or until it ends."""
    given = {"level": level, "duration_s": duration_s, "reason": reason}
    _ask(ctx, "log-level", addr, token, data_dir, as_json=as_json, **given)


@admin_app.command()
def config(
    ctx: typer.Context, addr: Addr = None, token: Token = None, data_dir: DataDir = DATA_DIR, as_json: Json = False
) -> None:
    """Show the settings in effect, without secrets; with --json also the applied inquest.yaml."""
    _ask(ctx, "config", addr, token, data_dir, as_json=as_json)


@admin_app.command()
def dead(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option(help="How many, newest first.")] = 100,
    tenant: Letters = None,
    addr: Addr = None,
    token: Token = None,
    data_dir: DataDir = DATA_DIR,
    as_json: Json = False,
) -> None:
    """List the messages that its consumers gave up."""
    _ask(ctx, "dead", addr, token, data_dir, as_json=as_json, limit=limit, tenant=tenant)


@admin_app.command()
def redrive(
    ctx: typer.Context,
    seqs: Annotated[list[int] | None, typer.Argument(metavar="SEQ...")] = None,
    every: Annotated[bool, typer.Option("--all", help="All that may be sent again, oldest first, up to 200.")] = False,
    reason: Reason = "",
    tenant: Letters = None,
    addr: Addr = None,
    token: Token = None,
    data_dir: DataDir = DATA_DIR,
    as_json: Json = False,
) -> None:
    """Send messages again that its consumers gave up; exit status 1 when one was left."""
    if bool(seqs) is every:
        raise typer.BadParameter("give the numbers of letters, or --all")
    given = {"seqs": seqs or [], "all": every, "reason": reason, "tenant": tenant}
    _ask(ctx, "redrive", addr, token, data_dir, as_json=as_json, **given)


@admin_app.command()
def health(ctx: typer.Context, addr: Addr = None, data_dir: DataDir = DATA_DIR, as_json: Json = False) -> None:
    """Ask grpc.health.v1, as a load balancer does; exit status 1 when it is not serving."""
    _ask(ctx, "health", addr, None, data_dir, as_json=as_json)


def _ask(
    ctx: typer.Context,
    what: str,
    addr: str | None,
    token: str | None,
    data_dir: Path,
    *,
    as_json: bool,
    **given: object,
) -> None:
    from inquest.cli.admin import Asking, ask

    ask(Asking(ctx.obj, addr, token, data_dir, as_json), what, given)
