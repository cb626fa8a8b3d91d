"""The commands of `inquest tenant`."""

from pathlib import Path
from typing import Annotated

import typer

from inquest.cli.options import Json, NatsUrl

tenant_app = typer.Typer(help="Who outside may publish deliveries on the bus, tenant by tenant.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="TENANT")]
UsersFile = Annotated[
    Path | None, typer.Option("--users", help="The users.conf of nats-server; default: of the system that runs here.")
]


@tenant_app.command("add")
def tenant_add(
    tenant: Name,
    producer: Annotated[str, typer.Option(help="What the producer is called.")] = "relay",
    source: Annotated[list[str] | None, typer.Option(help="Of which sources; may be repeated; default: any.")] = None,
    mib: Annotated[int, typer.Option(min=1, help="How much may wait to be taken in.")] = 64,
    credentials: Annotated[Path | None, typer.Option(help="Write user and password here instead of showing.")] = None,
    rotate: Annotated[bool, typer.Option("--rotate", help="Make a new password.")] = False,
    users: UsersFile = None,
    nats_url: NatsUrl = None,
    as_json: Json = False,
) -> None:
    """Let a producer publish to ingest.<source>.TENANT: user, account, stream and quota."""
    from inquest.bus.users import Producer
    from inquest.cli.tenants import Where, add

    wanted = Producer(tenant, producer, "", tuple(source or ()))
    add(wanted, mib, Where(nats_url, users), credentials, rotate=rotate, as_json=as_json)


@tenant_app.command("list")
def tenant_list(users: UsersFile = None, nats_url: NatsUrl = None, as_json: Json = False) -> None:
    """List the tenants that have producers, and what waits to be taken in."""
    from inquest.cli.tenants import Where, list_tenants

    list_tenants(Where(nats_url, users), as_json=as_json)


@tenant_app.command("remove")
def tenant_remove(
    tenant: Name,
    producer: Annotated[str | None, typer.Option(help="This one alone; default: all of the tenant.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Give up what waits to be taken in.")] = False,
    users: UsersFile = None,
    nats_url: NatsUrl = None,
    as_json: Json = False,
) -> None:
    """Take the right to publish away again, and the stream when nobody is left."""
    from inquest.cli.tenants import Where, remove

    remove(tenant, producer, Where(nats_url, users), force=force, as_json=as_json)
